//! What becomes of the credentials.

use std::collections::BTreeSet;

use super::restart::restarts;
use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::diff::Difference;
use crate::plan::normalize::is_name;
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
    }
    found
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

/// Secrets that somebody else makes, and that workloads refer to only now.
pub(super) fn secret_must_exist(see: &See<'_>) -> Vec<Found> {
    let known: BTreeSet<&str> = see.sides.old.iter().flat_map(referenced).collect();
    let mut found = Vec::new();
    for secret in see
        .sides
        .new
        .iter()
        .flat_map(referenced)
        .collect::<BTreeSet<_>>()
    {
        let id = Id::new("secret", secret);
        let is_written = see.sides.new.iter().any(|resource| resource.id == id);
        if known.is_empty() || known.contains(secret) || is_written {
            continue;
        }
        let users: Vec<String> = see
            .sides
            .new
            .iter()
            .filter(|workload| referenced(workload).contains(secret))
            .map(|workload| workload.id.name.clone())
            .collect();
        found.push(Found(
            id.to_string(),
            format!(
                "{} take their credentials from secret {secret}: it must exist before applying, with the user and the \
                 database that the nodes were made with, and the password that is in use",
                and(&users)
            ),
        ));
    }
    found
}

/// The secrets behind the variables of a workload.
fn referenced(resource: &Resource) -> BTreeSet<&str> {
    resource
        .containers()
        .filter_map(|container| container.get("env")?.as_array())
        .flatten()
        .filter_map(|variable| {
            variable
                .get("value")?
                .as_str()?
                .strip_prefix("cpln://secret/")
        })
        .filter(|link| is_name(link))
        .map(|link| link.split_once('.').map_or(link, |(secret, _)| secret))
        .collect()
}
