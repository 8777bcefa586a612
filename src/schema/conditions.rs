//! What a value of one key means for another, as far as a JSON Schema can say it.

use serde_json::{Value as Json, json};

use crate::cluster::PGBOUNCER_DATABASE;
use crate::values::name::ReleaseName;
use crate::values::setting;

/// Adds every condition to the plain schema.
pub(super) fn add(schema: &mut Json) {
    backup(&mut schema["properties"]["backup"]);
    access(&mut schema["properties"]["internal_access"]);
    credentials(&mut schema["properties"]["postgres"]);
    parameters(&mut schema["properties"]["postgres"]["properties"]["parameters"]);
    schema["properties"]["gvc"]["properties"]["locations"]["minItems"] = 1.into();
    schema["allOf"] = json!([pgbouncer()]);
    // without `release`, the GVC's name is the prefix of every resource name
    schema["if"] = json!({ "not": given("release") });
    schema["then"] = json!({
        "properties": { "gvc": { "properties": { "name": { "maxLength": ReleaseName::MAX } } } }
    });
}

/// PgBouncer stands in the place of pgcat, and cannot name every database.
fn pgbouncer() -> Json {
    let database = json!({
        "anyOf": [{ "type": "null" }, { "pattern": "^[^']*$", "maxLength": PGBOUNCER_DATABASE }],
    });
    json!({
        "if": given("pgbouncer"),
        "then": { "properties": {
            "pgcat": { "type": ["object", "null"], "maxProperties": 0 },
            "postgres": { "properties": { "database": database } },
        } },
    })
}

/// The key is there, and not to be taken away.
fn given(key: &str) -> Json {
    json!({ "required": [key], "properties": { key: { "not": { "type": "null" } } } })
}

/// The key is there with this value.
fn is(key: &str, value: &str) -> Json {
    json!({ "required": [key], "properties": { key: { "const": value } } })
}

/// Only the chosen provider's block is read. It may not be taken away when there is a backup.
fn backup(schema: &mut Json) {
    let properties = &mut schema["properties"];
    let [aws, gcp] = ["aws", "gcp"].map(|provider| {
        let described = json!({ "description": properties[provider]["description"] });
        std::mem::replace(&mut properties[provider], described)
    });
    let chosen = |key: &str, mut block: Json| {
        let wanted = json!({ "if": on(), "then": { "properties": { key: { "type": "object" } } } });
        if let Some(block) = block.as_object_mut() {
            block.remove("description");
        }
        json!({ "properties": { key: block }, "allOf": [wanted] })
    };
    schema["if"] = is("provider", "gcp");
    schema["then"] = chosen("gcp", gcp);
    schema["else"] = chosen("aws", aws);
}

/// The backup is switched on.
fn on() -> Json {
    json!({ "required": ["enabled"], "properties": { "enabled": { "const": true } } })
}

/// `workload-list` needs a list.
fn access(schema: &mut Json) {
    schema["if"] = is("type", "workload-list");
    schema["then"] = json!({
        "required": ["workloads"],
        "properties": { "workloads": { "type": "array", "minItems": 1 } }
    });
}

/// Credentials stand in a secret or in the values, not in both.
fn credentials(schema: &mut Json) {
    let inline = |rule: Json| json!({ "properties": { "username": rule, "password": rule, "database": rule } });
    schema["if"] = given("credentialsSecretName");
    schema["then"] = inline(json!({ "type": "null" }));
    schema["else"] = inline(json!({ "not": { "type": "null" } }));
}

/// PostgreSQL's own parameters by name, for editors to complete.
fn parameters(schema: &mut Json) {
    schema["properties"] = setting::properties().into();
}
