//! From the path of a value to the place where it was written.

use super::Merged;
use crate::layers::{Node, Span};
use crate::problem::Place;

impl Merged {
    /// Where to point for this place. A path that nobody wrote is placed at the nearest one above it that somebody did,
    /// at its key; the path of all values has no place.
    #[must_use]
    pub fn locate(&self, place: &Place) -> Option<Span> {
        let (path, wants_value) = match place {
            Place::At(span) => return Some(*span),
            Place::Nowhere => return None,
            Place::Value(path) => (path, true),
            Place::Key(path) => (path, false),
        };
        if let Some(removal) = self.removed().get(path) {
            return Some(if wants_value {
                removal.span
            } else {
                removal.key_span
            });
        }
        if let Some((key, node)) = self.tree().find(path) {
            return (!path.steps().is_empty()).then(|| self.point(key, node, wants_value));
        }
        path.upwards()
            .skip(1)
            .filter(|path| !path.steps().is_empty())
            .find_map(|path| {
                let removal = self.removed().get(&path).map(|removal| removal.key_span);
                removal.or_else(|| {
                    self.tree()
                        .find(&path)
                        .map(|(key, node)| self.point(key, node, false))
                })
            })
    }

    /// A value of one line is pointed at as a whole, a larger one at its key, or where it begins.
    fn point(&self, key: Option<Span>, node: &Node, wants_value: bool) -> Span {
        let text = self
            .sources()
            .get(node.span.source)
            .map_or("", |source| &*source.text);
        let written = text.get(node.span.start..node.span.end).unwrap_or_default();
        match (written.find('\n'), key) {
            (None, _) if wants_value => node.span,
            (_, Some(key)) => key,
            (line, None) => Span {
                end: line.map_or(node.span.end, |line| node.span.start + line),
                ..node.span
            },
        }
    }
}
