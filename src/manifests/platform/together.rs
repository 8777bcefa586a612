//! Fields that are each allowed and not together. No schema of the vendor's says these.

use super::refusal::{items, refuse};
use crate::layers::{Kind, Node, Value};
use crate::problem::{Path, Problem, Problems};

/// What a probe asks by; it has one of them.
const HANDLERS: &[&str] = &["exec", "grpc", "httpGet", "tcpSocket"];

/// Everything in a document whose fields fit that the platform would refuse nevertheless.
pub(super) fn together(kind: &str, document: &Node) -> Problems {
    let mut problems = Problems::default();
    let spec = Path::of("spec");
    let Some(node) = document.get("spec") else {
        return problems;
    };
    match kind {
        "volumeset" => problems.extend(performance_class(node, &spec)),
        "workload" => {
            workload(node, &spec, &mut problems);
            super::resources::check(document, node, &spec, &mut problems);
        }
        _ => {}
    }
    problems
}

fn performance_class(spec: &Node, path: &Path) -> Option<Problem> {
    let capacity = whole(spec.get("initialCapacity")?)?;
    let is_fast = spec.get("performanceClass")?.as_text()? == "high-throughput-ssd";
    (is_fast && capacity < 200).then(|| {
        let found = format!("`{capacity}` is too small for high-throughput-ssd");
        refuse(path.key("initialCapacity"), found, "200 or more")
    })
}

fn workload(spec: &Node, path: &Path, problems: &mut Problems) {
    let kind = spec.get("type").and_then(Node::as_text).unwrap_or_default();
    let balancer = spec
        .get("loadBalancer")
        .and_then(|balancer| balancer.get("replicaDirect"));
    if kind != "stateful" && balancer.and_then(Node::as_text) == Some("true") {
        let here = path.key("loadBalancer").key("replicaDirect");
        problems.push(refuse(
            here,
            format!("the replicas of a {kind} workload have no addresses of their own"),
            "false",
        ));
    }
    match (kind, spec.get("job")) {
        ("cron", None) => problems.push(refuse(
            path.key("type"),
            "a cron workload needs a `job`",
            "a `job`",
        )),
        ("cron", Some(_)) | (_, None) => {}
        _ => problems.push(refuse(
            path.key("job"),
            format!("a {kind} workload has no job"),
            "no `job`",
        )),
    }
    let options = spec
        .get("defaultOptions")
        .map(|node| (node, path.key("defaultOptions")));
    let local =
        items(spec, "localOptions").map(|(at, node)| (node, path.key("localOptions").index(at)));
    for (node, here) in options.into_iter().chain(local) {
        if let Some(autoscaling) = node.get("autoscaling") {
            problems.extend(self::autoscaling(
                kind,
                autoscaling,
                &here.key("autoscaling"),
            ));
        }
    }
    for (at, container) in items(spec, "containers") {
        for probe in ["readinessProbe", "livenessProbe"] {
            let here = path.key("containers").index(at).key(probe);
            problems.extend(container.get(probe).and_then(|node| handlers(node, here)));
        }
    }
}

fn autoscaling(kind: &str, node: &Node, path: &Path) -> Problems {
    let mut problems = Problems::default();
    let number = |key| node.get(key).and_then(whole);
    if let (Some(min), Some(max)) = (number("minScale"), number("maxScale"))
        && min > max
    {
        let found = format!("`{min}` is more than `{max}`, the `maxScale`");
        problems.push(refuse(path.key("minScale"), found, "up to `maxScale`"));
    }
    // a cron workload does not scale
    let refused: &[&str] = match kind {
        "serverless" => &["latency", "keda"],
        "standard" | "stateful" => &["concurrency"],
        _ => &[],
    };
    let metric = node
        .get("metric")
        .and_then(Node::as_text)
        .unwrap_or_default();
    if refused.contains(&metric) {
        let found = format!("a {kind} workload does not scale by `{metric}`");
        problems.push(refuse(
            path.key("metric"),
            found,
            "cpu, memory, rps or disabled",
        ));
    }
    problems
}

fn handlers(probe: &Node, path: Path) -> Option<Problem> {
    let given = HANDLERS
        .iter()
        .filter(|handler| probe.get(handler).is_some())
        .count();
    let found = match given {
        1 => return None,
        0 => "this probe does not say how to ask",
        _ => "this probe asks in more than one way",
    };
    Some(refuse(
        path,
        found,
        format!("one of {}", HANDLERS.join(", ")),
    ))
}

fn whole(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Scalar(scalar) => match scalar.kind {
            Kind::Int(number) => Some(number),
            _ => None,
        },
        _ => None,
    }
}
