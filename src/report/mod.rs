//! Problems to text: for people, and in three forms for machines. Nothing secret passes here.

pub(crate) mod github;
mod human;
mod json;
mod mask;
mod places;
mod sarif;
mod secrets;
mod shown;

pub(crate) use places::{Places, Spot};

use crate::cli::Format;
use crate::merge::Merged;
use crate::problem::Problems;

/// All problems in source order, the built-in file last. Coloured where people read it: whoever prints it takes the
/// colours out if the reader wants none.
#[must_use]
pub fn report(problems: &Problems, merged: &Merged, format: Format) -> String {
    let mut places = Places::new(merged);
    let shown = shown::all(problems, &mut places);
    match format {
        Format::Human => human::write(&shown, &places),
        Format::Json => json::write(&shown),
        Format::Github => github::write(&shown),
        Format::Sarif => sarif::write(&shown),
    }
}
