//! What becomes of the GVC, and of whatever else is in it.

use std::collections::BTreeSet;

use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::Action;
use crate::plan::resource::Resource;

const LOCATIONS: &str = "spec.staticPlacement.locationLinks";

pub(super) fn gvc_left(see: &See<'_>) -> Vec<Found> {
    let is_used = |gvc: &Resource| {
        let mut new = see.sides.new.iter();
        gvc.id.kind == "gvc" && new.any(|new| new.gvc.as_ref() == Some(&gvc.id.name))
    };
    see.of(Action::Stay)
        .filter_map(|change| change.old)
        .filter(|old| is_used(old))
        .map(|gvc| {
            let message = format!(
                "the GVC {} stays as it is: its locations are managed elsewhere from now on",
                gvc.id.name
            );
            Found::new(gvc, message)
        })
        .collect()
}

pub(super) fn gvc_narrowed(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (_, new, differences) in see.changed_of("gvc") {
        let lost: Vec<String> = differences
            .iter()
            .filter(|d| {
                d.before.is_some() && d.path.starts_with("spec.") && !d.path.starts_with(LOCATIONS)
            })
            .map(|d| quoted(&d.path))
            .collect();
        if !lost.is_empty() {
            let message = format!(
                "the GVC loses or changes {}: every workload in it that needs them stops working. `gvc.create: false` leaves it alone",
                and(&lost)
            );
            found.push(Found::new(new, message));
        }
    }
    for gvc in see.of(Action::Create).filter_map(|change| change.new) {
        let all = see.sides.old.iter().chain(&see.sides.others);
        let is_there = |other: &Resource| other.gvc.as_ref() == Some(&gvc.id.name);
        if gvc.id.kind == "gvc" && all.into_iter().any(is_there) {
            let message = format!(
                "the GVC {} is there already: it is taken over, and what is set there but not here is lost. \
                 `gvc.create: false` leaves it alone",
                gvc.id.name
            );
            found.push(Found::new(gvc, message));
        }
    }
    found
}

pub(super) fn location_shared(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("gvc") {
        let gone: Vec<&str> = old
            .gvc_locations()
            .difference(&new.gvc_locations())
            .copied()
            .collect();
        let nodes = see
            .sides
            .old
            .iter()
            .find(|resource| resource.workload_type() == "stateful");
        let of_nodes: BTreeSet<&str> = nodes.into_iter().flat_map(Resource::locations).collect();
        let others: Vec<String> = see
            .sides
            .others
            .iter()
            .filter(|other| other.id.kind == "workload" && other.gvc.as_ref() == Some(&new.id.name))
            .map(|other| other.id.name.clone())
            .collect();
        for location in gone {
            // a location without nodes is somebody's, whoever that is
            if others.is_empty() && (of_nodes.is_empty() || of_nodes.contains(location)) {
                continue;
            }
            let who = match others.is_empty() {
                true => "whatever runs there besides this cluster".to_owned(),
                false => and(&others),
            };
            let message = format!("{location} leaves the GVC for {who}, too: it stops there");
            found.push(Found::new(new, message));
        }
    }
    found
}
