//! What restarts, and who notices.

use std::collections::{BTreeMap, BTreeSet};

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
                (some, all) if some == all && all > 1 => {
                    "all at the same time: one of them stays until another one is back, for 90 seconds at most"
                        .to_owned()
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

pub(super) fn stopped(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see
        .changed_of("workload")
        .filter(|(_, new, _)| new.workload_type() != "cron")
    {
        let left: BTreeSet<&str> = new.locations().collect();
        let mut gone: Vec<&str> = old
            .locations()
            .filter(|location| !left.contains(location))
            .collect();
        if !gone.is_empty() {
            // with the nodes of a location goes all else there
            let nodes = see
                .sides
                .new
                .iter()
                .find(|it| it.workload_type() == "stateful" && it.gvc == new.gvc);
            let stay: BTreeSet<&str> = nodes.into_iter().flat_map(Resource::locations).collect();
            gone.retain(|location| stay.contains(location));
        }
        let gone: Vec<String> = gone.into_iter().map(str::to_owned).collect();
        if new.workload_type() != "stateful" && !gone.is_empty() {
            found.push(Found::new(
                new,
                format!("{} does not run in {} any more", new.id.name, and(&gone)),
            ));
        }
        let closed: Vec<String> = ports(old)
            .difference(&ports(new))
            .map(u64::to_string)
            .collect();
        if !closed.is_empty() {
            found.push(Found::new(
                new,
                format!(
                    "nothing answers at port {} of {} any more",
                    and(&closed),
                    new.id.name
                ),
            ));
        }
    }
    found
}

fn ports(workload: &Resource) -> BTreeSet<u64> {
    workload
        .containers()
        .filter_map(|container| container.get("ports")?.as_array())
        .flatten()
        .filter_map(|port| port.get("number")?.as_u64())
        .collect()
}

/// The workloads that get a new version: as they are, and as they will be.
fn restarted<'a>(see: &See<'a>) -> impl Iterator<Item = (&'a Resource, &'a Resource)> {
    see.changed()
        .filter(|(old, _, differences)| !old.workload_type().is_empty() && restarts(differences))
        .map(|(old, new, _)| (old, new))
}

/// What runs takes up a list of nodes without a restart; so who is retired is known as soon as one node has the new list.
pub(super) fn taken_up(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, differences) in see.changed_of("workload") {
        if restarts(differences) || !differences.iter().any(|d| is_scale(&d.path)) {
            continue;
        }
        if new.workload_type() != "stateful" {
            let message = format!("no replica of {} that runs restarts", new.id.name);
            found.push(Found::new(new, message));
            continue;
        }
        let (before, after) = (old.replicas(), new.replicas());
        let more = |a: &BTreeMap<&str, u64>, b: &BTreeMap<&str, u64>| {
            a.iter()
                .any(|(at, count)| b.get(at).is_none_or(|other| count > other))
        };
        if more(&after, &before) {
            let message = "no node that runs restarts: nodes and poolers learn from the new ones who has come";
            found.push(Found::new(new, message));
        }
        if more(&before, &after) {
            let message = "no node that stays restarts. They free what they keep for the retired ones when one of them \
                has the new list: by itself, if the platform renews the files of a container that runs, or else with \
                the next node that starts";
            found.push(Found::new(new, message));
        }
    }
    found
}

/// Whether these differences of a workload make a new version of its containers. How many there are in a location is
/// no part of that.
pub(super) fn restarts(differences: &[Difference]) -> bool {
    differences
        .iter()
        .any(|d| d.path.starts_with("spec") && !is_scale(&d.path))
}

/// `spec.localOptions[aws-us-west-2]`, all of it, or the number of its replicas.
fn is_scale(path: &str) -> bool {
    let entry = path.strip_prefix("spec.localOptions[");
    let below = entry.and_then(|entry| Some(entry.split_once(']')?.1));
    matches!(
        below,
        Some("" | ".autoscaling.minScale" | ".autoscaling.maxScale")
    )
}
