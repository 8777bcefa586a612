//! The arguments of `--set` and its four relatives, in Helm's grammar.

mod file;
mod json_pairs;

use std::ops::Range;

use super::disk::Files;
use super::source::FlagKind;
use super::target::{Argument, Target, Targets};
use super::tree::{Kind, Node, Scalar, Style, Value};
use super::{Edit, secret};
use crate::place::Span;
use crate::problem::{Code, Place, Problem, Problems, Step};

/// How many wrong pairs, and files that cannot be read, are told of one argument.
const MOST_PROBLEMS: usize = 20;

/// One path and the value it gets.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    /// The path, each step with its place.
    pub targets: Vec<Target>,
    /// The value.
    pub node: Node,
    /// Whether a mapping starts over from the built-in one, as `--set-json` has it.
    pub starts_over: bool,
}

/// What an argument asks for.
pub(super) struct Read {
    pub edits: Vec<Edit>,
    /// What must never be shown of it.
    pub secrets: Vec<Range<usize>>,
}

/// Reads one argument. Pairs that are wrong are told and left out.
pub(super) fn read(
    kind: FlagKind,
    argument: Argument<'_>,
    files: &dyn Files,
    problems: &mut Problems,
) -> Read {
    let mut reader = Reader {
        kind,
        argument,
        files,
        problems,
        edits: Vec::new(),
        secrets: Vec::new(),
        refusals: 0,
    };
    reader.secrets.extend(secret::in_argument(argument.text));
    match kind {
        FlagKind::Json => reader.json(),
        FlagKind::Literal => reader.literal(),
        FlagKind::Set | FlagKind::String | FlagKind::File => reader.pairs(),
        FlagKind::Release => reader.release(),
    }
    Read {
        edits: reader.edits,
        secrets: reader.secrets,
    }
}

struct Reader<'a> {
    kind: FlagKind,
    argument: Argument<'a>,
    files: &'a dyn Files,
    problems: &'a mut Problems,
    edits: Vec<Edit>,
    secrets: Vec<Range<usize>>,
    /// How many files could not be read.
    refusals: usize,
}

/// A piece of an argument without its escapes.
struct Piece {
    text: String,
    span: Span,
    /// The first backslash that did nothing.
    lost_backslash: Option<Span>,
}

/// What is wrong with a pair, and where the next one may begin.
struct Wrong {
    problem: Problem,
    resume: usize,
}

impl Reader<'_> {
    /// `a.b=1,c={x,y}`
    fn pairs(&mut self) {
        let len = self.argument.text.len();
        let mut at = 0;
        let mut wrong_pairs = 0;
        while at < len && wrong_pairs < MOST_PROBLEMS {
            at = match self.pair(at) {
                Ok(end) => end,
                Err(wrong) => {
                    wrong_pairs += 1;
                    self.problems.push(wrong.problem);
                    self.argument.find_unescaped(wrong.resume, ",")
                }
            };
            // Behind a value stands a comma or the end; one comma may be the last thing.
            at += 1;
        }
    }

    /// Reads one pair; gives the place behind it.
    fn pair(&mut self, start: usize) -> Result<usize, Box<Wrong>> {
        let targets = self.argument.targets(start, ",").map_err(|problem| match start {
            0 => problem,
            _ => problem.fix("a comma ends a value; write `\\,` for one that belongs to it, or use --set-literal"),
        });
        let Targets { targets, end } = targets.map_err(|problem| {
            Box::new(Wrong {
                problem,
                resume: start,
            })
        })?;
        self.hide_secret(&targets, end);
        let text = self.argument.text;
        let (value, close) = if text[end..].starts_with('{') {
            self.list(&targets, end)?
        } else {
            let stop = self.argument.find_unescaped(end, ",");
            let value = match (self.kind, &text[end..stop]) {
                (FlagKind::Set, "[]") => Some(Value::List(Vec::new())),
                _ => self.scalar(&targets, end..stop),
            };
            (value, stop)
        };
        if let Some(value) = value {
            let node = Node::new(value, self.argument.span(end, close));
            self.assign(targets, node, false);
        }
        Ok(close)
    }

    /// `{x,y}`; gives the place behind the brace.
    fn list(
        &mut self,
        targets: &[Target],
        start: usize,
    ) -> Result<(Option<Value>, usize), Box<Wrong>> {
        let wrong = |problem, resume| Err(Box::new(Wrong { problem, resume }));
        let text = self.argument.text;
        let mut items = Vec::new();
        let mut at = start + 1;
        if text[at..].starts_with('}') {
            at += 1;
        } else {
            loop {
                let stop = self.argument.find_unescaped(at, ",}");
                let span = self.argument.span(at, stop);
                let item = self.scalar(targets, at..stop);
                items.push(item.map(|item| Node::new(item, span)));
                at = stop + 1;
                if stop >= text.len() {
                    let problem = self.wrong(start, "this `{` is never closed");
                    let fix =
                        "close the list with `}`, or write `\\{` for a text that begins with it";
                    return wrong(problem.fix(fix), text.len());
                }
                if text[stop..].starts_with('}') {
                    break;
                }
            }
        }
        if !text[at..].is_empty() && !text[at..].starts_with(',') {
            let problem = self.wrong(at, "there is text after the end of the list");
            return wrong(
                problem.fix("write `\\{` for a text that begins with a brace"),
                at,
            );
        }
        let items: Option<Vec<Node>> = items.into_iter().collect();
        Ok((items.map(Value::List), at))
    }

    /// The value of a text; none if it is a file that cannot be read.
    fn scalar(&mut self, targets: &[Target], range: Range<usize>) -> Option<Value> {
        let piece = self.piece(range);
        self.doubt(targets, &piece);
        match self.kind {
            FlagKind::Set => Some(typed(&piece.text)),
            FlagKind::File => {
                let content = self.content(&piece)?;
                Some(Value::Scalar(Scalar::text(content)))
            }
            _ => Some(Value::Scalar(Scalar::text(piece.text))),
        }
    }

    fn piece(&self, range: Range<usize>) -> Piece {
        let mut text = String::new();
        let mut lost_backslash = None;
        let mut characters = self.argument.text[range.clone()].char_indices();
        while let Some((at, c)) = characters.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            let escaped = characters.next().map(|(_, escaped)| escaped);
            text.extend(escaped);
            if !escaped.is_some_and(|c| "\\,{}[]=.".contains(c)) {
                let at = range.start + at;
                lost_backslash.get_or_insert(self.argument.span(at, at + 1));
            }
        }
        Piece {
            text,
            span: self.argument.span(range.start, range.end),
            lost_backslash,
        }
    }

    /// Says what is probably not meant.
    fn doubt(&mut self, targets: &[Target], piece: &Piece) {
        let quoted = |quote| {
            piece.text.len() > 1 && piece.text.starts_with(quote) && piece.text.ends_with(quote)
        };
        let mut warn = |span, found: &str, fix: &str| {
            let problem = Problem::new(Code::FlagText, Place::At(span), found).fix(fix);
            self.problems.push(Problem {
                path: Some(secret::path(&steps(targets))),
                ..problem
            });
        };
        if let Some(span) = piece.lost_backslash {
            warn(
                span,
                "this backslash is dropped",
                "write `\\\\` for a backslash, or use --set-literal",
            );
        }
        if quoted('"') || quoted('\'') {
            warn(
                piece.span,
                "the quotes become part of the value",
                "leave them out; the shell needs them around the whole argument only",
            );
        }
    }

    /// `a.b=` and a text as it is.
    fn literal(&mut self) {
        match self.argument.targets(0, "") {
            Ok(Targets { targets, end }) => {
                self.hide_secret(&targets, end);
                let text = self.argument.text;
                let value = Value::Scalar(Scalar::text(&text[end..]));
                let node = Node::new(value, self.argument.span(end, text.len()));
                self.assign(targets, node, false);
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// A name as it is, for the key `release`.
    fn release(&mut self) {
        let text = self.argument.text;
        let span = self.argument.span(0, text.len());
        let target = Target {
            step: Step::Key("release".to_owned()),
            span,
        };
        self.assign(
            vec![target],
            Node::new(Value::Scalar(Scalar::text(text)), span),
            false,
        );
    }

    fn assign(&mut self, targets: Vec<Target>, node: Node, starts_over: bool) {
        self.edits.push(Edit::Set(Assignment {
            targets,
            node,
            starts_over,
        }));
    }

    /// A secret's value may hold a comma that was not escaped, so everything behind it is hidden too.
    fn hide_secret(&mut self, targets: &[Target], value: usize) {
        if targets.iter().any(Target::is_secret) {
            self.secrets.push(value..self.argument.text.len());
        }
    }

    fn wrong(&self, at: usize, found: &str) -> Problem {
        self.argument.wrong(at, at + 1, found)
    }
}

fn steps(targets: &[Target]) -> Vec<Step> {
    targets.iter().map(|target| target.step.clone()).collect()
}

/// The types that `--set` knows. Other text may still become a number where one is wanted.
fn typed(text: &str) -> Value {
    let kind = match text.to_ascii_lowercase().as_str() {
        "null" => return Value::Null { written: true },
        "true" => Kind::Bool(true),
        "false" => Kind::Bool(false),
        _ if text != "0" && text.starts_with('0') => Kind::Text,
        _ => text.parse().map_or(Kind::Text, Kind::Int),
    };
    Value::Scalar(Scalar {
        text: text.to_owned(),
        kind,
        style: Style::Flag,
    })
}
