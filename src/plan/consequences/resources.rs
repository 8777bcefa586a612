//! What becomes of resources as a whole.

use super::{Found, See};
use crate::plan::resource::Resource;

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
    const OF_NEW_VOLUMES: &[&str] = &["spec.customEncryption", "spec.storageClassSuffix"];
    let mut found = Vec::new();
    for (_, new, differences) in see.changed() {
        let differs = |path: &str| {
            let is_below = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
            differences
                .iter()
                .any(|d| d.path.strip_prefix(path).is_some_and(is_below))
        };
        for (kind, path, way) in FIELDS {
            if new.id.kind == *kind && differs(path) {
                let message = format!("the platform refuses to change `{path}`: {way}");
                found.push(Found::new(new, message));
            }
        }
        for path in OF_NEW_VOLUMES {
            if new.id.kind == "volumeset" && differs(path) {
                let message = format!(
                    "volumes that exist keep their `{path}`: it takes new volumes, one node after another with fewer \
                     replicas and then more, or a new volume set"
                );
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

pub(super) fn unprotected(see: &See<'_>) -> Vec<Found> {
    const PROTECTED: &str = "cpln/protected";
    let is_protected = |resource: &Resource| resource.tag(PROTECTED) == Some("true");
    see.changed()
        .filter(|(old, new, _)| is_protected(old) && !is_protected(new))
        .map(|(_, new, _)| {
            Found::new(
                new,
                format!(
                    "{} can be deleted from then on: its tag `{PROTECTED}` goes",
                    new.id
                ),
            )
        })
        .collect()
}
