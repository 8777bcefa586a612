//! The wrong kind of value: what to say of it, without a secret, and of what YAML made of it.

use crate::layers::{Kind, Node, Scalar, Style, Value, secret};
use crate::problem::{Code, Path, Problem};

/// `node` is not what is wanted here: `text`, `a whole number`, …
pub fn explain(node: &Node, path: Path, wanted: &str) -> Problem {
    if let Value::Null { written: false } = node.value {
        let found = format!("this key has no value, expected {wanted}");
        return Problem::of_key(Code::EmptySection, path, found)
            .fix("delete the line to keep the default, or write the value");
    }
    let is_secret = secret::is_below_secret(&path);
    let found = match &node.value {
        Value::Scalar(scalar) if !is_secret => {
            format!("{} `{}`", node.noun(), shorten(&scalar.text))
        }
        _ => node.noun().to_owned(),
    };
    let problem = Problem::of_value(
        Code::WrongType,
        path,
        format!("expected {wanted}, found {found}"),
    );
    let fix = match &node.value {
        Value::Scalar(scalar) if is_secret => {
            trap(scalar, wanted).map(|_| "put it in quotes".to_owned())
        }
        Value::Scalar(scalar) => trap(scalar, wanted),
        _ => None,
    };
    Problem { fix, ..problem }
}

/// What YAML made of the text, when that is not what its writer meant, and how to write it.
fn trap(scalar: &Scalar, wanted: &str) -> Option<String> {
    let text = &scalar.text;
    match wanted {
        "true or false" => {
            let right = boolean(&text.to_ascii_lowercase())?;
            Some(match Kind::of_plain(text) {
                Some(Kind::Bool(_)) => format!("take the quotes away: {right}"),
                _ => format!("YAML 1.2 reads `{text}` as text: write {right}"),
            })
        }
        "text" => Some(match scalar.kind {
            Kind::Bool(_) => format!("YAML reads this as a boolean: write \"{text}\""),
            Kind::Int(value) => format!("YAML reads this as the number {value}: write \"{text}\""),
            Kind::Float(value) => {
                format!("YAML reads this as the number {value}: write \"{text}\"")
            }
            Kind::Text => format!("some YAML readers take this for a number: write \"{text}\""),
        }),
        _ if wanted.contains("number") && scalar.kind == Kind::Text => number(scalar),
        _ => None,
    }
}

fn boolean(word: &str) -> Option<&'static str> {
    match word {
        "yes" | "on" | "y" | "true" => Some("true"),
        "no" | "off" | "n" | "false" => Some("false"),
        _ => None,
    }
}

fn number(scalar: &Scalar) -> Option<String> {
    let text = &scalar.text;
    let is_number = Kind::of_plain(text).is_some_and(|kind| kind != Kind::Text);
    if scalar.style == Style::Quoted && is_number {
        return Some(format!("take the quotes away: {text}"));
    }
    let count = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !count.is_empty() && count.len() < text.len() && count.bytes().all(|b| b.is_ascii_digit()) {
        return Some(format!("write the number alone: {count}"));
    }
    if !is_read_in_two_ways(text) {
        return None;
    }
    let digits = text.replace('_', "");
    let plain = digits.trim_start_matches('0');
    let plain = if plain.is_empty() { "0" } else { plain };
    Some(format!(
        "`{text}` is a different number to different YAML readers: write {plain}"
    ))
}

/// `0777` and `1_000`: text in YAML 1.2 as we read it, numbers (and not the same ones) to others.
pub(super) fn is_read_in_two_ways(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

/// A text that is not too long for a message.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
