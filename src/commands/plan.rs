//! `plan`: what changes between two sets of manifests, and what that does to a running cluster.

use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use anyhow::Result;

use super::pipeline::{self, Input};
use super::{Exit, print, show, width};
use crate::cli::{self, Look};
use crate::layers::{Disk, Sources};
use crate::look;
use crate::manifests::Renderer;
use crate::picture::Picture;
use crate::plan::{self, Documents, Plan, Rule, Severity, Trials};
use crate::problem::{Code, Place, Problem, Problems};
use crate::report::{Allowances, Places};

/// Runs it.
pub(super) fn run(args: &cli::Plan) -> Result<Exit> {
    let mut problems = Problems::default();
    let denied = denied(args, &mut problems);
    let Some(new) = &args.new else {
        let old = read_old(args, &mut problems);
        return from_values(args, old, problems, &denied);
    };
    if new == Path::new("-") && args.old == Path::new("-") {
        let found = "standard input can be one side only";
        problems.push(Problem::new(Code::File, Place::Nowhere, found));
        return pipeline::refuse(&problems, args.cluster.report.format);
    }
    // reading takes most of the time
    let mut found = Problems::default();
    let (old, new) = thread::scope(|scope| {
        let new = scope.spawn(|| read(new, &mut found));
        let old = read_old(args, &mut problems);
        (old, new.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    problems.extend(found);
    problems.extend(Allowances::read(&allowed(args).1, &Sources::default()).1);
    match (old, new) {
        (Some(old), Some(new)) if problems.is_empty() => {
            let drawn = drawn(&old, &new);
            finish(args, &Plan::new(old, new, None), None, &denied, drawn)
        }
        _ => pipeline::refuse(&problems, args.cluster.report.format),
    }
}

fn from_values(
    args: &cli::Plan,
    old: Option<Documents>,
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
    // what is left out on one side is left out on both: then all the rest can be compared
    let redact = old.as_ref().is_some_and(Documents::are_redacted);
    let rendered = renderer
        .as_ref()
        .and_then(|renderer| input.render_with(renderer, redact));
    let new = rendered.and_then(|rendered| {
        let new = plan::rendered(&rendered);
        new.map_err(|found| input.problems.push(found)).ok()
    });
    let mut report = args.cluster.report.clone();
    report.warnings.allow = allowed(args).1;
    if let Some(refused) = input.report(&report, &[])? {
        return Ok(refused);
    }
    let (Some(old), Some(new), Some(renderer)) = (old, new, &renderer) else {
        return Ok(Exit::Wrong);
    };
    let trials = Trials {
        merged: &input.merged,
        renderer,
        redact,
    };
    let drawn = drawn(&old, &new);
    let plan = Plan::new(old, new, Some(&trials));
    let places = Places::new(&input.merged);
    finish(args, &plan, Some(places), denied, drawn)
}

fn finish(
    args: &cli::Plan,
    plan: &Plan,
    places: Option<Places<'_>>,
    denied: &[Rule],
    drawn: Option<Picture>,
) -> Result<Exit> {
    match args.output {
        Look::Text => show(&look::human::write(
            plan,
            places,
            width(&io::stdout()).unwrap_or(look::PAGE),
        ))?,
        Look::Json => print(&look::json::write(plan, places))?,
        Look::Markdown => print(&look::markdown::write(plan, places, drawn.as_ref()))?,
        Look::Github => print(&look::github::write(plan, places))?,
        Look::Sarif => print(&look::sarif::write(plan, places))?,
    }
    let broken: Vec<&str> = denied
        .iter()
        .filter(|rule| plan.consequences.iter().any(|found| found.rule == **rule))
        .map(|rule| rule.text())
        .collect();
    if !broken.is_empty() {
        let names = broken.join(", ");
        let found = format!("the change has consequences that are denied: {names}");
        let problem = Problem::new(Code::Denied, Place::Nowhere, found).fix(format!(
            "change the values, or let it through by name: `--allow {}`",
            broken.join(",")
        ));
        return pipeline::refuse(&problem.into(), args.cluster.report.format);
    }
    Ok(match args.exit_code && !plan.is_empty() {
        true => Exit::Differs,
        false => Exit::Done,
    })
}

/// The topology with what changes in it; `None` where that stays as it is.
fn drawn(old: &Documents, new: &Documents) -> Option<Picture> {
    Picture::of(new)?.since(Picture::of(old))
}

/// What is there now. Nothing at all is more often an export that failed than a cluster that is new.
fn read_old(args: &cli::Plan, problems: &mut Problems) -> Option<Documents> {
    let is_there = args.old.exists() || args.old == Path::new("-");
    let old = match is_there || !args.is_new {
        true => plan::read(&Disk, &args.old)
            .map_err(|found| problems.extend(found))
            .ok()?,
        false => Documents::default(),
    };
    if !args.is_new {
        return some(
            old,
            &args.old,
            "did the export fail? --new says that there is nothing yet",
            problems,
        );
    }
    match old.resources.len() {
        0 => Some(old),
        count => {
            let found = format!(
                "`{}` holds {count} manifests, but --new says that there is nothing yet",
                args.old.display()
            );
            problems
                .push(Problem::new(Code::NoManifest, Place::Nowhere, found).fix("leave --new out"));
            None
        }
    }
}

fn read(path: &Path, problems: &mut Problems) -> Option<Documents> {
    let read = plan::read(&Disk, path).map_err(|found| problems.extend(found));
    some(
        read.ok()?,
        path,
        "name what `render` wrote; a file of values belongs to `-f`",
        problems,
    )
}

fn some(read: Documents, path: &Path, fix: &str, problems: &mut Problems) -> Option<Documents> {
    if !read.resources.is_empty() {
        return Some(read);
    }
    let mut found = format!("`{}` holds no manifest", path.display());
    if !read.passed_over.is_empty() {
        found = format!("{found}; skipped: {}", read.passed_over.join("; "));
    }
    problems.push(Problem::new(Code::NoManifest, Place::Nowhere, found).fix(fix));
    None
}

/// What `--allow` names: rules, and the rest, which must be warnings.
fn allowed(args: &cli::Plan) -> (Vec<Rule>, Vec<String>) {
    let names = args.cluster.report.warnings.allow.iter();
    let (rules, codes): (Vec<&String>, _) = names.partition(|name| !Rule::named(name).is_empty());
    let rules = rules.into_iter().flat_map(|name| Rule::named(name));
    (rules.collect(), codes.into_iter().cloned().collect())
}

/// The rules that must not come about.
fn denied(args: &cli::Plan, problems: &mut Problems) -> Vec<Rule> {
    let mut named = |flag: &str, names: &[String]| -> Vec<Rule> {
        let mut rules = Vec::new();
        for name in names {
            let found = Rule::named(name);
            if found.is_empty() {
                let found = format!("{flag} `{name}`: there is no such rule");
                let all: Vec<&str> = Rule::ALL.iter().map(|rule| rule.text()).collect();
                problems.push(
                    Problem::new(Code::UnknownRule, Place::Nowhere, found).allowed(all.join(", ")),
                );
            }
            rules.extend(found);
        }
        rules
    };
    let mut denied = named("--deny", &args.deny);
    let allowed = allowed(args).0;
    let is_dangerous = |rule: &Rule| args.deny_dangerous && rule.severity() == Severity::Danger;
    denied.extend(Rule::ALL.iter().copied().filter(is_dangerous));
    // who must hear of a changed credential must hear that it could not be seen
    if denied.iter().any(|rule| rule.is_about_secrets()) {
        denied.push(Rule::NotCompared);
    }
    denied.retain(|rule| !allowed.contains(rule));
    denied.sort_unstable();
    denied.dedup();
    denied
}
