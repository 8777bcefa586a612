//! The part of a flag's argument before `=`: `a.b[0].c`.

use super::secret;
use super::tree::MAX_DEPTH;
use crate::place::{SourceId, Span};
use crate::problem::{Code, Place, Problem, Step};

/// The highest index, as in Helm.
const MAX_INDEX: usize = 65_536;
/// The most dots, as in Helm.
const MAX_DOTS: usize = 30;

/// One step of a path, and where it was typed.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The step.
    pub step: Step,
    /// Its place.
    pub span: Span,
}

impl Target {
    /// Whether everything below this step is secret.
    pub(super) fn is_secret(&self) -> bool {
        matches!(&self.step, Step::Key(key) if secret::is_secret(key))
    }
}

/// A path, and the place behind its `=`.
#[derive(Debug)]
pub(super) struct Targets {
    pub targets: Vec<Target>,
    pub end: usize,
}

/// The text of a flag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argument<'a> {
    pub source: SourceId,
    pub text: &'a str,
}

impl Argument<'_> {
    /// Reads a path up to its `=`. A character of `ends` before that means that there is none. Messages quote nothing:
    /// what stands here may be the tail of a secret.
    pub(super) fn targets(&self, start: usize, ends: &str) -> Result<Targets, Problem> {
        let stops = format!("=[.{ends}");
        let mut targets = Vec::new();
        let mut dots = 0;
        let mut at = start;
        loop {
            let stop = self.find_unescaped(at, &stops);
            let name = unescape(&self.text[at..stop]);
            if name.is_empty() {
                return Err(self.wrong(at, stop.max(at + 1), "a key is missing here"));
            }
            targets.push(Target {
                step: Step::Key(name),
                span: self.span(at, stop),
            });
            at = self.indexes(stop, &mut targets)?;
            match self.text[at..].chars().next() {
                Some('=') => {
                    return Ok(Targets {
                        targets,
                        end: at + 1,
                    });
                }
                Some('.') => {
                    dots += 1;
                    at += 1;
                    if dots > MAX_DOTS {
                        return Err(self.wrong(
                            at,
                            at + 1,
                            &format!("this path has more than {MAX_DOTS} dots"),
                        ));
                    }
                }
                Some(c) if !ends.contains(c) => {
                    return Err(self
                        .wrong(at, at + 1, "there is text after the `]` of an index")
                        .fix("write `.` before the next key"));
                }
                _ => {
                    return Err(self
                        .wrong(start, at, "this has no value: a `=` is missing")
                        .fix("write PATH=VALUE"));
                }
            }
        }
    }

    /// Reads any number of `[0]`; gives the place behind them.
    fn indexes(&self, start: usize, targets: &mut Vec<Target>) -> Result<usize, Problem> {
        let mut at = start;
        while self.text[at..].starts_with('[') {
            let Some(length) = self.text[at..].find(']') else {
                return Err(self
                    .wrong(at, at + 1, "this `[` is never closed")
                    .fix("close the index with `]`"));
            };
            let (open, close) = (at + 1, at + length);
            let digits = &self.text[open..close];
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let index = digits
                .parse()
                .ok()
                .filter(|index| is_number && *index <= MAX_INDEX);
            let Some(index) = index else {
                let problem = self.wrong(
                    open,
                    close.max(open + 1),
                    "this is not the number of a list item",
                );
                return Err(problem.allowed(format!("a whole number from 0 to {MAX_INDEX}")));
            };
            if targets.len() >= MAX_DEPTH {
                return Err(self.wrong(
                    at,
                    close + 1,
                    &format!("this path has more than {MAX_DEPTH} steps"),
                ));
            }
            targets.push(Target {
                step: Step::Index(index),
                span: self.span(at, close + 1),
            });
            at = close + 1;
        }
        Ok(at)
    }

    /// The first of these characters that no backslash stands before, or the end.
    pub(super) fn find_unescaped(&self, start: usize, wanted: &str) -> usize {
        let mut escaped = false;
        for (at, c) in self.text[start..].char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if wanted.contains(c) => return start + at,
                _ => {}
            }
        }
        self.text.len()
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::within(self.source, self.text, start, end)
    }

    pub(super) fn wrong(&self, start: usize, end: usize, found: &str) -> Problem {
        Problem::new(Code::FlagSyntax, Place::At(self.span(start, end)), found)
    }
}

fn unescape(text: &str) -> String {
    let mut escaped = false;
    text.chars()
        .filter(|c| {
            escaped = *c == '\\' && !escaped;
            !escaped
        })
        .collect()
}
