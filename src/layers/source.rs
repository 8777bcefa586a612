//! The texts that values come from.

use crate::place::{SourceId, Span};
use std::borrow::Cow;
use std::ops::Range;

use super::secret;

/// One text: a file, or a flag as it was typed.
#[derive(Clone, Debug)]
pub struct Source {
    /// What to call it: `prod.yaml`, `<stdin>`, `--set`, or `--set #2` when there are several.
    pub name: String,
    /// What it is.
    pub kind: SourceKind,
    /// All of it; empty when it is not text.
    pub text: Cow<'static, str>,
    /// The stretches that must never be shown, in order, none touching another.
    pub(crate) secrets: Vec<Range<usize>>,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The values that come with the program.
    BuiltIn,
    /// A file of `-f`.
    File,
    /// Standard input, given as `-f -`.
    Stdin,
    /// A template of the user's own.
    Template,
    /// A flag of this kind.
    Flag(FlagKind),
}

/// The flags that set values, in the order in which they apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlagKind {
    /// `--set-json`
    Json,
    /// `--set`
    Set,
    /// `--set-string`
    String,
    /// `--set-file`
    File,
    /// `--set-literal`
    Literal,
    /// `--release`
    Release,
}

impl Source {
    /// The text up to its first secret, and a word in the place of the rest.
    #[must_use]
    pub fn without_secrets(&self) -> String {
        match self.secrets.first() {
            None => self.text.to_string(),
            Some(secret) => format!(
                "{}SECRET",
                self.text.get(..secret.start).unwrap_or_default()
            ),
        }
    }
}

impl FlagKind {
    /// As it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "--set-json",
            Self::Set => "--set",
            Self::String => "--set-string",
            Self::File => "--set-file",
            Self::Literal => "--set-literal",
            Self::Release => "--release",
        }
    }
}

/// Every text, in the order in which they apply.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds one that has no secrets so far.
    pub(super) fn add(
        &mut self,
        name: String,
        kind: SourceKind,
        text: impl Into<Cow<'static, str>>,
    ) -> SourceId {
        let id = SourceId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(Source {
            name,
            kind,
            text: text.into(),
            secrets: Vec::new(),
        });
        id
    }

    /// Adds a template, for problems to point into.
    pub fn add_template(&mut self, name: String, text: String) -> SourceId {
        self.add(name, SourceKind::Template, text)
    }

    /// Says which stretches of a text must never be shown.
    pub(super) fn hide(&mut self, id: SourceId, ranges: Vec<Range<usize>>) {
        if let Some(source) = self.0.get_mut(id.0 as usize) {
            source.secrets = secret::join(ranges, source.text.len());
        }
    }

    /// Hides one more stretch.
    pub fn hide_more(&mut self, span: Span) {
        if let Some(source) = self.0.get_mut(span.source.0 as usize) {
            let more = std::iter::once(span.start..span.end);
            source.secrets = secret::join(
                source.secrets.drain(..).chain(more).collect(),
                source.text.len(),
            );
        }
    }

    /// Hides whatever stands behind this key on its lines, in every text: it may stand there more than once, and be
    /// overlaid.
    pub fn hide_behind(&mut self, key: &str) {
        for source in self
            .0
            .iter_mut()
            .filter(|source| source.kind != SourceKind::BuiltIn)
        {
            let more = secret::behind_key(&source.text, key);
            source.secrets = secret::join(
                source.secrets.drain(..).chain(more).collect(),
                source.text.len(),
            );
        }
    }

    /// The text with this number.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0 as usize)
    }

    /// What the text of a place is.
    #[must_use]
    pub fn kind(&self, span: Span) -> SourceKind {
        self.get(span.source)
            .map_or(SourceKind::BuiltIn, |source| source.kind)
    }

    /// Whether a place is in the built-in file.
    #[must_use]
    pub fn is_built_in(&self, span: Span) -> bool {
        self.kind(span) == SourceKind::BuiltIn
    }

    /// Whether anything but the built-in file has stretches that must never be shown.
    #[must_use]
    pub fn have_secrets(&self) -> bool {
        self.0
            .iter()
            .any(|source| source.kind != SourceKind::BuiltIn && !source.secrets.is_empty())
    }

    /// Whether a place is, in part or as a whole, one that must never be shown.
    #[must_use]
    pub fn is_secret(&self, span: Span) -> bool {
        self.get(span.source).is_some_and(|source| {
            // They are in order: only the first that ends behind the begin of the span can touch it.
            let next = source
                .secrets
                .partition_point(|hidden| hidden.end <= span.start);
            source
                .secrets
                .get(next)
                .is_some_and(|hidden| hidden.start < span.end || hidden.start == span.start)
        })
    }

    /// Each with its number, in order.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.0)
    }
}
