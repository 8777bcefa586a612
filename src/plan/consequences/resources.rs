//! What becomes of resources as a whole.

use super::{Found, See};
use crate::plan::Action;
use crate::plan::resource::Resource;

pub(super) fn new_cluster(see: &See<'_>) -> Vec<Found> {
    let left = see.left_behind();
    let Some(old) = left.first() else {
        return Vec::new();
    };
    let new = see
        .of(Action::Create)
        .filter_map(|change| change.new)
        .find(|resource| resource.id.kind == "volumeset");
    let Some(new) = new else { return Vec::new() };
    let place = |resource: &Resource| {
        let gvc = resource.gvc.as_deref().unwrap_or("?");
        format!("`{}` in GVC `{gvc}`", resource.id.name)
    };
    vec![Found::new(
        new,
        format!(
            "a second, empty cluster with volumes {}; the old one with {} keeps running, and no data moves",
            place(new),
            place(old),
        ),
    )]
}

pub(super) fn immutable(see: &See<'_>) -> Vec<Found> {
    const FIELDS: &[(&str, &str, &str)] = &[
        ("workload", "spec.type", "delete the workload, then apply"),
        (
            "volumeset",
            "spec.fileSystemType",
            "it takes a new volume set, and the data does not follow",
        ),
        (
            "volumeset",
            "spec.performanceClass",
            "it takes a new volume set, and the data does not follow",
        ),
        ("policy", "targetKind", "delete the policy, then apply"),
    ];
    let mut found = Vec::new();
    for (_, new, differences) in see.changed() {
        for (kind, path, way) in FIELDS {
            if new.id.kind == *kind && differences.iter().any(|d| d.path == *path) {
                let message = format!("the platform refuses to change `{path}`: {way}");
                found.push(Found::new(new, message));
            }
        }
    }
    found
}

pub(super) fn restart(see: &See<'_>) -> Vec<Found> {
    let is_served = |kind: &str| matches!(kind, "stateful" | "standard" | "serverless");
    see.changed()
        .filter(|(old, _, _)| is_served(old.workload_type()))
        .filter(|(_, _, differences)| differences.iter().any(|d| d.path.starts_with("spec")))
        .map(|(_, new, _)| {
            let message = format!(
                "restarts every replica of {} in every location",
                new.id.name
            );
            Found::new(new, message)
        })
        .collect()
}

pub(super) fn provider_stays(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see
        .changed()
        .filter(|(_, new, _)| new.id.kind == "identity")
    {
        for provider in ["aws", "gcp", "azure"] {
            if old.get(&[provider]).is_some() && new.get(&[provider]).is_none() {
                found.push(Found::new(
                    new,
                    format!(
                        "its `{provider}` block stays attached: applying merges. To take the access away, `{}`, then apply",
                        new.command("delete")
                    ),
                ));
            }
        }
    }
    found
}

pub(super) fn not_deleted(see: &See<'_>) -> Vec<Found> {
    // a command that deletes a cluster is not for copying by accident
    if !see.left_behind().is_empty() {
        return Vec::new();
    }
    see.of(Action::Delete)
        .filter_map(|change| change.old)
        .map(|old| {
            let message = format!("applying never deletes: `{}`", old.command("delete"));
            Found::new(old, message)
        })
        .collect()
}
