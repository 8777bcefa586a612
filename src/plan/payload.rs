//! Long texts, line by line.

use similar::{ChangeTag, TextDiff};

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

impl Lines {
    /// Compares.
    #[must_use]
    pub fn new(before: &str, after: &str) -> Self {
        let diff = TextDiff::from_lines(before, after);
        let mut hunks: Vec<Vec<Line>> = Vec::new();
        let mut is_open = false;
        for change in diff.iter_all_changes() {
            let tag = match change.tag() {
                ChangeTag::Equal => {
                    is_open = false;
                    continue;
                }
                ChangeTag::Insert => Tag::Added,
                ChangeTag::Delete => Tag::Removed,
            };
            let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
            let line = Line { tag, text };
            match hunks.last_mut().filter(|_| is_open) {
                Some(hunk) => hunk.push(line),
                None => hunks.push(vec![line]),
            }
            is_open = true;
        }
        Self { hunks }
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
