//! Words that every look of a plan shares.

use std::fmt::Write as _;

use serde_json::Value;

use crate::layers::SourceKind;
use crate::plain::{plain, plain_lines};
use crate::plan::{Action, Cause, Consequence, Plan, Side};
use crate::problem::Place;
use crate::report::{Places, Spot};

/// `prod: 1 to create, 3 to change, 0 to delete`
pub(crate) fn summary(plan: &Plan) -> String {
    let mut counts = match (plan.is_empty(), plan.changes.is_empty()) {
        (true, _) => "nothing changes".to_owned(),
        (false, true) => "no difference was seen".to_owned(),
        _ => format!(
            "{} to create, {} to change, {} to delete",
            plan.count(Action::Create),
            plan.count(Action::Change),
            plan.count(Action::Delete)
        ),
    };
    for (count, what) in [
        (plan.count(Action::Stay), "to stay"),
        (plan.unseen.len(), "not compared"),
    ] {
        if count > 0 {
            let _ = write!(counts, ", {count} {what}");
        }
    }
    match plan.title.as_str() {
        "" => counts,
        title => format!("{title}: {counts}"),
    }
}

/// `3 → 5`, `added`, `changed`
pub(crate) fn arrow(before: &Side, after: &Side) -> String {
    match (before, after) {
        (Side::Secret, Side::Absent) => "removed, not shown".to_owned(),
        (Side::Absent, Side::Secret) => "added, not shown".to_owned(),
        (Side::Secret, _) | (_, Side::Secret) => "changed, not shown".to_owned(),
        (Side::Absent, Side::Value(value)) => match short(value) {
            Some(text) => format!("+ {text}"),
            None => "added".to_owned(),
        },
        (Side::Value(value), Side::Absent) => match short(value) {
            Some(text) => format!("- {text}"),
            None => "removed".to_owned(),
        },
        (Side::Value(before), Side::Value(after)) => match (short(before), short(after)) {
            (Some(before), Some(after)) => format!("{before} → {after}"),
            _ => "changed".to_owned(),
        },
        (Side::Absent, Side::Absent) => String::new(),
    }
}

/// A value that fits into a line; `None` for one that does not.
pub(crate) fn short(value: &Value) -> Option<String> {
    const MOST: usize = 60;
    let text = match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => plain_lines(text).into_owned(),
        value => plain(&value.to_string()).into_owned(),
    };
    let is_checksum = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_checksum {
        return Some(format!("{}…", text.get(..8).unwrap_or_default()));
    }
    let is_short = match value {
        Value::String(text) => !text.contains('\n'),
        Value::Object(fields) => fields.is_empty(),
        _ => text.chars().count() <= MOST,
    };
    is_short.then_some(text)
}

/// `gvc.locations[aws-eu-central-1].replicas   3 → 5   (prod.yaml:9)`
pub(crate) fn cause(cause: &Cause, places: Option<&mut Places<'_>>) -> String {
    let place = match places.and_then(|places| spot(cause, places)) {
        Some(spot) => format!("   ({})", at(&spot)),
        None => String::new(),
    };
    format!(
        "{}   {}{place}",
        plain(&cause.path),
        arrow(&cause.before, &cause.after)
    )
}

/// The values that are behind a consequence: those that change its resource.
pub(crate) fn causes_of<'p>(
    plan: &'p Plan,
    consequence: &Consequence,
) -> impl Iterator<Item = &'p Cause> {
    let change = plan
        .changes
        .iter()
        .find(|change| change.id.to_string() == consequence.resource);
    let mut all: Vec<usize> = change.map_or_else(Vec::new, |change| {
        let paths = change.paths.iter().flat_map(|path| &path.causes);
        change.causes.iter().chain(paths).copied().collect()
    });
    let mut seen = Vec::new();
    all.retain(|at| {
        !seen.contains(at) && {
            seen.push(*at);
            true
        }
    });
    all.into_iter().filter_map(|at| plan.causes.get(at))
}

/// Where a cause was written.
pub(crate) fn spot(cause: &Cause, places: &mut Places<'_>) -> Option<Spot> {
    match &cause.place {
        Place::Nowhere => None,
        place => places.spot(place),
    }
}

fn at(spot: &Spot) -> String {
    match spot.kind {
        SourceKind::BuiltIn => "built-in default".to_owned(),
        SourceKind::Flag(_) => spot.name.clone(),
        _ => format!("{}:{}", spot.name, spot.line),
    }
}
