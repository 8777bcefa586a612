//! Which values are behind a change, found by trying: a value is put back to what the older manifests, or the built-in
//! file, hold in its place, and everything is rendered again. What drops out of the plan then, and only that, is
//! because of this value. What no trial explains stays unexplained.

mod candidates;
mod locations;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use super::resource::{Id, Resource};
use search::Search;

use super::shown::Side;
use super::{Raw, changes};
use super::{read, sides};
use crate::cluster::{Cluster, Credentials};
use crate::layers::secret::REDACTED;
use crate::layers::{Node, Value, secret};
use crate::manifests::Renderer;
use crate::merge::Merged;
use crate::place::{Path, Place, Step};
use crate::values;

/// What it takes to render again.
pub(crate) struct Trials<'a> {
    /// The values.
    pub(crate) merged: &'a Merged,
    /// The templates.
    pub(crate) renderer: &'a Renderer<'a>,
    /// Whether the credentials were masked.
    pub(crate) redact: bool,
}

/// A value behind a change.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    /// `gvc.locations[aws-eu-central-1].replicas`
    pub(crate) path: String,
    /// What it was, or would have to be.
    pub(crate) before: Side,
    /// What it is.
    pub(crate) after: Side,
    /// Where it was written.
    pub(crate) place: Place,
}

/// Causes, and what each explains.
#[derive(Default)]
pub(crate) struct Explained {
    /// In the order found.
    pub(crate) causes: Vec<Cause>,
    /// By resource and path; the path of a resource that is new or gone is empty.
    by_key: BTreeMap<Key, Vec<usize>>,
}

type Key = (Id, String);

/// A value in the place of another.
#[derive(Clone)]
struct Candidate {
    path: Path,
    /// The path once the locations are those of the older manifests again.
    path_then: Option<Path>,
    /// What to put there; nothing: take it away.
    node: Option<Node>,
    /// Values that have to go back with it: alone, neither is allowed.
    with: Vec<(Path, Node)>,
    /// How the difference is told, if not as that of `path` itself.
    told: Vec<Cause>,
}

impl Candidate {
    fn new(path: Path, node: Option<Node>) -> Self {
        Self {
            path,
            path_then: None,
            node,
            with: Vec::new(),
            told: Vec::new(),
        }
    }

    /// What it puts back.
    fn paths(&self) -> impl Iterator<Item = &Path> {
        [&self.path]
            .into_iter()
            .chain(self.with.iter().map(|(path, _)| path))
    }

    /// The values with this one in its place.
    fn put_back(&self, path: &Path, into: &Merged) -> Option<Merged> {
        let first = into.with(path, self.node.clone())?;
        let mut others = self.with.iter();
        others.try_fold(first, |merged, (path, node)| {
            merged.with(path, Some(node.clone()))
        })
    }
}

impl Explained {
    /// The causes of one path of a resource.
    pub(crate) fn of(&self, id: &Id, path: &str) -> Vec<usize> {
        let key = (id.clone(), path.to_owned());
        self.by_key.get(&key).cloned().unwrap_or_default()
    }
}

impl Trials<'_> {
    /// Finds the values behind these changes.
    pub(crate) fn explain(&self, old: &[Resource], new: &[Resource], raw: &[Raw<'_>]) -> Explained {
        let candidates = self.candidates(old, raw);
        let mut search = Search::new(self, old, new, keys(raw));
        // the second time for what was only not allowed before another value was put back
        for _ in 0..2 {
            for same in candidates.chunk_by(|one, next| one.path == next.path) {
                search.take_best(same);
            }
        }
        let (accepted, left) = search.found();
        self.attribute(accepted, new, &keys(raw), &left)
    }

    /// What each accepted value moves, of that which all of them together explain.
    fn attribute(
        &self,
        accepted: Vec<(Candidate, BTreeSet<Key>)>,
        new: &[Resource],
        all: &BTreeSet<Key>,
        left: &BTreeSet<Key>,
    ) -> Explained {
        let mut explained = Explained::default();
        for (candidate, dropped) in accepted {
            let alone = candidate
                .put_back(&candidate.path, self.merged)
                .and_then(|trial| self.render(&trial));
            let moved = match alone {
                Some(rendered) => keys(&changes(&comparable(rendered, new), new)),
                None => dropped,
            };
            let start = explained.causes.len();
            explained.causes.extend(self.told(candidate));
            for key in moved.intersection(all).filter(|key| !left.contains(*key)) {
                let causes = explained.by_key.entry(key.clone()).or_default();
                causes.extend(start..explained.causes.len());
            }
        }
        explained
    }

    fn render(&self, merged: &Merged) -> Option<Vec<Resource>> {
        let decoded = values::read(merged.tree(), merged.built_in());
        if decoded.problems.has_errors() {
            return None;
        }
        let cluster = Cluster::new(&decoded.value?, merged).0?;
        let cluster = if self.redact {
            cluster.redacted()
        } else {
            cluster
        };
        let rendered = self.renderer.render(&cluster).ok()?;
        Some(read::rendered(&rendered).ok()?.resources)
    }

    fn told(&self, candidate: Candidate) -> Vec<Cause> {
        if !candidate.told.is_empty() {
            return candidate.told;
        }
        let mut told = vec![self.told_one(candidate.path, candidate.node.as_ref())];
        for (path, node) in &candidate.with {
            told.push(self.told_one(path.clone(), Some(node)));
        }
        told
    }

    fn told_one(&self, path: Path, before: Option<&Node>) -> Cause {
        let after = self.merged.node(&path);
        let side = |node: Option<&Node>| match node {
            None => Side::Absent,
            Some(node) if is_credential(&path) || self.is_secret(node) => Side::Secret,
            Some(node) => Side::Value(node.to_json()),
        };
        Cause {
            before: side(before),
            after: side(after),
            path: self.label(&path),
            place: match after {
                Some(_) => Place::Value(path),
                None => Place::Nowhere,
            },
        }
    }

    fn is_secret(&self, node: &Node) -> bool {
        node.any(&mut |node| {
            let is_pasted = node.as_text().is_some_and(secret::is_pasted);
            is_pasted
                || !matches!(node.value, Value::Map(_) | Value::List(_))
                    && self.merged.sources().is_secret(node.span)
        })
    }

    /// Items are told by their names where they have one.
    fn label(&self, path: &Path) -> String {
        let mut label = String::new();
        let mut here = Path::root();
        for step in path.steps() {
            here = here.and(step.clone());
            match step {
                Step::Key(key) if label.is_empty() => label.push_str(key),
                Step::Key(key) => label.push_str(&format!(".{key}")),
                Step::Index(at) => {
                    let item = self.merged.node(&here).and_then(|item| item.get("name"));
                    match item.and_then(Node::as_text) {
                        Some(name) => label.push_str(&format!("[{name}]")),
                        None => label.push_str(&format!("[{at}]")),
                    }
                }
            }
        }
        label
    }
}

/// What `render --redact` masks, and whatever looks like a secret.
fn is_credential(path: &Path) -> bool {
    let postgres = Path::of("postgres");
    secret::is_below_secret(path)
        || Credentials::KEYS
            .iter()
            .any(|key| *path == postgres.key(key))
}

/// As the plan itself compares: what it leaves out of the data of a secret, a trial does not have either.
fn comparable(mut rendered: Vec<Resource>, new: &[Resource]) -> Vec<Resource> {
    for resource in rendered
        .iter_mut()
        .filter(|resource| resource.id.kind == "secret")
    {
        let Some(known) = new.iter().find(|known| known.is_same(resource)) else {
            continue;
        };
        let Some(fields) = resource.data.as_object_mut() else {
            continue;
        };
        match (known.get(&["data"]), fields.get_mut("data")) {
            (Some(known), Some(data)) => as_known(data, known),
            _ => drop(fields.remove("data")),
        }
    }
    rendered
}

/// Leaves out of the data what is left out of those that are known.
fn as_known(data: &mut serde_json::Value, known: &serde_json::Value) {
    let is_redacted = |value: &serde_json::Value| {
        let text = value.as_str();
        text.is_some_and(|text| text.contains(REDACTED))
    };
    if let (Some(data), Some(known)) = (data.as_object_mut(), known.as_object()) {
        for (key, value) in data {
            if let Some(known) = known.get(key) {
                as_known(value, known);
            }
        }
    } else if is_redacted(known) && !is_redacted(data) {
        *data = sides::as_redacted(data, known);
    }
}

/// The difference that this one is, or is a part of: a block that is there again may still differ inside.
fn within(key: &Key, left: &BTreeSet<Key>) -> Option<Key> {
    let (id, path) = key;
    left.iter()
        .filter(|(left, _)| left == id)
        .find(|(_, whole)| {
            path.strip_prefix(whole.as_str()).is_some_and(|rest| {
                whole.is_empty() || rest.is_empty() || rest.starts_with(['.', '['])
            })
        })
        .cloned()
}

fn keys(raw: &[Raw<'_>]) -> BTreeSet<Key> {
    let mut keys = BTreeSet::new();
    for change in raw {
        let Some(resource) = change.new.or(change.old) else {
            continue;
        };
        if change.differences.is_empty() {
            keys.insert((resource.id.clone(), String::new()));
        }
        for difference in &change.differences {
            keys.insert((resource.id.clone(), difference.path.clone()));
        }
    }
    keys
}
