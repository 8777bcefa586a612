//! What must never be shown, and where it stands in a text.
//!
//! A text that could be parsed knows its secrets exactly, from the keys of its tree. A text that could not is
//! searched for words that look like the key of a secret, and too much is hidden rather than too little.

mod broken;

use std::ops::Range;

pub(super) use broken::in_broken_yaml;

use crate::problem::{Path, Step};

/// What stands in the place of a secret. It says nothing about the secret, not even its length.
pub const REDACTED: &str = "[redacted]";

/// Whether the value of this key is a secret: `password`, anything close to it, and its kin.
#[must_use]
pub fn is_secret(key: &str) -> bool {
    const PARTS: [&str; 7] = [
        "passw",
        "passphrase",
        "pwd",
        "secret",
        "credential",
        "token",
        "apikey",
    ];
    // The names of secrets are none, and the parameter says how passwords are hashed.
    const HARMLESS: [&str; 4] = [
        "secretname",
        "pullsecrets",
        "pullsecretlinks",
        "passwordencryption",
    ];
    if key.len() < 3 {
        return false;
    }
    let mut plain = String::with_capacity(key.len());
    let letters = key.bytes().filter(u8::is_ascii_alphanumeric);
    plain.extend(letters.map(|letter| char::from(letter.to_ascii_lowercase())));
    if HARMLESS.iter().any(|part| plain.ends_with(part)) {
        return false;
    }
    // keys are short: comparing at every letter takes less time than preparing a search
    let begins = |rest: &str| PARTS.iter().any(|part| rest.starts_with(part));
    plain == "pass"
        || (0..plain.len()).any(|at| begins(&plain[at..]))
        // one or two letters more or fewer: of any other length it is another word
        || (6..=10).contains(&plain.len()) && shares_letters(&plain) && strsim::osa_distance(&plain, "password") <= 2
}

/// Two edits leave at least six of the eight letters: asked first, because it takes far less time.
fn shares_letters(word: &str) -> bool {
    word.bytes()
        .filter(|letter| b"pasword".contains(letter))
        .count()
        >= 6
}

/// The path as far as it may be shown: what stands below a secret's key is secret, keys too.
pub(crate) fn path(steps: &[Step]) -> Path {
    let shown = steps
        .iter()
        .position(|step| matches!(step, Step::Key(key) if is_secret(key)));
    Path::from(steps[..shown.map_or(steps.len(), |at| at + 1)].to_vec())
}

/// Whether a path leads to a secret, or below one.
pub(crate) fn is_below_secret(path: &Path) -> bool {
    path.steps()
        .iter()
        .any(|step| matches!(step, Step::Key(key) if is_secret(key)))
}

/// Whether this text holds a secret's key and a value: `password: x`, `…?password=x`, pasted where it does not belong.
pub(crate) fn is_pasted(text: &str) -> bool {
    // few words have a value, so that is asked first
    words(text).any(|word| {
        let rest = &text[word.end..];
        let behind = rest.trim_start_matches(['"', '\'', ' ', '\t']);
        // `--secret-key x`
        let is_flag = text[word.clone()].starts_with("--")
            && rest.starts_with(' ')
            && !behind.is_empty()
            && !behind.starts_with('-');
        (is_flag || behind.starts_with([':', '='])) && is_secret(&text[word])
    })
}

/// A line without what could be secret in it: all that follows a secret's key and its `:` or `=`.
pub(crate) fn masked(line: &str, mask: &str) -> String {
    match is_pasted(line).then(|| in_argument(line)).flatten() {
        Some(hidden) => format!("{}{mask}", line.get(..hidden.start).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// The same for a line that others keep: a secret's key hides what follows it, a blank between them too
/// (`--secret-key x`), and in a setting that is a command everything behind the first of them.
pub(crate) fn hidden(line: &str) -> String {
    match in_argument(line) {
        Some(hidden)
            if !line
                .get(hidden.clone())
                .unwrap_or_default()
                .trim()
                .is_empty() =>
        {
            format!("{}{REDACTED}", line.get(..hidden.start).unwrap_or_default())
        }
        _ => line.to_owned(),
    }
}

/// Puts ranges in order and joins those that touch.
pub(super) fn join(mut ranges: Vec<Range<usize>>, len: usize) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        let range = range.start.min(len)..range.end.min(len);
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ if range.start < range.end => joined.push(range),
            _ => {}
        }
    }
    joined
}

/// The comments that speak of a secret; a password in use is often noted beside its key.
pub(super) fn in_comments(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for line in lines(text) {
        let content = &text[line.clone()];
        let comments = content.match_indices('#').map(|(at, _)| at);
        let Some(comment) = comments
            .into_iter()
            .find(|at| *at == 0 || content[..*at].ends_with([' ', '\t']))
        else {
            continue;
        };
        if let Some(word) =
            words(&content[comment..]).find(|word| is_secret(&content[comment..][word.clone()]))
        {
            found.push(line.start + comment + word.end..line.end);
        }
    }
    found
}

/// The comments behind secrets, on their lines.
pub(super) fn in_comments_behind(text: &str, secrets: &[Range<usize>]) -> Vec<Range<usize>> {
    let comment = |secret: &Range<usize>| {
        let rest = text.get(secret.end..line_end(text, secret.end))?;
        Some(
            secret.end + rest.find(" #").or_else(|| rest.find("\t#"))? + 1..secret.end + rest.len(),
        )
    };
    secrets.iter().filter_map(comment).collect()
}

/// What could be secret in the text of a flag: everything behind the first word that looks like a secret's key.
pub(super) fn in_argument(text: &str) -> Option<Range<usize>> {
    let word = words(text).find(|word| is_secret(&text[word.clone()]))?;
    let rest = &text[word.end..];
    let start = word.end + (rest.len() - rest.trim_start_matches(['"', '\'', ' ', ':', '=']).len());
    Some(start..text.len())
}

/// What stands behind a key and its `:` or `=`, to the end of the line.
pub(super) fn behind_key(text: &str, key: &str) -> Vec<Range<usize>> {
    let behind = |word: Range<usize>| {
        let rest = &text[word.end..line_end(text, word.end)];
        let value = rest
            .trim_start_matches(['"', '\'', ' ', '\t'])
            .strip_prefix([':', '='])?;
        let value = value.trim_start_matches([' ', '\t']);
        Some(word.end + rest.len() - value.len()..word.end + rest.trim_end().len())
    };
    words(text)
        .filter(|word| &text[word.clone()] == key)
        .filter_map(behind)
        .filter(|range| !range.is_empty())
        .collect()
}

/// The stretches between line breaks.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end + 1;
        range
    })
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}

/// Words in the sense of keys.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '\\');
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_word)?;
        at = start
            + text[start..]
                .find(|c| !is_word(c))
                .unwrap_or(text.len() - start);
        Some(start..at)
    })
}
