//! `--origin`: a line for each value, with the place that wrote it and the places of what it hid.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{redacted, yaml};
use crate::layers::{Node, SourceId, Span, Value, secret};
use crate::merge::{Merged, Removal};
use crate::problem::{Path, Place};
use crate::report::{Places, Spot};

/// Longer lines are not aligned with the others.
const WIDEST: usize = 46;

/// One value.
struct Origin {
    path: Path,
    what: What,
    from: Option<Spot>,
    hid: Vec<Hidden>,
}

/// What stands at a path.
enum What {
    /// A scalar, or an empty list or mapping.
    Value(Value),
    /// A list that took the place of another, with this many items.
    List(usize),
    /// Nothing: a `null` took the key away.
    Removed,
}

/// A value of a lower layer, and its place.
struct Hidden {
    written: String,
    spot: Spot,
}

/// As people read it.
pub(super) fn text(merged: &Merged) -> String {
    let origins = all(merged);
    let lefts: Vec<String> = origins.iter().map(Origin::left).collect();
    let width = lefts
        .iter()
        .map(|left| left.chars().count())
        .filter(|width| *width <= WIDEST)
        .max();
    let width = width.unwrap_or(0);
    let mut out = String::new();
    for (origin, left) in origins.iter().zip(&lefts) {
        let _ = write!(
            out,
            "{left:width$}  # {}",
            origin.from.as_ref().map_or_else(String::new, Spot::words)
        );
        for hidden in &origin.hid {
            let written = if hidden.written.is_empty() {
                String::new()
            } else {
                format!("{} ", hidden.written)
            };
            let _ = write!(out, "; over {written}at {}", hidden.spot.words());
        }
        out.push('\n');
    }
    out
}

/// As programs read it.
pub(super) fn json(merged: &Merged) -> String {
    let origins: Vec<Json> = all(merged)
        .iter()
        .map(|origin| {
            let mut fields = json!({
                "path": origin.path.to_string(),
                "from": origin.from.as_ref().map(place),
                "over": origin.hid.iter().map(|hidden| place(&hidden.spot)).collect::<Json>(),
            });
            match &origin.what {
                What::Value(value) => fields["value"] = to_json(value),
                What::List(count) => fields["items"] = json!(count),
                What::Removed => fields["removed"] = json!(true),
            }
            fields
        })
        .collect();
    format!("{:#}\n", Json::Array(origins))
}

impl Origin {
    fn of(node: &Node, path: &Path, what: What, places: &mut Places<'_>) -> Self {
        Self {
            path: path.clone(),
            what,
            from: places.spot(&Place::At(node.span)),
            hid: hidden(&node.hid, path, places),
        }
    }

    fn left(&self) -> String {
        let what = match &self.what {
            What::Value(value) => yaml::line(value),
            What::List(1) => "(1 item)".to_owned(),
            What::List(count) => format!("({count} items)"),
            What::Removed => "(removed)".to_owned(),
        };
        format!("{}: {what}", self.path)
    }
}

fn place(spot: &Spot) -> Json {
    match spot.is_in_flag() {
        true => json!({ "flag": spot.name, "character": spot.column }),
        false => json!({ "file": spot.name, "line": spot.line, "column": spot.column }),
    }
}

fn to_json(value: &Value) -> Json {
    let span = Span {
        source: SourceId::BUILT_IN,
        start: 0,
        end: 0,
    };
    Node::new(value.clone(), span).to_json()
}

/// Every value that is not a list or mapping of others, then what was removed.
fn all(merged: &Merged) -> Vec<Origin> {
    let mut places = Places::new(merged);
    let mut origins = Vec::new();
    collect(
        &redacted(merged.tree()),
        &Path::root(),
        &mut places,
        &mut origins,
    );
    // That the built-in file gives a key no value is no removal.
    let is_own = |removal: &&Removal| !merged.sources().is_built_in(removal.span);
    for (path, removal) in merged
        .removed()
        .iter()
        .filter(|(_, removal)| is_own(removal))
    {
        origins.push(Origin {
            path: path.clone(),
            what: What::Removed,
            from: places.spot(&Place::At(removal.span)),
            hid: hidden(&removal.hid, path, &mut places),
        });
    }
    origins
}

fn collect(node: &Node, path: &Path, places: &mut Places<'_>, origins: &mut Vec<Origin>) {
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => {
            for entry in entries {
                collect(&entry.node, &path.key(&entry.key), places, origins);
            }
        }
        Value::List(items) if !items.is_empty() => {
            if !node.hid.is_empty() {
                origins.push(Origin::of(node, path, What::List(items.len()), places));
            }
            for (at, item) in items.iter().enumerate() {
                collect(item, &path.index(at), places, origins);
            }
        }
        value => origins.push(Origin::of(node, path, What::Value(value.clone()), places)),
    }
}

fn hidden(spans: &[Span], path: &Path, places: &mut Places<'_>) -> Vec<Hidden> {
    let is_secret = secret::is_below_secret(path);
    let mut found = Vec::new();
    for span in spans {
        let Some(spot) = places.spot(&Place::At(*span)) else {
            continue;
        };
        let written = places.written(&spot);
        let is_short = !is_secret && !places.is_cut(&spot, *span);
        found.push(Hidden {
            written: if is_short {
                written.to_owned()
            } else {
                String::new()
            },
            spot,
        });
    }
    found
}
