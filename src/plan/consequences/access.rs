//! Who may connect.

use std::collections::BTreeSet;

use serde_json::Value;

use super::hba::{self, Rule};
use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::resource::{Resource, link_name};

pub(super) fn opened(see: &See<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = see
        .changed_of("workload")
        .filter_map(|(old, new, _)| {
            let more = from_outside(old, new);
            let message = format!("{} may connect to {}, too", and(&more), new.id.name);
            (!more.is_empty()).then(|| Found::new(new, message))
        })
        .collect();
    for (old, new, _) in see.changed_of("secret") {
        if hba::opened(old, new).iter().any(Rule::asks_nothing) {
            let message = "a rule of pg_hba.conf lets users in without a password (`trust`)";
            found.push(Found::new(new, message));
        }
    }
    // a second cluster takes the policy over, and the rule about that tells more
    let is_second = !see.left_behind().is_empty();
    found.extend(
        see.changed_of("policy")
            .filter(|_| !is_second)
            .filter_map(|(old, new, _)| {
                let more: Vec<String> = grants(new).difference(&grants(old)).cloned().collect();
                (!more.is_empty())
                    .then(|| Found::new(new, format!("more is allowed: {}", and(&more))))
            }),
    );
    found
}

pub(super) fn widened(see: &See<'_>) -> Vec<Found> {
    let workloads = see.changed_of("workload").filter_map(|(old, new, _)| {
        let more = inside(old, new);
        let message = format!("{} may connect to {}, too", and(&more), new.id.name);
        (!more.is_empty()).then(|| Found::new(new, message))
    });
    let rules = see.changed_of("secret").filter_map(|(old, new, _)| {
        let rules = hba::opened(old, new)
            .into_iter()
            .filter(|rule| !rule.asks_nothing());
        let rules: Vec<String> = rules.map(|rule| rule.quoted()).collect();
        (!rules.is_empty())
            .then(|| Found::new(new, format!("pg_hba.conf lets more in: {}", and(&rules))))
    });
    workloads.chain(rules).collect()
}

pub(super) fn narrowed(see: &See<'_>) -> Vec<Found> {
    let workloads = see.changed_of("workload").filter_map(|(old, new, _)| {
        let fewer = [inside(new, old), from_outside(new, old)].concat();
        let message = format!("{} cannot connect to {} any more", and(&fewer), new.id.name);
        (!fewer.is_empty()).then(|| Found::new(new, message))
    });
    let rules = see.changed_of("secret").filter_map(|(old, new, _)| {
        let rules: Vec<String> = hba::opened(new, old).iter().map(Rule::quoted).collect();
        (!rules.is_empty()).then(|| {
            Found::new(
                new,
                format!("pg_hba.conf lets fewer in, without {}", and(&rules)),
            )
        })
    });
    workloads.chain(rules).collect()
}

pub(super) fn cut_off(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("workload") {
        let is_cut_off = |client: &&Resource| {
            let before = see.before(client).unwrap_or(client);
            admits(old, before) && !admits(new, client)
        };
        let all = see.sides.new.iter();
        let clients = all.filter(|client| client.id.kind == "workload" && client.gvc == new.gvc);
        let clients =
            clients.filter(|client| new.workload_type() == "stateful" || client.id == new.id);
        for client in clients.filter(is_cut_off) {
            let message = match client.id == new.id {
                true => format!(
                    "the replicas of {} cannot reach each other any more",
                    new.id.name
                ),
                false => format!("{} cannot reach {} any more", client.id.name, new.id.name),
            };
            found.push(Found::new(new, message));
        }
    }
    found
}

/// Whether the firewall of a workload lets another one of its GVC in.
fn admits(workload: &Resource, client: &Resource) -> bool {
    let is_it = |link: &str| link_name(link) == client.id.name;
    rank(workload) >= 2
        || listed(workload, &["internal", "inboundAllowWorkload"])
            .into_iter()
            .any(is_it)
}

/// What a policy allows whom: `manage` to `//user/x`.
fn grants(policy: &Resource) -> BTreeSet<String> {
    let texts = |binding: &Value, key: &str| -> Vec<String> {
        let items = binding
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        items.filter_map(Value::as_str).map(quoted).collect()
    };
    let mut grants = BTreeSet::new();
    for binding in policy.items(&["bindings"]) {
        for principal in texts(binding, "principalLinks") {
            let all = texts(binding, "permissions").into_iter();
            grants.extend(all.map(|permission| format!("{permission} to {principal}")));
        }
    }
    grants
}

/// Who may connect from inside the platform by the second that may not by the first.
fn inside(before: &Resource, after: &Resource) -> Vec<String> {
    let (rank_before, rank) = (rank(before), rank(after));
    if rank > rank_before {
        return vec![match rank {
            3 => "every workload of the org".to_owned(),
            _ => "every workload of the GVC".to_owned(),
        }];
    }
    if rank == 2 || rank_before >= 2 {
        return Vec::new();
    }
    let known = listed(before, &["internal", "inboundAllowWorkload"]);
    let wanted = listed(after, &["internal", "inboundAllowWorkload"]);
    wanted.difference(&known).map(|link| quoted(link)).collect()
}

/// Who may connect from outside the platform by the second that may not by the first.
fn from_outside(before: &Resource, after: &Resource) -> Vec<String> {
    let allowed = |workload| listed(workload, &["external", "inboundAllowCIDR"]);
    let blocked = |workload| listed(workload, &["external", "inboundBlockedCIDR"]);
    let (allowed_before, blocked_before) = (allowed(before), blocked(before));
    let (allowed_after, blocked_after) = (allowed(after), blocked(after));
    let more = allowed_after
        .difference(&allowed_before)
        .chain(blocked_before.difference(&blocked_after));
    let more = more.map(|cidr| format!("{} (outside)", quoted(cidr)));
    let (before, after) = (direct(before), direct(after));
    let ports = after
        .difference(&before)
        .map(|port| format!("whoever reaches port {port} from outside"));
    more.chain(ports).collect()
}

/// Ports that a load balancer of the workload's own opens.
fn direct(workload: &Resource) -> BTreeSet<u64> {
    let is_on =
        workload.get(&["spec", "loadBalancer", "direct", "enabled"]) == Some(&Value::Bool(true));
    let ports = workload.items(&["spec", "loadBalancer", "direct", "ports"]);
    ports
        .filter(|_| is_on)
        .filter_map(|port| port.get("externalPort")?.as_u64())
        .collect()
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
