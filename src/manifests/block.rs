//! Long texts in YAML: literal blocks, for scripts and configurations.

use std::fmt::{self, Write};

use super::escape::{is_invisible, yaml_quoted};
use super::marked::{Part, mark};

/// How far the lines of literal blocks stand in; `src/build.rs` lets those of the built-in files do so, too.
const INDENT: &str = "    ";

/// Writes a text as a literal block, whose lines stand four columns in: the templates put it two columns deep.
///
/// Texts that a block cannot hold exactly become one quoted line. Files stand as their marks.
pub(super) fn yaml_literal<'p>(
    out: &mut impl Write,
    parts: impl Iterator<Item = Part<'p>> + Clone,
) -> fmt::Result {
    if !fits_block(parts.clone()) {
        return yaml_quoted(out, &parts.map(Part::text).collect::<String>());
    }
    out.write_char('|')?;
    let mut begins_line = true;
    for (at, part) in parts.enumerate() {
        match part {
            // the first line is read back with the document
            Part::File(file) if begins_line && at > 0 => {
                write!(out, "\n{INDENT}{}", mark(file))?;
            }
            Part::File(_) | Part::Written(_) => {
                for line in part.text().split_inclusive('\n') {
                    let text = line.strip_suffix('\n');
                    if begins_line {
                        out.write_char('\n')?;
                        out.write_str(if text == Some("") { "" } else { INDENT })?;
                    }
                    out.write_str(text.unwrap_or(line))?;
                    begins_line = text.is_some();
                }
            }
        }
    }
    Ok(())
}

/// Whether a block gives back exactly this text: its last line ends, and no line is empty behind it.
fn fits_block<'p>(parts: impl Iterator<Item = Part<'p>> + Clone) -> bool {
    let printable =
        |c: char| matches!(c, '\n' | '\t' | ' '..='~') || c > '\u{a0}' && !is_invisible(c);
    let mut texts = parts
        .clone()
        .map(Part::text)
        .filter(|text| !text.is_empty());
    let begins = texts
        .next()
        .is_some_and(|text| !text.starts_with([' ', '\t', '\n']));
    let last_two = |text: &'p str| {
        text.bytes()
            .rev()
            .take(2)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
    };
    let mut ends = [b' ', b' '];
    for byte in parts.clone().flat_map(|part| last_two(part.text())) {
        ends = [ends[1], byte];
    }
    begins
        && matches!(ends, [before, b'\n'] if before != b'\n')
        && parts.into_iter().all(|part| match part {
            Part::File(_) => true,
            Part::Written(text) => text.chars().all(printable),
        })
}

/// How much of a literal block that was written so is its sign and its first line; `None` for all else.
pub(super) fn literal_head(text: &str) -> Option<usize> {
    const SIGN: &str = "|\n";
    let lines = text.strip_prefix(SIGN)?;
    let stands_in = |line: &str| line.is_empty() || line.starts_with(INDENT);
    let is_whole = !text.ends_with('\n') && lines.split('\n').all(stands_in);
    is_whole.then(|| SIGN.len() + lines.find('\n').unwrap_or(lines.len()))
}
