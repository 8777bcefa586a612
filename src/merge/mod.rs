//! All layers to one tree: later wins, and every value still knows who wrote it and what it hid.

mod assign;
mod locate;
mod overlay;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::layers::{self, Edit, Entry, Layers, Node, SourceId, SourceKind, Sources, Span, Value};
use crate::problem::{Code, Path, Problems, Step};

/// The values in effect, and where each comes from.
#[derive(Clone, Debug)]
pub struct Merged {
    tree: Arc<Node>,
    /// The same tree where nothing else was given.
    built_in: Arc<Node>,
    sources: Sources,
    removed: BTreeMap<Path, Removal>,
    is_complete: bool,
}

/// A key that a `null` took away.
#[derive(Clone, Debug)]
pub struct Removal {
    /// Where the key stands that has the `null`.
    pub key_span: Span,
    /// Where the `null` stands.
    pub span: Span,
    /// The places of what it took away, nearest first; empty when there was nothing.
    pub hid: Vec<Span>,
}

/// The built-in values alone: what every run begins with.
#[must_use]
pub fn built_in(text: impl Into<Cow<'static, str>>) -> (Merged, Problems) {
    let (layers, mut problems) = layers::built_in(text);
    let (merged, found) = merge(Merged::nothing(), layers);
    problems.extend(found);
    (merged, problems)
}

/// Lays layers over the values so far, and over each other.
#[must_use]
pub fn merge(below: Merged, layers: Layers) -> (Merged, Problems) {
    let Layers {
        sources,
        edits,
        is_complete,
    } = layers;
    let is_complete = is_complete && below.is_complete;
    let mut merger = overlay::Merger::new(&sources, below);
    for edit in edits {
        match edit {
            Edit::Overlay(node) => merger.overlay(node),
            Edit::Set(assignment) => merger.assign(assignment),
        }
    }
    let overlay::Merger {
        tree,
        built_in,
        removed,
        mut problems,
        ..
    } = merger;
    if !is_complete {
        // What is missing for a path may stand in the layer that could not be read.
        problems = problems
            .into_iter()
            .filter(|problem| problem.code != Code::FlagPath)
            .collect();
    }
    let mut merged = Merged {
        tree,
        built_in,
        sources,
        removed,
        is_complete,
    };
    merged.forget_stale_removals();
    (merged, problems)
}

impl Merged {
    /// No values at all.
    #[must_use]
    pub fn nothing() -> Self {
        let nowhere = Span {
            source: SourceId::BUILT_IN,
            start: 0,
            end: 0,
        };
        let empty = Arc::new(Node::empty_map(nowhere));
        Self {
            tree: Arc::clone(&empty),
            built_in: empty,
            sources: Sources::default(),
            removed: BTreeMap::new(),
            is_complete: true,
        }
    }

    /// The values in effect.
    #[must_use]
    pub fn tree(&self) -> &Node {
        &self.tree
    }

    /// The values in effect, with a null for each key that somebody removed although nothing was there; none if there
    /// is no such key. Only so can it be told that it does not exist.
    #[must_use]
    pub fn with_vain_removals(&self) -> Option<Node> {
        let mut with = None;
        for (path, removal) in &self.removed {
            let is_vain = removal.hid.is_empty() && !self.sources.is_built_in(removal.key_span);
            let (true, Some(Step::Key(key)), Some(parent)) =
                (is_vain, path.steps().last(), path.parent())
            else {
                continue;
            };
            let tree = with.get_or_insert_with(|| Node::clone(&self.tree));
            if let Some(Value::Map(entries)) = tree.find_mut(&parent).map(|node| &mut node.value) {
                entries.push(Entry {
                    key: key.clone(),
                    key_span: removal.key_span,
                    node: Node::new(Value::Null { written: true }, removal.span),
                });
            }
        }
        with
    }

    /// The built-in values alone.
    #[must_use]
    pub fn built_in(&self) -> &Node {
        &self.built_in
    }

    /// Every text that was read, to add to: templates are sources too.
    pub fn sources_mut(&mut self) -> &mut Sources {
        &mut self.sources
    }

    /// Every text that was read.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Whether every layer could be read. If not, a value that looks missing or contradictory may only be unread.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The keys that a `null` took away and nothing gave back.
    #[must_use]
    pub fn removed(&self) -> &BTreeMap<Path, Removal> {
        &self.removed
    }

    /// Whether something other than the built-in file set this path or anything below it.
    #[must_use]
    pub fn is_given(&self, path: &Path) -> bool {
        self.node(path).is_some_and(|node| {
            node.any(&mut |node| self.sources.kind(node.span) != SourceKind::BuiltIn)
        })
    }

    /// Whether the text at this path stands without quotes before a ` #` that no blank follows.
    #[must_use]
    pub fn ends_at_comment(&self, path: &Path) -> bool {
        let Some(node) = self.node(path) else {
            return false;
        };
        let is_plain =
            matches!(&node.value, Value::Scalar(scalar) if scalar.style == layers::Style::Plain);
        let behind = self
            .sources
            .get(node.span.source)
            .and_then(|source| source.text.get(node.span.end..));
        let behind = behind.unwrap_or_default();
        let comment = behind.trim_start_matches([' ', '\t']).strip_prefix('#');
        is_plain
            && comment.is_some_and(|comment| {
                comment.starts_with(|c: char| !c.is_whitespace() && c != '#')
            })
    }

    /// Hides what stands behind a key that nobody knows: a secret, until known better.
    pub fn hide(&mut self, path: &Path) {
        let Some((_, node)) = self.tree.find(path) else {
            return;
        };
        node.any(&mut |node| {
            self.sources.hide_more(node.span);
            false
        });
        if let Some(Step::Key(key)) = path.steps().last()
            && !has_key(&self.built_in, key)
        {
            self.sources.hide_behind(key);
        }
    }

    /// The value at a path.
    #[must_use]
    pub fn node(&self, path: &Path) -> Option<&Node> {
        self.tree.find(path).map(|(_, node)| node)
    }

    /// Whether the built-in file has this key in the mapping at `path`.
    #[must_use]
    pub fn is_built_in(&self, path: &Path, key: &str) -> bool {
        self.built_in
            .find(path)
            .is_some_and(|(_, node)| node.get(key).is_some())
    }

    /// The same values with something else at `path`, or nothing; `None` when what is above it does not exist.
    #[must_use]
    pub fn with(&self, path: &Path, node: Option<Node>) -> Option<Self> {
        let mut merged = self.clone();
        let last = path.steps().last()?;
        let parent = Arc::make_mut(&mut merged.tree).find_mut(&path.parent()?)?;
        match (last, &mut parent.value) {
            (Step::Key(key), Value::Map(entries)) => {
                let at = entries.iter().position(|entry| entry.key == *key);
                match (at.and_then(|at| entries.get_mut(at)), node) {
                    (Some(entry), Some(node)) => entry.node = node,
                    (Some(_), None) => entries.retain(|entry| entry.key != *key),
                    (None, Some(node)) => entries.push(Entry {
                        key: key.clone(),
                        key_span: node.span,
                        node,
                    }),
                    (None, None) => return None,
                }
            }
            (Step::Index(index), Value::List(items)) => *items.get_mut(*index)? = node?,
            _ => return None,
        }
        Some(merged)
    }

    fn forget_stale_removals(&mut self) {
        let tree = &self.tree;
        self.removed.retain(|path, _| {
            let parent = path.parent().unwrap_or_default();
            tree.find(path).is_none() && tree.find(&parent).is_some()
        });
    }
}

/// Whether any mapping in the tree has this key.
fn has_key(tree: &Node, key: &str) -> bool {
    tree.any(&mut |node| node.get(key).is_some())
}
