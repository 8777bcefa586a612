//! A module against what the vendor's provider accepts: every argument there, of the right type, and none missing.

use crate::common::Result;
use serde_json::Value;

const PROVIDER: &str = include_str!("provider.json");

/// What is wrong with a resource.
pub fn problems(resource: &Value) -> Result<Vec<String>> {
    let provider: Value = serde_json::from_str(PROVIDER)?;
    let kind = resource["labels"][0].as_str().unwrap_or_default();
    let mut problems = Vec::new();
    level(
        &provider["resources"][kind],
        &resource["body"],
        kind,
        &mut problems,
    );
    Ok(problems)
}

fn level(known: &Value, body: &Value, at: &str, problems: &mut Vec<String>) {
    let is_top = !at.contains('.');
    let attributes = body["attributes"].as_object().cloned().unwrap_or_default();
    let blocks = body["blocks"].as_array().cloned().unwrap_or_default();
    for (name, value) in &attributes {
        match known[name].as_str() {
            _ if is_top && name == "depends_on" => {}
            Some(wanted) if fits(wanted.trim_end_matches('!'), value) => {}
            Some(wanted) => problems.push(format!("{at}.{name}: {value} is not of type {wanted}")),
            None => problems.push(format!("{at}: there is no attribute {name}")),
        }
    }
    for block in &blocks {
        let name = block["kind"].as_str().unwrap_or_default();
        match known[name].is_object() {
            true => level(
                &known[name],
                &block["body"],
                &format!("{at}.{name}"),
                problems,
            ),
            false if is_top && name == "lifecycle" => {}
            false => problems.push(format!("{at}: there is no block {name}")),
        }
    }
    for (name, wanted) in known.as_object().into_iter().flatten() {
        let is_needed = wanted.as_str().is_some_and(|wanted| wanted.ends_with('!'));
        if is_needed && !attributes.contains_key(name) {
            problems.push(format!("{at}: {name} is missing"));
        }
    }
}

fn fits(wanted: &str, value: &Value) -> bool {
    match wanted {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "bool" => value.is_boolean(),
        "list" => value.as_array().is_some_and(|items| {
            items
                .iter()
                .all(|item| item.is_string() || item.is_number())
        }),
        "map" => value
            .as_object()
            .is_some_and(|entries| entries.values().all(Value::is_string)),
        _ => value.is_object() || value.is_array(),
    }
}

#[test]
fn a_wrong_resource_is_told() -> Result<()> {
    let resource = |body: &str| -> Result<Value> {
        Ok(serde_json::from_str(&format!(
            r#"{{"labels": ["cpln_volume_set", "x"], "body": {body}}}"#
        ))?)
    };
    let wrong = r#"{"attributes": {"name": 1, "gvc": "x", "size": 3}, "blocks": [{"kind": "snapshot", "body": {}}]}"#;
    let told = problems(&resource(wrong)?)?;
    let expected = [
        "cpln_volume_set.name: 1 is not of type string!",
        "cpln_volume_set: there is no attribute size",
        "cpln_volume_set: there is no block snapshot",
        "cpln_volume_set: initial_capacity is missing",
    ];
    assert_eq!(told, expected);
    Ok(())
}
