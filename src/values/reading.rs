//! From the tree to the typed values, with what is known of them beyond their types.

use super::{Provider, Values};
use crate::decode::{self, Decoded};
use crate::layers::Node;
use crate::problem::{Code, Path, Problem, Step};

/// Reads the effective values. `built_in` is the tree of [`BUILT_IN`](super::BUILT_IN).
pub fn read(tree: &Node, built_in: &Node) -> Decoded<Values> {
    let mut decoded = decode::decode::<Values>(tree, built_in);
    if let Some(values) = &decoded.value {
        let other = match values.backup.provider {
            Provider::Aws => Path::of("backup.gcp"),
            Provider::Gcp => Path::of("backup.aws"),
        };
        // a bucket at the provider that was not chosen is nobody's business
        let matters = |problem: &Problem| {
            !problem
                .path
                .as_ref()
                .is_some_and(|path| path.is_within(&other))
        };
        decoded.problems = decoded.problems.into_iter().filter(matters).collect();
    }
    let problems = decoded.problems.into_iter();
    decoded.problems = problems
        .map(for_one_location)
        .map(for_one_database)
        .map(of_a_later_template)
        .collect();
    decoded
}

/// Keys that one would like to give a location, and where they stand for all of them.
const FOR_ALL_LOCATIONS: &[(&str, &str)] = &[
    ("resources", "resources"),
    ("volumeset", "volumeset"),
    ("capacity", "volumeset.capacity"),
    ("multiZone", "multiZone"),
    ("image", "image"),
];

/// Says why a location has no resources or volumes of its own.
fn for_one_location(problem: Problem) -> Problem {
    let steps = problem.path.as_ref().map_or(&[][..], Path::steps);
    let key = match steps {
        [
            Step::Key(gvc),
            Step::Key(list),
            Step::Index(_),
            Step::Key(key),
        ] if problem.code == Code::UnknownKey && gvc == "gvc" && list == "locations" => key.clone(),
        _ => return problem,
    };
    match FOR_ALL_LOCATIONS.iter().find(|(name, _)| *name == key) {
        Some((_, path)) => problem.fix(format!(
            "set `{path}` at the top: a workload and its volumes are the same in every location, only `replicas` differ"
        )),
        None => problem,
    }
}

/// Says why there is no list of databases: the nearest key is not what was meant.
fn for_one_database(problem: Problem) -> Problem {
    let is_list = problem.code == Code::UnknownKey
        && problem.path == Some(Path::of("postgres").key("databases"));
    match is_list {
        true => problem
            .fix("one database replicates, and `database` names it: a list of them has no place"),
        false => problem,
    }
}

/// Top-level keys of the public template from 2.0.0 on, and what they are.
const LATER_TEMPLATES: &[(&str, &str)] = &[
    ("locations", "here they are `gvc.locations`"),
    ("proxy", "no proxy is needed here"),
];

/// Says that a file is not of this program.
fn of_a_later_template(problem: Problem) -> Problem {
    let key = match problem.path.as_ref().map_or(&[][..], Path::steps) {
        [Step::Key(key)] if problem.code == Code::UnknownKey => key.clone(),
        _ => return problem,
    };
    match LATER_TEMPLATES.iter().find(|(name, _)| *name == key) {
        Some((_, what)) => problem.fix(format!(
            "the public template has it from 2.0.0 on; {what}: `pgedge-tpl migrate FILE --release RELEASE --gvc GVC` rewrites the file"
        )),
        None => problem,
    }
}
