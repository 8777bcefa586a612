//! A plan as text: for people, pull requests, workflow annotations and programs. Nothing secret gets here: see
//! [`plan`](crate::plan).

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod markdown;
mod text;

use crate::plan::Plan;

/// A plan in every look, for tests of what no look may do.
#[must_use]
pub fn all(plan: &Plan) -> [String; 4] {
    [
        human::write(plan, None),
        json::write(plan, None),
        markdown::write(plan, None),
        github::write(plan, None),
    ]
}
