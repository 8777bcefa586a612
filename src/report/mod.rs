//! Problems to text: for people, and in three forms for machines. Nothing secret passes here.

mod allowances;
pub(crate) mod github;
mod human;
mod json;
mod mask;
mod places;
pub(crate) mod sarif;
mod secrets;
mod shown;

pub use allowances::Allowances;
pub(crate) use places::{Places, Spot};

use shown::Shown;

use crate::cli::Format;
use crate::merge::Merged;
use crate::problem::{Code, Problems, Severity};

/// The width of a page that nobody's terminal is behind.
const PAGE: usize = 80;

/// All problems in source order, the built-in file last.
pub struct Report<'m> {
    problems: Vec<Shown>,
    places: Places<'m>,
}

/// How much of a report is told to people. Programs get all of it.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'c> {
    /// All, and what is allowed.
    All,
    /// All but what is allowed.
    Problems,
    /// What is allowed is left out; that the defaults bring warnings is said in a line, but for these.
    Brief(&'c [Code]),
    /// Errors.
    Errors,
}

impl<'m> Report<'m> {
    /// Places, masks and sorts all problems.
    #[must_use]
    pub fn new(problems: &Problems, merged: &'m Merged, allowances: &Allowances) -> Self {
        let mut places = Places::new(merged);
        let problems = shown::all(problems, allowances, &mut places);
        Self { problems, places }
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.has(Severity::Error)
    }

    /// Whether any of them is a warning that nobody allowed.
    #[must_use]
    pub fn has_warnings(&self) -> bool {
        self.has(Severity::Warning)
    }

    fn has(&self, severity: Severity) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == severity)
    }

    /// The report. Coloured where people read it: whoever prints it takes the colours out if the reader wants none.
    /// Without a width, lines are as long as they are.
    #[must_use]
    pub fn text(&self, format: Format, extent: Extent<'_>, width: Option<usize>) -> String {
        match format {
            Format::Text => human::write(&self.problems, &self.places, extent, width),
            Format::Json => json::write(&self.problems),
            Format::Github => github::write(&self.problems),
            Format::Sarif => sarif::write(&self.problems),
        }
    }
}

/// All problems on a page of 80 columns.
#[must_use]
pub fn report(problems: &Problems, merged: &Merged, format: Format) -> String {
    Report::new(problems, merged, &Allowances::default()).text(format, Extent::All, Some(PAGE))
}
