//! One JSON array.

use serde_json::{Value, json};

use super::places::Spot;
use super::shown::Shown;

/// Writes all problems.
pub(super) fn write(problems: &[Shown]) -> String {
    let problems: Vec<Value> = problems.iter().map(problem).collect();
    format!("{:#}\n", Value::Array(problems))
}

fn problem(problem: &Shown) -> Value {
    let also = problem
        .also
        .iter()
        .map(|(spot, label)| with_place(json!({ "message": label }), spot.as_ref()));
    let value = json!({
        "severity": problem.severity.text(),
        "code": problem.code.text(),
        "path": problem.path,
        "message": problem.message(),
        "found": problem.found,
        "allowed": problem.allowed,
        "fix": problem.fix,
    });
    let mut value = with_place(value, problem.spot.as_ref());
    if let Value::Object(fields) = &mut value {
        fields.insert("also".to_owned(), also.collect());
        if let Some(reason) = &problem.reason {
            fields.insert("reason".to_owned(), reason.as_str().into());
        }
    }
    value
}

/// A flag has a character instead of a line: `line` is 1 then.
fn with_place(mut value: Value, spot: Option<&Spot>) -> Value {
    let flag = spot.filter(|spot| spot.is_in_flag());
    let file = spot.filter(|spot| !spot.is_in_flag());
    if let Value::Object(fields) = &mut value {
        let mut field = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        field("file", json!(file.map(|spot| &spot.name)));
        field("flag", json!(flag.map(|spot| &spot.name)));
        field("line", json!(spot.map(|spot| spot.line)));
        field("column", json!(spot.map(|spot| spot.column)));
        field("endLine", json!(spot.map(|spot| spot.line)));
        field("endColumn", json!(spot.map(|spot| spot.end_column)));
    }
    value
}
