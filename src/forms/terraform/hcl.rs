//! HCL, written as `terraform fmt` leaves it.

use std::fmt::Write as _;

/// What stands between braces.
#[derive(Clone, Debug, Default)]
pub(super) struct Body(pub(super) Vec<Item>);

/// One thing in a body.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// `name = value`
    Attribute(String, Value),
    /// `kind "label" { … }`, with an empty line around it.
    Block(Block),
}

/// A block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) labels: Vec<String>,
    pub(super) body: Body,
}

/// What an attribute is.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A number, a boolean or a reference: as it is.
    Plain(String),
    /// A text, with references inside it.
    Text(Vec<Piece>),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    /// `function(values)`
    Call(&'static str, Vec<Value>),
}

/// A part of a text.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Reference(String),
}

/// How long a list may be to stand in one line.
const ONE_LINE: usize = 80;

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(vec![Piece::Text(text.into())])
    }

    fn write(&self, depth: usize) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Text(pieces) => match &pieces[..] {
                [Piece::Reference(reference)] => reference.clone(),
                [Piece::Text(text)] if fits_heredoc(text) => format!("<<EOT\n{}EOT", doubled(text)),
                pieces => format!("\"{}\"", pieces.iter().map(quoted).collect::<String>()),
            },
            Self::List(items) => list(items, depth),
            Self::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Map(entries) => {
                // one that has to be quoted, and all are
                let is_quoted = !entries.iter().all(|(key, _)| is_name(key));
                let key = |key: &str| match is_quoted {
                    true => format!("\"{}\"", quoted(&Piece::Text(key.to_owned()))),
                    false => key.to_owned(),
                };
                let entries = entries.iter().map(|(name, value)| (key(name), value));
                format!("{{\n{}{:in$}}}", aligned(entries, depth + 1), "", in = depth * 2)
            }
            Self::Call(function, values) => {
                let values: Vec<String> = values.iter().map(|value| value.write(depth)).collect();
                format!("{function}({})", values.join(", "))
            }
        }
    }

    /// Whether `terraform fmt` lets the lines around it stand in one column with it.
    fn is_in_column(written: &str) -> bool {
        !written.contains('\n') || written.starts_with("<<")
    }
}

fn list(items: &[Value], depth: usize) -> String {
    let written: Vec<String> = items.iter().map(|item| item.write(depth + 1)).collect();
    let one_line = format!("[{}]", written.join(", "));
    if one_line.len() + depth * 2 <= ONE_LINE && !one_line.contains('\n') {
        return one_line;
    }
    let mut out = "[\n".to_owned();
    for item in written {
        _ = writeln!(out, "{:in$}{item},", "", in = depth * 2 + 2);
    }
    out + &" ".repeat(depth * 2) + "]"
}

/// Lines `name = value`; those that follow each other have their signs in one column.
fn aligned<'v>(entries: impl Iterator<Item = (String, &'v Value)>, depth: usize) -> String {
    let lines: Vec<(String, String)> = entries
        .map(|(name, value)| (name, value.write(depth)))
        .collect();
    let mut out = String::new();
    for run in
        lines.chunk_by(|one, next| Value::is_in_column(&one.1) && Value::is_in_column(&next.1))
    {
        let width = run
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or_default();
        for (name, value) in run {
            _ = writeln!(out, "{:in$}{name:width$} = {value}", "", in = depth * 2);
        }
    }
    out
}

impl Body {
    pub(super) fn attribute(&mut self, name: impl Into<String>, value: Value) {
        self.0.push(Item::Attribute(name.into(), value));
    }

    pub(super) fn block(&mut self, kind: &str, labels: &[&str], body: Self) {
        self.0.push(Item::Block(Block {
            kind: kind.to_owned(),
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            body,
        }));
    }

    /// The text, ending in a line break unless it is empty.
    pub(super) fn write(&self, depth: usize) -> String {
        let same = |one: &Item, next: &Item| {
            matches!((one, next), (Item::Attribute(..), Item::Attribute(..)))
        };
        let parts: Vec<String> = self
            .0
            .chunk_by(same)
            .map(|run| written(run, depth))
            .collect();
        parts.join("\n")
    }
}

/// A block, or attributes that follow each other.
fn written(run: &[Item], depth: usize) -> String {
    match run {
        [Item::Block(block)] => {
            let labels: String = block
                .labels
                .iter()
                .map(|label| format!(" \"{label}\""))
                .collect();
            let body = block.body.write(depth + 1);
            let indent = " ".repeat(depth * 2);
            match body.is_empty() {
                true => format!("{indent}{}{labels} {{}}\n", block.kind),
                false => format!("{indent}{}{labels} {{\n{body}{indent}}}\n", block.kind),
            }
        }
        attributes => {
            let attributes = attributes.iter().filter_map(|item| match item {
                Item::Attribute(name, value) => Some((name.clone(), value)),
                Item::Block(_) => None,
            });
            aligned(attributes, depth)
        }
    }
}

/// Whether a key of a mapping needs no quotes.
fn is_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a text of several lines stands in a heredoc byte for byte.
fn fits_heredoc(text: &str) -> bool {
    let is_end = |line: &str| line.trim() == "EOT";
    let mut lines = text.lines();
    text.ends_with('\n')
        && lines.clone().nth(1).is_some()
        && !lines.any(is_end)
        && text
            .chars()
            .all(|c| !c.is_control() || matches!(c, '\n' | '\t'))
}

/// What would begin a template inside a text does not.
fn doubled(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

fn quoted(piece: &Piece) -> String {
    let text = match piece {
        Piece::Reference(reference) => return format!("${{{reference}}}"),
        Piece::Text(text) => doubled(text),
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}
