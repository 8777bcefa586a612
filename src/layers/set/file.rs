//! The files that `--set-file` names.

use std::ops::Range;
use std::path::Path as FilePath;

use super::{MOST_PROBLEMS, Piece, Reader};
use crate::layers::disk::Refusal;
use crate::layers::refused;
use crate::place::Span;
use crate::problem::Place;

impl Reader<'_> {
    /// The text of a file of `--set-file`.
    pub(super) fn content(&mut self, piece: &Piece) -> Option<String> {
        let read = match piece.text.as_str() {
            "-" => self.files.stdin(),
            name => self.files.read(FilePath::new(name)),
        };
        let not_text = || Refusal::Other("it is not UTF-8".to_owned());
        let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| not_text()));
        text.map_err(|refusal| self.refuse(piece, &refusal)).ok()
    }

    fn refuse(&mut self, piece: &Piece, refusal: &Refusal) {
        self.refusals += 1;
        if self.refusals > MOST_PROBLEMS {
            return;
        }
        let Span { start, end, .. } = piece.span;
        let is_secret = |hidden: &Range<usize>| hidden.start < end && start < hidden.end;
        let name = if self.secrets.iter().any(is_secret) {
            "this file".to_owned()
        } else {
            format!("`{}`", piece.text)
        };
        let place = Place::At(piece.span);
        self.problems.push(refused(&name, refusal, place));
    }
}
