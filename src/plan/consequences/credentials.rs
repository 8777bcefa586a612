//! What becomes of the credentials.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::readable::referenced;
use super::restart::restarts;
use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::diff::Difference;
use crate::plan::resource::{Id, Resource};

/// Keys that PostgreSQL reads when a volume is filled for the first time.
const FIRST_BOOT: &[&str] = &["database", "username"];

pub(super) fn first_boot_only(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (_, new, differences) in see.changed() {
        let keys = changed_keys(differences);
        let fixed: Vec<&str> = FIRST_BOOT
            .iter()
            .copied()
            .filter(|key| keys.contains(key))
            .collect();
        if new.id.kind == "secret"
            && !fixed.is_empty()
            && !readers(see, &new.id.name, &fixed).is_empty()
        {
            found.push(Found::new(
                new,
                format!(
                    "{} made when a volume is filled for the first time: nodes that hold data keep the old, and nothing finds the new",
                    match fixed.as_slice() {
                        [one] => format!("the {one} is"),
                        _ => "username and database are".to_owned(),
                    }
                ),
            ));
        }
    }
    found
}

pub(super) fn credentials(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (_, new, differences) in see.changed().filter(|(_, new, _)| new.id.kind == "secret") {
        let mut keys: Vec<&str> = changed_keys(differences).into_iter().collect();
        // a restart does not bring these: see `first_boot_only`
        keys.retain(|key| !FIRST_BOOT.contains(key));
        // a workload that restarts anyway takes the new ones along
        let restarted = |workload: &Resource| {
            see.changed()
                .any(|(_, new, differences)| new.is_same(workload) && restarts(differences))
        };
        let stale: Vec<String> = readers(see, &new.id.name, &keys)
            .into_iter()
            .filter(|workload| workload.workload_type() != "cron" && !restarted(workload))
            .map(|workload| format!("`{}`", workload.command("force-redeployment", "")))
            .collect();
        if !stale.is_empty() {
            found.push(Found::new(
                new,
                format!(
                    "running replicas keep the old {}: after applying, {}",
                    and(&keys.iter().map(|key| quoted(key)).collect::<Vec<_>>()),
                    stale.join(" and ")
                ),
            ));
        }
        if differences.iter().any(is_other_file) {
            let is_same = |workload: &&Resource| {
                !see.changed()
                    .any(|(_, changed, _)| changed.is_same(workload))
                    && see.before(workload).is_some()
            };
            let all = see
                .sides
                .new
                .iter()
                .filter(|it| it.workload_type() != "cron");
            let users = all.filter(|it| referenced(it).contains(new.id.name.as_str()));
            found.extend(users.filter(is_same).map(|workload| {
                let message = format!(
                    "replicas of {} that run keep the old file, those that start have the new one: after applying, `{}`",
                    workload.id.name,
                    workload.command("force-redeployment", "")
                );
                Found::new(new, message)
            }));
        }
    }
    found
}

/// Whether a file differs in more than its list of nodes, which whatever runs learns from the new ones.
fn is_other_file(difference: &Difference) -> bool {
    let lines = |side: &Option<Value>| -> BTreeSet<String> {
        let text = side.as_ref().and_then(Value::as_str).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let (before, after) = (lines(&difference.before), lines(&difference.after));
    difference.path == "data.payload"
        && before
            .symmetric_difference(&after)
            .any(|line| !line.ends_with(".cpln.local"))
}

/// A dictionary's keys that changed.
fn changed_keys(differences: &[Difference]) -> BTreeSet<&str> {
    differences
        .iter()
        .filter(|d| d.before.is_some() && d.after.is_some())
        .filter_map(|d| d.path.strip_prefix("data."))
        .collect()
}

/// The workloads that take a key of this secret as the value of a variable.
fn readers<'a>(see: &See<'a>, secret: &'a str, keys: &[&str]) -> Vec<&'a Resource> {
    let links: Vec<String> = keys
        .iter()
        .map(|key| format!("cpln://secret/{secret}.{key}"))
        .collect();
    let reads = |workload: &&Resource| {
        workload
            .containers()
            .filter_map(|container| container.get("env")?.as_array())
            .flatten()
            .filter_map(|variable| variable.get("value")?.as_str())
            .any(|value| links.iter().any(|link| link == value))
    };
    see.sides.new.iter().filter(reads).collect()
}

/// Secrets that somebody else makes, and that workloads refer to only now; and the other way round.
pub(super) fn secret_must_exist(see: &See<'_>) -> Vec<Found> {
    let known: BTreeSet<&str> = see.sides.old.iter().flat_map(referenced).collect();
    // what is in one that somebody else made is not known, so it may not be what is written now
    let are_compared = known
        .iter()
        .all(|secret| see.old.named(&Id::new("secret", secret)).is_some());
    let mut users: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for workload in &see.sides.new {
        for secret in referenced(workload)
            .into_iter()
            .filter(|secret| !known.contains(secret))
        {
            users
                .entry(secret)
                .or_default()
                .push(workload.id.name.clone());
        }
    }
    let mut found = Vec::new();
    for (secret, users) in users {
        let id = Id::new("secret", secret);
        let written = see.new.named(&id);
        let must = match written {
            None => "exist before applying, with",
            // a script or a configuration
            Some(written) if are_compared || written.text(&["type"]) != Some("dictionary") => {
                continue;
            }
            Some(_) => "hold",
        };
        if known.is_empty() {
            continue;
        }
        found.push(Found(
            id.to_string(),
            format!(
                "{} take their credentials from secret {secret}: it must {must} the user and the database that the nodes \
                 were made with, and the password that is in use",
                and(&users),
            ),
        ));
    }
    found
}
