//! What the platform fills in of a workload.

use serde_json::{Value, json};

use super::{Fields, fill, object, object_or_new, objects};

pub(super) fn workload(fields: &mut Fields, gvc: Option<&str>) {
    let Some(spec) = object_or_new(fields, "spec") else {
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
    fill(spec, "supportDynamicTags", json!(false));
    if let Some(defaults) = object_or_new(spec, "defaultOptions") {
        options(defaults, &kind);
    }
    for entry in objects(spec, "localOptions") {
        options(entry, &kind);
    }
    if let Some(firewall) = object(spec, "firewallConfig") {
        self::firewall(firewall);
    }
    if let Some(job) = object(spec, "job") {
        fill(job, "concurrencyPolicy", json!("Forbid"));
        fill(job, "historyLimit", json!(5));
        fill(job, "restartPolicy", json!("Never"));
    }
    // whether the platform makes up a block that was not sent is not known: with and without it are the same
    if let Some(rollout) = object_or_new(spec, "rolloutOptions") {
        fill(rollout, "minReadySeconds", json!(0));
        fill(rollout, "scalingPolicy", json!("OrderedReady"));
        fill(rollout, "terminationGracePeriodSeconds", json!(90));
        if kind == "stateful" {
            rollout.remove("maxUnavailableReplicas");
        }
    }
}

fn container(container: &mut Fields) {
    fill(container, "cpu", json!("50m"));
    fill(container, "memory", json!("128Mi"));
    fill(container, "inheritEnv", json!(false));
    for quantity in ["cpu", "memory", "minCpu", "minMemory"] {
        if let Some(value @ Value::Number(_)) = container.get_mut(quantity) {
            *value = json!(value.to_string());
        }
    }
    for port in objects(container, "ports") {
        fill(port, "protocol", json!("http"));
    }
    let first_port = objects(container, "ports")
        .next()
        .and_then(|port| port.get("number").cloned());
    for (probe, delay) in [("readinessProbe", 10), ("livenessProbe", 60)] {
        if let Some(probe) = object(container, probe) {
            fill(probe, "initialDelaySeconds", json!(delay));
            fill(probe, "periodSeconds", json!(10));
            fill(probe, "timeoutSeconds", json!(1));
            fill(probe, "successThreshold", json!(1));
            fill(probe, "failureThreshold", json!(3));
            if let Some(get) = object(probe, "httpGet") {
                fill(get, "path", json!("/"));
                fill(get, "scheme", json!("HTTP"));
            }
            for check in ["httpGet", "tcpSocket"] {
                if let (Some(check), Some(port)) = (object(probe, check), &first_port) {
                    fill(check, "port", port.clone());
                }
            }
        }
    }
    for volume in objects(container, "volumes") {
        fill(volume, "recoveryPolicy", json!("retain"));
    }
}

fn firewall(firewall: &mut Fields) {
    if let Some(external) = object(firewall, "external") {
        for list in [
            "inboundAllowCIDR",
            "inboundBlockedCIDR",
            "outboundAllowCIDR",
            "outboundAllowHostname",
            "outboundAllowPort",
            "outboundBlockedCIDR",
        ] {
            fill(external, list, json!([]));
        }
    }
    if let Some(internal) = object(firewall, "internal") {
        fill(internal, "inboundAllowType", json!("none"));
        fill(internal, "inboundAllowWorkload", json!([]));
    }
}

/// An entry of `localOptions` inherits nothing: the platform fills in the same defaults.
fn options(options: &mut Fields, kind: &str) {
    fill(options, "capacityAI", json!(kind != "stateful"));
    fill(options, "debug", json!(false));
    fill(options, "suspend", json!(false));
    fill(options, "timeoutSeconds", json!(5));
    if let Some(zones) = object(options, "multiZone") {
        fill(zones, "enabled", json!(false));
    }
    let is_managed = options.get("capacityAI") == Some(&json!(true));
    let Some(scaling) = object_or_new(options, "autoscaling") else {
        return;
    };
    match kind {
        "stateful" => fill(scaling, "metric", json!("cpu")),
        "serverless" => fill(scaling, "metric", json!("concurrency")),
        "standard" if is_managed => fill(scaling, "metric", json!("disabled")),
        "cron" => fill(scaling, "metric", json!("disabled")),
        _ => {} // not known
    }
    fill(scaling, "target", json!(95));
    fill(scaling, "minScale", json!(1));
    fill(scaling, "maxScale", json!(5));
    fill(scaling, "scaleToZeroDelay", json!(300));
    fill(scaling, "maxConcurrency", json!(0));
}
