//! SARIF 2.1.0, which code scanning services read.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::places::Spot;
use super::shown::Shown;
use crate::problem::{Code, Severity};

/// Writes one run with all problems.
pub(super) fn write(problems: &[Shown]) -> String {
    let mut codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = problems
        .iter()
        .map(|problem| result(problem, &codes))
        .collect();
    log(rules, results)
}

/// The whole log, of one run.
pub(crate) fn log(rules: Vec<Value>, results: Vec<Value>) -> String {
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.text(),
        "shortDescription": { "text": code.meaning() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning | Severity::Allowed => "warning",
    }
}

/// `rules` are the codes that are described, in their order.
fn result(problem: &Shown, rules: &[Code]) -> Value {
    let mut text = problem.message();
    if let Some(allowed) = &problem.allowed {
        let _ = write!(text, "\nallowed: {allowed}");
    }
    if let Some(fix) = &problem.fix {
        let _ = write!(text, "\nhelp: {fix}");
    }
    let mut result = json!({
        "ruleId": problem.code.text(),
        "ruleIndex": rules.iter().position(|code| *code == problem.code),
        "level": level(problem.code.severity()),
        "message": { "text": text },
        "locations": [location(problem.spot.as_ref(), problem.path.as_deref(), None)],
    });
    let also: Vec<Value> = problem
        .also
        .iter()
        .map(|(spot, label)| location(spot.as_ref(), None, Some(label)))
        .collect();
    if let Value::Object(fields) = &mut result {
        if !also.is_empty() {
            fields.insert("relatedLocations".to_owned(), Value::Array(also));
        }
        if let Some(reason) = &problem.reason {
            let said = json!([{ "kind": "inSource", "justification": reason }]);
            fields.insert("suppressions".to_owned(), said);
        }
    }
    result
}

/// A file has a region; a flag, and a path in the values, have a name.
pub(crate) fn location(spot: Option<&Spot>, path: Option<&str>, label: Option<&str>) -> Value {
    let mut location = serde_json::Map::new();
    if let Some((spot, file)) = spot.and_then(|spot| Some((spot, spot.file()?))) {
        let region = json!({
            "startLine": spot.line,
            "startColumn": spot.column,
            "endLine": spot.line,
            "endColumn": spot.end_column,
        });
        let place = json!({ "artifactLocation": { "uri": uri(file) }, "region": region });
        location.insert("physicalLocation".to_owned(), place);
    }
    let elsewhere = spot.filter(|spot| spot.file().is_none()).map(|spot| {
        let kind = if spot.is_in_flag() {
            "parameter"
        } else {
            "resource"
        };
        json!({ "fullyQualifiedName": spot.words(), "kind": kind })
    });
    let path = path.map(|path| json!({ "fullyQualifiedName": path, "kind": "value" }));
    let names: Vec<Value> = elsewhere.into_iter().chain(path).collect();
    if !names.is_empty() {
        location.insert("logicalLocations".to_owned(), Value::Array(names));
    }
    if let Some(label) = label {
        location.insert("message".to_owned(), json!({ "text": label }));
    }
    Value::Object(location)
}

/// A path as a relative (or, from the root, absolute) reference.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in file.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(char::from(byte))
            }
            b'\\' => uri.push('/'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
