//! What becomes of the volumes.

use super::{Found, See};
use crate::plan::resource::Resource;

pub(super) fn capacity_down(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed() {
        if let Some((before, after)) = capacities(old, new).filter(|(before, after)| after < before)
        {
            found.push(Found::new(
                new,
                format!(
                    "volumes that exist keep their {before} GiB: only new ones have {after}. `{}` shrinks one, if its data fits",
                    new.command("shrink")
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
                    "volumes that exist keep their {before} GiB: only new ones have {after}. `{}` grows one",
                    new.command("expand")
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
