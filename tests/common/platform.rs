//! What the platform makes of a document: it fills in what was not sent, adds fields of its own, writes links out, and
//! sorts what has no order.

use serde_json::{Map, Value, json};

/// The document as the platform stores it.
pub fn stored(document: Value) -> Value {
    let Value::Object(mut fields) = document else {
        return document;
    };
    let text = |key: &str| {
        let text = fields.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let (kind, name, gvc) = (text("kind"), text("name"), text("gvc"));
    fields.remove("gvc");
    let collection = match gvc.as_str() {
        "" => String::new(),
        gvc => format!("/gvc/{gvc}"),
    };
    let href = format!("/org/acme{collection}/{kind}/{name}");
    fields.extend(object(json!({
        "id": "5f0e", "version": 4, "created": "2026-01-01T00:00:00Z", "lastModified": "2026-02-01T00:00:00Z",
        "links": [{ "rel": "org", "href": "/org/acme" }, { "rel": "gvc", "href": format!("/org/acme{collection}") }, { "rel": "self", "href": href },
            { "rel": "deployment", "href": format!("{href}/deployment") }],
        "status": { "ready": true }, "alias": "x", "origin": "default", "health": { "ok": true },
    })));
    if let Some(Value::Object(tags)) = fields.get_mut("tags") {
        tags.extend(object(json!({
            "cpln/release": "r", "cpln/secret:prod-pgedge-config": "0a", "cpln/deployTimestamp": "now",
            "cpln/managedByTerraform": "true", "cpln/terraformProviderVersion": "1.2.31", "cpln.io/namespace": "apps",
        })));
    }
    if let ("workload", Some(spec)) = (kind.as_str(), fields.get_mut("spec")) {
        workload(spec);
    }
    long_links("", Value::Object(fields))
}

/// The same as an export shows it: a secret is without its data.
pub fn exported(document: Value) -> Value {
    let mut stored = stored(document);
    if let Some(fields) = stored
        .as_object_mut()
        .filter(|fields| fields.get("kind") == Some(&json!("secret")))
    {
        fields.remove("data");
    }
    stored
}

fn workload(spec: &mut Value) {
    for container in items(spec, "containers") {
        for volume in items(container, "volumes") {
            fill(volume, json!({ "recoveryPolicy": "retain" }));
        }
        if let Some(Value::Array(variables)) = container.get_mut("env") {
            variables.sort_by_key(|variable| variable["name"].to_string());
        }
    }
    fill(
        spec,
        json!({
            "requestRetryPolicy": { "attempts": 2, "retryOn": ["connect-failure"] },
            "sidecar": {}, "tolerations": [],
        }),
    );
    if let Some(options) = spec.get_mut("defaultOptions") {
        fill(
            options,
            json!({ "spot": false, "multiZone": { "enabled": false } }),
        );
    }
    if let Some(Value::Array(list)) =
        spec.pointer_mut("/firewallConfig/internal/inboundAllowWorkload")
    {
        list.sort_by_key(Value::to_string);
    }
    fill(
        spec,
        json!({ "rolloutOptions": {
            "minReadySeconds": 0, "scalingPolicy": "OrderedReady", "terminationGracePeriodSeconds": 90,
        } }),
    );
}

fn long_links(key: &str, value: Value) -> Value {
    match value {
        Value::String(text) if key != "resource" && text.starts_with("//") => {
            format!("/org/acme/{}", text.trim_start_matches('/')).into()
        }
        Value::Array(items) => items
            .into_iter()
            .map(|item| long_links(key, item))
            .collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(key, value)| {
                let value = long_links(&key, value);
                (key, value)
            });
            fields.collect()
        }
        value => value,
    }
}

fn items<'v>(value: &'v mut Value, key: &str) -> impl Iterator<Item = &'v mut Value> {
    value
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn fill(value: &mut Value, defaults: Value) {
    if let Value::Object(fields) = value {
        for (key, default) in object(defaults) {
            fields.entry(key).or_insert(default);
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
