//! What YAML trips people with, each in a sentence of its own.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::tree::{MAX_DEPTH, Node, Scalar, Style, Value};
use crate::place::{SourceId, Span};
use crate::problem::{Code, Place, Problem};

/// What a parser's error means, and how to put it right. Says nothing about the text behind `secrets`.
pub(super) fn explain(
    source: SourceId,
    text: &str,
    error: &ScanError,
    secrets: &[Range<usize>],
) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(text.len());
    let at = Span::within(source, text, at, at).start;
    let spot = Spot {
        text,
        at,
        line: line_around(text, at),
    };
    let is_hidden = |at: usize| secrets.iter().any(|hidden| hidden.contains(&at));
    let trap = if is_hidden(at) {
        spot.hidden(error.kind())
    } else {
        spot.trap(error.kind())
    };
    let trap = trap.unwrap_or_else(|| Trap::at(at, format!("not valid YAML: {}", error.info())));
    let code = if *error.kind() == ErrorKind::RecursionLimitExceeded {
        Code::TooLarge
    } else {
        Code::YamlSyntax
    };
    let problem = Problem::new(
        code,
        Place::At(Span::within(source, text, trap.at, trap.at + 1)),
        trap.found,
    );
    match trap.fix {
        Some(fix) => problem.fix(fix),
        None => problem,
    }
}

/// A file must be a mapping.
pub(super) fn not_a_mapping(root: &Node) -> Problem {
    let found = format!("the file holds {}, not keys and values", root.noun());
    let problem = Problem::new(Code::YamlSyntax, Place::At(root.span), found);
    match &root.value {
        Value::Scalar(Scalar {
            text,
            style: Style::Plain,
            ..
        }) if text.contains(':') => problem.fix("put a space after each `:`, as in `key: value`"),
        _ => problem.fix("begin with a key, as in `gvc:`"),
    }
}

/// A key that is a list or a mapping: nearly always a template's braces.
pub(super) fn key_is_not_text(text: &str, key: &Node) -> Problem {
    let problem = Problem::new(
        Code::YamlSyntax,
        Place::At(key.span),
        format!("a key must be text, and this is {}", key.noun()),
    );
    if text
        .get(key.span.start..)
        .is_some_and(|rest| rest.starts_with('{'))
    {
        problem.fix("values are not templates; if a text begins with `{`, put it in quotes")
    } else {
        problem.fix("put the key in quotes")
    }
}

struct Trap {
    at: usize,
    found: String,
    fix: Option<String>,
}

impl Trap {
    fn at(at: usize, found: impl Into<String>) -> Self {
        Self {
            at,
            found: found.into(),
            fix: None,
        }
    }

    fn fix(mut self, fix: impl Into<String>) -> Option<Self> {
        self.fix = Some(fix.into());
        Some(self)
    }
}

struct Spot<'a> {
    text: &'a str,
    at: usize,
    line: Range<usize>,
}

impl Spot<'_> {
    /// Sentences that quote nothing.
    fn hidden(&self, kind: &ErrorKind) -> Option<Trap> {
        use ErrorKind as E;
        match kind {
            E::UnclosedQuotedScalar
            | E::UnclosedFlowCollection { .. }
            | E::RecursionLimitExceeded => self.by_kind(kind),
            _ => Trap::at(
                self.at,
                "not valid YAML: this value, or the text around it, needs quotes",
            )
            .fix("put the value in single quotes, and write a `'` in it twice"),
        }
    }

    fn trap(&self, kind: &ErrorKind) -> Option<Trap> {
        self.tab(kind)
            .or_else(|| self.by_kind(kind))
            .or_else(|| self.by_character())
    }

    fn tab(&self, kind: &ErrorKind) -> Option<Trap> {
        use ErrorKind as E;
        let blank = |c: char| c == ' ' || c == '\t';
        let line = &self.text[self.line.clone()];
        let lead = &line[..line.len() - line.trim_start_matches(blank).len()];
        let is_tab = matches!(
            kind,
            E::TabNotAllowed
                | E::TabInBlockIndentation
                | E::TabInIndentation
                | E::TabAtBlockScalarStart
                | E::TabInPlainScalar
        );
        let at = match lead.find('\t') {
            Some(at) => self.line.start + at,
            // the parser may stop at the line before it
            None if is_tab => {
                let behind = self.text[self.at..].find('\t').map(|tab| self.at + tab);
                let within = line.find('\t').map(|tab| self.line.start + tab);
                within.or(behind).unwrap_or(self.at)
            }
            None => return None,
        };
        Trap::at(at, "this is a tab: YAML is indented with spaces only")
            .fix("replace each tab by spaces")
    }

    fn by_kind(&self, kind: &ErrorKind) -> Option<Trap> {
        use ErrorKind as E;
        let here = |found: &str| Trap::at(self.at, found);
        match kind {
            E::RecursionLimitExceeded => {
                Trap::at(self.at, format!("lists and mappings are nested more than {MAX_DEPTH} deep here")).into()
            }
            E::UnknownAnchor => {
                here("an unquoted `*` makes this an alias, and no value before it has that name (`&name`)")
                    .fix("put the text in quotes, as in `\"*.example.com\"`")
            }
            E::MissingAnchorOrAliasName => {
                here("a text that begins with `*` or `&` needs quotes").fix("put it in quotes, as in `\"* * * * *\"`")
            }
            E::UnclosedQuotedScalar => here("a quote is opened here and never closed").fix("close the quote, or write it twice (`''`) inside single quotes"),
            E::UnclosedFlowCollection { open } => {
                here(&format!("a `{open}` is opened here and never closed")).fix("close it; if it begins a text, put the text in quotes")
            }
            E::UnexpectedEofFlowMapping | E::UnexpectedEofFlowSequence | E::UnexpectedEofImplicitFlowMapping => {
                here("the file ends inside `{…}` or `[…]`").fix("close the bracket")
            }
            E::MismatchedFlowCollectionEnd { open, close } => {
                here(&format!("this `{close}` closes what a `{open}` opened")).fix("make the two match")
            }
            E::ExpectedFlowMappingSeparator => {
                here("a `,` or `}` is missing before this").fix("close the `{`, and put texts with brackets in them in quotes")
            }
            E::ExpectedFlowSequenceSeparator => {
                here("a `,` or `]` is missing before this").fix("close the `[`, and put texts with brackets in them in quotes")
            }
            E::ExpectedDocumentStart if self.text.starts_with('%') => {
                here("a line `---` is missing between the `%` lines and the values").fix("write `---`, or leave the `%` lines out")
            }
            E::MisplacedFlowCollectionEnd => here("this bracket closes nothing").fix("take it out, or put the text in quotes"),
            E::MappingValueNotAllowed if self.before().trim_start_matches(['-', ' ']).contains(": ") => {
                here("`: ` inside a value makes it look like a key").fix("put the whole value in quotes")
            }
            E::MappingValueNotAllowed => here("a key is not possible here").fix("check the indentation of this line and of the one above"),
            E::UnknownQuotedScalarEscape => {
                here("`\\` before this character means nothing in double quotes").fix("write `\\\\`, or use single quotes")
            }
            E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
                here("there is text after the closing quote").fix("quote the whole value; inside single quotes, write a `'` twice")
            }
            E::SimpleKeyExpected | E::InvalidSimpleKey => self.missing_space().or_else(|| {
                here("this line is neither `key: value` nor an item of a list").fix("check its indentation, and that a space follows the `:`")
            }),
            E::InvalidIndentation | E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::BlockSequenceEntryNotAllowed
            | E::MappingKeyNotAllowed | E::ExpectedDocumentStart => {
                if self.starts_with(&['@', '`', '%']) {
                    return None;
                }
                here("this line is not indented like the lines that it belongs to").fix("give keys of one mapping, and items of one list, the same indentation")
            }
            E::BomInsideDocument => here("there is a byte-order mark in the middle of the file").fix("remove this invisible character; two files were probably joined"),
            _ => None,
        }
    }

    fn by_character(&self) -> Option<Trap> {
        let c = self.text[self.at..].chars().next()?;
        match c {
            '`' => Trap::at(self.at, "a backtick cannot begin a text that has no quotes")
                .fix("put the text in quotes"),
            '@' | '%' => Trap::at(
                self.at,
                format!("`{c}` cannot begin a text that has no quotes"),
            )
            .fix("put the text in quotes"),
            '!' => Trap::at(self.at, "a text that begins with `!` needs quotes")
                .fix("put it in quotes"),
            _ => None,
        }
    }

    /// `key:value` reads as one text.
    fn missing_space(&self) -> Option<Trap> {
        let line = &self.text[self.line.clone()];
        let colon = line.find(':')?;
        let next = line[colon + 1..].chars().next()?;
        if next.is_whitespace() || next == '/' {
            return None;
        }
        Trap::at(self.line.start + colon, "a space is missing after this `:`")
            .fix("write `key: value`")
    }

    fn before(&self) -> &str {
        &self.text[self.line.start..self.at]
    }

    fn starts_with(&self, characters: &[char]) -> bool {
        self.text[self.at..].starts_with(characters)
    }
}

/// The line that a byte is in, without its break.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    start
        ..text[at..]
            .find('\n')
            .map_or(text.len(), |newline| at + newline)
}
