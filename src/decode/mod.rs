//! A tree into typed structs, all problems at once.
//!
//! Serde stops at the first value that does not fit. Here the value is noted as a problem, the tree is repaired at
//! that place from a model that is known to be right, and the same structs are read again, until they read through.

mod deserializer;
mod hint;
mod mismatch;
mod stop;

use std::borrow::Cow;
use std::cell::RefCell;

use serde::de::DeserializeOwned;

use crate::layers::{Entry, Node, Value};
use crate::problem::{Path, Problems, Step};

pub use deserializer::SCALAR;
pub use hint::{hinted, nearest};
pub use mismatch::explain as wrong_type;

/// What a tree was read into.
pub struct Decoded<T> {
    /// The structs; repaired places hold the model's values. `None` when no repair helped.
    pub value: Option<T>,
    /// Every value that did not fit, and every key that nobody reads.
    pub problems: Problems,
    /// The places that were repaired: what stands there says nothing about the input.
    pub repaired: Vec<Path>,
}

/// Reads `tree` into `T`. `model` is a tree of the same shape that is known to be right.
pub fn decode<T: DeserializeOwned>(tree: &Node, model: &Node) -> Decoded<T> {
    let unknown = RefCell::new(Problems::default());
    let mut tree = Cow::Borrowed(tree);
    let mut problems = Problems::default();
    let mut repaired: Vec<Path> = Vec::new();
    let mut holes: Vec<Path> = Vec::new();
    let value = loop {
        unknown.take();
        match T::deserialize(deserializer::Deserializer::new(&tree, &unknown, &holes)) {
            Ok(value) => break Some(value),
            Err(stop) => {
                let (path, problem) = stop.into_problem();
                if !repaired.contains(&path) {
                    problems.push(problem);
                }
                match repair(tree.to_mut(), model, &path, repaired.contains(&path)) {
                    Repair::Done => {}
                    // taken away, it would give the items behind it other places than they have in the file
                    Repair::Skip if !holes.contains(&path) => holes.push(path.clone()),
                    Repair::Skip | Repair::None => break None,
                }
                repaired.push(path);
            }
        }
    };
    problems.extend(unknown.into_inner());
    // behind a hole, an item's place among the values says nothing of its place in the file
    repaired.extend(holes.iter().filter_map(Path::parent));
    Decoded {
        value,
        problems,
        repaired,
    }
}

/// What became of a place that did not fit.
enum Repair {
    /// The tree has another value there, or none.
    Done,
    /// It is an item of a list, to be passed over.
    Skip,
    /// Nothing.
    None,
}

/// Puts the model's value at `path`, or takes the key away where the model has none (or had one that did not help).
fn repair(tree: &mut Node, model: &Node, path: &Path, again: bool) -> Repair {
    let Some(last) = path.steps().last() else {
        return Repair::None;
    };
    let replacement = path
        .steps()
        .iter()
        .try_fold(model, |node, step| match (step, &node.value) {
            (Step::Key(key), _) => node.get(key),
            // every item of a list has the shape of the first
            (Step::Index(_), Value::List(items)) => items.first(),
            _ => None,
        });
    let Some(parent) = path.parent().and_then(|above| tree.find_mut(&above)) else {
        return Repair::None;
    };
    match (&mut parent.value, last, replacement) {
        (Value::Map(entries), Step::Key(key), replacement) => {
            let at = entries.iter().position(|entry| entry.key == *key);
            match (at, replacement) {
                (Some(at), Some(node)) if !again => entries[at].node.value = node.value.clone(),
                (Some(at), _) => drop(entries.remove(at)),
                (None, Some(node)) if !again => {
                    entries.push(Entry {
                        key: key.clone(),
                        key_span: parent.span,
                        node: node.clone(),
                    });
                }
                (None, _) => return Repair::None,
            }
        }
        (Value::List(items), Step::Index(index), replacement) => {
            match (items.get_mut(*index), replacement) {
                (Some(item), Some(node)) if !again => item.value = node.value.clone(),
                (Some(_), _) => return Repair::Skip,
                (None, _) => return Repair::None,
            }
        }
        _ => return Repair::None,
    }
    Repair::Done
}

/// Why a text is not the value that it should be: `{}` says what is wrong with it, `{:#}` what is allowed, `{:+}` how
/// to put it right.
///
/// Serde hands errors on as text only; the three forms carry the sentences through it.
#[derive(Clone, Debug)]
pub struct Invalid {
    /// What is wrong, with the value in backticks unless it is secret.
    pub found: String,
    /// What is allowed; the same as `found` where that says it.
    pub allowed: String,
    /// How to put it right, where there is more to say than what is allowed.
    pub fix: Option<String>,
}

impl Invalid {
    /// What is wrong and what is allowed.
    pub fn new(found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self {
            found: found.into(),
            allowed: allowed.into(),
            fix: None,
        }
    }

    /// Says how to put it right.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if f.alternate() {
            &self.allowed
        } else if f.sign_plus() {
            self.fix.as_ref().unwrap_or(&self.found)
        } else {
            &self.found
        })
    }
}

impl std::error::Error for Invalid {}
