//! Long texts, line by line.

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::{DiffOp, DiffTag};

/// What differs between two long texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// Stretches of lines that changed.
    pub hunks: Vec<Vec<Line>>,
}

/// One line of either text.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What became of it.
    pub tag: Tag,
    /// Without its line break.
    pub text: String,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// In the newer text only.
    Added,
    /// In the older text only.
    Removed,
}

impl Tag {
    /// As in every diff.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
        }
    }
}

/// Texts with more lines are told as replaced: comparing takes time by the square of what differs.
const MOST_LINES: usize = 20_000;

/// One algorithm of many: the crate's shorter ways bring all of them into the program.
fn changes(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut changes = Compact::new(Replace::new(Capture::new()), old, new);
    match myers::diff(&mut changes, old, 0..old.len(), new, 0..new.len()) {
        Ok(()) => changes.into_inner().into_inner().into_ops(),
        Err(never) => match never {},
    }
}

impl Lines {
    /// Compares.
    #[must_use]
    pub fn new(before: &str, after: &str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (
            before.split_inclusive('\n').collect(),
            after.split_inclusive('\n').collect(),
        );
        let changes = match old.len().max(new.len()) > MOST_LINES {
            true => vec![DiffOp::Replace {
                old_index: 0,
                old_len: old.len(),
                new_index: 0,
                new_len: new.len(),
            }],
            false => changes(&old, &new),
        };
        let line = |tag, text: &&str| Line {
            tag,
            text: text.trim_end_matches(['\n', '\r']).to_owned(),
        };
        let hunk = |change: &DiffOp| -> Vec<Line> {
            let removed = old[change.old_range()].iter();
            let added = new[change.new_range()].iter();
            removed
                .map(|text| line(Tag::Removed, text))
                .chain(added.map(|text| line(Tag::Added, text)))
                .collect()
        };
        let changed = changes.iter().filter(|op| op.tag() != DiffTag::Equal);
        Self {
            hunks: changed.map(hunk).collect(),
        }
    }

    /// The lines of one kind.
    pub fn of(&self, tag: Tag) -> impl Iterator<Item = &str> {
        self.hunks
            .iter()
            .flatten()
            .filter(move |line| line.tag == tag)
            .map(|line| line.text.as_str())
    }

    /// `2 lines added, 1 removed`
    #[must_use]
    pub fn words(&self) -> String {
        let noun = |count| if count == 1 { "line" } else { "lines" };
        match (self.of(Tag::Added).count(), self.of(Tag::Removed).count()) {
            (added, 0) => format!("{added} {} added", noun(added)),
            (0, removed) => format!("{removed} {} removed", noun(removed)),
            (added, removed) => format!("{added} {} added, {removed} removed", noun(added)),
        }
    }

    /// The lines with their signs.
    #[must_use]
    pub fn text(&self) -> String {
        let hunk = |lines: &Vec<Line>| -> String {
            lines
                .iter()
                .map(|line| format!("{}{}\n", line.tag.sign(), line.text))
                .collect()
        };
        self.hunks
            .iter()
            .map(hunk)
            .collect::<Vec<_>>()
            .join("...\n")
    }
}
