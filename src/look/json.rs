//! One JSON object. Secrets are `[redacted]`; of a long text that changed there is also a `diff`.

use serde_json::{Value, json};

use super::text;
use crate::layers::secret::REDACTED;
use crate::plain;
use crate::plan::{Action, Change, PathChange, Plan, Side, Tag, What};
use crate::report::Places;

/// Writes everything.
pub(crate) fn write(plan: &Plan, mut places: Option<Places<'_>>) -> String {
    let mut changes = Vec::new();
    for change in &plan.changes {
        changes.push(of_change(plan, change, places.as_mut()));
    }
    let consequences: Vec<Value> = plan
        .consequences
        .iter()
        .map(|consequence| {
            json!({
                "rule": consequence.rule.text(),
                "severity": consequence.rule.severity().text(),
                "resource": consequence.resource,
                "message": consequence.message,
            })
        })
        .collect();
    let plan = json!({
        "summary": {
            "create": plan.count(Action::Create),
            "change": plan.count(Action::Change),
            "delete": plan.count(Action::Delete),
            "stay": plan.count(Action::Stay),
            "notCompared": plan.unseen.len(),
        },
        "changes": changes,
        "consequences": consequences,
        "notes": plan.notes,
    });
    plain::json(&format!("{plan:#}\n")).into_owned()
}

fn of_change(plan: &Plan, change: &Change, mut places: Option<&mut Places<'_>>) -> Value {
    let mut paths = Vec::new();
    for path in &change.paths {
        paths.push(of_path(plan, path, places.as_deref_mut()));
    }
    let action = match change.action {
        Action::Create => "create",
        Action::Change => "change",
        Action::Delete => "delete",
        Action::Stay => "stay",
    };
    let mut value = json!({
        "action": action,
        "kind": change.id.kind,
        "name": change.id.name,
        "paths": paths,
    });
    add_causes(plan, &change.causes, places, &mut value);
    value
}

fn of_path(plan: &Plan, path: &PathChange, places: Option<&mut Places<'_>>) -> Value {
    let mut value = match &path.what {
        What::Values(before, after) => {
            json!({ "path": path.path, "before": side(before), "after": side(after) })
        }
        What::Lines(lines) => json!({
            "path": path.path,
            "before": lines.of(Tag::Removed).collect::<Vec<_>>().join("\n"),
            "after": lines.of(Tag::Added).collect::<Vec<_>>().join("\n"),
            "diff": lines.text(),
        }),
    };
    add_causes(plan, &path.causes, places, &mut value);
    value
}

fn add_causes(
    plan: &Plan,
    causes: &[usize],
    mut places: Option<&mut Places<'_>>,
    value: &mut Value,
) {
    let mut because = Vec::new();
    for cause in causes.iter().filter_map(|at| plan.causes.get(*at)) {
        let spot = places
            .as_deref_mut()
            .and_then(|places| text::spot(cause, places));
        let file = spot
            .as_ref()
            .and_then(|spot| Some((spot.file()?, spot.line)));
        let flag = spot.as_ref().filter(|spot| spot.is_in_flag());
        because.push(json!({
            "path": cause.path,
            "before": side(&cause.before),
            "after": side(&cause.after),
            "file": file.map(|(file, _)| file),
            "line": file.map(|(_, line)| line),
            "flag": flag.map(|spot| &spot.name),
        }));
    }
    if let (Value::Object(fields), false) = (value, because.is_empty()) {
        fields.insert("because".to_owned(), because.into());
    }
}

fn side(side: &Side) -> Value {
    match side {
        Side::Absent => Value::Null,
        Side::Secret => REDACTED.into(),
        Side::Value(value) => value.clone(),
    }
}
