//! Helm's rules, without their traps: mappings merge, everything else replaces, `null` removes at every layer, and the
//! path of a flag goes into the values as they are by then, defaults included.

use std::collections::{BTreeMap, HashMap};
use std::mem;

use super::Removal;
use crate::layers::{Assignment, Entry, Node, SourceKind, Sources, Span, Target, Value, secret};
use crate::problem::{Code, Path, Place, Problem, Problems, Step};

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

    /// Sets the path of a flag.
    pub(super) fn assign(&mut self, assignment: Assignment) {
        let Assignment {
            targets,
            mut node,
            starts_over,
        } = assignment;
        let steps: Vec<Step> = targets.iter().map(|target| target.step.clone()).collect();
        let in_list = steps.iter().any(|step| matches!(step, Step::Index(_)));
        if !in_list {
            let path = Path::from(steps);
            let default = self
                .built_in
                .find(&path)
                .filter(|_| starts_over)
                .map(|(_, node)| node.clone());
            node = match default {
                Some(default) if is_map(&default) && is_map(&node) => {
                    self.laid(default, node, &path)
                }
                _ => self.settled(node, &path),
            };
        }
        let mut tree = mem::replace(&mut self.tree, Node::empty_map(node.span));
        let outcome = self.set(&mut tree, &targets, node, &Path::root());
        self.tree = tree;
        if let Err(problem) = outcome {
            self.problems.push(*problem);
        }
    }

    /// What `over` makes of `base`.
    fn laid(&mut self, base: Node, over: Node, path: &Path) -> Node {
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

    /// Goes down the targets and sets what is there.
    fn set(
        &mut self,
        at: &mut Node,
        targets: &[Target],
        node: Node,
        path: &Path,
    ) -> Result<(), Box<Problem>> {
        let Some((target, rest)) = targets.split_first() else {
            let old = mem::replace(at, Node::empty_map(node.span));
            *at = match (is_map(&old), is_map(&node)) {
                (true, true) => over_map(&old, node),
                _ => self.replaced(&old, node, path),
            };
            return Ok(());
        };
        if let Value::Null { .. } = at.value {
            *at = placeholder(target);
        }
        match (&target.step, &mut at.value) {
            (Step::Key(key), Value::Map(entries)) => {
                self.set_key(entries, key, (target, rest), node, path)
            }
            (Step::Index(index), Value::List(items)) => {
                self.set_item(items, *index, (target, rest), node, path)
            }
            (step, _) => Err(Box::new(mismatch(at, step, target, path))),
        }
    }

    fn set_key(
        &mut self,
        entries: &mut Vec<Entry>,
        key: &str,
        (target, rest): (&Target, &[Target]),
        node: Node,
        path: &Path,
    ) -> Result<(), Box<Problem>> {
        let in_list = path
            .steps()
            .iter()
            .any(|step| matches!(step, Step::Index(_)));
        let path = path.key(key);
        let at = entries.iter().position(|entry| entry.key == key);
        if rest.is_empty() && matches!(node.value, Value::Null { .. }) && !in_list {
            let base = at.map(|at| entries.remove(at).node);
            self.remove(base, target.span, node.span, &path);
            return Ok(());
        }
        if let Some(entry) = at.and_then(|at| entries.get_mut(at)) {
            self.set(&mut entry.node, rest, node, &path)?;
            entry.key_span = target.span;
            return Ok(());
        }
        let node = match rest.first() {
            None => self.added(node, &path),
            Some(next) => {
                let mut child = placeholder(next);
                self.set(&mut child, rest, node, &path)?;
                child
            }
        };
        entries.push(Entry {
            key: key.to_owned(),
            key_span: target.span,
            node,
        });
        Ok(())
    }

    fn set_item(
        &mut self,
        items: &mut Vec<Node>,
        index: usize,
        (target, rest): (&Target, &[Target]),
        node: Node,
        path: &Path,
    ) -> Result<(), Box<Problem>> {
        let count = items.len();
        let item_path = path.index(index);
        if rest.is_empty() && matches!(node.value, Value::Null { .. }) {
            let found = "the item becomes null; it is not removed";
            self.warn(
                Code::FlagText,
                &item_path,
                node.span,
                found,
                "give the whole list without it",
            );
        }
        if let Some(item) = items.get_mut(index) {
            return self.set(item, rest, node, &item_path);
        }
        if index > count {
            let found = match count {
                0 => "this list has no items".to_owned(),
                1 => "this list has 1 item".to_owned(),
                _ => format!("this list has {count} items"),
            };
            let problem = Problem::new(Code::FlagPath, Place::At(target.span), found);
            let allowed = format!("an index up to {count}, which appends one");
            return Err(Box::new(
                Problem {
                    path: Some(secret::path(path.steps())),
                    ..problem
                }
                .allowed(allowed),
            ));
        }
        let node = match rest.first() {
            None => node,
            Some(next) => {
                let mut child = placeholder(next);
                self.set(&mut child, rest, node, &item_path)?;
                child
            }
        };
        items.push(node);
        Ok(())
    }

    /// `over` in the place of `base`.
    fn replaced(&mut self, base: &Node, over: Node, path: &Path) -> Node {
        self.check_order(base, over.span, path);
        Node {
            hid: hidden_by(base),
            ..over
        }
    }

    /// A value where there was none.
    fn added(&mut self, node: Node, path: &Path) -> Node {
        let node = self.settled(node, path);
        match self.removed.remove(path) {
            Some(Removal { span, hid, .. }) => Node {
                hid: std::iter::once(span).chain(hid).collect(),
                ..node
            },
            None => node,
        }
    }

    fn remove(&mut self, base: Option<Node>, key_span: Span, span: Span, path: &Path) {
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
    fn settled(&mut self, node: Node, path: &Path) -> Node {
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

    fn warn(&mut self, code: Code, path: &Path, span: Span, found: &str, fix: &str) {
        let problem = Problem::new(code, Place::At(span), found).fix(fix);
        self.problems.push(Problem {
            path: Some(secret::path(path.steps())),
            ..problem
        });
    }
}

/// A mapping that started over in the place of `old`: its values hide those that were there.
fn over_map(old: &Node, mut node: Node) -> Node {
    match (&old.value, &mut node.value) {
        (Value::Map(before), Value::Map(entries)) => {
            let before: HashMap<&str, &Node> = before
                .iter()
                .map(|entry| (entry.key.as_str(), &entry.node))
                .collect();
            for entry in entries {
                if let Some(old) = before.get(entry.key.as_str()) {
                    let node = mem::replace(&mut entry.node, Node::empty_map(entry.key_span));
                    entry.node = over_map(old, node);
                }
            }
        }
        _ if old.span != node.span => node.hid = hidden_by(old),
        _ => {}
    }
    node
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// What `base` was and hid, as far as anybody would want to know.
fn hidden_by(base: &Node) -> Vec<Span> {
    const MOST: usize = 16;
    let earlier = base.hid.iter().copied();
    std::iter::once(base.span)
        .chain(earlier)
        .take(MOST)
        .collect()
}

/// What a step goes into, where there is nothing yet.
fn placeholder(target: &Target) -> Node {
    match target.step {
        Step::Key(_) => Node::empty_map(target.span),
        Step::Index(_) => Node::new(Value::List(Vec::new()), target.span),
    }
}

/// A step that does not fit what is there.
fn mismatch(at: &Node, step: &Step, target: &Target, path: &Path) -> Problem {
    let wanted = match step {
        Step::Key(_) => "a mapping",
        Step::Index(_) => "a list",
    };
    let found = format!("this is {}, not {wanted}", at.noun());
    let problem = Problem::new(Code::FlagPath, Place::At(target.span), found);
    let there = if path.steps().is_empty() {
        Place::Nowhere
    } else {
        Place::Value(path.clone())
    };
    Problem {
        path: Some(secret::path(path.steps())),
        ..problem
    }
    .also(there, format!("{} here", at.noun()))
}
