//! What becomes of resources as a whole.

use super::{Found, See};

pub(super) fn not_compared(see: &See<'_>) -> Vec<Found> {
    let unseen = see.sides.unseen.iter();
    unseen
        .map(|unseen| {
            let message = format!("{}: {}", unseen.resource, unseen.what);
            Found(unseen.resource.clone(), message)
        })
        .collect()
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
                        new.command("delete", "")
                    ),
                ));
            }
        }
    }
    found
}
