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
            let key_span = key.span;
            let key = match key_text(key) {
                Ok(key) => key,
                Err(key) => {
                    self.tell(trap::key_is_not_text(self.text, &key));
                    let (event, span) = self.next()?;
                    last = Some(self.node(event, span, depth + 1)?.span.end);
                    continue;
                }
            };
            let entry = self.entry(key, key_span, depth)?;
            last = Some(entry.node.span.end.max(key_span.end));
            if is_merge {
                self.merge_key(entry.node, &mut mapping);
            } else if let Some(first) = mapping.first(&entry.key) {
                self.tell(duplicate(self.path_of(entry.key), key_span, first));
            } else {
                mapping.push(entry);
            }
        }
    }

    /// A key with the value behind it.
    fn entry(&mut self, key: String, key_span: Span, depth: usize) -> Outcome<Entry> {
        let (event, span) = self.next()?;
        let opens = self.is_shown && !self.in_secret && secret::is_secret(&key);
        self.path.push(Step::Key(key));
        self.in_secret |= opens;
        let mut node = self.node(event, span, depth + 1)?;
        let key = match self.path.pop() {
            Some(Step::Key(key)) => key,
            _ => String::new(),
        };
        if opens {
            self.hide_value(key_span.end, &node);
            self.in_secret = false;
        }
        if let Value::Null { written: false } = node.value {
            // Nothing stands there: point at the key.
            node.span = key_span;
        }
        Ok(Entry {
            key,
            key_span,
            node,
        })
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
    fn path_of(&self, key: String) -> Path {
        let mut steps = self.path.clone();
        steps.push(Step::Key(key));
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
                        format!("`<<` merges mappings, and this is {}", node.noun()),
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
    /// Where the keys stand, for mappings too large to be searched entry by entry.
    index: HashMap<String, Span>,
    merged: Vec<Entry>,
}

impl Mapping {
    /// More entries than most mappings have, and few enough to compare with each.
    const SMALL: usize = 16;

    /// Where a key was given before.
    fn first(&self, key: &str) -> Option<Span> {
        if self.index.is_empty() {
            let entry = self.entries.iter().find(|entry| entry.key == key);
            return entry.map(|entry| entry.key_span);
        }
        self.index.get(key).copied()
    }

    fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
        if self.entries.len() > Self::SMALL {
            let new = self.entries.iter().skip(self.index.len());
            self.index
                .extend(new.map(|entry| (entry.key.clone(), entry.key_span)));
        }
    }

    fn finish(mut self) -> Vec<Entry> {
        for entry in std::mem::take(&mut self.merged) {
            if self.first(&entry.key).is_none() {
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
fn key_text(key: Node) -> Result<String, Node> {
    match key.value {
        Value::Scalar(scalar) => Ok(scalar.text),
        Value::Null { written: true } => Ok("null".to_owned()),
        Value::Null { written: false } => Ok(String::new()),
        Value::List(_) | Value::Map(_) => Err(key),
    }
}
