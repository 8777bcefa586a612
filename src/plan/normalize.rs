//! One way to say each thing: links short, the platform's defaults filled in, what it adds of its own taken out. A
//! document and what the platform stored of it are equal afterwards.

use serde_json::{Map, Value, json};

use super::resource::{Id, Resource};

type Fields = Map<String, Value>;

/// What an export says about the resource's life, not about its wanted state.
const OF_THE_PLATFORM: &[&str] = &[
    "id",
    "version",
    "created",
    "lastModified",
    "links",
    "status",
    "alias",
    "origin",
    "health",
    "repository",
    "manifest",
    "digest",
];

/// The resource that a document describes; `None` when it has no kind or name.
#[must_use]
pub fn resource(document: Value) -> Option<Resource> {
    let Value::Object(mut fields) = document else {
        return None;
    };
    let kind = text(fields.remove("kind"))?;
    let name = text(fields.remove("name"))?;
    let is_export = fields.contains_key("links") || fields.contains_key("lastModified");
    let gvc = match kind.as_str() {
        "gvc" => None,
        _ => text(fields.remove("gvc")).or_else(|| gvc_of_self_link(&fields)),
    };
    for field in OF_THE_PLATFORM {
        fields.remove(*field);
    }
    drop_nulls(&mut fields);
    shorten_links(&mut fields);
    fill(&mut fields, "description", json!(name));
    if let Some(tags) = object(&mut fields, "tags") {
        tags.retain(|key, _| !is_of_the_platform(key));
    }
    match kind.as_str() {
        "secret" => secret(&mut fields),
        "gvc" => gvc_defaults(&mut fields),
        "identity" => identity(&mut fields),
        "volumeset" => volumeset(&mut fields),
        "workload" => workload(&mut fields, gvc.as_deref()),
        _ => {}
    }
    Some(Resource {
        id: Id::new(&kind, &name),
        gvc,
        data: Value::Object(fields),
        is_export,
    })
}

fn is_of_the_platform(tag: &str) -> bool {
    tag == "cpln/release" || tag == "cpln/deployTimestamp" || tag.starts_with("cpln/secret:")
}

/// `/org/ORG/gvc/GVC/workload/NAME`
fn gvc_of_self_link(fields: &Fields) -> Option<String> {
    let links = fields.get("links")?.as_array()?;
    let own = links
        .iter()
        .find(|link| link.get("rel").and_then(Value::as_str) == Some("self"))?;
    let mut segments = own.get("href")?.as_str()?.split('/');
    segments.find(|segment| *segment == "gvc")?;
    segments.next().map(str::to_owned)
}

fn drop_nulls(fields: &mut Fields) {
    fields.retain(|_, value| !value.is_null());
    for value in fields.values_mut() {
        drop_nulls_below(value);
    }
}

fn drop_nulls_below(value: &mut Value) {
    match value {
        Value::Object(fields) => drop_nulls(fields),
        Value::Array(items) => items.iter_mut().for_each(drop_nulls_below),
        _ => {}
    }
}

/// `/org/ORG/x` is `//x`, where a link stands.
fn shorten_links(fields: &mut Fields) {
    // secrets hold no links, and a payload may look like one
    for (key, value) in fields.iter_mut().filter(|(key, _)| *key != "data") {
        shorten(key, value);
    }
}

fn shorten(key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => shorten_links(fields),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(key, item)),
        Value::String(text) if is_link(key) => {
            let behind_org = text
                .strip_prefix("/org/")
                .and_then(|rest| rest.split_once('/'));
            if let Some((_, rest)) = behind_org {
                *text = format!("//{rest}");
            }
        }
        _ => {}
    }
}

fn is_link(key: &str) -> bool {
    key.ends_with("Link")
        || key.ends_with("Links")
        || matches!(key, "location" | "inboundAllowWorkload" | "image")
}

fn secret(fields: &mut Fields) {
    if fields.get("type").and_then(Value::as_str) == Some("opaque")
        && let Some(data) = object(fields, "data")
    {
        fill(data, "encoding", json!("plain"));
    }
}

fn gvc_defaults(fields: &mut Fields) {
    if let Some(spec) = object_or_new(fields, "spec") {
        fill(spec, "endpointNamingFormat", json!("org"));
    }
}

fn identity(fields: &mut Fields) {
    if let Some(gcp) = object(fields, "gcp") {
        let scopes = json!(["https://www.googleapis.com/auth/cloud-platform"]);
        fill(gcp, "scopes", scopes);
    }
    if let Some(policy) = object(fields, "aws").and_then(|aws| object(aws, "trustPolicy")) {
        fill(policy, "Version", json!("2012-10-17"));
    }
}

fn volumeset(fields: &mut Fields) {
    let Some(spec) = object_or_new(fields, "spec") else {
        return;
    };
    fill(spec, "fileSystemType", json!("ext4"));
    if let Some(snapshots) = object(spec, "snapshots") {
        fill(snapshots, "createFinalSnapshot", json!(true));
    }
}

fn workload(fields: &mut Fields, gvc: Option<&str>) {
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

fn fill(fields: &mut Fields, key: &str, default: Value) {
    fields.entry(key).or_insert(default);
}

fn object<'f>(fields: &'f mut Fields, key: &str) -> Option<&'f mut Fields> {
    fields.get_mut(key)?.as_object_mut()
}

/// `None` when something else is there.
fn object_or_new<'f>(fields: &'f mut Fields, key: &str) -> Option<&'f mut Fields> {
    fields
        .entry(key)
        .or_insert_with(|| json!({}))
        .as_object_mut()
}

fn objects<'f>(fields: &'f mut Fields, key: &str) -> impl Iterator<Item = &'f mut Fields> {
    fields
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
