//! Setting the path of a flag, in the values as they are by then, defaults included.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use super::overlay::{Merger, hidden_by, is_map};
use crate::layers::{Assignment, Entry, Node, Target, Value, secret};
use crate::place::Trail;
use crate::problem::{Code, Path, Place, Problem, Step};

impl Merger<'_> {
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
                    self.laid(default, node, &Trail::At(&path))
                }
                _ => self.settled(node, &Trail::At(&path)),
            };
        }
        let mut tree = self.take_tree(node.span);
        let outcome = self.set(&mut tree, &targets, node, &Path::root());
        self.tree = Arc::new(tree);
        if let Err(problem) = outcome {
            self.problems.push(*problem);
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
                _ => self.replaced(&old, node, &Trail::At(path)),
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
            self.remove(base, target.span, node.span, &Trail::At(&path));
            return Ok(());
        }
        if let Some(entry) = at.and_then(|at| entries.get_mut(at)) {
            self.set(&mut entry.node, rest, node, &path)?;
            entry.key_span = target.span;
            return Ok(());
        }
        let node = match rest.first() {
            None => self.added(node, &Trail::At(&path)),
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
                &Trail::At(&item_path),
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
