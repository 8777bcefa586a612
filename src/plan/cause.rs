//! Which values are behind a change, found by trying: a value is put back to what the older manifests, or the built-in
//! file, hold in its place, and everything is rendered again. What drops out of the plan then, and only that, is
//! because of this value. What no trial explains stays unexplained.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::Difference;
use super::payload::{Lines, Tag};
use super::read;
use super::resource::{Id, Resource, link_name};
use super::shown::Side;
use super::{Raw, changes};
use crate::cluster::{Cluster, Credentials};
use crate::layers::{Kind, Node, Scalar, SourceKind, Span, Style, Value, secret};
use crate::manifests::{self, Templates};
use crate::merge::Merged;
use crate::place::{Path, Place, Step};
use crate::report::REDACTED;
use crate::values;

/// More trials than that would keep a person waiting.
const MOST: usize = 400;

/// What it takes to render again.
pub(crate) struct Trials<'a> {
    /// The values.
    pub(crate) merged: &'a Merged,
    /// The templates.
    pub(crate) templates: &'a Templates,
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
struct Candidate {
    path: Path,
    /// The path once the locations are those of the older manifests again.
    path_then: Option<Path>,
    /// What to put there; nothing: take it away.
    node: Option<Node>,
    /// How the difference is told, if not as that of `path` itself.
    told: Vec<Cause>,
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
        let mut left = keys(raw);
        let all = left.clone();
        let mut base = self.merged.clone();
        let mut accepted: Vec<(Candidate, BTreeSet<Key>)> = Vec::new();
        for candidate in self.candidates(old, raw).into_iter().take(MOST) {
            if left.is_empty() {
                break;
            }
            if accepted
                .iter()
                .any(|(known, _)| known.path == candidate.path)
            {
                continue;
            }
            let path = candidate.path_then.as_ref().unwrap_or(&candidate.path);
            let Some(trial) = base.with(path, candidate.node.clone()) else {
                continue;
            };
            let Some(rendered) = self.render(&trial) else {
                continue;
            };
            let still = keys(&changes(old, &comparable(rendered, new)));
            let still = still.iter().map(|key| within(key, &left));
            let Some(still) = still.collect::<Option<BTreeSet<Key>>>() else {
                continue;
            };
            if still.len() < left.len() {
                let dropped = left.difference(&still).cloned().collect();
                accepted.push((candidate, dropped));
                left = still;
                base = trial;
            }
        }
        self.attribute(accepted, new, &all, &left)
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
            let alone = self
                .merged
                .with(&candidate.path, candidate.node.clone())
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
        let cluster = Cluster::new(&decoded.value?, merged).ok()?;
        let cluster = if self.redact {
            cluster.redacted()
        } else {
            cluster
        };
        let rendered = manifests::render(&cluster, self.templates).ok()?;
        Some(read::rendered(&rendered))
    }

    /// What could be put back, the surest first.
    fn candidates(&self, old: &[Resource], raw: &[Raw<'_>]) -> Vec<Candidate> {
        let mut candidates = self.locations(old);
        let pairs = pairs(raw);
        let mut leaves = Vec::new();
        collect(self.merged.tree(), &Path::root(), &mut leaves);
        for (path, node) in &leaves {
            if let Value::Scalar(scalar) = &node.value {
                let others = others(scalar, &pairs);
                candidates.extend(others.into_iter().map(|text| Candidate {
                    path: path.clone(),
                    path_then: None,
                    node: Some(like(scalar, text, node.span)),
                    told: Vec::new(),
                }));
            }
        }
        candidates.extend(self.release(old));
        let mut defaults = Vec::new();
        self.defaults(self.merged.tree(), &Path::root(), &mut defaults);
        candidates.extend(defaults);
        candidates
    }

    /// The built-in value of each that was given, or none where there is none.
    fn defaults(&self, node: &Node, path: &Path, into: &mut Vec<Candidate>) {
        let sources = self.merged.sources();
        let built_in = self.merged.built_in().find(path).map(|(_, node)| node);
        let is_given = node.any(&mut |node| sources.kind(node.span) != SourceKind::BuiltIn);
        if !is_given {
            return;
        }
        match (&node.value, built_in) {
            (Value::Map(entries), Some(_)) => {
                for entry in entries {
                    self.defaults(&entry.node, &path.key(&entry.key), into);
                }
            }
            (value, built_in) => {
                // an optional mapping: each of its values by itself, then all of them
                if let (Value::Map(entries), None) = (value, built_in) {
                    for entry in entries.iter().filter(|_| entries.len() > 1) {
                        self.defaults(&entry.node, &path.key(&entry.key), into);
                    }
                }
                into.push(Candidate {
                    path: path.clone(),
                    path_then: None,
                    node: built_in.cloned(),
                    told: Vec::new(),
                });
            }
        }
    }

    /// A release name that is given no longer.
    fn release(&self, old: &[Resource]) -> Option<Candidate> {
        let path = Path::of("release");
        let before = old
            .iter()
            .find_map(|resource| resource.tag("app.cpln.io/instance"))?;
        if self.merged.node(&path).is_some() {
            return None;
        }
        let gvc = self.merged.node(&Path::of("gvc.name"))?;
        Some(Candidate {
            path,
            path_then: None,
            node: Some(Node::new(Value::Scalar(Scalar::text(before)), gvc.span)),
            told: Vec::new(),
        })
    }

    /// The locations of the older manifests: which they are and their order, then each number of replicas by itself.
    fn locations(&self, old: &[Resource]) -> Vec<Candidate> {
        let list = Path::of("gvc.locations");
        let Some(Value::List(items)) = self.merged.node(&list).map(|node| &node.value) else {
            return Vec::new();
        };
        let before = locations_of(old);
        if before.is_empty() {
            return Vec::new();
        }
        let name = |item: &Node| item.get("name").and_then(Node::as_text).map(str::to_owned);
        let mut candidates = Vec::new();
        let mut put_back = Vec::new();
        let mut is_other_list = before.len() != items.len();
        for (then, (location, replicas)) in before.iter().enumerate() {
            let there = items
                .iter()
                .position(|item| name(item).as_ref() == Some(location));
            is_other_list |= there != Some(then);
            let known = there.and_then(|at| items.get(at).map(|item| (at, item)));
            let Some((at, item)) = known else {
                put_back.push(self.location(location, *replicas));
                continue;
            };
            put_back.push(Some(item.clone()));
            let count = item.get("replicas");
            if let Some(Value::Scalar(scalar)) = count.map(|node| &node.value)
                && scalar.text != replicas.to_string()
                && let Some(node) = count
            {
                candidates.push(Candidate {
                    path: list.index(at).key("replicas"),
                    path_then: Some(list.index(then).key("replicas")),
                    node: Some(like(scalar, replicas.to_string(), node.span)),
                    told: Vec::new(),
                });
            }
        }
        let put_back: Option<Vec<Node>> = put_back.into_iter().collect();
        if let (true, Some(items), Some(node)) = (is_other_list, put_back, self.merged.node(&list))
        {
            let whole = Candidate {
                told: self.told_locations(&before),
                path: list,
                path_then: None,
                node: Some(Node::new(Value::List(items), node.span)),
            };
            candidates.insert(0, whole);
        }
        candidates
    }

    fn location(&self, name: &str, replicas: u64) -> Option<Node> {
        let list = self.merged.node(&Path::of("gvc.locations"))?;
        let entry = |key: &str, scalar: Scalar| crate::layers::Entry {
            key: key.to_owned(),
            key_span: list.span,
            node: Node::new(Value::Scalar(scalar), list.span),
        };
        Some(Node::new(
            Value::Map(vec![
                entry("name", Scalar::text(name)),
                entry("replicas", Scalar::plain(&replicas.to_string())?),
            ]),
            list.span,
        ))
    }

    /// The locations that came and went, or, if they are the same, the one that is the first now.
    fn told_locations(&self, before: &[(String, u64)]) -> Vec<Cause> {
        let list = Path::of("gvc.locations");
        let Some(Value::List(items)) = self.merged.node(&list).map(|node| &node.value) else {
            return Vec::new();
        };
        let now: Vec<&str> = items
            .iter()
            .filter_map(|item| item.get("name").and_then(Node::as_text))
            .collect();
        let some = |name: &str| Side::Value(serde_json::json!({ "name": name }));
        let gone = before
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !now.contains(name))
            .map(|name| Cause {
                path: format!("{list}[{name}]"),
                before: some(name),
                after: Side::Absent,
                place: Place::Key(list.clone()),
            });
        let come = now
            .iter()
            .enumerate()
            .filter(|(_, name)| !before.iter().any(|(known, _)| known == *name))
            .map(|(at, name)| Cause {
                path: format!("{list}[{name}]"),
                before: Side::Absent,
                after: some(name),
                place: Place::Value(list.index(at)),
            });
        let mut told: Vec<Cause> = gone.chain(come).collect();
        let moved = before
            .iter()
            .zip(&now)
            .position(|((old, _), new)| old != new);
        if let (true, Some(at)) = (told.is_empty(), moved) {
            let name =
                |name: Option<&str>| name.map_or(Side::Absent, |name| Side::Value(name.into()));
            told.push(Cause {
                path: list.index(at).to_string(),
                before: name(before.get(at).map(|(name, _)| name.as_str())),
                after: name(now.get(at).copied()),
                place: Place::Value(list.index(at).key("name")),
            });
        }
        told
    }

    fn told(&self, candidate: Candidate) -> Vec<Cause> {
        if !candidate.told.is_empty() {
            return candidate.told;
        }
        let path = candidate.path;
        let after = self.merged.node(&path);
        let side = |node: Option<&Node>| match node {
            None => Side::Absent,
            Some(node) if is_credential(&path) || self.is_secret(node) => Side::Secret,
            Some(node) => Side::Value(node.to_json()),
        };
        vec![Cause {
            before: side(candidate.node.as_ref()),
            after: side(after),
            path: self.label(&path),
            place: match after {
                Some(_) => Place::Value(path),
                None => Place::Nowhere,
            },
        }]
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
        let known = known.get(&["data"]).and_then(|data| data.as_object());
        let Some(fields) = resource.data.as_object_mut() else {
            continue;
        };
        let (Some(known), Some(data)) = (
            known,
            fields.get_mut("data").and_then(|data| data.as_object_mut()),
        ) else {
            fields.remove("data");
            continue;
        };
        for (key, value) in data {
            if known.get(key).and_then(|known| known.as_str()) == Some(REDACTED) {
                *value = REDACTED.into();
            }
        }
    }
    rendered
}

/// The difference that this one is, or is a part of: a block that is there again may still differ inside.
fn within(key: &Key, left: &BTreeSet<Key>) -> Option<Key> {
    let (id, path) = key;
    left.iter()
        .filter(|(left, _)| left == id)
        .find(|(_, whole)| {
            path.strip_prefix(whole.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
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

/// The locations and replicas of the older manifests, in the order of the pooler's list of nodes.
fn locations_of(old: &[Resource]) -> Vec<(String, u64)> {
    let workload = old
        .iter()
        .find(|resource| resource.workload_type() == "stateful");
    let script = old
        .iter()
        .filter(|resource| resource.id.name.ends_with("-pgcat-startup"))
        .find_map(|resource| resource.text(&["data", "payload"]))
        .unwrap_or_default();
    let Some(workload) = workload else {
        return Vec::new();
    };
    let mut locations: Vec<(String, u64)> = workload
        .items(&["spec", "localOptions"])
        .filter_map(|entry| {
            let location = link_name(entry.get("location")?.as_str()?);
            let replicas = entry.get("autoscaling")?.get("maxScale")?.as_u64()?;
            Some((location.to_owned(), replicas))
        })
        .collect();
    locations
        .sort_by_key(|(location, _)| script.find(&format!(".{location}.")).unwrap_or(usize::MAX));
    locations
}

/// Texts that stand in the place of each other: values, names of resources, words of changed lines.
fn pairs(raw: &[Raw<'_>]) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for difference in raw.iter().flat_map(|change| &change.differences) {
        scalars(difference, &mut pairs);
    }
    let of = |is_new: bool| {
        raw.iter()
            .filter(move |change| change.new.is_some() == is_new && change.differences.is_empty())
            .filter_map(|change| change.new.or(change.old))
    };
    for old in of(false) {
        for new in of(true).filter(|new| new.id.kind == old.id.kind) {
            pairs.insert((old.id.name.clone(), new.id.name.clone()));
        }
    }
    pairs
}

fn scalars(difference: &Difference, pairs: &mut BTreeSet<(String, String)>) {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(value) => Some(value.to_string()),
        _ => None,
    };
    let (Some(before), Some(after)) = (&difference.before, &difference.after) else {
        return;
    };
    let (Some(before), Some(after)) = (text(before), text(after)) else {
        // the whole of one side is new: its parts have no counterpart
        return;
    };
    if before.contains('\n') || after.contains('\n') {
        let lines = Lines::new(&before, &after);
        for (before, after) in lines.of(Tag::Removed).zip(lines.of(Tag::Added)) {
            let words = words(before).into_iter().zip(words(after));
            pairs.extend(words.filter(|(before, after)| before != after));
        }
    } else if !is_checksum(&after) {
        pairs.insert((before, after));
    }
}

fn words(line: &str) -> Vec<String> {
    line.split(|c: char| !(c.is_alphanumeric() || "._-/:@".contains(c)))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_checksum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a scalar may have been, going by what stands in its place now and stood there before.
fn others(scalar: &Scalar, pairs: &BTreeSet<(String, String)>) -> BTreeSet<String> {
    let text = scalar.text.as_str();
    let mut others = BTreeSet::new();
    if let Kind::Bool(value) = scalar.kind {
        others.insert((!value).to_string());
        return others;
    }
    for (before, after) in pairs {
        if after == text {
            others.insert(before.clone());
        } else if scalar.kind == Kind::Text && text.len() > 1 {
            // inside a link, a name or an address
            for (at, _) in after.match_indices(text) {
                let (prefix, rest) = after.split_at(at);
                let suffix = rest.get(text.len()..).unwrap_or_default();
                let inner = before
                    .strip_prefix(prefix)
                    .and_then(|rest| rest.strip_suffix(suffix));
                others.extend(inner.filter(|inner| !inner.is_empty()).map(str::to_owned));
            }
        }
    }
    others
}

/// A scalar of the same type with another text.
fn like(scalar: &Scalar, text: String, span: Span) -> Node {
    let other = match scalar.style {
        Style::Quoted => Scalar::text(text),
        style => match Scalar::plain(&text) {
            Some(plain) => Scalar { style, ..plain },
            None => Scalar::text(text),
        },
    };
    Node::new(Value::Scalar(other), span)
}

/// Every value that is no mapping and no list.
fn collect<'n>(node: &'n Node, path: &Path, into: &mut Vec<(Path, &'n Node)>) {
    match &node.value {
        Value::Map(entries) => entries
            .iter()
            .for_each(|entry| collect(&entry.node, &path.key(&entry.key), into)),
        Value::List(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| collect(item, &path.index(at), into)),
        _ => into.push((path.clone(), node)),
    }
}
