//! What the platform fills in of a workload where other fields decide it. The rest is in the platform's own tables.

use serde_json::{Value, json};

use super::{Fields, fill, object, objects};

pub(super) fn workload(fields: &mut Fields, gvc: Option<&str>) {
    let Some(spec) = object(fields, "spec") else {
        return;
    };
    let kind = spec
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("serverless")
        .to_owned();
    if let (Some(gvc), Some(Value::String(link))) = (gvc, spec.get_mut("identityLink"))
        && link.starts_with("//identity/")
    {
        *link = format!("//gvc/{gvc}/{}", link.trim_start_matches('/'));
    }
    for container in objects(spec, "containers") {
        self::container(container);
    }
    if let Some(defaults) = object(spec, "defaultOptions") {
        options(defaults, &kind);
    }
    for entry in objects(spec, "localOptions") {
        options(entry, &kind);
    }
    if let Some(rollout) = object(spec, "rolloutOptions")
        && kind == "stateful"
    {
        rollout.remove("maxUnavailableReplicas");
    }
}

fn container(container: &mut Fields) {
    for quantity in ["cpu", "memory", "minCpu", "minMemory"] {
        if let Some(value @ Value::Number(_)) = container.get_mut(quantity) {
            *value = json!(value.to_string());
        }
    }
    let first_port = objects(container, "ports")
        .next()
        .and_then(|port| port.get("number").cloned());
    for probe in ["readinessProbe", "livenessProbe"] {
        let Some(probe) = object(container, probe) else {
            continue;
        };
        for check in ["httpGet", "tcpSocket"] {
            if let (Some(check), Some(port)) = (object(probe, check), &first_port) {
                fill(check, "port", port.clone());
            }
        }
    }
}

/// An entry of `localOptions` inherits nothing: the platform fills in the same defaults.
fn options(options: &mut Fields, kind: &str) {
    fill(options, "capacityAI", json!(kind != "stateful"));
    let is_managed = options.get("capacityAI") == Some(&json!(true));
    let Some(scaling) = object(options, "autoscaling") else {
        return;
    };
    match kind {
        "stateful" => fill(scaling, "metric", json!("cpu")),
        "serverless" => fill(scaling, "metric", json!("concurrency")),
        "standard" if is_managed => fill(scaling, "metric", json!("disabled")),
        "cron" => fill(scaling, "metric", json!("disabled")),
        _ => {} // not known
    }
}
