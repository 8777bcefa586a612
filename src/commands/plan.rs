//! `plan`: what changes between two sets of manifests, and what that does to a running cluster.

use std::path::Path;

use anyhow::Result;

use super::pipeline::{self, Input};
use super::{Exit, print, say, show};
use crate::cli::{self, Look};
use crate::layers::Disk;
use crate::manifests::Renderer;
use crate::plan::{self, Plan, Resource, Rule, Severity, Trials};
use crate::problem::{Code, Place, Problem, Problems};
use crate::report::Places;

/// Runs it.
pub(super) fn run(args: &cli::Plan) -> Result<Exit> {
    let mut problems = Problems::default();
    let denied = denied(args, &mut problems);
    let old = read(&args.old, &mut problems);
    let Some(new) = &args.new else {
        return from_values(args, old, problems, &denied);
    };
    if new == Path::new("-") && args.old == Path::new("-") {
        let found = "standard input can be one side only";
        problems.push(Problem::new(Code::File, Place::Nowhere, found));
        return pipeline::refuse(&problems, args.cluster.report.format);
    }
    match (old, read(new, &mut problems)) {
        (Some(old), Some(new)) if problems.is_empty() => {
            finish(args, &Plan::new(old, new, None), None, &denied)
        }
        _ => pipeline::refuse(&problems, args.cluster.report.format),
    }
}

fn from_values(
    args: &cli::Plan,
    old: Option<Vec<Resource>>,
    problems: Problems,
    denied: &[Rule],
) -> Result<Exit> {
    let mut input = Input::read(&args.cluster.values);
    input.problems.extend(problems);
    let templates = input.templates(&args.cluster.templates);
    let renderer = templates.as_ref().and_then(|templates| {
        let renderer = Renderer::for_many(templates);
        renderer.map_err(|found| input.problems.extend(found)).ok()
    });
    let rendered = renderer
        .as_ref()
        .and_then(|renderer| input.render_with(renderer, false));
    if let Some(refused) = input.report(&args.cluster.report)? {
        return Ok(refused);
    }
    let (Some(old), Some(rendered), Some(renderer)) = (old, rendered, &renderer) else {
        return Ok(Exit::Wrong);
    };
    let trials = Trials {
        merged: &input.merged,
        renderer,
        redact: false,
    };
    let plan = Plan::new(old, plan::rendered(&rendered), Some(&trials));
    finish(args, &plan, Some(Places::new(&input.merged)), denied)
}

fn finish(
    args: &cli::Plan,
    plan: &Plan,
    places: Option<Places<'_>>,
    denied: &[Rule],
) -> Result<Exit> {
    match args.output {
        Look::Human => show(&plan::human::write(plan, places))?,
        Look::Json => print(&plan::json::write(plan, places))?,
        Look::Markdown => print(&plan::markdown::write(plan, places))?,
        Look::Github => print(&plan::github::write(plan, places))?,
    }
    let broken: Vec<&str> = denied
        .iter()
        .filter(|rule| plan.consequences.iter().any(|found| found.rule == **rule))
        .map(|rule| rule.text())
        .collect();
    if !broken.is_empty() {
        say(&format!("error: denied: {}\n", broken.join(", ")))?;
        return Ok(Exit::Wrong);
    }
    Ok(match args.exit_code && !plan.is_empty() {
        true => Exit::Differs,
        false => Exit::Done,
    })
}

fn read(path: &Path, problems: &mut Problems) -> Option<Vec<Resource>> {
    plan::read(&Disk, path)
        .map_err(|found| problems.extend(found))
        .ok()
}

/// The rules that must not come about.
fn denied(args: &cli::Plan, problems: &mut Problems) -> Vec<Rule> {
    let is_dangerous = |rule: &Rule| args.deny_dangerous && rule.severity() == Severity::Danger;
    let mut denied: Vec<Rule> = Rule::ALL.iter().copied().filter(is_dangerous).collect();
    for name in &args.deny {
        match Rule::ALL.iter().find(|rule| rule.text() == name) {
            Some(rule) if denied.contains(rule) => {}
            Some(rule) => denied.push(*rule),
            None => {
                let found = format!("--deny `{name}`: there is no such rule");
                let all: Vec<&str> = Rule::ALL.iter().map(|rule| rule.text()).collect();
                problems.push(
                    Problem::new(Code::UnknownRule, Place::Nowhere, found).allowed(all.join(", ")),
                );
            }
        }
    }
    denied
}
