//! Changes of a text by its places.

use std::ops::Range;

/// Replacements of stretches of a text, none overlapping another.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts a text in the place of a stretch.
    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.0.push((range, with.into()));
    }

    /// Puts a text before a place.
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Makes the lines of a stretch a comment, below a line that says why.
    pub(super) fn comment_out(&mut self, text: &str, lines: &Range<usize>, why: &str) {
        let indent = indent_of(text, lines.start);
        self.insert(
            lines.start,
            format!("{}# {why}{}", " ".repeat(indent), line_end_of(text)),
        );
        self.comment(text, lines, indent);
    }

    /// Makes the lines of a stretch a comment, with the sign no deeper than `indent`.
    pub(super) fn comment(&mut self, text: &str, lines: &Range<usize>, indent: usize) {
        let mut at = lines.start;
        for line in text
            .get(lines.clone())
            .unwrap_or_default()
            .split_inclusive('\n')
        {
            if !line.trim().is_empty() {
                let depth = line.len() - line.trim_start_matches(' ').len();
                self.insert(at + indent.min(depth), "#");
            }
            at += line.len();
        }
    }

    /// The text with every replacement made.
    pub(super) fn apply(mut self, text: &str) -> String {
        // of those at one place, the one asked for first stands first
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, with) in self.0 {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(&with);
            at = range.end.max(at);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// Where the line of a place begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1)
}

/// How far the line that begins here is indented.
pub(super) fn indent_of(text: &str, start: usize) -> usize {
    let line = text.get(start..).unwrap_or_default();
    line.len() - line.trim_start_matches(' ').len()
}

/// How the lines of the text end.
pub(super) fn line_end_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The lines of a key and of everything below it. Comments that follow belong to the next key. What stands in brackets
/// or quotes goes `until` there, however it is indented.
pub(super) fn lines_of_key(text: &str, key: usize, until: usize) -> Range<usize> {
    let start = line_start(text, key);
    let indent = indent_of(text, start);
    let mut at = start;
    let mut end = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let bare = line.trim();
        let depth = line.len() - line.trim_start_matches(' ').len();
        let is_first = at == start || at < until;
        // items of a list may stand as far left as their key
        let is_below = depth > indent || depth == indent && bare.starts_with("- ");
        at += line.len();
        if is_first || is_below && !bare.is_empty() {
            end = at;
        } else if !(bare.is_empty() || is_below || bare.starts_with('#')) {
            break;
        }
    }
    start..end
}
