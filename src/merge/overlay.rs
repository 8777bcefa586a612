//! Laying one mapping over another. Helm's rules without their traps: mappings merge, everything else replaces, and
//! `null` removes at every layer.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::Arc;

use super::{Merged, Removal};
use crate::layers::{Entry, Node, SourceKind, Sources, Span, Value, secret};
use crate::place::Trail;
use crate::problem::{Code, Path, Place, Problem, Problems};

/// The values so far.
pub(super) struct Merger<'a> {
    pub tree: Arc<Node>,
    pub built_in: Arc<Node>,
    pub removed: BTreeMap<Path, Removal>,
    pub problems: Problems,
    sources: &'a Sources,
}

impl<'a> Merger<'a> {
    pub(super) fn new(sources: &'a Sources, below: Merged) -> Self {
        Self {
            tree: below.tree,
            built_in: below.built_in,
            removed: below.removed,
            problems: Problems::default(),
            sources,
        }
    }

    /// Lays a mapping over all values.
    pub(super) fn overlay(&mut self, over: Node) {
        let is_built_in = self.sources.is_built_in(over.span);
        let tree = self.take_tree(over.span);
        self.tree = Arc::new(self.laid(tree, over, &Trail::Root));
        if is_built_in {
            self.built_in = Arc::clone(&self.tree);
        }
    }

    /// The values so far, to be changed and put back.
    pub(super) fn take_tree(&mut self, span: Span) -> Node {
        Arc::unwrap_or_clone(mem::replace(
            &mut self.tree,
            Arc::new(Node::empty_map(span)),
        ))
    }

    /// What `over` makes of `base`.
    pub(super) fn laid(&mut self, base: Node, over: Node, trail: &Trail<'_>) -> Node {
        match (base.value, over.value) {
            (Value::Map(below), Value::Map(above)) => {
                if above.is_empty() && !below.is_empty() && !matches!(trail, Trail::Root) {
                    self.warn_empty_mapping(trail, over.span);
                }
                let value = Value::Map(self.merged(below, above, trail));
                Node {
                    value,
                    span: over.span,
                    hid: base.hid,
                }
            }
            (below, above) => {
                let over = self.settled(
                    Node {
                        value: above,
                        ..over
                    },
                    trail,
                );
                self.replaced(
                    &Node {
                        value: below,
                        ..base
                    },
                    over,
                    trail,
                )
            }
        }
    }

    fn merged(&mut self, below: Vec<Entry>, above: Vec<Entry>, trail: &Trail<'_>) -> Vec<Entry> {
        let places = places(&below, &above);
        let mut entries: Vec<Option<Entry>> = below.into_iter().map(Some).collect();
        for (over, place) in above.into_iter().zip(places) {
            let Entry {
                key,
                key_span,
                node,
            } = over;
            let mut slot = place.and_then(|at| entries.get_mut(at));
            let base = slot.as_mut().and_then(|slot| slot.take());
            let entry = self
                .entry(base, key_span, node, &Trail::Key(trail, &key))
                .map(|(key_span, node)| Entry {
                    key,
                    key_span,
                    node,
                });
            match slot {
                Some(slot) => *slot = entry,
                None => entries.push(entry),
            }
        }
        entries.into_iter().flatten().collect()
    }

    /// What an entry makes of the one below it, if there is one: where its key stands, and its value.
    fn entry(
        &mut self,
        base: Option<Entry>,
        key_span: Span,
        over: Node,
        trail: &Trail<'_>,
    ) -> Option<(Span, Node)> {
        match (base, &over.value) {
            (Some(base), Value::Null { written: false }) if is_map(&base.node) => {
                self.refuse_empty_section(trail, key_span);
                Some((base.key_span, base.node))
            }
            (base, Value::Null { .. }) => {
                self.remove(base.map(|base| base.node), key_span, over.span, trail);
                None
            }
            (Some(base), _) => Some((key_span, self.laid(base.node, over, trail))),
            (None, _) => Some((key_span, self.added(over, trail))),
        }
    }

    /// `over` in the place of `base`.
    pub(super) fn replaced(&mut self, base: &Node, over: Node, trail: &Trail<'_>) -> Node {
        self.check_order(base, over.span, trail);
        Node {
            hid: hidden_by(base),
            ..over
        }
    }

    /// A value where there was none.
    pub(super) fn added(&mut self, node: Node, trail: &Trail<'_>) -> Node {
        let node = self.settled(node, trail);
        match self.forget_removal(trail) {
            Some(Removal { span, hid, .. }) => Node {
                hid: std::iter::once(span).chain(hid).collect(),
                ..node
            },
            None => node,
        }
    }

    /// What removed the value there, if one was removed.
    fn forget_removal(&mut self, trail: &Trail<'_>) -> Option<Removal> {
        // seldom is anything removed
        (!self.removed.is_empty()).then(|| self.removed.remove(&trail.path()))?
    }

    pub(super) fn remove(
        &mut self,
        base: Option<Node>,
        key_span: Span,
        span: Span,
        trail: &Trail<'_>,
    ) {
        let before = self.forget_removal(trail);
        let hid = match (base, before) {
            (Some(base), _) => {
                self.check_order(&base, span, trail);
                hidden_by(&base)
            }
            (None, Some(before)) => before.hid,
            (None, None) => Vec::new(),
        };
        self.removed.insert(
            trail.path(),
            Removal {
                key_span,
                span,
                hid,
            },
        );
    }

    /// A new mapping has no layers below, so its nulls have nothing to remove; lists keep theirs.
    pub(super) fn settled(&mut self, node: Node, trail: &Trail<'_>) -> Node {
        match node.value {
            Value::Map(entries) => {
                let value = Value::Map(self.merged(Vec::new(), entries, trail));
                Node { value, ..node }
            }
            _ => node,
        }
    }

    fn refuse_empty_section(&mut self, trail: &Trail<'_>, span: Span) {
        let found = "this key has no value, and other keys belong below it";
        let problem = Problem {
            path: Some(secret::path(trail.path().steps())),
            ..Problem::new(Code::EmptySection, Place::At(span), found)
        };
        self.problems.push(
            problem.fix("delete this line to keep the defaults, or write `null` to remove them"),
        );
    }

    fn warn_empty_mapping(&mut self, trail: &Trail<'_>, span: Span) {
        let found = "`{}` adds no keys, so this changes nothing";
        self.warn(
            Code::EmptyMapping,
            trail,
            span,
            found,
            "write `null` to remove what is there",
        );
    }

    /// Two kinds of flag for one value: not the one typed last wins.
    fn check_order(&mut self, base: &Node, over: Span, trail: &Trail<'_>) {
        let SourceKind::Flag(kind) = self.sources.kind(over) else {
            return;
        };
        let mut hidden = None;
        base.any(&mut |node| {
            let SourceKind::Flag(other) = self.sources.kind(node.span) else {
                return false;
            };
            let differs = other != kind;
            if differs {
                hidden = Some((node.span, other));
            }
            differs
        });
        let Some((span, other)) = hidden else { return };
        let (name, other) = (kind.name(), other.name());
        let found =
            format!("{other} sets this too; {name} wins, in whichever order they are typed");
        let problem = Problem::new(Code::FlagOrder, Place::At(over), found)
            .also(Place::At(span), "has no effect");
        let problem = problem.fix("set it once");
        self.problems.push(Problem {
            path: Some(secret::path(trail.path().steps())),
            ..problem
        });
    }

    pub(super) fn warn(
        &mut self,
        code: Code,
        trail: &Trail<'_>,
        span: Span,
        found: &str,
        fix: &str,
    ) {
        let problem = Problem::new(code, Place::At(span), found).fix(fix);
        self.problems.push(Problem {
            path: Some(secret::path(trail.path().steps())),
            ..problem
        });
    }
}

/// Where the keys of one mapping stand in another.
fn places(below: &[Entry], above: &[Entry]) -> Vec<Option<usize>> {
    let index: HashMap<&str, usize> = below
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.as_str(), at))
        .collect();
    let at = |entry: &Entry| index.get(entry.key.as_str()).copied();
    above.iter().map(at).collect()
}

pub(super) fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// What `base` was and hid, as far as anybody would want to know.
pub(super) fn hidden_by(base: &Node) -> Vec<Span> {
    const MOST: usize = 16;
    let earlier = base.hid.iter().copied();
    std::iter::once(base.span)
        .chain(earlier)
        .take(MOST)
        .collect()
}
