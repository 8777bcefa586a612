//! Laying one mapping over another. Helm's rules without their traps: mappings merge, everything else replaces, and
//! `null` removes at every layer.

use std::collections::{BTreeMap, HashMap};
use std::mem;

use super::Removal;
use crate::layers::{Entry, Node, SourceKind, Sources, Span, Value, secret};
use crate::problem::{Code, Path, Place, Problem, Problems};

/// The values so far.
pub(super) struct Merger<'a> {
    pub tree: Node,
    pub built_in: Node,
    pub removed: BTreeMap<Path, Removal>,
    pub problems: Problems,
    sources: &'a Sources,
}

impl<'a> Merger<'a> {
    pub(super) fn new(sources: &'a Sources, empty: Node) -> Self {
        Self {
            tree: empty.clone(),
            built_in: empty,
            removed: BTreeMap::new(),
            problems: Problems::default(),
            sources,
        }
    }

    /// Lays a mapping over all values.
    pub(super) fn overlay(&mut self, over: Node) {
        let is_built_in = self.sources.is_built_in(over.span);
        let tree = mem::replace(&mut self.tree, Node::empty_map(over.span));
        self.tree = self.laid(tree, over, &Path::root());
        if is_built_in {
            self.built_in = self.tree.clone();
        }
    }

    /// What `over` makes of `base`.
    pub(super) fn laid(&mut self, base: Node, over: Node, path: &Path) -> Node {
        match (base.value, over.value) {
            (Value::Map(below), Value::Map(above)) => {
                if above.is_empty() && !below.is_empty() && !path.steps().is_empty() {
                    self.warn_empty_mapping(path, over.span);
                }
                let value = Value::Map(self.merged(below, above, path));
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
                    path,
                );
                self.replaced(
                    &Node {
                        value: below,
                        ..base
                    },
                    over,
                    path,
                )
            }
        }
    }

    fn merged(&mut self, below: Vec<Entry>, above: Vec<Entry>, path: &Path) -> Vec<Entry> {
        let index: HashMap<String, usize> = below
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.key.clone(), at))
            .collect();
        let mut entries: Vec<Option<Entry>> = below.into_iter().map(Some).collect();
        for over in above {
            let at = index.get(&over.key).copied();
            let slot = at.and_then(|at| entries.get_mut(at));
            let path = path.key(&over.key);
            match slot {
                Some(slot) => *slot = self.entry(slot.take(), over, &path),
                None => entries.push(self.entry(None, over, &path)),
            }
        }
        entries.into_iter().flatten().collect()
    }

    /// What an entry makes of the one below it, if there is one.
    fn entry(&mut self, base: Option<Entry>, over: Entry, path: &Path) -> Option<Entry> {
        match (base, &over.node.value) {
            (Some(base), Value::Null { written: false }) if is_map(&base.node) => {
                self.refuse_empty_section(path, over.key_span);
                Some(base)
            }
            (base, Value::Null { .. }) => {
                self.remove(
                    base.map(|base| base.node),
                    over.key_span,
                    over.node.span,
                    path,
                );
                None
            }
            (Some(base), _) => Some(Entry {
                node: self.laid(base.node, over.node, path),
                ..over
            }),
            (None, _) => Some(Entry {
                node: self.added(over.node, path),
                ..over
            }),
        }
    }

    /// `over` in the place of `base`.
    pub(super) fn replaced(&mut self, base: &Node, over: Node, path: &Path) -> Node {
        self.check_order(base, over.span, path);
        Node {
            hid: hidden_by(base),
            ..over
        }
    }

    /// A value where there was none.
    pub(super) fn added(&mut self, node: Node, path: &Path) -> Node {
        let node = self.settled(node, path);
        match self.removed.remove(path) {
            Some(Removal { span, hid, .. }) => Node {
                hid: std::iter::once(span).chain(hid).collect(),
                ..node
            },
            None => node,
        }
    }

    pub(super) fn remove(&mut self, base: Option<Node>, key_span: Span, span: Span, path: &Path) {
        let before = self.removed.remove(path);
        let hid = match (base, before) {
            (Some(base), _) => {
                self.check_order(&base, span, path);
                hidden_by(&base)
            }
            (None, Some(before)) => before.hid,
            (None, None) => Vec::new(),
        };
        self.removed.insert(
            path.clone(),
            Removal {
                key_span,
                span,
                hid,
            },
        );
    }

    /// A new mapping has no layers below, so its nulls have nothing to remove; lists keep theirs.
    pub(super) fn settled(&mut self, node: Node, path: &Path) -> Node {
        match node.value {
            Value::Map(entries) => {
                let value = Value::Map(self.merged(Vec::new(), entries, path));
                Node { value, ..node }
            }
            _ => node,
        }
    }

    fn refuse_empty_section(&mut self, path: &Path, span: Span) {
        let found = "nothing stands behind this key, and other keys belong below it";
        let problem = Problem {
            path: Some(secret::path(path.steps())),
            ..Problem::new(Code::EmptySection, Place::At(span), found)
        };
        self.problems.push(
            problem.fix("delete this line to keep the defaults, or write `null` to remove them"),
        );
    }

    fn warn_empty_mapping(&mut self, path: &Path, span: Span) {
        let found = "`{}` adds no keys, so this changes nothing";
        self.warn(
            Code::EmptyMapping,
            path,
            span,
            found,
            "write `null` to remove what is there",
        );
    }

    /// Two kinds of flag for one value: not the one typed last wins.
    fn check_order(&mut self, base: &Node, over: Span, path: &Path) {
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
            path: Some(secret::path(path.steps())),
            ..problem
        });
    }

    pub(super) fn warn(&mut self, code: Code, path: &Path, span: Span, found: &str, fix: &str) {
        let problem = Problem::new(code, Place::At(span), found).fix(fix);
        self.problems.push(Problem {
            path: Some(secret::path(path.steps())),
            ..problem
        });
    }
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
