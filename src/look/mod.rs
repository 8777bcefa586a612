//! A plan as text: for people, pull requests, workflow annotations and programs. Nothing secret gets here: see
//! [`plan`](crate::plan).

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod sarif;
mod text;

use crate::plan::Plan;

/// The width of a page that nobody's terminal is behind.
pub(crate) const PAGE: usize = 80;

/// A plan in every look, for tests of what no look may do.
#[must_use]
pub fn all(plan: &Plan) -> [String; 5] {
    [
        human::write(plan, None, PAGE),
        json::write(plan, None),
        markdown::write(plan, None, None),
        github::write(plan, None),
        sarif::write(plan, None),
    ]
}
