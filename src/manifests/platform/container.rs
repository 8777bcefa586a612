//! The fields of a container.

use super::rule::*;
use super::*;

const COMMAND_LINE: Shape =
    Shape::Object(&[must("command", Shape::List(&ANY_TEXT, 1, usize::MAX))]);
const ON_PORT: Shape = Shape::Object(&[may("port", PORT)]);
const HOOK: Shape = Shape::Object(&[may("exec", COMMAND_LINE)]);

/// A probe; the two kinds differ in when they begin.
macro_rules! probe {
    ($delay:literal) => {
        Shape::Object(&[
            may("exec", COMMAND_LINE),
            may("grpc", ON_PORT),
            may("tcpSocket", ON_PORT),
            may(
                "httpGet",
                Shape::Object(&[
                    may("path", Shape::Text(&PROBE_PATH)).or(r#""/""#),
                    may("port", PORT),
                    may("scheme", Shape::Word(&["HTTP", "HTTPS"])).or(r#""HTTP""#),
                    may(
                        "httpHeaders",
                        Shape::List(
                            &Shape::Object(&[must("name", ANY_TEXT), must("value", ANY_TEXT)]),
                            0,
                            usize::MAX,
                        ),
                    ),
                ]),
            ),
            may("initialDelaySeconds", Shape::Whole(0, 600)).or($delay),
            may("periodSeconds", Shape::Whole(1, 600)).or("10"),
            may("timeoutSeconds", Shape::Whole(1, 600)).or("1"),
            may("successThreshold", Shape::Whole(1, 20)).or("1"),
            may("failureThreshold", Shape::Whole(1, 20)).or("3"),
        ])
    };
}

pub(super) const CONTAINER: Shape = Shape::Object(&[
    must("name", Shape::Text(&CONTAINER_NAME)),
    must("image", ANY_TEXT),
    may("command", Shape::Text(&COMMAND)),
    may("args", TEXTS),
    may("workingDir", Shape::Text(&PATH)),
    may("cpu", Shape::Scalar(&CPU)).or(r#""50m""#),
    may("memory", Shape::Scalar(&MEMORY)).or(r#""128Mi""#),
    may("minCpu", Shape::Scalar(&CPU)),
    may("minMemory", Shape::Scalar(&MEMORY)),
    may("inheritEnv", Shape::Bool).or("false"),
    may("env", VARIABLES),
    may("port", PORT),
    may(
        "ports",
        Shape::List(
            &Shape::Object(&[
                must("number", PORT),
                may("protocol", Shape::Word(&["http", "http2", "grpc", "tcp"])).or(r#""http""#),
            ]),
            0,
            usize::MAX,
        ),
    ),
    may("readinessProbe", probe!("10")),
    may("livenessProbe", probe!("60")),
    may(
        "lifecycle",
        Shape::Object(&[may("postStart", HOOK), may("preStop", HOOK)]),
    ),
    may(
        "metrics",
        Shape::Object(&[
            must("port", PORT),
            must("path", Shape::Text(&METRICS_PATH)),
            may("dropMetrics", TEXTS),
        ]),
    ),
    may(
        "gpu",
        Shape::Object(&[
            may(
                "nvidia",
                Shape::Object(&[
                    must("model", Shape::Word(&["t4", "a10g"])),
                    must("quantity", Shape::Whole(0, 4)),
                ]),
            ),
            may(
                "custom",
                Shape::Object(&[
                    must("resource", ANY_TEXT),
                    may("runtimeClass", ANY_TEXT),
                    must("quantity", Shape::Whole(0, 8)),
                ]),
            ),
        ]),
    ),
    may(
        "volumes",
        Shape::List(
            &Shape::Object(&[
                may("path", Shape::Text(&VOLUME_PATH)),
                must("uri", Shape::Text(&VOLUME_URI)),
                may("recoveryPolicy", Shape::Word(&["retain", "recycle"])).or(r#""retain""#),
            ]),
            0,
            15,
        ),
    ),
]);
