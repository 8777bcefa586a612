//! The fields of a workload.

use super::container::CONTAINER;
use super::rule::*;
use super::*;

const AUTOSCALING: Shape = Shape::Object(&[
    may(
        "metric",
        Shape::Word(&[
            "concurrency",
            "cpu",
            "memory",
            "rps",
            "latency",
            "keda",
            "disabled",
        ]),
    ),
    may("metricPercentile", Shape::Word(&["p50", "p75", "p99"])),
    may(
        "multi",
        Shape::List(
            &Shape::Object(&[
                may("metric", Shape::Word(&["cpu", "memory", "rps"])),
                may("target", Shape::Whole(1, 20_000)),
            ]),
            0,
            usize::MAX,
        ),
    ),
    may("minScale", Shape::Whole(0, MANY)).or("1"),
    may("maxScale", Shape::Whole(0, MANY)).or("5"),
    may("maxConcurrency", Shape::Whole(0, 30_000)).or("0"),
    may("scaleToZeroDelay", Shape::Whole(30, 3_600)).or("300"),
    may("target", Shape::Whole(1, 20_000)).or("95"),
    may(
        "keda",
        Shape::Object(&[
            may(
                "triggers",
                Shape::List(
                    &Shape::Object(&[
                        must("type", ANY_TEXT),
                        may("name", ANY_TEXT),
                        may("metadata", Shape::Map(&ANY, &ANY_TEXT)),
                        may(
                            "metricType",
                            Shape::Word(&["AverageValue", "Value", "Utilization"]),
                        ),
                        may("useCachedMetrics", Shape::Bool),
                        may(
                            "authenticationRef",
                            Shape::Object(&[must("name", ANY_TEXT)]),
                        ),
                    ]),
                    0,
                    usize::MAX,
                ),
            ),
            may(
                "advanced",
                Shape::Object(&[may(
                    "scalingModifiers",
                    Shape::Object(&[
                        may("target", ANY_TEXT),
                        may("activationTarget", ANY_TEXT),
                        may("formula", ANY_TEXT),
                        may(
                            "metricType",
                            Shape::Word(&["AverageValue", "Value", "Utilization"]),
                        ),
                    ]),
                )]),
            ),
            may(
                "fallback",
                Shape::Object(&[
                    must("failureThreshold", Shape::Whole(0, MANY)),
                    must("replicas", Shape::Whole(0, MANY)),
                    may(
                        "behavior",
                        Shape::Word(&[
                            "static",
                            "currentReplicas",
                            "currentReplicasIfHigher",
                            "currentReplicasIfLower",
                        ]),
                    ),
                ]),
            ),
            may("cooldownPeriod", Shape::Whole(1, MANY)),
            may("initialCooldownPeriod", Shape::Whole(1, MANY)),
            may("pollingInterval", Shape::Whole(1, MANY)),
        ]),
    ),
]);

/// What options hold, everywhere or in one location.
const SCALES: Field = may("autoscaling", AUTOSCALING).or("{}");
const AI: Field = may("capacityAI", Shape::Bool);
const AI_UPDATE: Field = may("capacityAIUpdateMinutes", Shape::Whole(2, MANY));
const DEBUG: Field = may("debug", Shape::Bool).or("false");
const ZONES: Field = may(
    "multiZone",
    Shape::Object(&[may("enabled", Shape::Bool).or("false")]),
);
const SPOT: Field = may("spot", Shape::Bool);
const SUSPEND: Field = may("suspend", Shape::Bool).or("false");
const TIMEOUT: Field = may("timeoutSeconds", Shape::Whole(1, 3_600)).or("5");
const LOCATION: Field = must("location", Shape::Text(&LOCATION_LINK));

const FIREWALL: Shape = Shape::Object(&[
    may(
        "external",
        Shape::Object(&[
            may("inboundAllowCIDR", Shape::List(&ANY_TEXT, 0, 250)).or("[]"),
            may("inboundBlockedCIDR", TEXTS).or("[]"),
            may("outboundAllowCIDR", TEXTS).or("[]"),
            may("outboundBlockedCIDR", TEXTS).or("[]"),
            may(
                "outboundAllowHostname",
                Shape::List(&Shape::Text(&HOSTNAME), 0, usize::MAX),
            )
            .or("[]"),
            may(
                "outboundAllowPort",
                Shape::List(
                    &Shape::Object(&[
                        must("number", Shape::Port(80, 65_000)),
                        must("protocol", Shape::Word(&["http", "https", "tcp"])),
                    ]),
                    0,
                    usize::MAX,
                ),
            )
            .or("[]"),
            may(
                "http",
                Shape::Object(&[may(
                    "inboundHeaderFilter",
                    Shape::List(
                        &Shape::Object(&[
                            must("key", Shape::Text(&METRICS_PATH)),
                            may("allowedValues", TEXTS),
                            may("blockedValues", TEXTS),
                        ]),
                        0,
                        usize::MAX,
                    ),
                )]),
            ),
        ]),
    ),
    may(
        "internal",
        Shape::Object(&[
            may(
                "inboundAllowType",
                Shape::Word(&["none", "same-gvc", "same-org", "workload-list"]),
            )
            .or(r#""none""#),
            may(
                "inboundAllowWorkload",
                Shape::List(&Shape::Text(&WORKLOAD_LINK), 0, usize::MAX),
            )
            .or("[]"),
        ]),
    ),
]);

const LOAD_BALANCER: Shape = Shape::Object(&[
    may(
        "direct",
        Shape::Object(&[
            must("enabled", Shape::Bool),
            may("ipSet", ANY_TEXT),
            may(
                "ports",
                Shape::List(
                    &Shape::Object(&[
                        must("externalPort", Shape::Whole(22, 32_768)),
                        may("containerPort", PORT),
                        must("protocol", Shape::Word(&["TCP", "UDP"])),
                        may(
                            "scheme",
                            Shape::Word(&["http", "tcp", "https", "ws", "wss"]),
                        ),
                    ]),
                    0,
                    usize::MAX,
                ),
            ),
        ]),
    ),
    may(
        "geoLocation",
        Shape::Object(&[
            may("enabled", Shape::Bool),
            may(
                "headers",
                Shape::Object(&[
                    may("asn", ANY_TEXT),
                    may("city", ANY_TEXT),
                    may("country", ANY_TEXT),
                    may("region", ANY_TEXT),
                ]),
            ),
        ]),
    ),
    may("replicaDirect", Shape::Bool),
]);

pub(super) const WORKLOAD: &[Field] = &[
    KIND,
    must("name", Shape::Text(&WORKLOAD_NAME)),
    GVC,
    DESCRIBED,
    TAGS,
    must(
        "spec",
        Shape::Object(&[
            must(
                "type",
                Shape::Word(&["serverless", "standard", "stateful", "cron"]),
            ),
            may("identityLink", Shape::Text(&IDENTITY_LINK)),
            must("containers", Shape::List(&CONTAINER, 1, 8)),
            may(
                "defaultOptions",
                Shape::Object(&[SCALES, AI, AI_UPDATE, DEBUG, ZONES, SPOT, SUSPEND, TIMEOUT]),
            )
            .or("{}"),
            may(
                "localOptions",
                Shape::List(
                    &Shape::Object(&[
                        LOCATION, SCALES, AI, AI_UPDATE, DEBUG, ZONES, SPOT, SUSPEND, TIMEOUT,
                    ]),
                    0,
                    usize::MAX,
                ),
            ),
            may("firewallConfig", FIREWALL),
            may(
                "job",
                Shape::Object(&[
                    must("schedule", Shape::Text(&SCHEDULE)),
                    may(
                        "concurrencyPolicy",
                        Shape::Word(&["Forbid", "Replace", "Allow"]),
                    )
                    .or(r#""Forbid""#),
                    may("historyLimit", Shape::Whole(1, 10)).or("5"),
                    may("restartPolicy", Shape::Word(&["Never", "OnFailure"])).or(r#""Never""#),
                    may("activeDeadlineSeconds", Shape::Whole(1, 86_400)),
                ]),
            ),
            may("loadBalancer", LOAD_BALANCER),
            // whether the platform makes up a block that was not sent is not known: with and without it are the same
            may(
                "rolloutOptions",
                Shape::Object(&[
                    may("minReadySeconds", Shape::Whole(0, MANY)).or("0"),
                    may("maxSurgeReplicas", Shape::Scalar(&SHARE)),
                    may("maxUnavailableReplicas", Shape::Scalar(&SHARE)),
                    may("scalingPolicy", Shape::Word(&["OrderedReady", "Parallel"]))
                        .or(r#""OrderedReady""#),
                    may("terminationGracePeriodSeconds", Shape::Whole(0, 3_600)).or("90"),
                ]),
            )
            .or("{}"),
            may(
                "securityOptions",
                Shape::Object(&[
                    may("filesystemGroupId", Shape::Whole(1, 65_534)),
                    may("runAsUser", Shape::Whole(1, 65_534)),
                ]),
            ),
            may(
                "requestRetryPolicy",
                Shape::Object(&[
                    may("attempts", Shape::Whole(0, MANY)),
                    may("retryOn", TEXTS),
                ]),
            ),
            may("sidecar", ENVOY),
            may(
                "extras",
                Shape::Object(&[
                    may("affinity", Shape::Any),
                    may("tolerations", Shape::Any),
                    may("topologySpreadConstraints", Shape::Any),
                ]),
            ),
            may("supportDynamicTags", Shape::Bool).or("false"),
        ]),
    ),
];
