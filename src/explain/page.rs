//! How an explanation looks: 80 columns of plain text.

use std::fmt::Write as _;

use super::{Explained, since};
use crate::schema::{Field, Kind};

const WIDTH: usize = 80;
/// Where the facts stand behind their labels.
const FACTS: usize = 12;
/// More fields or lines of a document than this are counted, not listed.
const LISTED: usize = 4;
/// Where the sentences of a list of keys stand.
const SENTENCES: usize = 39;

/// One key.
#[must_use]
pub fn page(field: &Field, explained: &Explained) -> String {
    let mut out = String::new();
    _ = writeln!(out, "{}\n", field.path);
    for paragraph in field.description.split("\n\n") {
        wrap(&mut out, 2, 2, paragraph);
        out.push('\n');
    }
    if field.kind == Kind::Section {
        below(&mut out, explained);
        return out;
    }
    fact(&mut out, "type", &of_what(field));
    let lengths = field.choices.iter().map(|choice| choice.value.len());
    let width = lengths.max().unwrap_or_default().max(14);
    for choice in &field.choices {
        let label = if field
            .choices
            .first()
            .is_some_and(|first| first.value == choice.value)
        {
            "allowed"
        } else {
            ""
        };
        let text = format!("{:<width$} {}", choice.value, choice.meaning);
        _ = write!(out, "  {label:<10}");
        wrap(&mut out, FACTS, FACTS + width + 1, &text);
    }
    if let Some(allowed) = &field.allowed {
        fact(&mut out, "allowed", allowed);
    }
    let default = match (field.default(), &field.said) {
        (Some(default), _) if field.is_optional() => format!("without it: {default}"),
        (Some(default), _) => default,
        (None, Some(_)) => "none".to_owned(),
        (None, None) => "none, each item has its own".to_owned(),
    };
    if field.path != "gvc.locations" {
        fact(&mut out, "default", &default);
    }
    let versions = match since(field) {
        Some(since) => format!("{since} of the public template"),
        None => "not in the public template".to_owned(),
    };
    fact(&mut out, "since", &versions);
    if !explained.below.is_empty() {
        out.push('\n');
        below(&mut out, explained);
    }
    for (at, setting) in explained.in_effect.iter().enumerate() {
        if at == 0 {
            out.push_str("\n  in effect with the built-in values, unless given\n");
        }
        wrap(&mut out, 4, 4, &setting.line);
        wrap(&mut out, 6, 6, setting.why);
    }
    reaches(&mut out, explained);
    out
}

fn below(out: &mut String, explained: &Explained) {
    for line in tree(&explained.below).lines() {
        _ = writeln!(out, "  {}", cut(line, WIDTH - 2));
    }
}

fn of_what(field: &Field) -> String {
    let kind = field.kind.name();
    match field.kind {
        Kind::List if field.allowed.is_none() => format!("{kind} of mappings"),
        Kind::List => format!("{kind} of texts"),
        Kind::Mapping => format!("{kind} with keys of your own"),
        _ => kind.to_owned(),
    }
}

fn reaches(out: &mut String, explained: &Explained) {
    if explained.reaches.is_empty() {
        out.push_str("\n  reaches no manifest\n");
    }
    let mut when = None;
    // documents in which the same changes stand together
    for reaches in explained.reaches.chunk_by(|one, next| {
        (one.when, &one.fields, &one.lines) == (next.when, &next.fields, &next.lines)
    }) {
        for (at, reach) in reaches.iter().enumerate() {
            if when.replace(reach.when) != Some(reach.when) {
                _ = match reach.when {
                    "" => writeln!(out, "\n  reaches"),
                    when => writeln!(out, "\n  reaches, with {when}"),
                };
            }
            _ = writeln!(out, "    {}", reach.document);
            if at + 1 == reaches.len() {
                let whole = [String::from("the whole document")];
                let is_whole = reach.fields.is_empty();
                listed(out, 6, if is_whole { &whole } else { &reach.fields });
                listed(out, 8, &reach.lines);
            }
        }
    }
}

/// The first few, each in a line.
fn listed(out: &mut String, indent: usize, texts: &[String]) {
    for text in texts.iter().take(LISTED) {
        _ = writeln!(out, "{:indent$}{}", "", cut(text, WIDTH - indent));
    }
    if texts.len() > LISTED {
        _ = writeln!(out, "{:indent$}and {} more", "", texts.len() - LISTED);
    }
}

/// Keys with their defaults, as `values.yaml` has them, and what they are for.
#[must_use]
pub fn tree(fields: &[Field]) -> String {
    let depth = |path: &str| path.matches('.').count();
    let least = fields
        .iter()
        .map(|field| depth(&field.path))
        .min()
        .unwrap_or(0);
    let mut out = String::new();
    let mut items_of = None;
    for field in fields {
        let (above, name) = field.path.rsplit_once('.').unwrap_or(("", &field.path));
        let dash = match above.ends_with("[]") {
            true if items_of == Some(above) => "  ",
            true => "- ",
            false => "",
        };
        items_of = above.ends_with("[]").then_some(above);
        let indent = 2 * (depth(&field.path) - least) + if dash.is_empty() { 0 } else { 2 };
        let value = match field.kind {
            Kind::Section | Kind::List | Kind::Mapping => None,
            _ if field.is_optional() => None,
            _ => field.default(),
        };
        let value = value.map_or_else(String::new, |value| format!(" {value}"));
        let key = cut(
            &format!("{:indent$}{dash}{name}:{value}", ""),
            SENTENCES - 2,
        );
        let sentence = field.description.split("\n\n").next().unwrap_or_default();
        let line = format!("{key:<SENTENCES$}{}", sentence.trim_end_matches('.'));
        _ = writeln!(out, "{}", cut(line.trim_end(), WIDTH));
    }
    out
}

/// A paragraph that stands two columns in.
#[must_use]
pub fn indented(text: &str) -> String {
    let mut out = String::new();
    wrap(&mut out, 2, 2, text);
    out
}

fn fact(out: &mut String, label: &str, text: &str) {
    _ = write!(out, "  {label:<10}");
    wrap(out, FACTS, FACTS, text);
}

/// Writes words from where the line stands, `first` columns in when it is empty.
fn wrap(out: &mut String, first: usize, indent: usize, text: &str) {
    let mut column = match out.rsplit('\n').next() {
        Some("") | None => {
            _ = write!(out, "{:first$}", "");
            first
        }
        Some(_) => first,
    };
    let mut is_first = true;
    for word in text.split(' ') {
        let length = word.chars().count();
        if !is_first && column + 1 + length > WIDTH {
            _ = write!(out, "\n{:indent$}", "");
            column = indent;
        } else if !is_first {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
        is_first = false;
    }
    out.push('\n');
}

/// The text in at most so many columns.
fn cut(text: &str, columns: usize) -> String {
    match text.char_indices().nth(columns) {
        None => text.to_owned(),
        Some(_) => text.chars().take(columns - 1).chain(['…']).collect(),
    }
}
