//! Changes of a manifest's text that leave all else as it is, comments too.

use crate::layers::{self, Node, SourceId, Value};
use crate::manifests::Manifest;
use crate::problem::Problems;

/// Kinds that hold the data: no way in deletes them on its own.
pub(super) const KEPT: &[&str] = &["gvc", "volumeset"];

fn read(text: &str) -> Option<Node> {
    layers::read_yaml(SourceId::NONE, text, &mut Problems::default())?.pop()
}

/// A manifest without some of its keys.
pub(super) fn without(manifest: &Manifest, keys: &[&str]) -> String {
    let text = manifest.yaml();
    let Some(Value::Map(entries)) = read(&text).map(|root| root.value) else {
        return String::new();
    };
    let starts: Vec<usize> = entries
        .iter()
        .map(|entry| line_start(&text, entry.key_span.start))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let kept = entries
        .iter()
        .zip(starts.iter().zip(ends))
        .filter(|(entry, _)| !keys.contains(&entry.key.as_str()));
    kept.filter_map(|(_, (start, end))| text.get(*start..end))
        .collect()
}

/// A manifest with one more tag, before all others.
pub(super) fn with_tag(manifest: &Manifest, key: &str, value: &str) -> String {
    let text = manifest.yaml();
    let root = read(&text);
    let tags = root.as_ref().and_then(|root| root.get("tags"));
    let Some(tags) = tags else {
        return format!("{text}tags:\n  {key}: {value}\n");
    };
    let (at, tag) = match &tags.value {
        Value::Map(entries) if entries.iter().any(|entry| entry.key == key) => return text,
        Value::Map(entries) if text[tags.span.start..].starts_with('{') => {
            let comma = if entries.is_empty() { "" } else { ", " };
            (tags.span.start + 1, format!("{key}: {value}{comma}"))
        }
        Value::Map(entries) => {
            let start = entries
                .first()
                .map_or(tags.span.start, |entry| entry.key_span.start);
            let line = line_start(&text, start);
            (
                line,
                format!("{:indent$}{key}: {value}\n", "", indent = start - line),
            )
        }
        _ => return text,
    };
    let (before, behind) = text.split_at(at);
    format!("{before}{tag}{behind}")
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}
