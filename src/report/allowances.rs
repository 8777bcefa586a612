//! Warnings that a team knows and puts up with: named by `--allow`, or in a comment beside the value.

use std::ops::Range;

use crate::layers::{SourceId, SourceKind, Sources, Span};
use crate::problem::{Code, Place, Problem, Problems, Severity};

/// What a comment begins with that this program reads.
const MARK: &str = "# pgedge-tpl:";

/// All of them.
#[derive(Debug, Default)]
pub struct Allowances {
    by_flag: Vec<Code>,
    comments: Vec<Comment>,
}

/// `# pgedge-tpl: allow single-replica, we know`: for its own line or, alone in a line, for the next one; and for all
/// that stands below it, farther to the right.
#[derive(Debug)]
struct Comment {
    source: SourceId,
    reach: Range<usize>,
    codes: Vec<Code>,
    reason: String,
}

impl Allowances {
    /// Reads them; the problems are about names that are no warning's.
    #[must_use]
    pub fn read(flag: &[String], sources: &Sources) -> (Self, Problems) {
        let mut problems = Problems::default();
        let mut allowances = Self::default();
        for name in flag {
            match warning(name) {
                Some(code) => allowances.by_flag.push(code),
                None => problems.push(unknown(name, "--allow ", Place::Nowhere)),
            }
        }
        let files = sources.iter().filter(|(_, source)| {
            matches!(source.kind, SourceKind::File | SourceKind::Stdin)
                && source.text.contains(MARK)
        });
        for (id, source) in files {
            for (at, _) in source.text.match_indices(MARK) {
                let text = source.text.get(at + MARK.len()..).unwrap_or_default();
                let said = text.lines().next().unwrap_or_default();
                let span = Span {
                    source: id,
                    start: at,
                    end: at + MARK.len() + said.len(),
                };
                if sources.is_secret(span) {
                    continue;
                }
                match Comment::read(said, &source.text, span) {
                    Ok(comment) => allowances.comments.push(comment),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        (allowances, problems)
    }

    /// Why a warning at this place is put up with, if it is.
    pub(super) fn reason(&self, code: Code, span: Option<Span>) -> Option<String> {
        if self.by_flag.contains(&code) {
            return Some("--allow".to_owned());
        }
        let span = span?;
        let holds = |comment: &&Comment| {
            comment.source == span.source
                && comment.reach.contains(&span.start)
                && comment.codes.contains(&code)
        };
        let comment = self.comments.iter().find(holds)?;
        Some(comment.reason.clone())
    }
}

impl Comment {
    fn read(said: &str, text: &str, span: Span) -> Result<Self, Problem> {
        let place = Place::At(span);
        let Some(list) = said.trim().strip_prefix("allow ") else {
            let found = "this comment is meant for this program, which does not understand it";
            let problem = Problem::new(Code::UnknownRule, place, found);
            return Err(problem.fix(format!("write `{MARK} allow CODE, REASON`")));
        };
        let mut codes = Vec::new();
        let mut rest = list;
        while let Some(code) = warning(first_of(rest)) {
            codes.push(code);
            rest = rest.split_once(',').map_or("", |(_, rest)| rest);
        }
        if codes.is_empty() {
            return Err(unknown(first_of(list), "", place));
        }
        Ok(Self {
            source: span.source,
            reach: reach(text, span.start),
            codes,
            reason: match rest.trim() {
                "" => "a comment in the file".to_owned(),
                reason => reason.to_owned(),
            },
        })
    }
}

fn first_of(list: &str) -> &str {
    list.split(',').next().unwrap_or_default().trim()
}

/// The warning of this name. What stops the program cannot be put up with.
fn warning(name: &str) -> Option<Code> {
    let is_meant = |code: &&Code| code.severity() == Severity::Warning && code.text() == name;
    Code::ALL.iter().find(is_meant).copied()
}

fn unknown(name: &str, flag: &str, place: Place) -> Problem {
    let is_error = Code::ALL.iter().any(|code| code.text() == name);
    let found = match is_error {
        true => format!("{flag}`{name}`: an error cannot be allowed, only a warning"),
        false => format!("{flag}`{name}`: there is no such warning"),
    };
    let warnings = Code::ALL
        .iter()
        .filter(|code| code.severity() == Severity::Warning);
    let names: Vec<&str> = warnings.map(|code| code.text()).collect();
    Problem::new(Code::UnknownRule, place, found).allowed(names.join(", "))
}

/// The line that a comment is about, and what hangs below it.
fn reach(text: &str, comment: usize) -> Range<usize> {
    let start = text.get(..comment).unwrap_or_default();
    let start = start.rfind('\n').map_or(0, |at| at + 1);
    let lines = lines(text, start).filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    let mut end = None;
    let mut about = None;
    for (at, line) in lines {
        let own = indent(line);
        let is_item = line.trim_start().starts_with("- ");
        match about {
            None => about = Some((own, is_item)),
            // the items of a list may stand right below its key
            Some((indent, was_item)) if own > indent || own == indent && is_item && !was_item => {}
            Some(_) => {
                end = Some(at);
                break;
            }
        }
    }
    start..end.unwrap_or(text.len() + 1)
}

/// The lines from a byte on, each with where it begins.
fn lines(text: &str, start: usize) -> impl Iterator<Item = (usize, &str)> {
    let rest = text.get(start..).unwrap_or_default();
    rest.split_inclusive('\n').scan(start, |next, line| {
        let at = *next;
        *next += line.len();
        Some((at, line.trim_end()))
    })
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
