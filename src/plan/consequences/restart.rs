//! What restarts, and who notices.

use super::{Found, See, and};
use crate::plan::diff::Difference;
use crate::plan::resource::Resource;

pub(super) fn outage(see: &See<'_>) -> Vec<Found> {
    restarted(see)
        .filter(|(_, new)| new.workload_type() == "stateful")
        .map(|(old, new)| {
            let running = old.replicas();
            let alone: Vec<String> = running
                .iter()
                .filter(|(_, replicas)| **replicas == 1)
                .map(|(location, _)| (*location).to_owned())
                .collect();
            let who = match (alone.len(), running.len()) {
                (0, _) => {
                    "one after another in each location, all locations at the same time".to_owned()
                }
                (some, all) if some == all => {
                    "all at the same time: no node answers for one or two minutes".to_owned()
                }
                _ => format!(
                    "all locations at the same time, so that {} has none for one or two minutes",
                    and(&alone)
                ),
            };
            Found::new(
                new,
                format!("restarts every node of {}, {who}", new.id.name),
            )
        })
        .collect()
}

pub(super) fn pooler_restart(see: &See<'_>) -> Vec<Found> {
    restarted(see)
        .filter(|(_, new)| matches!(new.workload_type(), "standard" | "serverless"))
        .map(|(_, new)| {
            let message = format!(
                "replaces the replicas of {} one after another: each connection breaks once",
                new.id.name
            );
            Found::new(new, message)
        })
        .collect()
}

/// The workloads that get a new version: as they are, and as they will be.
fn restarted<'a>(see: &See<'a>) -> impl Iterator<Item = (&'a Resource, &'a Resource)> {
    see.changed()
        .filter(|(old, _, differences)| !old.workload_type().is_empty() && restarts(differences))
        .map(|(old, new, _)| (old, new))
}

/// Whether these differences of a workload make a new version of it.
pub(super) fn restarts(differences: &[Difference]) -> bool {
    differences.iter().any(|d| d.path.starts_with("spec"))
}
