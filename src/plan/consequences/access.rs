//! Who may connect.

use std::collections::BTreeSet;

use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::resource::Resource;

pub(super) fn widened(see: &See<'_>) -> Vec<Found> {
    see.changed_of("workload")
        .filter_map(|(old, new, _)| {
            let more = more(old, new);
            let message = format!("{} may connect to {}, too", and(&more), new.id.name);
            (!more.is_empty()).then(|| Found::new(new, message))
        })
        .collect()
}

pub(super) fn narrowed(see: &See<'_>) -> Vec<Found> {
    see.changed_of("workload")
        .filter_map(|(old, new, _)| {
            let fewer = more(new, old);
            let message = format!("{} cannot connect to {} any more", and(&fewer), new.id.name);
            (!fewer.is_empty()).then(|| Found::new(new, message))
        })
        .collect()
}

/// Who may connect by the second that may not by the first.
fn more(before: &Resource, after: &Resource) -> Vec<String> {
    let (rank_before, rank) = (rank(before), rank(after));
    let mut more = Vec::new();
    if rank > rank_before {
        more.push(match rank {
            3 => "every workload of the org".to_owned(),
            _ => "every workload of the GVC".to_owned(),
        });
    } else if rank < 2 && rank_before < 2 {
        let known = listed(before, &["internal", "inboundAllowWorkload"]);
        let wanted = listed(after, &["internal", "inboundAllowWorkload"]);
        more.extend(wanted.difference(&known).map(|link| quoted(link)));
    }
    let known = listed(before, &["external", "inboundAllowCIDR"]);
    let wanted = listed(after, &["external", "inboundAllowCIDR"]);
    more.extend(
        wanted
            .difference(&known)
            .map(|cidr| format!("{} (outside)", quoted(cidr))),
    );
    more
}

/// How wide the internal firewall is open; a list of workloads is told one by one.
fn rank(workload: &Resource) -> u8 {
    match workload.text(&["spec", "firewallConfig", "internal", "inboundAllowType"]) {
        Some("same-org") => 3,
        Some("same-gvc") => 2,
        _ => 0,
    }
}

fn listed<'r>(workload: &'r Resource, keys: &[&str]) -> BTreeSet<&'r str> {
    let all: Vec<&str> = ["spec", "firewallConfig"]
        .iter()
        .chain(keys)
        .copied()
        .collect();
    workload
        .items(&all)
        .filter_map(|item| item.as_str())
        .collect()
}
