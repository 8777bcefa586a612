//! A text without its secrets, and where its places are then.

use std::ops::Range;

use crate::layers::Source;
use crate::layers::secret::REDACTED;
use crate::place::{ceil, floor};

/// A source as it may be shown.
pub(super) struct Masked {
    pub text: String,
    /// Each secret: where it was, and where the mask is.
    pieces: Vec<(Range<usize>, Range<usize>)>,
    line_starts: Vec<usize>,
    /// How many characters begin before each block of bytes: lines can be very long.
    characters: Vec<usize>,
}

/// The size of those blocks.
const BLOCK: usize = 4096;

impl Masked {
    pub(super) fn new(source: &Source) -> Self {
        let mut text = String::with_capacity(source.text.len() + REDACTED.len());
        let mut pieces = Vec::new();
        let mut copied = 0;
        for secret in &source.secrets {
            let secret =
                floor(&source.text, secret.start).max(copied)..ceil(&source.text, secret.end);
            text.push_str(source.text.get(copied..secret.start).unwrap_or_default());
            let start = text.len();
            text.push_str(REDACTED);
            // The lines that follow keep their numbers.
            let hidden = source.text.get(secret.clone()).unwrap_or_default();
            text.extend(hidden.matches('\n'));
            let mask = start..text.len();
            copied = secret.end.max(copied);
            pieces.push((secret, mask));
        }
        text.push_str(source.text.get(copied..).unwrap_or_default());
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let blocks = text.as_bytes().chunks(BLOCK).scan(0, |sum, block| {
            let before = *sum;
            *sum += characters(block);
            Some(before)
        });
        Self {
            characters: blocks.collect(),
            text,
            pieces,
            line_starts,
        }
    }

    /// The span of a place of the source, on its first line only.
    pub(super) fn span(&self, start: usize, end: usize) -> Range<usize> {
        let start = floor(&self.text, self.map(start, false));
        let end = ceil(&self.text, self.map(end, true)).max(start);
        let line = self.text.get(start..end).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or_default();
        start..start + line.trim_end_matches('\r').len()
    }

    fn map(&self, at: usize, is_end: bool) -> usize {
        let after = self
            .pieces
            .partition_point(|(secret, _)| secret.start < at || !is_end && secret.start == at);
        let Some((secret, mask)) = after.checked_sub(1).and_then(|last| self.pieces.get(last))
        else {
            return at;
        };
        if at < secret.end || is_end && at == secret.end {
            return if is_end { mask.end } else { mask.start };
        }
        mask.end + (at - secret.end)
    }

    /// The line of a byte, from 0.
    pub(super) fn line(&self, at: usize) -> usize {
        self.line_starts
            .partition_point(|start| *start <= at)
            .saturating_sub(1)
    }

    /// The bytes of lines, as they are shown.
    pub(super) fn lines(&self, first: usize, last: usize) -> Range<usize> {
        let start = self
            .line_starts
            .get(first)
            .copied()
            .unwrap_or(self.text.len());
        let end = self
            .line_starts
            .get(last + 1)
            .map_or(self.text.len(), |next| next.saturating_sub(1));
        let lines = self.text.get(start..end).unwrap_or_default();
        // A byte-order mark is no character of its line, and the carriage return no character of the last one.
        let start = start + (lines.len() - lines.trim_start_matches('\u{feff}').len());
        start..end - usize::from(lines.ends_with('\r'))
    }

    /// The part of a window that is near a byte.
    pub(super) fn around(&self, window: &Range<usize>, at: usize, room: usize) -> Range<usize> {
        let start = floor(&self.text, at.saturating_sub(room)).max(window.start);
        start..ceil(&self.text, at + room).min(window.end)
    }

    /// The column of a byte, in characters, from 1.
    pub(super) fn column(&self, at: usize) -> usize {
        let start = self.line_starts.get(self.line(at)).copied().unwrap_or(0);
        let has_mark = self
            .text
            .get(start..)
            .is_some_and(|line| line.starts_with('\u{feff}'));
        let before = match self.text.as_bytes().get(start..at) {
            Some(before) if before.len() <= BLOCK => characters(before),
            _ => self
                .characters_before(at)
                .saturating_sub(self.characters_before(start)),
        };
        before.saturating_sub(usize::from(has_mark)) + 1
    }

    fn characters_before(&self, at: usize) -> usize {
        let block = at / BLOCK;
        let rest = self
            .text
            .as_bytes()
            .get(block * BLOCK..at)
            .map_or(0, characters);
        self.characters
            .get(block)
            .map_or_else(|| characters(self.text.as_bytes()), |before| before + rest)
    }
}

/// How many characters begin in these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}
