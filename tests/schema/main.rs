//! `values.yaml`, the typed structs, the schema and `explain` say the same.

#[path = "../common/mod.rs"]
mod common;

mod agree;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use agree::lint;
use common::{Result, stdout};
use serde_json::{Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// `values.yaml` with the keys that stand in comments in use.
fn documented() -> Result<Value> {
    let mut text = String::new();
    let mut is_key = false;
    for line in stdout(&["values", "--defaults"])?.lines() {
        let comment = line.trim_start().strip_prefix('#');
        is_key = comment.is_some_and(|rest| {
            !rest.starts_with(' ') && !rest.is_empty() || is_key && rest.starts_with("  ")
        });
        let line = match is_key {
            true => line.replacen('#', "", 1),
            false => line.to_owned(),
        };
        text.push_str(&(line + "\n"));
    }
    Ok(serde_yaml::from_str(&text)?)
}

fn defaults() -> Result<Value> {
    Ok(serde_yaml::from_str(&stdout(&["values", "--defaults"])?)?)
}

fn schema() -> Result<Value> {
    Ok(serde_json::from_str(&stdout(&["schema"])?)?)
}

/// Mappings whose keys are the user's.
const FREE: &[&str] = &[
    "tags",
    "custom",
    "postgres.parameters",
    "volumeset.customEncryption",
];

/// Every key that is no section, with its value.
fn leaves(value: &Value, above: &str, found: &mut Vec<(String, Value)>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let path = format!("{above}{key}");
        match value {
            Value::Object(_) if !FREE.contains(&path.as_str()) => {
                leaves(value, &format!("{path}."), found);
            }
            _ => found.push((path, value.clone())),
        }
    }
}

/// Every key of the schema that is no section. What stands behind conditions counts too.
fn schema_leaves(schema: &Value, above: &str, found: &mut Vec<(String, Value)>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{above}{key}");
        // what a branch only narrows has neither
        let known = ["type", "enum"]
            .iter()
            .any(|rule| property.get(rule).is_some());
        let is_section = property.get("properties").is_some() && path != "postgres.parameters";
        if is_section {
            schema_leaves(property, &format!("{path}."), found);
        } else if known && !found.iter().any(|(other, _)| *other == path) {
            found.push((path, property.clone()));
        }
    }
    for branch in ["else", "then"].iter().filter_map(|key| schema.get(key)) {
        schema_leaves(branch, above, found);
    }
}

fn paths(leaves: &[(String, Value)]) -> Vec<&str> {
    leaves.iter().map(|(path, _)| path.as_str()).collect()
}

/// `{a: {b: value}}` for `a.b`.
fn nested(path: &str, value: Value) -> Value {
    path.rsplit('.')
        .fold(value, |below, key| json!({ key: below }))
}

#[test]
fn the_keys_are_the_same_everywhere() -> Result<()> {
    let (mut documented_keys, mut schema_keys) = (Vec::new(), Vec::new());
    leaves(&documented()?, "", &mut documented_keys);
    schema_leaves(&schema()?, "", &mut schema_keys);
    assert_eq!(
        paths(&documented_keys),
        paths(&schema_keys),
        "keys of values.yaml (left) and of the schema (right), in order"
    );
    let explained: Value = serde_json::from_str(&stdout(&["explain", "-o", "json"])?)?;
    let explained: Vec<&str> = explained
        .as_array()
        .into_iter()
        .flatten()
        .filter(|key| key["type"] != "section")
        .filter_map(|key| key["path"].as_str())
        .filter(|path| !path.contains("[]"))
        .collect();
    assert_eq!(
        paths(&documented_keys),
        explained,
        "keys of values.yaml and of explain"
    );
    Ok(())
}

#[test]
fn the_defaults_are_the_same_everywhere() -> Result<()> {
    let (mut given, mut schema_keys) = (Vec::new(), Vec::new());
    leaves(&defaults()?, "", &mut given);
    schema_leaves(&schema()?, "", &mut schema_keys);
    let schema_keys: BTreeMap<String, Value> = schema_keys.into_iter().collect();
    let explained: Value = serde_json::from_str(&stdout(&["explain", "-o", "json"])?)?;
    for (path, value) in &given {
        assert_eq!(
            schema_keys[path].get("default"),
            Some(value),
            "{path} in the schema"
        );
        let key = explained
            .as_array()
            .and_then(|keys| keys.iter().find(|key| key["path"] == *path));
        let key = key.ok_or_else(|| format!("{path} is not explained"))?;
        assert_eq!(key.get("default"), Some(value), "{path} in explain");
    }
    let given: BTreeSet<&str> = given.iter().map(|(path, _)| path.as_str()).collect();
    for (path, property) in &schema_keys {
        assert_eq!(
            given.contains(path.as_str()),
            property.get("default").is_some(),
            "{path}"
        );
    }
    Ok(())
}

#[test]
fn what_holds_without_an_optional_key_is_what_the_file_says() -> Result<()> {
    let explained: Value = serde_json::from_str(&stdout(&["explain", "-o", "json"])?)?;
    // the second for the keys of PgBouncer, which are read where it is given
    let flags = [
        ["render", "-o", "json", "--set", "backup.enabled=true"],
        ["render", "-o", "json", "--set-json", "pgbouncer={}"],
    ];
    let usual = [stdout(&flags[0])?, stdout(&flags[1])?];
    let mut compared = Vec::new();
    for key in explained.as_array().into_iter().flatten() {
        let (Some(path), Some(without)) = (key["path"].as_str(), key["without"].as_str()) else {
            continue;
        };
        // `none`, `gvc.name` and sentences are no values
        let value = match key["type"].as_str() {
            Some("true or false") => without.to_owned(),
            _ if path.ends_with("retention")
                || path.starts_with("pgbouncer.")
                || key["choices"].is_array() =>
            {
                without.split(',').next().unwrap_or_default().to_owned()
            }
            _ => continue,
        };
        let at = usize::from(path.starts_with("pgbouncer."));
        let given = stdout(&[&flags[at][..], &["--set", &format!("{path}={value}")]].concat())?;
        assert!(
            usual[at] == given,
            "without `{path}` it is not as with `{value}`"
        );
        compared.push(path);
    }
    assert_eq!(compared.len(), 16, "{compared:?}");
    Ok(())
}

#[test]
fn every_value_is_described_and_has_a_legal_example() -> Result<()> {
    let mut keys = Vec::new();
    schema_leaves(&schema()?, "", &mut keys);
    for (path, property) in &keys {
        assert!(
            property["description"].is_string(),
            "{path} has no description"
        );
        for example in property["examples"].as_array().into_iter().flatten() {
            let problems = lint(&nested(path, example.clone()))?;
            let about = problems
                .iter()
                .find(|problem| problem.path == *path && problem.code != "conflict");
            assert!(
                about.is_none(),
                "{path}: the example {example} is refused: {about:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn the_ranges_are_the_same() -> Result<()> {
    let mut keys = Vec::new();
    schema_leaves(&schema()?, "", &mut keys);
    let replicas = &schema()?["properties"]["gvc"]["properties"]["locations"]["items"]["properties"]
        ["replicas"];
    let mut checked = 0;
    for (path, property) in keys
        .iter()
        .chain([&("replicas".to_owned(), replicas.clone())])
    {
        let step = if property["type"] == "integer" || property["type"][0] == "integer" {
            1.0
        } else {
            0.001
        };
        let edge = |key: &str, way: f64| {
            let edge = property[key].as_f64()?;
            Some([(edge, true), (edge + way * step, false)])
        };
        let edges = [edge("minimum", -1.0), edge("maximum", 1.0)];
        for (value, is_inside) in edges.into_iter().flatten().flatten() {
            let value: Value = match step {
                1.0 => json!(value as i64),
                _ => json!((value * 1000.0).round() / 1000.0),
            };
            let (path, values) = match path.as_str() {
                "replicas" => (
                    "gvc.locations[0].replicas",
                    json!({ "gvc": { "locations": [{ "name": "aws-a", "replicas": value }] } }),
                ),
                path => (path, nested(path, value.clone())),
            };
            let refused = lint(&values)?
                .iter()
                .any(|problem| problem.code == "invalid-value" && problem.path == path);
            assert_eq!(refused, !is_inside, "{path}: {value}");
            checked += 1;
        }
    }
    assert!(checked >= 48, "{checked}");
    Ok(())
}
