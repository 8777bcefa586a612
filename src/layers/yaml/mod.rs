//! YAML 1.2 to a tree: granit-parser's events, with our own rules for keys, merge keys, aliases and limits.

mod collection;
mod documents;

pub(super) use documents::read_documents;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::tree::{MAX_DEPTH, Node, Scalar, Value};
use super::{secret, trap};
use crate::place::{SourceId, Span};
use crate::problem::{Code, Path, Place, Problem, Problems, Step};

/// How many values one text may hold, aliases counted each time. The built-in file has fewer than two hundred.
pub(super) const MAX_NODES: usize = 20_000;

fn options() -> granit_parser::Options {
    granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}

/// Reads all documents of a text into their mappings; `None` when it is not YAML, or not a mapping. Either way the
/// second part is what must never be shown of the text, where a report may show it: if it is not YAML, what stands behind
/// every key that `known` does not have.
pub(super) fn read(
    source: SourceId,
    text: &str,
    known: &str,
    problems: &mut Problems,
) -> (Option<Vec<Node>>, Vec<Range<usize>>) {
    // What no report can show is not searched for secrets, which takes longer than reading it; and nobody notes a
    // password in the comments of the built-in file.
    let is_shown = source != SourceId::NONE;
    let has_notes = is_shown && source != SourceId::BUILT_IN;
    let mut reader = Reader {
        source,
        is_shown,
        takes_any: false,
        text,
        parser: Parser::new_from_str_with_options(text, options()),
        anchors: HashMap::new(),
        max_nodes: MAX_NODES,
        nodes_left: MAX_NODES,
        problems: Problems::default(),
        secrets: if has_notes {
            secret::in_comments(text)
        } else {
            Vec::new()
        },
        path: Vec::new(),
        in_secret: false,
    };
    let mut roots = Vec::new();
    let outcome = reader.documents(|root| roots.push(root));
    let Reader {
        problems: mut found,
        mut secrets,
        ..
    } = reader;
    if has_notes {
        secrets.extend(secret::in_comments_behind(text, &secrets));
    }
    let roots = match outcome {
        Ok(()) => Some(roots),
        Err(stop) => {
            secrets.extend(secret::in_broken_yaml(text, Some(known)));
            let secrets = secret::join(secrets.clone(), text.len());
            match *stop {
                // Braces of a template break the line in more than one way; the first says it all.
                Stop::Syntax(_) if found.iter().any(|problem| problem.code == Code::YamlSyntax) => {
                }
                Stop::Syntax(error) => found.push(trap::explain(source, text, &error, &secrets)),
                Stop::Problem(problem) => found.push(problem),
            }
            None
        }
    };
    problems.extend(found);
    (roots, secrets)
}

/// Why reading cannot go on.
enum Stop {
    Syntax(ScanError),
    Problem(Problem),
}

type Outcome<T> = Result<T, Box<Stop>>;

/// A value that has a name, for its aliases.
struct Anchored {
    node: Node,
    nodes: usize,
    depth: usize,
    is_secret: bool,
}

struct Reader<'a> {
    source: SourceId,
    /// Whether a report may show the text.
    is_shown: bool,
    /// Whether a document may be something other than a mapping.
    takes_any: bool,
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Anchored>,
    max_nodes: usize,
    nodes_left: usize,
    problems: Problems,
    secrets: Vec<Range<usize>>,
    /// Where the reader stands.
    path: Vec<Step>,
    /// Whether that is below the key of a secret.
    in_secret: bool,
}

impl<'a> Reader<'a> {
    /// Gives each document away as it is read.
    fn documents(&mut self, mut keep: impl FnMut(Node)) -> Outcome<()> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(..), _) => {
                    self.anchors.clear();
                    let (event, span) = self.next()?;
                    let root = self.node(event, span, 0)?;
                    match root.value {
                        Value::Null { .. } => {}
                        _ if self.takes_any => keep(root),
                        Value::Map(_) => keep(root),
                        _ => return Err(Box::new(Stop::Problem(trap::not_a_mapping(&root)))),
                    }
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Outcome<(Event<'a>, Span)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let at = |marker: granit_parser::Marker| {
                    marker.byte_offset().unwrap_or(0).min(self.text.len())
                };
                let start = at(span.start);
                Ok((
                    event,
                    Span {
                        source: self.source,
                        start,
                        end: at(span.end).max(start),
                    },
                ))
            }
            Some(Err(error)) => Err(Box::new(Stop::Syntax(error))),
            None => Ok((
                Event::StreamEnd,
                Span {
                    source: self.source,
                    start: self.text.len(),
                    end: self.text.len(),
                },
            )),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Outcome<Node> {
        self.spend(1, depth, span)?;
        let (node, anchor) = match event {
            Event::Alias(id) => return self.alias(id, span, depth),
            Event::Scalar(text, style, anchor, tag) => {
                (self.scalar(text, style, tag.as_deref(), span), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &["seq"], span);
                (self.list(span, depth)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &["map"], span);
                (self.mapping(span, depth)?, anchor)
            }
            _ => (Node::new(Value::Null { written: false }, span), 0),
        };
        if anchor != 0 {
            let (nodes, depth) = measure(&node);
            self.anchors.insert(
                anchor,
                Anchored {
                    node: node.clone(),
                    nodes,
                    depth,
                    is_secret: self.in_secret,
                },
            );
        }
        Ok(node)
    }

    fn spend(&mut self, nodes: usize, depth: usize, span: Span) -> Outcome<()> {
        let too_large = |found: String| {
            Err(Box::new(Stop::Problem(Problem::new(
                Code::TooLarge,
                Place::At(span),
                found,
            ))))
        };
        if depth > MAX_DEPTH {
            return too_large(format!(
                "lists and mappings are nested more than {MAX_DEPTH} deep here"
            ));
        }
        match self.nodes_left.checked_sub(nodes) {
            Some(left) => self.nodes_left = left,
            None => {
                return too_large(format!(
                    "the file holds more than {} values (aliases count each time)",
                    self.max_nodes
                ));
            }
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span, depth: usize) -> Outcome<Node> {
        let Some(anchored) = self.anchors.get(&id) else {
            let found = "this alias is inside the value that it names";
            let problem =
                Problem::new(Code::YamlSyntax, Place::At(span), found).fix("write the value out");
            return Err(Box::new(Stop::Problem(problem)));
        };
        let (nodes, height) = (anchored.nodes, anchored.depth);
        let (node, is_secret) = (anchored.node.clone(), anchored.is_secret);
        self.spend(nodes, depth + height, span)?;
        if self.in_secret {
            hide(&node, &mut self.secrets);
        } else if is_secret {
            self.secrets.push(span.start..span.end);
        }
        Ok(Node { span, ..node })
    }

    fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Node {
        let plain = style == ScalarStyle::Plain;
        let is_secret = self.is_shown && secret::is_pasted(&text);
        let value = match tag.map(Tag::core_suffix) {
            // The parser gives `~` where nothing stands.
            None if plain && span.start == span.end => Value::Null { written: false },
            None if plain => plain_value(text),
            Some(Some("int" | "bool" | "float" | "null")) => plain_value(text),
            None | Some(Some("str")) => Value::Scalar(Scalar::text(text)),
            Some(_) => {
                self.refuse_tag(tag, &[], span);
                Value::Scalar(Scalar::text(text))
            }
        };
        let written = self.text.get(span.start..span.end).unwrap_or_default();
        let span = Span {
            end: span.start + written.trim_end().len(),
            ..span
        };
        if is_secret {
            self.secrets.push(span.start..span.end);
        }
        Node::new(value, span)
    }

    /// Keeps a problem; nobody reads more than a hundred of one file.
    fn tell(&mut self, problem: Problem) {
        if self.problems.iter().len() < 100 {
            self.problems.push(problem);
        }
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, allowed: &[&str], span: Span) {
        let Some(tag) = tag else { return };
        if tag
            .core_suffix()
            .is_some_and(|suffix| allowed.contains(&suffix))
        {
            return;
        }
        self.tell(
            Problem::new(
                Code::YamlSyntax,
                Place::At(span),
                "this value has a YAML tag (a word that begins with `!`), which values cannot have",
            )
            .fix("leave the tag out, or put the whole value in quotes"),
        );
    }
}

fn plain_value(text: Cow<'_, str>) -> Value {
    Scalar::plain(text).map_or(Value::Null { written: true }, Value::Scalar)
}

/// How many values a tree holds, and how deep.
fn measure(node: &Node) -> (usize, usize) {
    let children: Box<dyn Iterator<Item = &Node>> = match &node.value {
        Value::List(items) => Box::new(items.iter()),
        Value::Map(entries) => Box::new(entries.iter().map(|entry| &entry.node)),
        _ => return (1, 0),
    };
    children
        .map(measure)
        .fold((1, 0), |(nodes, depth), (more, below)| {
            (nodes + more, depth.max(below + 1))
        })
}

/// Hides a value and everything below it; what an alias stands for is written elsewhere.
pub(super) fn hide(node: &Node, secrets: &mut Vec<Range<usize>>) {
    secrets.push(node.span.start..node.span.end);
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| hide(item, secrets)),
        Value::Map(entries) => entries.iter().for_each(|entry| {
            secrets.push(entry.key_span.start..entry.key_span.end);
            hide(&entry.node, secrets);
        }),
        Value::Null { .. } | Value::Scalar(_) => {}
    }
}

/// One key twice in one mapping.
pub(super) fn duplicate(path: Path, key: Span, first: Span) -> Problem {
    Problem {
        path: Some(path),
        ..Problem::new(
            Code::DuplicateKey,
            Place::At(key),
            "this key is given twice",
        )
    }
    .fix("keep one of the two")
    .also(Place::At(first), "first given here")
}
