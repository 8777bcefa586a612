//! What values that are each allowed must not be together. One function, one rule.

mod pooler;
mod presence;
mod resources;
mod volumes;

use std::collections::HashMap;

use super::Origins;
use super::pooler::Pooler;
use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::Values;
use crate::values::name::ReleaseName;
use crate::values::scalar::Parse;

/// Every rule that the values break.
pub(in crate::cluster) fn check(values: &Values, origins: &dyn Origins) -> Problems {
    let mut problems = Problems::default();
    let pooler = Pooler::new(values);
    problems.extend(release(values).err());
    locations(values, &mut problems);
    resources::cores(values, &pooler, &mut problems);
    resources::spread_of_nodes(values, &mut problems);
    resources::memory_for_cpu(values, &pooler, &mut problems);
    volumes::class(values, &mut problems);
    volumes::encryption(values, &mut problems);
    volumes::autoscaling(values, &mut problems);
    pooler::only_one(values, origins, &mut problems);
    pooler::replicas(&pooler, &mut problems);
    pooler::connections(values, &pooler, &mut problems);
    pooler::database(values, &pooler, &mut problems);
    presence::access(values, &mut problems);
    presence::backup(values, &mut problems);
    presence::credentials(values, origins, &mut problems);
    tags(values, &mut problems);
    problems
}

/// The platform keeps at most this many tags of a resource (Terraform provider: bounds of `tags`).
const MOST_TAGS: usize = 50;
/// Those of this program, on the resource that has most of them.
const OWN_TAGS: usize = 5;

fn tags(values: &Values, problems: &mut Problems) {
    let count = values.tags.len();
    if count + OWN_TAGS > MOST_TAGS {
        let found = format!(
            "there are {count} tags beside {OWN_TAGS} of this program's own, and the platform takes {MOST_TAGS}"
        );
        let problem = Problem::of_value(Code::InvalidValue, Path::of("tags"), found);
        problems.push(problem.allowed(format!("at most {} tags", MOST_TAGS - OWN_TAGS)));
    }
}

/// The prefix of every name: `release`, or else the GVC's name where it is short enough.
pub(in crate::cluster) fn release(values: &Values) -> Result<ReleaseName, Problem> {
    if let Some(release) = &values.release {
        return Ok(release.clone());
    }
    let gvc = values.gvc.name.as_str();
    ReleaseName::parse(gvc).map_err(|_| {
        Problem::of_value(
            Code::InvalidValue,
            Path::of("gvc.name"),
            format!("`{gvc}` has {} characters; without `release` it is the prefix of every resource name", gvc.len()),
        )
        .allowed(format!("at most {} characters, or a `release` of its own", ReleaseName::MAX))
        .fix("add `release: NAME`, or pass --release NAME")
    })
}

fn locations(values: &Values, problems: &mut Problems) {
    let path = Path::of("gvc.locations");
    if values.gvc.locations.is_empty() {
        let problem = Problem::of_value(Code::InvalidValue, path.clone(), "there is no location");
        problems.push(problem.allowed("at least one location with at least one replica"));
    }
    let mut seen = HashMap::new();
    for (index, location) in values.gvc.locations.iter().enumerate() {
        let here = path.index(index).key("name");
        if let Some(first) = seen.insert(&location.name, here.clone()) {
            let problem = Problem::of_value(
                Code::Conflict,
                here,
                format!("location `{}` is listed twice", location.name),
            );
            problems.push(
                problem
                    .fix("keep one of the two")
                    .also(Place::Value(first), "first listed here"),
            );
        }
    }
}
