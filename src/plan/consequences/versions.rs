//! Major versions of PostgreSQL and Spock, as image tags tell them.

use serde_json::{Map, Value};

use super::{Found, See};
use crate::plan::resource::Resource;

pub(super) fn major_version(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("workload") {
        if new.workload_type() != "stateful" || image(old) == image(new) {
            continue;
        }
        let (Some(before), Some(after)) = (major(old), major(new)) else {
            let message = "which major version of PostgreSQL the images have cannot be told from their names. No node \
                           starts on a volume that another one filled";
            found.push(Found::new(new, message));
            continue;
        };
        if before == after {
            found.extend(another_spock(old, new));
        } else {
            found.push(Found::new(
                new,
                format!(
                    "PostgreSQL {before} → {after}: no node starts on a volume that {before} filled. Make a second \
                     cluster and move the data by dump and restore"
                ),
            ));
        }
    }
    found
}

/// The nodes of one cluster have one major version of Spock, and an image without it has no cluster.
fn another_spock(old: &Resource, new: &Resource) -> Option<Found> {
    let message = match (spock(old)?, spock(new)) {
        (before, Some(after)) if before == after => return None,
        (before, Some(after)) => format!(
            "Spock {before} → {after}: nodes with one do not replicate with nodes that have the other"
        ),
        (before, None) => format!(
            "the nodes have Spock {before}; whether the new image has it cannot be told from its name"
        ),
    };
    Some(Found::new(new, message))
}

pub(super) fn backup_version(see: &See<'_>) -> Vec<Found> {
    let find = |kind: &str| see.sides.new.iter().find(|new| new.workload_type() == kind);
    let (Some(nodes), Some(backup)) = (find("stateful"), find("cron")) else {
        return Vec::new();
    };
    let is_new = |resource: &Resource| {
        see.changes.iter().any(|change| {
            change.new.is_some_and(|new| new.is_same(resource))
                && (change.old.is_none()
                    || change
                        .differences
                        .iter()
                        .any(|d| d.path.ends_with(".image")))
        })
    };
    match (major(nodes), major(backup)) {
        (Some(nodes_have), Some(backup_has))
            if backup_has < nodes_have && (is_new(nodes) || is_new(backup)) =>
        {
            vec![Found::new(
                backup,
                format!(
                    "the image of the backup is for PostgreSQL {backup_has}, the nodes have {nodes_have}: every dump fails"
                ),
            )]
        }
        _ => Vec::new(),
    }
}

/// The image of the container that holds the data, or of the only one there is.
fn image(workload: &Resource) -> Option<&str> {
    let holds_data = |container: &&Map<String, Value>| {
        let volumes = container
            .get("volumes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut uris = volumes.filter_map(|volume| volume.get("uri")?.as_str());
        uris.any(|uri| uri.starts_with("cpln://volumeset/"))
    };
    let container = workload
        .containers()
        .find(holds_data)
        .or_else(|| workload.containers().next());
    container?.get("image")?.as_str()
}

/// `17` of `ghcr.io/pgedge/pgedge-postgres:17-spock5-standard`; versions of other things are below ten.
fn major(workload: &Resource) -> Option<u32> {
    let image = image(workload)?;
    let (name, _) = image.split_once('@').unwrap_or((image, ""));
    let (_, tag) = name.rsplit_once(':')?;
    let digits: String = tag.chars().take_while(char::is_ascii_digit).collect();
    digits
        .parse()
        .ok()
        .filter(|major| (10..100).contains(major))
}

/// `5` of `ghcr.io/pgedge/pgedge-postgres:17.11-spock5.0.13-standard-1`.
fn spock(workload: &Resource) -> Option<u32> {
    let (_, behind) = image(workload)?.rsplit_once("spock")?;
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
