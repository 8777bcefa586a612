//! What differs between two documents: mappings by key, lists by what names their items, never by position.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::resource::link_name;

/// One difference: where it is, and what is on either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `spec.localOptions[aws-eu-central-1].autoscaling.maxScale`
    pub path: String,
    /// What was there.
    pub before: Option<Value>,
    /// What is there now.
    pub after: Option<Value>,
}

/// In these lists the order means something, so they are one value each.
const ORDERED: &[&str] = &["args", "command"];

/// What the platform makes up where nothing was sent.
const FILLED_IN: &[&str] = &["requestRetryPolicy"];

/// Every difference, in the order of the newer document.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", "", before, after, &mut found);
    found
}

fn compare(path: &str, key: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            mappings(path, before, after, found);
        }
        (Value::Array(before), Value::Array(after)) if !ORDERED.contains(&key) => {
            lists(path, key, before, after, found);
        }
        _ if is_equal(before, after) => {}
        _ => found.push(Difference {
            path: path.to_owned(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

fn mappings(
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    let is_exact = path == "data" || path == "tags";
    let is_told =
        |key: &str, value: &Value| is_exact || !is_hollow(value) && !FILLED_IN.contains(&key);
    for (key, value) in after {
        // most of it is the same, and needs no path
        if before.get(key) == Some(value) {
            continue;
        }
        let path = below(path, key);
        match before.get(key) {
            Some(old) => compare(&path, key, old, value, found),
            None if is_told(key, value) => found.push(one_sided(path, None, Some(value))),
            None => {}
        }
    }
    for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        if is_told(key, value) {
            found.push(one_sided(below(path, key), Some(value), None));
        }
    }
}

/// Whether a value says no more than that there is none: what the platform gives back where nothing was sent.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_hollow),
        Value::Number(_) | Value::Bool(true) => false,
    }
}

fn lists(path: &str, key: &str, before: &[Value], after: &[Value], found: &mut Vec<Difference>) {
    let names = |items: &[Value]| -> Option<Vec<String>> {
        let names: Option<Vec<String>> = items.iter().map(identity).collect();
        let names = names?;
        (names.iter().collect::<BTreeSet<_>>().len() == names.len()).then_some(names)
    };
    let (Some(old_names), Some(new_names)) = (names(before), names(after)) else {
        by_position(path, key, before, after, found);
        return;
    };
    let old = |name: &String| {
        let at = old_names.iter().position(|old| old == name)?;
        before.get(at)
    };
    for (name, item) in new_names.iter().zip(after) {
        let path = format!("{path}[{}]", label(name));
        match old(name) {
            Some(old) => compare(&path, "", old, item, found),
            None => found.push(one_sided(path, None, Some(item))),
        }
    }
    for (name, item) in old_names.iter().zip(before) {
        if !new_names.contains(name) {
            found.push(one_sided(
                format!("{path}[{}]", label(name)),
                Some(item),
                None,
            ));
        }
    }
}

/// Items without names, or with the same one twice.
fn by_position(
    path: &str,
    key: &str,
    before: &[Value],
    after: &[Value],
    found: &mut Vec<Difference>,
) {
    for at in 0..before.len().max(after.len()) {
        let path = format!("{path}[{at}]");
        match (before.get(at), after.get(at)) {
            (Some(before), Some(after)) => compare(&path, key, before, after, found),
            (before, after) => found.push(one_sided(path, before, after)),
        }
    }
}

fn one_sided(path: String, before: Option<&Value>, after: Option<&Value>) -> Difference {
    Difference {
        path,
        before: before.cloned(),
        after: after.cloned(),
    }
}

/// What tells the items of a list apart: themselves, their name, location, path or number, what they point to, or (the
/// bindings of a policy) their permissions.
fn identity(item: &Value) -> Option<String> {
    const KEYS: &[&str] = &["name", "location", "path", "number", "resource"];
    match item {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => {
            let named = KEYS.iter().find_map(|key| fields.get(*key));
            match named {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => permissions(fields),
            }
        }
        _ => None,
    }
}

fn permissions(fields: &Map<String, Value>) -> Option<String> {
    let permissions = fields.get("permissions")?.as_array()?;
    let mut names: Vec<&str> = permissions.iter().filter_map(Value::as_str).collect();
    names.sort_unstable();
    Some(names.join(","))
}

/// Short links to what belongs to the org are told by their names.
fn label(name: &str) -> &str {
    match name.starts_with("//location/") || name.starts_with("//secret/") {
        true => link_name(name),
        false => name,
    }
}

fn below(path: &str, key: &str) -> String {
    let is_plain = key
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (path, is_plain) {
        ("", true) => key.to_owned(),
        (_, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{key}]"),
    }
}

/// 1 and 1.0 are one number.
fn is_equal(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Number(before), Value::Number(after)) => before.as_f64() == after.as_f64(),
        _ => before == after,
    }
}
