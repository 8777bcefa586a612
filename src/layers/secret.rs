//! What must never be shown, and where it stands in a text.
//!
//! A text that could be parsed knows its secrets exactly, from the keys of its tree. A text that could not is
//! searched for words that look like the key of a secret, and too much is hidden rather than too little.

use std::ops::Range;

use crate::problem::{Path, Step};

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
    // The name of a secret is none, and the parameter says how passwords are hashed.
    const HARMLESS: [&str; 2] = ["secretname", "passwordencryption"];
    let plain: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .take(64)
        .collect();
    if HARMLESS.iter().any(|part| plain.ends_with(part)) {
        return false;
    }
    plain == "pass"
        || PARTS.iter().any(|part| plain.contains(part))
        // one or two letters more or fewer: of any other length it is another word
        || (6..=10).contains(&plain.len()) && strsim::osa_distance(&plain, "password") <= 2
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
        let behind = text[word.end..].trim_start_matches(['"', '\'', ' ', '\t']);
        behind.starts_with([':', '=']) && is_secret(&text[word])
    })
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

/// What could be secret in YAML (or JSON) that cannot be parsed.
pub(super) fn in_broken_yaml(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut anchors = Vec::new();
    let lines: Vec<Range<usize>> = lines(text).collect();
    // An escape in a quoted key can spell anything, so such keys count as those of secrets.
    let mut suspects: Vec<usize> = words(text)
        .filter(|word| is_secret(&text[word.clone()]))
        .map(|w| w.end)
        .collect();
    suspects.extend(escapes(text));
    suspects.sort_unstable();
    let mut hidden_to = 0;
    for suspect in suspects {
        if suspect < hidden_to {
            continue;
        }
        let range = value_behind(text, &lines, suspect);
        if text[range.clone()].trim().is_empty() {
            continue;
        }
        hidden_to = range.end;
        anchors.extend(names(&text[range.clone()], '*').map(str::to_owned));
        found.push(range);
    }
    // `password: *p` hides what `&p` names.
    for (at, _) in text.match_indices('&') {
        let name = names(&text[at..], '&').next().unwrap_or_default();
        if anchors.iter().any(|anchor| anchor == name) {
            found.push(value_behind(text, &lines, at + 1 + name.len()));
        }
    }
    found
}

/// From a key's end to the end of whatever could be its value.
fn value_behind(text: &str, lines: &[Range<usize>], key_end: usize) -> Range<usize> {
    let rest = &text[key_end..];
    let start = key_end
        + (rest.len()
            - rest
                .trim_start_matches(['"', '\'', ' ', '\t', ':', '='])
                .len());
    // Behind the key's own closing quote; a quote directly before `start` may be the value's opening one.
    let quote = text[key_end..start]
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\''));
    let first = lines.partition_point(|line| line.end < key_end);
    let Some(line) = lines.get(first) else {
        return start.min(text.len())..text.len();
    };
    let indent = indent(&text[line.clone()]);
    let mut end = lines
        .get(lines.partition_point(|line| line.end < start))
        .map_or(text.len(), |line| line.end);
    if let Some(quote) = quote {
        let close = text[start..]
            .find(quote)
            .map_or(text.len(), |at| start + at);
        end = end.max(line_end(text, close));
    }
    if open_brackets(&text[..start]) > 0 || text[start..].starts_with(['{', '[']) {
        end = end.max(closing_bracket(text, start));
    }
    let next = lines.partition_point(|line| line.end <= end.saturating_sub(1).max(start.min(end)));
    for line in lines.iter().skip(next.max(first + 1)) {
        let content = &text[line.clone()];
        let bare = content.trim_start_matches([' ', '\t']);
        let belongs = bare.trim_end().is_empty()
            || self::indent(content) > indent
            || bare.starts_with(['-', ':', '}', ']', '"', '\'', '#'])
            || !bare.contains(':');
        if !belongs && line.start >= end {
            break;
        }
        end = end.max(line.end);
    }
    start.min(end)..end
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

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).len()
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

/// The ends of words with a `\` in them that stand in a quoted key.
fn escapes(text: &str) -> impl Iterator<Item = usize> {
    let is_key = |word: &Range<usize>| {
        let behind = text[word.end..]
            .split_once('"')
            .map_or("", |(_, behind)| behind);
        behind.trim_start().starts_with(':')
    };
    words(text)
        .filter(move |word| text[word.clone()].contains('\\') && is_key(word))
        .map(|word| word.end)
}

/// The names behind each `&` or `*`.
fn names(text: &str, sigil: char) -> impl Iterator<Item = &str> {
    text.split(sigil).skip(1).map(|rest| {
        rest.split(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'))
            .next()
            .unwrap_or_default()
    })
}

fn open_brackets(text: &str) -> usize {
    text.bytes().fold(0, |depth: usize, byte| match byte {
        b'{' | b'[' => depth + 1,
        b'}' | b']' => depth.saturating_sub(1),
        _ => depth,
    })
}

/// The end of the line where all brackets that are open at `start` are closed again.
fn closing_bracket(text: &str, start: usize) -> usize {
    let mut depth = open_brackets(&text[..start]);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return line_end(text, at);
                }
            }
            _ => {}
        }
    }
    text.len()
}
