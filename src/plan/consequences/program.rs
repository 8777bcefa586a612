//! What a workload runs.

use serde_json::{Map, Value};

use super::readable::texts;
use super::{Found, See, and};
use crate::manifests::is_script;
use crate::plain::quoted;
use crate::plan::resource::Resource;

type Container = Map<String, Value>;

pub(super) fn other_program(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("workload") {
        for before in old.containers() {
            let other = match new.containers().find(|after| name(after) == name(before)) {
                None => vec!["it is gone".to_owned()],
                Some(after) => others(before, after, new.workload_type() == "cron"),
            };
            if !other.is_empty() {
                let (container, other) = (quoted(name(before)), and(&other));
                let message = format!(
                    "container {container} of {} does not run what it did: {other}. What it does now cannot be told",
                    new.id.name
                );
                found.push(Found::new(new, message));
            }
        }
    }
    let is_script = |side: &Resource| is_script(&side.id.kind, &side.id.name, &side.data);
    let hidden = see
        .changed_of("secret")
        .filter(|(old, new, _)| is_script(old) && !is_script(new));
    found.extend(hidden.map(|(_, new, _)| {
        let message = format!(
            "{} is no plain text any more: what it does cannot be told",
            new.id
        );
        Found::new(new, message)
    }));
    found
}

/// What makes a container another one than before. What a backup is given depends on where its dumps go.
fn others(before: &Container, after: &Container, is_backup: bool) -> Vec<String> {
    let differs = |key: &&str| before.get(*key) != after.get(*key);
    let is_gone = |key: &&str| before.contains_key(*key) && !after.contains_key(*key);
    let started = ["command", "args", "workingDir"]
        .into_iter()
        .filter(differs);
    let asked = ["readinessProbe", "livenessProbe"]
        .into_iter()
        .filter(is_gone);
    let lost = [("env", "name"), ("volumes", "path")]
        .into_iter()
        .filter(|(list, _)| !(is_backup && *list == "env"))
        .flat_map(|(list, key)| {
            let has = |item: &str| texts(after, list, key).any(|other| other == item);
            let gone: Vec<&str> = texts(before, list, key).filter(|item| !has(item)).collect();
            gone
        });
    let started = started.map(|key| format!("another {}", quoted(key)));
    let missing = asked
        .chain(lost)
        .map(|key| format!("without {}", quoted(key)));
    started.chain(missing).collect()
}

fn name(container: &Container) -> &str {
    container
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
}
