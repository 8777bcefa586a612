//! What becomes of the volumes.

use serde_json::Value;

use super::{Found, See, settings};
use crate::plain::quoted;
use crate::plan::resource::Resource;

/// WAL for an absent node beyond this part of a volume leaves too little for the data.
const MOST_WAL: f64 = 0.5;

pub(super) fn capacity_down(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed() {
        if let Some((before, after)) = capacities(old, new).filter(|(before, after)| after < before)
        {
            found.push(Found::new(
                new,
                format!(
                    "volumes that exist keep their {before} GiB: only new ones have {after}. `{}` shrinks them, if the data fits",
                    new.command("shrink", &format!("--new-size {after}"))
                ),
            ));
        }
    }
    found
}

pub(super) fn no_more_growth(see: &See<'_>) -> Vec<Found> {
    let most = |volumes: &Resource| {
        volumes
            .get(&["spec", "autoscaling", "maxCapacity"])?
            .as_u64()
    };
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("volumeset") {
        let message = match (most(old), most(new)) {
            (Some(_), None) => "volumes do not grow by themselves any more".to_owned(),
            (Some(before), Some(after)) if after < before => {
                format!("volumes grow by themselves to {after} GiB instead of {before}")
            }
            _ => continue,
        };
        found.push(Found::new(new, message));
    }
    found
}

pub(super) fn data_unreachable(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see
        .changed_of("workload")
        .filter(|(old, ..)| old.workload_type() == "stateful")
    {
        for (path, uri) in mounts(old) {
            match mounts(new).find(|(new_path, _)| *new_path == path) {
                Some((_, new_uri)) if new_uri == uri => {}
                Some(_) => found.push(Found::new(new, format!(
                    "another volume is at {}: every node begins empty, and the data stays where nothing reads it", quoted(path)
                ))),
                None => found.push(Found::new(new, format!(
                    "no volume is at {} any more: every node begins empty, and the data stays where nothing reads it", quoted(path)
                ))),
            }
        }
        if let (Some(before), after) = (old.variable("PGDATA"), new.variable("PGDATA"))
            && after != Some(before)
        {
            let message = format!(
                "the nodes look for their data elsewhere than in {}: they begin empty",
                quoted(before)
            );
            found.push(Found::new(new, message));
        }
        let user = |workload: &Resource| {
            workload
                .get(&["spec", "securityOptions", "runAsUser"])?
                .as_u64()
        };
        if user(old) != user(new) {
            found.push(Found::new(
                new,
                "the nodes run as another user, which cannot read their data",
            ));
        }
        let recycled = |workload: &Resource| {
            volumes(workload).any(|volume| volume.get("recoveryPolicy") == Some(&"recycle".into()))
        };
        if recycled(new) && !recycled(old) {
            found.push(Found::new(
                new,
                "a volume whose replica goes is deleted with its data (`recoveryPolicy: recycle`)",
            ));
        }
    }
    found
}

/// What the containers of a workload mount.
fn volumes(workload: &Resource) -> impl Iterator<Item = &Value> {
    workload
        .containers()
        .filter_map(|container| container.get("volumes")?.as_array())
        .flatten()
}

/// Where volume sets are mounted: the path and the volume set.
fn mounts(workload: &Resource) -> impl Iterator<Item = (&str, &str)> {
    volumes(workload)
        .filter_map(|volume| Some((volume.get("path")?.as_str()?, volume.get("uri")?.as_str()?)))
        .filter(|(_, uri)| uri.starts_with("cpln://volumeset/"))
}

pub(super) fn new_volumes_only(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed() {
        if let Some((before, after)) = capacities(old, new).filter(|(before, after)| after > before)
        {
            found.push(Found::new(
                new,
                format!(
                    "volumes that exist keep their {before} GiB: only new ones have {after}. `{}` grows them",
                    new.command("expand", &format!("--new-size {after}"))
                ),
            ));
        }
    }
    found
}

/// The capacities of a volume set before and after.
fn capacities(old: &Resource, new: &Resource) -> Option<(u64, u64)> {
    let capacity = |resource: &Resource| resource.get(&["spec", "initialCapacity"])?.as_u64();
    Some((capacity(old)?, capacity(new)?))
}

/// The bound of the WAL that is kept follows the capacity in the values, which is not that of the volumes that exist.
pub(super) fn wal_over_volume(see: &See<'_>) -> Vec<Found> {
    let kept = |side: &[Resource]| side.iter().find_map(wal_kept);
    let Some(kept_then) = kept(&see.sides.new) else {
        return Vec::new();
    };
    let is_more = kept(&see.sides.old).is_none_or(|kept_now| kept_then > kept_now);
    let volumes = see
        .sides
        .new
        .iter()
        .filter(|new| new.id.kind == "volumeset")
        .filter_map(|new| {
            let old = see.before(new)?;
            Some((new, capacities(old, new)?))
        });
    let mut found = Vec::new();
    for (new, (before, after)) in volumes.filter(|_| is_more) {
        if kept_then <= before as f64 * MOST_WAL {
            continue;
        }
        let way = match after > before {
            true => format!(
                "Before applying, `{}`",
                new.command("expand", &format!("--new-size {after}"))
            ),
            false => format!(
                "Before applying, make them larger: `{}`",
                new.command("expand", "--new-size GIB")
            ),
        };
        found.push(Found::new(
            new,
            format!(
                "a node that is away makes the others keep up to {kept_then:.0} GiB of WAL, on volumes that have {before} \
                 GiB: they run full. {way}"
            ),
        ));
    }
    found
}

/// `max_slot_wal_keep_size` of the nodes' script, in GiB.
fn wal_kept(resource: &Resource) -> Option<f64> {
    let settings = settings::all(resource);
    let value = settings.get("max_slot_wal_keep_size")?;
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    let unit = match value.get(digits.len()..)?.trim_start() {
        unit if unit.starts_with("TB") => 1024.0,
        unit if unit.starts_with("GB") => 1.0,
        unit if unit.starts_with("kB") => 1.0 / 1024.0 / 1024.0,
        _ => 1.0 / 1024.0,
    };
    Some(digits.parse::<f64>().ok()? * unit)
}
