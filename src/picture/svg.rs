//! As a file for a README. It fits light and dark pages, and asks for nothing from elsewhere.

use std::fmt::Write as _;

use super::{Box, Picture};
use crate::plain::plain;

const MARGIN: usize = 20;
const GAP: usize = 20;
const LINE: usize = 20;
/// A letter of the font, as broad as it can be.
const LETTER: usize = 8;
/// Space between one row and the next, for an arrow.
const ARROW: usize = 40;

/// Draws it.
#[must_use]
pub fn write(picture: &Picture) -> String {
    let names = picture
        .locations
        .iter()
        .map(|location| location.name.chars().count());
    let column = names.max().unwrap_or_default().max(12) * LETTER + 2 * GAP;
    let count = picture.locations.len().max(1);
    let words = picture.routing.iter().map(|words| words.chars().count());
    let wide = words.max().unwrap_or_default().max(52) * LETTER + 4 * GAP;
    let inner = (count * (column + GAP) - GAP).max(wide);
    let tallest = picture
        .locations
        .iter()
        .map(|location| location.nodes.len());
    let mut page = Page {
        body: String::new(),
        middle: MARGIN + inner / 2,
        y: MARGIN,
    };
    if let Some(pooler) = &picture.pooler {
        page.boxed(&["applications".to_owned()], inner.min(160), "app");
        page.arrow(&[]);
        page.boxed(&said(pooler), inner.min(wide), "box");
        page.arrow(&picture.routing);
    }
    let height = (tallest.max().unwrap_or_default() + 1) * LINE + GAP;
    let left = page.middle - (count * (column + GAP) - GAP) / 2;
    for (at, location) in picture.locations.iter().enumerate() {
        let x = left + at * (column + GAP);
        page.frame(x, column, height, "place");
        page.text(x + column / 2, page.y + LINE, &location.name, "name");
        for (of, node) in location.nodes.iter().enumerate() {
            page.text(x + column / 2, page.y + LINE * (of + 2), &node.name, "");
        }
    }
    page.y += height;
    page.text(page.middle, page.y + LINE + 4, picture.mesh(), "dim");
    page.y += 2 * LINE;
    if let Some(backup) = &picture.backup {
        page.arrow(&[]);
        page.boxed(&said(backup), inner.min(wide), "box");
        if let Some(bucket) = &picture.bucket {
            page.arrow(&["dumps".to_owned()]);
            page.boxed(std::slice::from_ref(bucket), inner.min(wide), "box");
        }
    }
    document(picture, &page.body, inner + 2 * MARGIN, page.y + MARGIN)
}

fn document(picture: &Picture, body: &str, width: usize, height: usize) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
role=\"img\">\n<title>{}: {}</title>\n<style>\n\
text {{ font: 13px ui-monospace, monospace; fill: #57606a; text-anchor: middle }}\n\
.name {{ font-weight: bold }}\n\
rect {{ fill: none; stroke: #8c959f; stroke-width: 1.5; rx: 6 }}\n\
.place {{ stroke: #0969da }}\n\
path {{ stroke: #8c959f; stroke-width: 1.5; fill: none }}\n\
</style>\n{}</svg>\n",
        escaped(&picture.title),
        picture.summary(),
        body
    )
}

/// What is drawn so far, from above.
struct Page {
    body: String,
    middle: usize,
    y: usize,
}

impl Page {
    fn frame(&mut self, x: usize, width: usize, height: usize, class: &str) {
        let y = self.y;
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }

    fn text(&mut self, x: usize, y: usize, text: &str, class: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.body,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
        );
    }

    /// A box in the middle, with its lines.
    fn boxed(&mut self, lines: &[String], width: usize, class: &str) {
        let height = lines.len() * LINE + GAP / 2;
        self.frame(self.middle - width / 2, width, height, class);
        for (at, line) in lines.iter().enumerate() {
            self.text(self.middle, self.y + LINE * (at + 1), line, "");
        }
        self.y += height;
    }

    /// Down to the next row, with words beside it.
    fn arrow(&mut self, words: &[String]) {
        let (x, top) = (self.middle, self.y);
        let bottom = top + ARROW.max(words.len() * LINE + LINE);
        let head = bottom - 6;
        let _ = writeln!(
            self.body,
            "<path d=\"M{x} {top}V{bottom}M{} {head}L{x} {bottom}L{} {head}\"/>",
            x - 5,
            x + 5
        );
        for (at, words) in words.iter().enumerate() {
            let text = escaped(words);
            let y = top + LINE * (at + 1);
            let _ = writeln!(
                self.body,
                "<text style=\"text-anchor: start\" x=\"{}\" y=\"{y}\">{text}</text>",
                x + 10
            );
        }
        self.y = bottom;
    }
}

fn said(what: &Box) -> Vec<String> {
    let about = (!what.about.is_empty()).then(|| what.about.clone());
    std::iter::once(what.name.clone()).chain(about).collect()
}

fn escaped(text: &str) -> String {
    plain(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
