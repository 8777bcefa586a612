//! A case that gives something else than before: what is told of it.

use super::outcome::BuiltIn;
use crate::commands::pipeline::Input;
use crate::look;
use crate::manifests::Renderer;
use crate::plain::plain_lines;
use crate::plan::{self, Lines, Plan, Trials};
use crate::report::Places;
use crate::snapshot::{Case, Given, Kind, Opened};

/// What a case gives beside its snapshot: as `plan` shows it, or line by line where a plan has nothing to say, or where
/// the lines are asked for.
pub(super) fn difference(
    case: &Case,
    before: &Given,
    now: &Given,
    built_in: &BuiltIn<'_>,
    with_lines: bool,
) -> String {
    let lines = || plain_lines(&Lines::new(&before.text, &now.text).text()).into_owned();
    match (before.kind, now.kind) {
        (Kind::Manifests, Kind::Refused) => {
            format!("it was rendered, and is refused now:\n\n{}", now.text)
        }
        (Kind::Refused, Kind::Manifests) => {
            format!(
                "it is rendered, and was refused before:\n\n{}",
                plain_lines(&before.text)
            )
        }
        (Kind::Manifests, Kind::Manifests) => match as_plan(case, &before.text, built_in) {
            Some(plan) if with_lines => format!("{plan}\n{}", lines()),
            Some(plan) => plan,
            None => lines(),
        },
        (Kind::Refused, Kind::Refused) => lines(),
    }
}

/// `None` when nothing changes that a plan would show: a comment, an order.
fn as_plan(case: &Case, snapshot: &str, built_in: &BuiltIn<'_>) -> Option<String> {
    let old = plan::parse(&case.name, snapshot).ok()?;
    let Opened { flags, files } = case.open().ok()?;
    let mut input = Input::read_from(&files, &flags.values, built_in.values.clone());
    let templates = input.templates(&flags.templates)?;
    let renderer = Renderer::for_many(&templates).ok()?;
    let manifests = input.render_with(&renderer, true)?;
    let trials = Trials {
        merged: &input.merged,
        renderer: &renderer,
        redact: true,
    };
    let plan = Plan::new(old, plan::rendered(&manifests).ok()?, Some(&trials)).without_unseen();
    let places = Places::new(&input.merged);
    (!plan.is_empty()).then(|| look::human::write(&plan, Some(places), look::PAGE))
}
