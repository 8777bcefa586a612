//! What is written no longer. `cpln apply` never deletes, so it stays.

use super::{Found, See};
use crate::plan::Action;
use crate::plan::resource::Resource;

pub(super) fn holds_data(see: &See<'_>) -> Vec<Found> {
    let left = left(see)
        .into_iter()
        .filter(|resource| is_precious(resource));
    left.map(|resource| {
        let what = match resource.id.kind.as_str() {
            "gvc" => "all that is in it, whoever made it, would go with it",
            "volumeset" => "the data would go with it",
            _ => "its nodes would go with it",
        };
        Found::new(
            resource,
            format!(
                "{} is no longer written, but it stays: applying never deletes. Before you delete it, read \
                 `pgedge-tpl notes --only scaling`: {what}",
                resource.id
            ),
        )
    })
    .collect()
}

pub(super) fn not_deleted(see: &See<'_>) -> Vec<Found> {
    let left = left(see)
        .into_iter()
        .filter(|resource| !is_precious(resource));
    left.map(|resource| {
        let message = format!(
            "applying never deletes: `{}`",
            resource.command("delete", "")
        );
        Found::new(resource, message)
    })
    .collect()
}

/// In the order in which they can be deleted: nothing before what refers to it.
fn left<'a>(see: &See<'a>) -> Vec<&'a Resource> {
    // a second cluster takes nothing over: all of the first stays in use
    if !see.left_behind().is_empty() {
        return Vec::new();
    }
    let mut left: Vec<&Resource> = see
        .of(Action::Delete)
        .filter_map(|change| change.old)
        .collect();
    left.sort_by(|a, b| b.id.cmp(&a.id));
    left
}

/// What holds data, or all of a cluster: a command that deletes it is not for copying.
fn is_precious(resource: &Resource) -> bool {
    matches!(resource.id.kind.as_str(), "gvc" | "volumeset")
        || resource.workload_type() == "stateful"
}
