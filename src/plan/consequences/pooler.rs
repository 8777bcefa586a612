//! Which pooler there is, and where it sends what.

use super::{Found, See};
use crate::plan::Action;
use crate::plan::resource::Resource;

/// What the names of the poolers' workloads end with.
const POOLERS: [&str; 2] = ["-pgcat", "-pgbouncer"];

pub(super) fn pooler_address(see: &See<'_>) -> Vec<Found> {
    if !see.left_behind().is_empty() {
        return Vec::new();
    }
    let created = see.of(Action::Create).filter_map(|change| change.new);
    let deleted = see.of(Action::Delete).filter_map(|change| change.old);
    let (Some(new), Some(old)) = (pooler(created), pooler(deleted)) else {
        return Vec::new();
    };
    let address = match &new.gvc {
        Some(gvc) => format!("{}.{gvc}.cpln.local", new.id.name),
        None => new.id.name.clone(),
    };
    let message = format!(
        "applications have to connect to `{address}` instead. {} answers until you delete it, but its secrets are not \
         revealed any more: a replica of it that restarts does not come back",
        old.id.name
    );
    vec![Found::new(new, message)]
}

fn pooler<'a>(mut resources: impl Iterator<Item = &'a Resource>) -> Option<&'a Resource> {
    resources.find(|resource| {
        let name = &resource.id.name;
        resource.workload_type() == "standard" && POOLERS.iter().any(|it| name.ends_with(it))
    })
}

pub(super) fn routing(see: &See<'_>) -> Vec<Found> {
    let (Some((_, before)), Some((script, after))) =
        (is_local(&see.sides.old), is_local(&see.sides.new))
    else {
        return Vec::new();
    };
    if before == after || !see.left_behind().is_empty() {
        return Vec::new();
    }
    let what = match after {
        true => {
            "each location writes to a node of its own instead of all to one: of two writes to the same row at once the \
             newer wins, and two rows with the same unique key may stay on different nodes (`notes --only connect`)"
        }
        false => "the writes of all locations go to one node instead of one in each",
    };
    let message = format!("{what}. Until every replica of the pooler is replaced, both hold");
    vec![Found::new(script, message)]
}

/// Whether the pooler's start script, where there is one to read, prefers the nodes of its own location. Those of
/// earlier releases know no such thing.
fn is_local(resources: &[Resource]) -> Option<(&Resource, bool)> {
    let (resource, script) = start_script(resources)?;
    let mut lines = script.lines();
    Some((
        resource,
        lines.any(|line| line.starts_with("ROUTING=local")),
    ))
}

/// The script that the pooler starts with.
pub(super) fn start_script(resources: &[Resource]) -> Option<(&Resource, &str)> {
    let is_script = |resource: &&Resource| {
        let name = resource.id.name.strip_suffix("-startup");
        let is_poolers = name.is_some_and(|name| POOLERS.iter().any(|it| name.ends_with(it)));
        resource.id.kind == "secret" && is_poolers
    };
    resources
        .iter()
        .filter(is_script)
        .find_map(|resource| Some((resource, resource.text(&["data", "payload"])?)))
}
