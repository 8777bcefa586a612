//! What a value may have been: going by what stood in its place in the older manifests, and by the built-in file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Candidate, Trials};
use crate::layers::{Kind, Node, Scalar, SourceKind, Span, Style, Value};
use crate::place::{Path, Step};
use crate::plan::Raw;
use crate::plan::diff::Difference;
use crate::plan::payload::{Lines, Tag};
use crate::plan::resource::Resource;

impl Trials<'_> {
    /// What could be put back, the surest first.
    pub(super) fn candidates(&self, old: &[Resource], raw: &[Raw<'_>]) -> Vec<Candidate> {
        let mut candidates = self.locations(old);
        let pairs = pairs(raw);
        let mut sections: BTreeMap<Path, Vec<(Path, Vec<Node>)>> = BTreeMap::new();
        self.merged.tree().each(&mut |path, node| {
            let Value::Scalar(scalar) = &node.value else {
                return;
            };
            let texts = others(scalar, &pairs).into_iter();
            let nodes: Vec<Node> = texts.map(|text| like(scalar, text, node.span)).collect();
            let one = |node: &Node| Candidate::new(path.clone(), Some(node.clone()));
            candidates.extend(nodes.iter().map(one));
            // a key that has no default was perhaps not there
            let is_optional = self.merged.built_in().find(&path).is_none();
            let is_item = !matches!(path.steps().last(), Some(Step::Key(_)));
            if is_optional && !is_item && self.merged.is_given(&path) {
                candidates.push(Candidate::new(path.clone(), None));
            }
            if let (Some(section), false) = (path.parent(), nodes.is_empty()) {
                sections.entry(section).or_default().push((path, nodes));
            }
        });
        candidates.extend(sections.values().flat_map(|values| groups(values)));
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
                into.push(Candidate::new(path.clone(), built_in.cloned()));
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
        let node = Node::new(Value::Scalar(Scalar::text(before)), gvc.span);
        Some(Candidate::new(path, Some(node)))
    }
}

/// Values of one section that may only be allowed together, such as the least and the most of something.
fn groups(values: &[(Path, Vec<Node>)]) -> Vec<Candidate> {
    /// More would be guessing.
    const MOST: usize = 3;
    let longest = values.iter().map(|(_, nodes)| nodes.len()).max();
    let group = |at: usize| {
        let pick = |(path, nodes): &(Path, Vec<Node>)| {
            let node = nodes.get(at).or(nodes.last())?;
            Some((path.clone(), node.clone()))
        };
        let mut picked = values.iter().filter_map(pick);
        let (path, node) = picked.next()?;
        Some(Candidate {
            with: picked.collect(),
            ..Candidate::new(path, Some(node))
        })
    };
    match values.len() {
        0 | 1 => Vec::new(),
        _ => (0..longest.unwrap_or_default().min(MOST))
            .filter_map(group)
            .collect(),
    }
}

/// Texts that stand in the place of each other: values, names of resources, words of changed lines.
fn pairs(raw: &[Raw<'_>]) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for change in raw {
        let differences = &change.differences;
        differences
            .iter()
            .for_each(|difference| scalars(difference, &mut pairs));
        items(differences, &mut pairs);
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

/// Texts that came into a list, with those that went from it.
fn items(differences: &[Difference], pairs: &mut BTreeSet<(String, String)>) {
    let list = |difference: &Difference| Some(difference.path.rsplit_once('[')?.0.to_owned());
    let text = |value: &Option<serde_json::Value>| value.as_ref()?.as_str().map(str::to_owned);
    let gone = differences.iter().filter(|d| d.after.is_none());
    for (list_of, before) in gone.filter_map(|d| Some((list(d)?, text(&d.before)?))) {
        let come = differences.iter().filter(|d| d.before.is_none());
        let come = come.filter(|d| list(d).as_ref() == Some(&list_of));
        pairs.extend(come.filter_map(|d| Some((before.clone(), text(&d.after)?))));
    }
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
pub(super) fn like(scalar: &Scalar, text: String, span: Span) -> Node {
    let other = match scalar.style {
        Style::Quoted => Scalar::text(text),
        style => match Scalar::plain(&text) {
            Some(plain) => Scalar { style, ..plain },
            None => Scalar::text(text),
        },
    };
    Node::new(Value::Scalar(other), span)
}
