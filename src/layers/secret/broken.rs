//! What could be secret in a text that cannot be parsed.

use std::collections::HashSet;
use std::ops::Range;

use super::{is_secret, line_end, lines, words};

/// The longest key that YAML allows, in characters.
const LONGEST_KEY: usize = 1024;

/// The values, or what could be one, behind all words that look like the key of a secret; and behind every key that
/// the text of all `known` keys does not have, where there is one: nobody can say what that is.
pub(in crate::layers) fn in_broken_yaml(text: &str, known: Option<&str>) -> Vec<Range<usize>> {
    let known: Option<HashSet<&str>> = known.map(|all| {
        let keys = words(all).filter(|word| is_key(all, word));
        keys.map(|word| &all[word]).collect()
    });
    let is_unknown = |word: &Range<usize>| {
        let known = known.as_ref();
        known.is_some_and(|known| !known.contains(&text[word.clone()])) && is_key(text, word)
    };
    let is_suspect = |word: &Range<usize>| {
        is_secret(&text[word.clone()]) || is_escaped_key(text, word) || is_unknown(word)
    };
    let mut suspects: Vec<usize> = words(text)
        .filter(is_suspect)
        .map(|word| word.end)
        .collect();
    suspects.dedup();
    let mut found = Scan::new(text).values(suspects);
    // `password: *p` hides what `&p` names.
    let aliases: HashSet<&str> = found
        .iter()
        .flat_map(|range| names(&text[range.clone()], '*'))
        .map(|(_, name)| name)
        .collect();
    let anchors = names(text, '&')
        .filter(|(_, name)| aliases.contains(name))
        .map(|(end, _)| end);
    found.extend(Scan::new(text).values(anchors));
    found
}

/// Whether a word is the end of a key: a colon stands behind it, or `? ` before it.
fn is_key(text: &str, word: &Range<usize>) -> bool {
    let behind = &text[word.end..];
    let bare = behind.trim_start_matches(['"', '\'']);
    let is_quoted = bare.len() < behind.len();
    let ends =
        |value: &str| is_quoted || value.is_empty() || value.starts_with(char::is_whitespace);
    bare.trim_start_matches([' ', '\t'])
        .strip_prefix(':')
        .is_some_and(ends)
        || text[..word.start]
            .trim_end_matches(['"', '\''])
            .ends_with("? ")
}

/// An escape in a quoted key can spell anything, so such keys count as those of secrets.
fn is_escaped_key(text: &str, word: &Range<usize>) -> bool {
    let mut behind = text[word.end..]
        .chars()
        .take(LONGEST_KEY)
        .skip_while(|c| *c != '"')
        .skip(1)
        .skip_while(|c| c.is_whitespace());
    text[word.clone()].contains('\\') && behind.next() == Some(':')
}

/// The names behind each `&` or `*`, and where they end.
fn names(text: &str, sigil: char) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(sigil).map(move |(at, _)| {
        let start = at + sigil.len_utf8();
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}');
        let name = text[start..].split(is_end).next().unwrap_or_default();
        (start + name.len(), name)
    })
}

/// One way through a text, from its begin to its end.
struct Scan<'a> {
    text: &'a str,
    lines: Vec<Range<usize>>,
    /// How far brackets were counted.
    counted_to: usize,
    /// How many were open there.
    open: usize,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            lines: lines(text).collect(),
            counted_to: 0,
            open: 0,
        }
    }

    /// The values behind keys that end there, in order.
    fn values(&mut self, key_ends: impl IntoIterator<Item = usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut hidden_to = 0;
        for key_end in key_ends {
            if key_end < hidden_to {
                continue;
            }
            let range = self.value_behind(key_end);
            if !self.text[range.clone()].trim().is_empty() {
                hidden_to = range.end;
                found.push(range);
            }
        }
        found
    }

    /// From a key's end to the end of whatever could be its value.
    fn value_behind(&mut self, key_end: usize) -> Range<usize> {
        let rest = &self.text[key_end..];
        let value = rest.trim_start_matches(['"', '\'', ' ', '\t', ':', '=']);
        let start = key_end + rest.len() - value.len();
        let Some(line) = self.lines.get(self.line_of(key_end)) else {
            return start..self.text.len();
        };
        let indent = indent(&self.text[line.clone()]);
        let mut end = line_end(self.text, start);
        // It is the key's own closing quote, or the one that opens the value.
        let quote = rest[..rest.len() - value.len()]
            .chars()
            .next_back()
            .filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote {
            let close = value.find(quote).map_or(self.text.len(), |at| start + at);
            end = end.max(line_end(self.text, close));
        }
        self.count_brackets(start);
        if self.open > 0 || value.starts_with(['{', '[']) {
            end = end.max(self.closing_bracket(start));
        }
        start..self.continued(end, indent)
    }

    /// The end of the lines that may still belong to a value which reaches to `end`.
    fn continued(&self, end: usize, indent: usize) -> usize {
        let next = self.line_of(end) + 1;
        let is_other = |line: &&Range<usize>| {
            let content = &self.text[(*line).clone()];
            let bare = content.trim_start_matches([' ', '\t']);
            !bare.trim_end().is_empty()
                && self::indent(content) <= indent
                && !bare.starts_with(['-', ':', '}', ']', '"', '\'', '#'])
                && bare.contains(':')
        };
        let belonging = self
            .lines
            .iter()
            .skip(next)
            .take_while(|line| !is_other(line));
        belonging.last().map_or(end, |line| line.end)
    }

    fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.end < at)
    }

    fn count_brackets(&mut self, to: usize) {
        for byte in self.text.bytes().take(to).skip(self.counted_to) {
            match byte {
                b'{' | b'[' => self.open += 1,
                b'}' | b']' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        self.counted_to = self.counted_to.max(to);
    }

    /// The end of the line where all brackets that are open at `start`, or open there, are closed again.
    fn closing_bracket(&self, start: usize) -> usize {
        let mut open = self.open;
        for (at, byte) in self.text.bytes().enumerate().skip(start) {
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return line_end(self.text, at);
                    }
                }
                _ => {}
            }
        }
        self.text.len()
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).len()
}
