//! Values as YAML that every reader takes for the same.

use std::fmt::Write as _;

use crate::layers::{Kind, Node, Scalar, Value};
use crate::manifests::yaml_scalar;

/// One document.
pub(super) fn write(node: &Node) -> String {
    let mut out = String::new();
    block(&mut out, node, 0, false);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// A scalar, or an empty list or mapping, in one line.
pub(super) fn line(value: &Value) -> String {
    match value {
        Value::Null { .. } => "null".to_owned(),
        Value::List(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
        Value::Scalar(scalar) => plain(scalar),
    }
}

fn plain(scalar: &Scalar) -> String {
    match scalar.kind {
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        // As written, so that a version such as 1.10 stays what it is; readers do not agree on other forms.
        Kind::Float(_) if is_decimal(&scalar.text) => scalar.text.clone(),
        Kind::Float(value) if value.is_finite() => format!("{value:?}"),
        Kind::Float(_) => scalar.text.clone(),
        Kind::Text => yaml_scalar(&scalar.text),
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.strip_prefix('-')
        .unwrap_or(text)
        .split_once('.')
        .is_some_and(|(whole, fraction)| digits(whole) && digits(fraction))
}

/// Writes a value from where the line stands; `in_item` when that is behind the dash of a list item.
fn block(out: &mut String, node: &Node, indent: usize, in_item: bool) {
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => {
            for (at, entry) in entries.iter().enumerate() {
                if at > 0 || !in_item {
                    let _ = write!(out, "{:indent$}", "");
                }
                let _ = write!(out, "{}:", yaml_scalar(&entry.key));
                below(out, &entry.node, indent + 2);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 || !in_item {
                    let _ = write!(out, "{:indent$}", "");
                }
                out.push_str("- ");
                block(out, item, indent + 2, true);
            }
        }
        value => {
            let _ = writeln!(out, "{}", line(value));
        }
    }
}

/// Writes a value behind its key.
fn below(out: &mut String, node: &Node, indent: usize) {
    let is_block = match &node.value {
        Value::Map(entries) => !entries.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Null { .. } | Value::Scalar(_) => false,
    };
    out.push(if is_block { '\n' } else { ' ' });
    block(out, node, indent, false);
}
