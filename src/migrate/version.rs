//! Which version of the public template a file was written for.

use std::fmt;

use super::keys::join;
use super::meaning::Meaning;
use crate::layers::{Entry, Node, Value};
use crate::problem::{Code, Place, Problem, Problems};

/// The version, as far as the keys tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 1.0.0 to 1.1.1: the GVC is the template's own. This program's values look like them.
    One,
    /// 2.0.0 to 3.0.0: Helm installs into a GVC that the file does not name.
    Later(&'static str),
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("1.x"),
            Self::Later(version) => f.write_str(version),
        }
    }
}

/// Top-level keys that only the later templates have.
pub(super) const LATER: &[&str] = &["locations", "proxy"];

/// The version, or why none has these keys.
pub(super) fn of(documents: &[&Node], meaning: &Meaning) -> Result<Version, Problems> {
    let keys = documents.iter().flat_map(|document| entries(document));
    let mut problems: Problems = keys.filter_map(|entry| unknown(entry, meaning)).collect();
    let [gvc, locations, proxy, pgcat, pgbouncer] =
        ["gvc", "locations", "proxy", "pgcat", "pgbouncer"].map(|key| find(documents, key));
    let routing = find_below(documents, "pgcat", "routing");
    let two = [(
        gvc,
        locations.or(proxy),
        "1.x has no such key beside `gvc`, and from 2.0.0 on there is no `gvc`",
    )];
    for (one, other, why) in two.into_iter().chain([(
        pgcat,
        pgbouncer,
        "each version has only one of the two poolers",
    )]) {
        if let (Some(one), Some(other)) = (one, other) {
            problems.push(both(one, other, why));
        }
    }
    let retention = documents.iter().any(|document| {
        let snapshots = document
            .get("volumeset")
            .and_then(|volumeset| volumeset.get("snapshots"));
        snapshots.is_some_and(|snapshots| snapshots.get("retentionDuration").is_some())
    });
    let is_later = gvc.is_none()
        && (locations.or(proxy).or(pgbouncer).is_some() || routing.is_some() || retention);
    if is_later && locations.is_none() {
        problems.push(
            Problem::new(
                Code::MissingKey,
                Place::Nowhere,
                "the file has no `locations`: Helm took those of its chart",
            )
            .fix("add the ones that the cluster runs in: `cpln helm get values RELEASE --all -o yaml` prints them"),
        );
    }
    problems.extend(locations.and_then(no_locations));
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(match (is_later, pgbouncer, proxy, routing) {
        (false, ..) => Version::One,
        (true, Some(_), ..) => Version::Later("3.0.0"),
        (true, None, Some(_), _) => Version::Later("2.2.0"),
        (true, None, None, Some(_)) => Version::Later("2.1.0"),
        (true, None, None, None) => Version::Later("2.0.0"),
    })
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        _ => &[],
    }
}

fn find<'d>(documents: &[&'d Node], key: &str) -> Option<&'d Entry> {
    let mut entries = documents.iter().flat_map(|document| entries(document));
    entries.find(|entry| entry.key == key && !matches!(entry.node.value, Value::Null { .. }))
}

fn find_below<'d>(documents: &[&'d Node], key: &str, below: &str) -> Option<&'d Entry> {
    let section = find(documents, key)?;
    entries(&section.node)
        .iter()
        .find(|entry| entry.key == below)
}

/// A section that no version has may hold what the cluster depends on.
fn unknown(entry: &Entry, meaning: &Meaning) -> Option<Problem> {
    let is_section = matches!(&entry.node.value, Value::Map(_) | Value::List(_));
    let is_known = LATER.contains(&entry.key.as_str()) || meaning.knows(&join("", &entry.key));
    let found = format!(
        "`{}`: no version of the public template up to 3.0.0 has it",
        entry.key
    );
    (is_section && !is_known).then(|| {
        Problem::new(Code::UnknownKey, Place::At(entry.key_span), found)
            .fix("take it out, if nothing depends on it")
    })
}

/// What stands under `locations` and is no list of them: nobody knows where the cluster runs then.
fn no_locations(entry: &Entry) -> Option<Problem> {
    let is_location = |node: &Node| node.get("name").and_then(Node::as_text).is_some();
    let is_list = matches!(&entry.node.value, Value::List(items)
        if !items.is_empty() && items.iter().all(is_location));
    (!is_list).then(|| {
        let found = "`locations` is not a list of locations, each with its `name`";
        Problem::new(Code::WrongType, Place::At(entry.node.span), found)
            .fix("write the ones that the cluster runs in: `- name: …`, with `replicas` below it")
    })
}

fn both(one: &Entry, other: &Entry, why: &str) -> Problem {
    let found = format!(
        "`{}` and `{}` do not go together: {why}",
        one.key, other.key
    );
    let mut problem = Problem::new(Code::Conflict, Place::At(other.key_span), found);
    problem.also = vec![(Place::At(one.key_span), format!("`{}` is here", one.key))];
    problem.fix("take out the one that the cluster does not run with")
}
