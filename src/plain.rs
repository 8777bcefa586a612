//! Text from outside (names of files, values, manifests of others) as it may stand in a message: no character of it
//! moves a cursor, ends a line or a pair of backticks, or is there without being seen.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is not seen, or makes others be seen elsewhere: control characters, marks of direction and of
/// width, line separators.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line, hidden characters as `\u{1b}`. A tab is seen as what it is.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\t' && is_hidden(c))
}

/// The same for a text of more than one line.
#[must_use]
pub fn plain_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| !matches!(c, '\t' | '\n') && is_hidden(c))
}

/// The same in backticks, which it cannot end: in Markdown it is a code span, and does nothing.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("`{}`", quotable(text))
}

/// What [`quoted`] puts between the backticks.
#[must_use]
pub fn quotable(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '`' || c != '\t' && is_hidden(c))
}

/// A JSON document as the same document: hidden characters stand in texts only, and are written as escapes there.
#[must_use]
pub fn json(document: &str) -> Cow<'_, str> {
    if !document.contains(|c: char| c != '\n' && is_hidden(c)) {
        return document.into();
    }
    let mut out = String::with_capacity(document.len() + 8);
    for c in document.chars() {
        match c {
            c if c == '\n' || !is_hidden(c) => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.into()
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' if is_escaped(c) => out.push_str("\\n"),
            '\r' if is_escaped(c) => out.push_str("\\r"),
            c if is_escaped(c) => _ = write!(out, "{}", c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_left() {
        let hostile = "a\u{1b}]52;c;x\u{7}\r\n::error::b\u{9b}2J\u{202e}c`d";
        let shown = r"a\u{1b}]52;c;x\u{7}\r\n::error::b\u{9b}2J\u{202e}c";
        assert_eq!(plain(hostile), format!("{shown}`d"));
        assert_eq!(quoted(hostile), format!("`{shown}\\u{{60}}d`"));
        assert_eq!(plain_lines("a\n\tb\u{0}"), "a\n\tb\\u{0}");
        assert_eq!(json("\"\u{9b}\u{e0041}\"\n"), "\"\\u009b\\udb40\\udc41\"\n");
        assert_eq!(plain("größer, 東京\t✓"), "größer, 東京\t✓");
    }
}
