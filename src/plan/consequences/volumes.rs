//! What becomes of the volumes.

use super::{Found, See};
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
    let Some((old, new, _)) = see.changed_of("volumeset").next() else {
        return Vec::new();
    };
    let Some((before, after)) = capacities(old, new).filter(|(before, after)| after > before)
    else {
        return Vec::new();
    };
    let kept = see.sides.new.iter().find_map(wal_kept);
    match kept.filter(|gib| *gib > before as f64 * MOST_WAL) {
        Some(gib) => vec![Found::new(
            new,
            format!(
                "a node that is away makes the others keep up to {gib:.0} GiB of WAL, on volumes that have {before} GiB: \
                 they run full. Before applying, `{}`",
                new.command("expand", &format!("--new-size {after}"))
            ),
        )],
        None => Vec::new(),
    }
}

/// `max_slot_wal_keep_size` of the nodes' script, in GiB.
fn wal_kept(resource: &Resource) -> Option<f64> {
    let payload = resource.text(&["data", "payload"])?;
    let (_, rest) = payload.split_once("max_slot_wal_keep_size")?;
    let value = rest.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '\n');
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    let unit = match value.get(digits.len()..)?.trim_start() {
        unit if unit.starts_with("TB") => 1024.0,
        unit if unit.starts_with("GB") => 1.0,
        unit if unit.starts_with("kB") => 1.0 / 1024.0 / 1024.0,
        _ => 1.0 / 1024.0,
    };
    Some(digits.parse::<f64>().ok()? * unit)
}
