//! Places as they may be shown: in texts without their secrets.

use std::collections::BTreeMap;
use std::ops::Range;

use super::mask::Masked;
use crate::layers::{SourceId, SourceKind, Span};
use crate::merge::Merged;
use crate::plain::plain;
use crate::problem::Place;

/// Finds places, and masks each text once.
pub(crate) struct Places<'m> {
    merged: &'m Merged,
    texts: BTreeMap<SourceId, Masked>,
}

/// A place in a masked text.
#[derive(Clone)]
pub(crate) struct Spot {
    pub(super) source: SourceId,
    pub(crate) name: String,
    pub(crate) kind: SourceKind,
    pub(super) span: Range<usize>,
    /// From 1, as are the others.
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(super) end_column: usize,
}

impl<'m> Places<'m> {
    pub(crate) fn new(merged: &'m Merged) -> Self {
        Self {
            merged,
            texts: BTreeMap::new(),
        }
    }

    pub(super) fn merged(&self) -> &'m Merged {
        self.merged
    }

    /// Where a place is, if it is anywhere.
    pub(crate) fn spot(&mut self, place: &Place) -> Option<Spot> {
        let span = self.merged.locate(place)?;
        let source = self.merged.sources().get(span.source)?;
        let text = self
            .texts
            .entry(span.source)
            .or_insert_with(|| Masked::new(source));
        let place = text.span(span.start, span.end);
        Some(Spot {
            source: span.source,
            name: plain(&source.name).into_owned(),
            kind: source.kind,
            line: text.line(place.start) + 1,
            column: text.column(place.start),
            end_column: text.column(place.end),
            span: place,
        })
    }

    /// The text that a spot is in.
    pub(super) fn text(&self, spot: &Spot) -> Option<&Masked> {
        self.texts.get(&spot.source)
    }

    /// Whether a spot is only the first line of its span.
    pub(crate) fn is_cut(&self, spot: &Spot, span: Span) -> bool {
        let source = self.merged.sources().get(span.source);
        let whole = source.and_then(|source| source.text.get(span.start..span.end));
        whole.is_none_or(|whole| whole.contains('\n')) || spot.span.is_empty()
    }

    /// What stands at a spot.
    pub(crate) fn written(&self, spot: &Spot) -> &str {
        self.text(spot)
            .and_then(|text| text.text.get(spot.span.clone()))
            .unwrap_or_default()
    }
}

impl Spot {
    /// Whether it is in a flag.
    pub(crate) fn is_in_flag(&self) -> bool {
        matches!(self.kind, SourceKind::Flag(_))
    }

    /// The file, if it is one that can be opened.
    pub(crate) fn file(&self) -> Option<&str> {
        matches!(self.kind, SourceKind::File | SourceKind::Template).then_some(self.name.as_str())
    }

    /// Where it is, in words.
    pub(crate) fn words(&self) -> String {
        if self.is_in_flag() {
            format!("{}, character {}", self.name, self.column)
        } else {
            format!("{}:{}:{}", self.name, self.line, self.column)
        }
    }
}
