//! Lists and mappings: our rules for keys, duplicates and `<<`.

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle};

use super::{Outcome, Reader, duplicate, hide};
use crate::layers::tree::{Entry, Node, Value};
use crate::layers::{secret, trap};
use crate::place::Span;
use crate::problem::{Code, Path, Place, Problem, Step};

impl Reader<'_> {
    pub(super) fn list(&mut self, start: Span, depth: usize) -> Outcome<Node> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                let last = items.last().map(|item| item.span.end);
                return Ok(Node::new(Value::List(items), collection(start, span, last)));
            }
            self.path.push(Step::Index(items.len()));
            items.push(self.node(event, span, depth + 1)?);
            self.path.pop();
        }
    }

    pub(super) fn mapping(&mut self, start: Span, depth: usize) -> Outcome<Node> {
        let mut mapping = Mapping::default();
        let mut last = None;
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let entries = mapping.finish();
                return Ok(Node::new(
                    Value::Map(entries),
                    collection(start, span, last),
                ));
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = self.node(event, span, depth + 1)?;
            let Some(key_text) = key_text(&key) else {
                self.tell(trap::key_is_not_text(self.text, &key));
                let (event, span) = self.next()?;
                last = Some(self.node(event, span, depth + 1)?.span.end);
                continue;
            };
            let node = self.value_of(&key_text, &key, depth)?;
            last = Some(node.span.end.max(key.span.end));
            if is_merge {
                self.merge_key(node, &mut mapping);
            } else if let Some(first) = mapping.seen.get(&key_text).copied() {
                self.tell(duplicate(self.path_of(&key_text), key.span, first));
            } else {
                mapping.push(Entry {
                    key: key_text,
                    key_span: key.span,
                    node,
                });
            }
        }
    }

    /// The value behind a key.
    fn value_of(&mut self, key_text: &str, key: &Node, depth: usize) -> Outcome<Node> {
        let (event, span) = self.next()?;
        let opens = self.is_shown && !self.in_secret && secret::is_secret(key_text);
        self.path.push(Step::Key(key_text.to_owned()));
        self.in_secret |= opens;
        let mut node = self.node(event, span, depth + 1)?;
        self.path.pop();
        if opens {
            self.hide_value(key.span.end, &node);
            self.in_secret = false;
        }
        if let Value::Null { written: false } = node.value {
            // Nothing stands there: point at the key.
            node.span = key.span;
        }
        Ok(node)
    }

    /// Hides the value of a secret's key, with whatever stands between the two: a tag, an anchor, a comment.
    fn hide_value(&mut self, key_end: usize, node: &Node) {
        let behind = self.text.get(key_end..).unwrap_or_default();
        let value = behind.trim_start_matches([' ', '\t', '\r', '\n', ':']);
        let start = key_end + behind.len() - value.len();
        let line_end = key_end + behind.find('\n').unwrap_or(behind.len());
        match node.value {
            Value::Null { written: false } => self.secrets.push(start.min(line_end)..line_end),
            _ => self.secrets.push(start..node.span.end.max(start)),
        }
        hide(node, &mut self.secrets);
    }

    /// The path of a key of the mapping that is being read.
    fn path_of(&self, key: &str) -> Path {
        let mut steps = self.path.clone();
        steps.push(Step::Key(key.to_owned()));
        secret::path(&steps)
    }

    /// `<<`: the keys of other mappings, unless this one has them.
    fn merge_key(&mut self, node: Node, mapping: &mut Mapping) {
        let nodes = match node.value {
            Value::List(items) => items,
            _ => vec![node],
        };
        for node in nodes {
            match node.value {
                Value::Map(entries) => mapping.merged.extend(entries),
                _ => self.tell(
                    Problem::new(
                        Code::YamlSyntax,
                        Place::At(node.span),
                        format!("`<<` takes over {}", node.noun()),
                    )
                    .allowed("a mapping, or a list of mappings, usually as an alias: `<<: *name`"),
                ),
            }
        }
    }
}

/// The entries of a mapping while it is read.
#[derive(Default)]
struct Mapping {
    entries: Vec<Entry>,
    seen: HashMap<String, Span>,
    merged: Vec<Entry>,
}

impl Mapping {
    fn push(&mut self, entry: Entry) {
        self.seen.insert(entry.key.clone(), entry.key_span);
        self.entries.push(entry);
    }

    fn finish(mut self) -> Vec<Entry> {
        for entry in std::mem::take(&mut self.merged) {
            if !self.seen.contains_key(&entry.key) {
                self.push(entry);
            }
        }
        self.entries
    }
}

/// A flow collection ends at its bracket, a block collection with its last item: the parser sees its end only where
/// the next token is.
fn collection(start: Span, end: Span, last: Option<usize>) -> Span {
    let end = if end.end > end.start {
        end.end
    } else {
        last.unwrap_or(start.end)
    };
    Span {
        end: end.max(start.start),
        ..start
    }
}

/// Keys are text, whatever they look like.
fn key_text(key: &Node) -> Option<String> {
    match &key.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        Value::Null { written: true } => Some("null".to_owned()),
        Value::Null { written: false } => Some(String::new()),
        Value::List(_) | Value::Map(_) => None,
    }
}
