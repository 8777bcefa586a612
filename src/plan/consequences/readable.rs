//! Whether workloads may still read the secrets that they refer to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::normalize::is_name;
use crate::plan::resource::{Resource, link_name};

pub(super) fn secret_unreadable(see: &See<'_>) -> Vec<Found> {
    [not_allowed(see), keys_gone(see)].concat()
}

/// Secrets that lose what a workload takes from them.
fn keys_gone(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("secret") {
        let has = |side: &Resource, key: &str| side.get(&["data", key]).is_some();
        for workload in see.sides.new.iter().filter(|it| it.id.kind == "workload") {
            let gone: Vec<String> = references(workload)
                .filter_map(|link| link.split_once('.'))
                .filter(|(secret, key)| *secret == new.id.name && has(old, key) && !has(new, key))
                .map(|(_, key)| quoted(key))
                .collect();
            if !gone.is_empty() {
                let message = format!(
                    "{} takes {} from {}, which has it no more: a replica that starts does not come up",
                    workload.id.name,
                    and(&gone),
                    new.id
                );
                found.push(Found::new(new, message));
            }
        }
    }
    found
}

fn not_allowed(see: &See<'_>) -> Vec<Found> {
    let matters = |kind: &str| matches!(kind, "policy" | "workload");
    let mut changed = see
        .changes
        .iter()
        .filter_map(|change| change.new.or(change.old));
    if !changed.any(|resource| matters(&resource.id.kind)) {
        return Vec::new();
    }
    let (readable_now, readable_then) =
        (Readable::by(&see.sides.old), Readable::by(&see.sides.new));
    let mut found = Vec::new();
    for new in see.sides.new.iter().filter(|new| new.id.kind == "workload") {
        let Some(old) = see.before(new) else { continue };
        let lost: Vec<String> = referenced(new)
            .into_iter()
            .filter(|secret| readable_now.has(old, secret) && !readable_then.has(new, secret))
            .map(quoted)
            .collect();
        if !lost.is_empty() {
            let message = format!(
                "{} may not read {} any more: a replica that starts does not come up",
                new.id.name,
                and(&lost)
            );
            found.push(Found::new(new, message));
        }
    }
    found
}

/// What the policies of a side let identities read.
#[derive(Default)]
struct Readable<'r> {
    secrets: BTreeSet<(&'r str, &'r str)>,
    /// Identities that may read every secret.
    all: BTreeSet<&'r str>,
}

impl<'r> Readable<'r> {
    fn by(side: &'r [Resource]) -> Self {
        let mut readable = Self::default();
        for policy in side
            .iter()
            .filter(|policy| policy.text(&["targetKind"]) == Some("secret"))
        {
            for binding in policy.items(&["bindings"]) {
                let may_read =
                    items(binding, "permissions").any(|it| matches!(it, "reveal" | "manage"));
                for identity in items(binding, "principalLinks").filter(|_| may_read) {
                    let secrets = policy.items(&["targetLinks"]).filter_map(Value::as_str);
                    readable
                        .secrets
                        .extend(secrets.map(|link| (identity, link_name(link))));
                    if policy.text(&["target"]) == Some("all") {
                        readable.all.insert(identity);
                    }
                }
            }
        }
        readable
    }

    fn has(&self, workload: &Resource, secret: &str) -> bool {
        let identity = workload.text(&["spec", "identityLink"]).unwrap_or_default();
        self.all.contains(identity) || self.secrets.contains(&(identity, secret))
    }
}

fn items<'r>(binding: &'r Value, key: &str) -> impl Iterator<Item = &'r str> {
    let items = binding
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    items.filter_map(Value::as_str)
}

/// The secrets that a workload takes variables or files from.
pub(super) fn referenced(workload: &Resource) -> BTreeSet<&str> {
    references(workload)
        .map(|link| link.split_once('.').map_or(link, |(secret, _)| secret))
        .collect()
}

/// `NAME.KEY` or `NAME`, of each secret that a workload takes something from.
fn references(workload: &Resource) -> impl Iterator<Item = &str> {
    workload
        .containers()
        .flat_map(|container| {
            texts(container, "env", "value").chain(texts(container, "volumes", "uri"))
        })
        .filter_map(|link| link.strip_prefix("cpln://secret/"))
        .filter(|link| is_name(link))
}

/// What stands under a key in each item of a container's list.
pub(super) fn texts<'r>(
    container: &'r serde_json::Map<String, Value>,
    list: &str,
    key: &'static str,
) -> impl Iterator<Item = &'r str> + use<'r> {
    let items = container
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    items.filter_map(move |item| item.get(key)?.as_str())
}
