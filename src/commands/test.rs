//! `test`: every case of a folder beside what it gave before.

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};

use super::pipeline::{self, Input};
use super::{Exit, show};
use crate::cli::{self, Format};
use crate::manifests::{Renderer, Templates};
use crate::merge::{self, Merged};
use crate::output;
use crate::plan::{self, Lines, Plan, Trials};
use crate::problem::{Code, Place, Problem, Problems};
use crate::report::{self, Places};
use crate::snapshot::{Case, Folder, Given, Kind, Opened, junit};
use crate::values;

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
    let built_in = match Renderer::for_many(&templates) {
        Ok(renderer) => BuiltIn {
            values: merge::built_in(values::BUILT_IN),
            renderer,
        },
        Err(problems) => return pipeline::refuse(&problems, Format::Human),
    };
    let found = all(&folder.cases, |case| {
        selected(case)
            .then(|| outcome(case, &folder, &built_in))
            .transpose()
    });
    let mut problems = Problems::default();
    let outcomes: Vec<Option<Outcome>> = found
        .into_iter()
        .map(|found| {
            found
                .map_err(|problem| problems.push(problem))
                .unwrap_or_default()
        })
        .collect();
    if !problems.is_empty() {
        return pipeline::refuse(&problems, Format::Human);
    }
    match wanted {
        Some(name) => update(&folder, &outcomes, name),
        None => compare(args, &folder, &outcomes, &built_in),
    }
}

/// What comes with the program, read once for all cases.
struct BuiltIn<'t> {
    values: (Merged, Problems),
    renderer: Renderer<'t>,
}

/// What became of a case.
enum Outcome {
    /// It gives what its snapshot holds.
    Same(Kind),
    /// It gives something else, or has no snapshot.
    Differs { before: Option<Given>, now: Given },
}

impl Outcome {
    fn kind(&self) -> Kind {
        match self {
            Self::Same(kind) => *kind,
            Self::Differs { now, .. } => now.kind,
        }
    }
}

fn kinds(outcomes: &[Option<Outcome>]) -> Vec<Option<Kind>> {
    let kind = |outcome: &Option<Outcome>| outcome.as_ref().map(Outcome::kind);
    outcomes.iter().map(kind).collect()
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
    keep_memory();
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

/// glibc returns memory to the system with almost every large text that is freed, which stops all threads each time;
/// what it once freed in one piece that large it keeps from then on.
fn keep_memory() {
    const LARGE: usize = 16 << 20;
    drop(black_box(Vec::<u8>::with_capacity(LARGE)));
}

/// Renders a case, most often with the built-in templates, and compares.
fn outcome(case: &Case, folder: &Folder, built_in: &BuiltIn<'_>) -> Result<Outcome, Problem> {
    let before = folder.snapshot(case)?;
    let Opened { flags, files } = case.open()?;
    let mut input = Input::read_from(&files, &flags.values, built_in.values.clone());
    let rendered = match (&flags.templates.templates, &before) {
        (Some(_), _) => input.manifests(&flags.templates, true),
        // What the snapshot holds was checked when it was taken. Reading it back takes longer than all else.
        (None, Some(before))
            if before.kind == Kind::Manifests && input.writes(&before.text, &built_in.renderer) =>
        {
            return Ok(Outcome::Same(Kind::Manifests));
        }
        (None, _) => input.render_with(&built_in.renderer, true),
    };
    let now = match rendered.filter(|_| !input.problems.has_errors()) {
        Some(manifests) => Given {
            kind: Kind::Manifests,
            text: output::yaml_stream(&manifests).collect(),
        },
        None => {
            let said = report::report(&input.problems, &input.merged, Format::Human);
            Given {
                kind: Kind::Refused,
                text: plain(&said),
            }
        }
    };
    Ok(match before {
        Some(before) if before == now => Outcome::Same(now.kind),
        before => Outcome::Differs { before, now },
    })
}

fn update(folder: &Folder, outcomes: &[Option<Outcome>], only: Option<&str>) -> Result<Exit> {
    let mut said = String::new();
    for (case, outcome) in folder.cases.iter().zip(outcomes) {
        let Some(Outcome::Differs { before, now }) = outcome else {
            continue;
        };
        folder.accept(case, now)?;
        let what = if before.is_some() { "updated" } else { "new" };
        said += &format!("{what:<8} {}\n", folder.file_of(case, now.kind).display());
    }
    for file in folder.orphans(&kinds(outcomes))? {
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

fn compare(
    args: &cli::Test,
    folder: &Folder,
    outcomes: &[Option<Outcome>],
    built_in: &BuiltIn<'_>,
) -> Result<Exit> {
    let mut results = Vec::new();
    let mut said = String::new();
    let dir = dir_argument(&args.dir);
    let mut shown = 0;
    for (case, outcome) in folder.cases.iter().zip(outcomes) {
        let failure = match outcome {
            None => continue,
            Some(Outcome::Same(_)) => None,
            Some(Outcome::Differs {
                before: Some(before),
                now,
            }) => {
                let file = folder.file_of(case, before.kind);
                let sentence = format!("`{}` is not what the case gives", file.display());
                shown += 1;
                let text = match shown <= MOST {
                    true => difference(case, before, now, built_in),
                    false => String::new(),
                };
                Some((sentence, text))
            }
            Some(Outcome::Differs { before: None, .. }) => Some((
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
    for file in folder.orphans(&kinds(outcomes))? {
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
fn difference(case: &Case, before: &Given, now: &Given, built_in: &BuiltIn<'_>) -> String {
    match (before.kind, now.kind) {
        (Kind::Manifests, Kind::Refused) => {
            format!("it was rendered, and is refused now:\n\n{}", now.text)
        }
        (Kind::Refused, Kind::Manifests) => {
            format!("it is rendered, and was refused before:\n\n{}", before.text)
        }
        (Kind::Manifests, Kind::Manifests) => as_plan(case, &before.text, built_in)
            .unwrap_or_else(|| Lines::new(&before.text, &now.text).text()),
        (Kind::Refused, Kind::Refused) => Lines::new(&before.text, &now.text).text(),
    }
}

/// `None` when nothing changes that a plan would show: a comment, an order.
fn as_plan(case: &Case, snapshot: &str, built_in: &BuiltIn<'_>) -> Option<String> {
    let old = plan::parse(&case.name, snapshot).ok()?;
    let Opened { flags, files } = case.open().ok()?;
    let mut input = Input::read_from(&files, &flags.values, built_in.values.clone());
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
