//! What the files that look at several fields at once share.

use crate::layers::{Node, Value};
use crate::problem::{Code, Path, Problem};

pub(super) fn refuse(path: Path, found: impl Into<String>, allowed: impl Into<String>) -> Problem {
    Problem::of_value(Code::Conflict, path, found).allowed(allowed)
}

pub(super) fn items<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = (usize, &'n Node)> {
    let items = match node.get(key).map(|list| &list.value) {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().enumerate()
}
