//! A second cluster in the place of the first.

use super::{Found, See, and};
use crate::plan::Action;
use crate::plan::resource::Resource;

pub(super) fn new_cluster(see: &See<'_>) -> Vec<Found> {
    let left = see.left_behind();
    let Some(old) = left.first() else {
        return Vec::new();
    };
    let new = see
        .of(Action::Create)
        .filter_map(|change| change.new)
        .find(|resource| resource.id.kind == "volumeset");
    let Some(new) = new else { return Vec::new() };
    let place = |resource: &Resource| {
        let gvc = resource.gvc.as_deref().unwrap_or("?");
        format!("`{}` in GVC `{gvc}`", resource.id.name)
    };
    vec![Found::new(
        new,
        format!(
            "a second, empty cluster with volumes {}; no data moves. The old one with {} {}",
            place(new),
            place(old),
            what_becomes_of_the_old(see),
        ),
    )]
}

/// Secrets and the policy belong to the org: a new GVC with the same names takes them from the old cluster.
fn what_becomes_of_the_old(see: &See<'_>) -> String {
    let rewritten: Vec<String> = see
        .changed()
        .filter(|(_, new, _)| matches!(new.id.kind.as_str(), "secret" | "policy"))
        .map(|(_, new, _)| format!("`{}`", new.id.name))
        .collect();
    match rewritten.is_empty() {
        true => "stays as it is, and costs".to_owned(),
        false => format!(
            "runs on until its replicas restart, and then not: {} are the new one's from then on. Give the new one a \
             release name of its own",
            and(&rewritten)
        ),
    }
}
