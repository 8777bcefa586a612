//! Where something stands: a stretch of a text, a path among the values.

use std::fmt;

/// Which text a place is in: an index into [`Sources`](crate::layers::Sources).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub(crate) u32);

impl SourceId {
    /// The built-in file, always the first.
    pub const BUILT_IN: Self = Self(0);
    /// A text that is none of the sources: what was rendered, when it is read back.
    pub const NONE: Self = Self(u32::MAX);
}

/// A stretch of one source, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text it is in.
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Where a problem points.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Exactly here.
    At(Span),
    /// Where the value of this path was written.
    Value(Path),
    /// Where the key of this path was written.
    Key(Path),
    /// Nowhere in the sources (a missing file has no line).
    Nowhere,
}

/// Where a value stands among the values: `gvc.locations[2].replicas`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

impl Path {
    /// The path of all values.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// `postgres.password` and the like: keys only, for paths that the program itself names.
    #[must_use]
    pub fn of(keys: &str) -> Self {
        Self(
            keys.split('.')
                .map(|key| Step::Key(key.to_owned()))
                .collect(),
        )
    }

    /// One key further.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.and(Step::Key(key.to_owned()))
    }

    /// One list item further.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.and(Step::Index(index))
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The path without its last step; `None` at the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// Whether this is `other` or below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The path of the value and of everything above it, nearest first.
    pub fn upwards(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    /// One step further.
    #[must_use]
    pub fn and(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

/// The way down to a place, for whoever walks down a tree: it becomes a [`Path`] only when there is something to say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trail<'t> {
    /// At the path of all values.
    Root,
    /// At a path that is known.
    At(&'t Path),
    /// One key further.
    Key(&'t Self, &'t str),
    /// One list item further.
    Index(&'t Self, usize),
}

impl Trail<'_> {
    /// The path that it leads to.
    pub(crate) fn path(&self) -> Path {
        match self {
            Self::Root => Path::root(),
            Self::At(path) => (*path).clone(),
            Self::Key(above, key) => above.path().key(key),
            Self::Index(above, index) => above.path().index(*index),
        }
    }
}

/// The last place at or before this one that lies between two characters.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    let is_between = |at: &usize| text.is_char_boundary(*at);
    (0..=at.min(text.len())).rev().find(is_between).unwrap_or(0)
}

/// The first place at or behind this one that lies between two characters.
pub(crate) fn ceil(text: &str, at: usize) -> usize {
    let is_between = |at: &usize| text.is_char_boundary(*at);
    (at..text.len()).find(is_between).unwrap_or(text.len())
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if at == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
