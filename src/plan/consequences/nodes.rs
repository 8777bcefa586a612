//! What becomes of the nodes.

use std::collections::BTreeMap;

use super::{Found, See, and, pooler};
use crate::plan::normalize::is_name;
use crate::plan::resource::Resource;

pub(super) fn location_removed(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new) in see.nodes() {
        let (before, after) = (old.running(), new.running());
        let is_last = is_last(&before, &after);
        for (location, count) in before {
            if !after.contains_key(location) {
                let what = match count {
                    1 => "the replica".to_owned(),
                    _ => format!("all {count} replicas"),
                };
                let lost = match (is_last, after.is_empty()) {
                    (true, true) => "no node is left to answer",
                    (true, false) => "no node is left to copy from, so the cluster begins empty",
                    (false, _) => "what no other location has received is lost",
                };
                found.push(Found::new(
                    old.workload,
                    format!("{what} in {location} will be terminated; {lost}"),
                ));
            }
        }
    }
    found
}

/// Whether none of the nodes' locations stays.
fn is_last(before: &BTreeMap<&str, u64>, after: &BTreeMap<&str, u64>) -> bool {
    !before.is_empty() && before.keys().all(|location| !after.contains_key(location))
}

pub(super) fn replicas_removed(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new) in see.nodes() {
        let left = new.running();
        for (location, before) in old.running() {
            let Some(after) = left.get(location).copied().filter(|after| *after < before) else {
                continue;
            };
            let which = match (after, before - 1) {
                (first, last) if first == last => format!("replica {first}"),
                (first, last) => format!("replicas {first} to {last}"),
            };
            found.push(Found::new(
                new.workload,
                format!(
                    "{which} in {location} will be terminated; what no peer has received is lost"
                ),
            ));
        }
    }
    found
}

pub(super) fn added_nodes(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new) in see.nodes() {
        let before = old.running();
        let first = match is_last(&before, &new.running()) {
            true => "none is left that they could copy the database from",
            false => "the whole database is copied from a running node first",
        };
        let mut count = 0;
        let mut places = Vec::new();
        for (location, after) in new.running() {
            let more = after.saturating_sub(before.get(location).copied().unwrap_or_default());
            if more > 0 {
                count += more;
                places.push(format!("{more} in {location}"));
            }
        }
        let volumes = see
            .sides
            .new
            .iter()
            .find(|resource| resource.id.kind == "volumeset");
        let capacity = volumes
            .and_then(|volumes| volumes.get(&["spec", "initialCapacity"])?.as_u64())
            .map_or_else(String::new, |capacity| format!(" of {capacity} GiB"));
        let (nodes, volumes) = match count {
            0 => continue,
            1 => ("1 new node".to_owned(), "a new volume"),
            _ => (format!("{count} new nodes"), "a new volume each"),
        };
        found.push(Found::new(
            new.workload,
            format!(
                "{nodes} ({}) with {volumes}{capacity}: {first}",
                and(&places)
            ),
        ));
    }
    found
}

pub(super) fn first_location(see: &See<'_>) -> Vec<Found> {
    let (Some((_, before)), Some((resource, after))) =
        (first(&see.sides.old), first(&see.sides.new))
    else {
        return Vec::new();
    };
    if before == after || !see.left_behind().is_empty() {
        return Vec::new();
    }
    let has_backup = see
        .sides
        .new
        .iter()
        .any(|new| new.workload_type() == "cron");
    let backup = if has_backup {
        ", and the backup with them"
    } else {
        ""
    };
    vec![Found::new(
        resource,
        format!(
            "writes move from {before} to {after}{backup}: the first location holds the preferred primary"
        ),
    )]
}

/// The location of the first node: the first address in the pooler's start script, or what the backup dumps.
fn first(resources: &[Resource]) -> Option<(&Resource, &str)> {
    let script = pooler::start_script(resources);
    let backup = resources
        .iter()
        .filter(|resource| resource.workload_type() == "cron")
        .find_map(|resource| Some((resource, resource.variable("PG_HOST")?)));
    let (resource, text) = script.or(backup)?;
    // replica-0.WORKLOAD.LOCATION.GVC.cpln.local
    let (_, address) = text.split_once("replica-0.")?;
    let location = address.split('.').nth(1).filter(|name| is_name(name))?;
    Some((resource, location))
}
