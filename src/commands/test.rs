//! `test`: every case of a folder beside what it gave before.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};

use super::pipeline::{self, Input};
use super::{Exit, show};
use crate::cli::{self, Format};
use crate::manifests::{Renderer, Templates};
use crate::output;
use crate::plan::{self, Lines, Plan, Trials};
use crate::problem::{Code, Place, Problem, Problems};
use crate::report::{self, Places};
use crate::snapshot::{Case, Folder, Given, junit};

/// Differences that are told at length. When every case differs, for one reason most often, the rest only has a name.
const MOST: usize = 10;

/// Runs it.
pub(super) fn run(args: &cli::Test) -> Result<Exit> {
    let folder = match Folder::open(&args.dir) {
        Ok(folder) => folder,
        Err(problems) => return pipeline::refuse(&problems, Format::Human),
    };
    let wanted = args.update.as_ref().map(Option::as_deref);
    if let Some(problem) = wanted.and_then(|name| refuse_update(&folder, name)) {
        return pipeline::refuse(&problem.into(), Format::Human);
    }
    let selected = |case: &Case| !matches!(wanted, Some(Some(name)) if name != case.name);
    let templates = Templates::default();
    let renderer = match Renderer::new(&templates) {
        Ok(renderer) => renderer,
        Err(problems) => return pipeline::refuse(&problems, Format::Human),
    };
    let given = all(&folder.cases, |case| {
        selected(case).then(|| give(case, &renderer)).transpose()
    });
    let mut problems = Problems::default();
    let given: Vec<Option<Given>> = given
        .into_iter()
        .map(|given| {
            given
                .map_err(|found| problems.push(found))
                .unwrap_or_default()
        })
        .collect();
    if !problems.is_empty() {
        return pipeline::refuse(&problems, Format::Human);
    }
    match wanted {
        Some(name) => update(&folder, &given, name),
        None => compare(args, &folder, &given),
    }
}

/// Why nothing can be written, if so.
fn refuse_update(folder: &Folder, name: Option<&str>) -> Option<Problem> {
    if is_ci() {
        let found = "--update writes nothing where CI is set";
        return Some(
            Problem::new(Code::Case, Place::Nowhere, found)
                .fix("run it where the change is made, and commit the snapshots"),
        );
    }
    let name = name.filter(|name| !folder.cases.iter().any(|case| case.name == *name))?;
    let all: Vec<&str> = folder.cases.iter().map(|case| case.name.as_str()).collect();
    let found = format!("--update `{name}`: there is no such case");
    let problem = Problem::new(Code::NoMatch, Place::Nowhere, found);
    Some(problem.allowed(all.join(", ")))
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// Does something with every case, on all cores; the results are in the order of the cases.
fn all<T: Send>(cases: &[Case], work: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        while let Some((at, case)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            cases.get(at).map(|case| (at, case))
        } {
            done.push((at, work(case)));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(cases.len()))
            .map(|_| scope.spawn(worker))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Renders a case, most often with the built-in templates.
fn give(case: &Case, built_in: &Renderer<'_>) -> Result<Given, Problem> {
    let flags = case.flags()?;
    let mut input = Input::read_from(&case.files(), &flags.values);
    let rendered = match flags.templates.templates {
        None => input.render_with(built_in, true),
        Some(_) => input.manifests(&flags.templates, true),
    };
    Ok(match rendered.filter(|_| !input.problems.has_errors()) {
        Some(manifests) => Given::Manifests(output::yaml_stream(&manifests)),
        None => {
            let said = report::report(&input.problems, &input.merged, Format::Human);
            Given::Refused(plain(&said))
        }
    })
}

fn update(folder: &Folder, given: &[Option<Given>], only: Option<&str>) -> Result<Exit> {
    let mut said = String::new();
    for (case, given) in folder.cases.iter().zip(given) {
        let Some(given) = given else { continue };
        let before = folder.snapshot(case)?;
        if before.as_ref() == Some(given) {
            continue;
        }
        folder.accept(case, given)?;
        let what = if before.is_some() { "updated" } else { "new" };
        said += &format!("{what:<8} {}\n", folder.file_of(case, given).display());
    }
    for file in folder.orphans(given)? {
        // an update of one case is about the files of this case only
        if only.is_none_or(|name| file.file_stem().is_some_and(|stem| stem == name)) {
            std::fs::remove_file(&file)
                .with_context(|| format!("cannot remove `{}`", file.display()))?;
            said += &format!("removed  {}\n", file.display());
        }
    }
    if said.is_empty() {
        said.push_str("every snapshot is what its case gives\n");
    }
    show(&said)?;
    Ok(Exit::Done)
}

fn compare(args: &cli::Test, folder: &Folder, given: &[Option<Given>]) -> Result<Exit> {
    let mut results = Vec::new();
    let mut said = String::new();
    let dir = dir_argument(&args.dir);
    let mut shown = 0;
    for (case, given) in folder.cases.iter().zip(given) {
        let Some(given) = given else { continue };
        let failure = match folder.snapshot(case)? {
            Some(snapshot) if snapshot == *given => None,
            Some(snapshot) => {
                let file = folder.file_of(case, &snapshot);
                let sentence = format!("`{}` is not what the case gives", file.display());
                shown += 1;
                let text = match shown <= MOST {
                    true => difference(case, &snapshot, given)?,
                    false => String::new(),
                };
                Some((sentence, text))
            }
            None => Some((
                "it has no snapshot".to_owned(),
                format!("run `pgedge-tpl test{dir} --update {}`\n", case.name),
            )),
        };
        results.push(junit::Result {
            name: case.name.clone(),
            file: case.file.display().to_string(),
            failure,
        });
    }
    for file in folder.orphans(given)? {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        // told already, as a difference
        if folder.cases.iter().any(|case| case.name == stem) {
            continue;
        }
        results.push(junit::Result {
            name: stem.into_owned(),
            file: file.display().to_string(),
            failure: Some((
                format!("`{}` has no case", file.display()),
                format!("run `pgedge-tpl test{dir} --update`, which removes it\n"),
            )),
        });
    }
    for result in &results {
        if let Some((sentence, text)) = &result.failure {
            said += &format!("{}: {sentence}\n", result.name);
            if !text.is_empty() {
                said += &format!("{}\n", indented(text));
            }
        }
    }
    let failed = results
        .iter()
        .filter(|result| result.failure.is_some())
        .count();
    said += &match failed {
        0 if results.len() == 1 => "1 case passes\n".to_owned(),
        0 => format!("{} pass\n", cases(results.len())),
        _ => format!(
            "{failed} of {} fail; `pgedge-tpl test{dir} --update` accepts what they give now\n",
            cases(results.len())
        ),
    };
    show(&said)?;
    if let Some(file) = &args.junit {
        for (_, text) in results
            .iter_mut()
            .filter_map(|result| result.failure.as_mut())
        {
            *text = plain(text);
        }
        let suite = folder_name(&args.dir);
        output::write_file(file, &junit::write(&suite, &results))?;
    }
    Ok(if failed == 0 {
        Exit::Done
    } else {
        Exit::Differs
    })
}

/// What a case gives beside its snapshot: as `plan` shows it, or line by line where a plan has nothing to say.
fn difference(case: &Case, snapshot: &Given, given: &Given) -> Result<String> {
    let (before, after) = match (snapshot, given) {
        (Given::Manifests(before), Given::Manifests(after)) => {
            if let Some(plan) = as_plan(case, before) {
                return Ok(plan);
            }
            (before, after)
        }
        (Given::Refused(before), Given::Refused(after)) => (before, after),
        (Given::Manifests(_), Given::Refused(problems)) => {
            return Ok(format!(
                "it was rendered, and is refused now:\n\n{problems}"
            ));
        }
        (Given::Refused(problems), Given::Manifests(_)) => {
            return Ok(format!(
                "it is rendered, and was refused before:\n\n{problems}"
            ));
        }
    };
    Ok(Lines::new(before, after).text())
}

/// `None` when nothing changes that a plan would show: a comment, an order.
fn as_plan(case: &Case, snapshot: &str) -> Option<String> {
    let old = plan::parse(&case.name, snapshot).ok()?;
    let flags = case.flags().ok()?;
    let mut input = Input::read_from(&case.files(), &flags.values);
    let templates = input.templates(&flags.templates)?;
    let renderer = Renderer::new(&templates).ok()?;
    let manifests = input.render_with(&renderer, true)?;
    let trials = Trials {
        merged: &input.merged,
        renderer: &renderer,
        redact: true,
    };
    let plan = Plan::new(old, plan::rendered(&manifests), Some(&trials));
    let places = Places::new(&input.merged);
    (!plan.is_empty()).then(|| plan::human::write(&plan, Some(places)))
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        })
        .collect()
}

fn cases(count: usize) -> String {
    match count {
        1 => "1 case".to_owned(),
        _ => format!("{count} cases"),
    }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// As it is typed; left out where it is the default.
fn dir_argument(dir: &Path) -> String {
    match dir == Path::new("tests") {
        true => String::new(),
        false => format!(" {}", dir.display()),
    }
}

fn folder_name(dir: &Path) -> String {
    dir.display().to_string()
}
