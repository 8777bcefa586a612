//! `test`: every case of a folder beside what it gave before.

mod difference;
mod outcome;

use std::path::Path;

use anyhow::{Context, Result};

use super::pipeline;
use super::{Exit, say, show, shown as name_of};
use crate::cli::{self, Format};
use crate::manifests::Templates;
use crate::output;
use crate::problem::{Code, Place, Problem, Problems};
use crate::snapshot::{Case, Folder, Kind, junit};
use difference::difference;
use outcome::{BuiltIn, Outcome, all, outcome};

/// Differences that are told at length. When every case differs, for one reason most often, the rest only has a name.
const MOST: usize = 10;

/// Runs it.
pub(super) fn run(args: &cli::Test) -> Result<Exit> {
    let folder = match Folder::open(&args.dir) {
        Ok(folder) => folder,
        Err(problems) => return pipeline::refuse(&problems, Format::Text),
    };
    let problems = refused(args, &folder);
    if !problems.is_empty() {
        return pipeline::refuse(&problems, Format::Text);
    }
    for file in &folder.not_run {
        let file = name_of(file);
        say(&format!("not run: `{file}`: a case is a .yaml file\n"));
    }
    let selected = |case: &Case| args.names.is_empty() || args.names.contains(&case.name);
    let templates = Templates::default();
    let built_in = match BuiltIn::new(&templates) {
        Ok(built_in) => built_in,
        Err(problems) => return pipeline::refuse(&problems, Format::Text),
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
        return pipeline::refuse(&problems, Format::Text);
    }
    match args.update {
        true => update(args, &folder, &outcomes),
        false => compare(args, &folder, &outcomes, &built_in),
    }
}

fn kinds(outcomes: &[Option<Outcome>]) -> Vec<Option<Kind>> {
    let kind = |outcome: &Option<Outcome>| outcome.as_ref().map(Outcome::kind);
    outcomes.iter().map(kind).collect()
}

/// Why nothing is done, if so.
fn refused(args: &cli::Test, folder: &Folder) -> Problems {
    let mut problems = Problems::default();
    if args.update && is_ci() {
        let found = "--update writes nothing where CI is set";
        problems.push(
            Problem::new(Code::Case, Place::Nowhere, found)
                .fix("run it where the change is made, and commit the snapshots"),
        );
    }
    let all: Vec<&str> = folder.cases.iter().map(|case| case.name.as_str()).collect();
    for name in args
        .names
        .iter()
        .filter(|name| !all.contains(&name.as_str()))
    {
        let found = format!(
            "`{name}`: there is no such case in `{}`",
            args.dir.display()
        );
        let problem = Problem::new(Code::NoMatch, Place::Nowhere, found).allowed(all.join(", "));
        problems.push(match Path::new(name).join("cases").is_dir() {
            true => problem.fix(format!(
                "a folder of cases is named by a flag: `--dir {name}`"
            )),
            false => problem,
        });
    }
    problems
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

fn update(args: &cli::Test, folder: &Folder, outcomes: &[Option<Outcome>]) -> Result<Exit> {
    let mut said = String::new();
    for (case, outcome) in folder.cases.iter().zip(outcomes) {
        let Some(Outcome::Differs { before, now }) = outcome else {
            continue;
        };
        folder.accept(case, now)?;
        let what = if before.is_some() { "updated" } else { "new" };
        said += &format!("{what:<8} {}\n", name_of(&folder.file_of(case, now.kind)));
    }
    for file in folder.orphans(&kinds(outcomes))? {
        // an update of some cases is about the files of these only
        if args.names.is_empty() || args.names.contains(&folder.name_of(&file)) {
            std::fs::remove_file(&file)
                .with_context(|| format!("cannot remove `{}`", name_of(&file)))?;
            said += &format!("removed  {}\n", name_of(&file));
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
    let dir = dir_argument(&args.dir);
    let mut results = cases_compared(args, folder, outcomes, built_in);
    // one that is told already, or was not asked for, is nothing to add
    let is_known = |stem: &str| folder.cases.iter().any(|case| case.name == stem);
    for file in folder.orphans(&kinds(outcomes))? {
        let name = folder.name_of(&file);
        if args.names.is_empty() && !is_known(&name) {
            let told = (
                format!("`{}` has no case", name_of(&file)),
                format!("run `pgedge-tpl test{dir} --update`, which removes it\n"),
            );
            results.push(junit::Result {
                name,
                file: name_of(&file).to_string(),
                failure: Some(told),
            });
        }
    }
    show(&told(&results, &dir))?;
    let is_failed = results.iter().any(|result| result.failure.is_some());
    if let Some(file) = &args.junit {
        let failures = results
            .iter_mut()
            .filter_map(|result| result.failure.as_mut());
        failures.for_each(|(_, text)| *text = plain(text));
        let suite = junit::write(&folder_name(&args.dir), &results);
        output::write_file(file, &suite, output::Readers::Anybody)?;
    }
    Ok(match is_failed {
        false => Exit::Done,
        true => Exit::Differs,
    })
}

/// Each case, and what is wrong with it.
fn cases_compared(
    args: &cli::Test,
    folder: &Folder,
    outcomes: &[Option<Outcome>],
    built_in: &BuiltIn<'_>,
) -> Vec<junit::Result> {
    let dir = dir_argument(&args.dir);
    let mut results = Vec::new();
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
                let sentence = format!("`{}` is not what the case gives", name_of(&file));
                shown += 1;
                let text = match shown <= MOST || args.diff {
                    true => difference(case, before, now, built_in, args.diff),
                    false => String::new(),
                };
                Some((sentence, text))
            }
            Some(Outcome::Differs { before: None, .. }) => Some((
                "it has no snapshot".to_owned(),
                format!(
                    "run `pgedge-tpl test{dir} --update {}`\n",
                    name_of(Path::new(&case.name))
                ),
            )),
        };
        results.push(junit::Result {
            name: case.name.clone(),
            file: name_of(&case.file),
            failure,
        });
    }
    results
}

/// What is said of the results.
fn told(results: &[junit::Result], dir: &str) -> String {
    let mut said = String::new();
    let failures = results
        .iter()
        .filter_map(|result| Some((result, result.failure.as_ref()?)));
    let mut failed = 0;
    for (result, (sentence, text)) in failures {
        failed += 1;
        said += &format!("{}: {sentence}\n", result.name);
        if !text.is_empty() {
            said += &format!("{}\n", indented(text));
        }
    }
    said += &match failed {
        0 if results.len() == 1 => "1 case passes\n".to_owned(),
        0 => format!("{} pass\n", cases(results.len())),
        _ => format!(
            "{failed} of {} fail; `pgedge-tpl test{dir} --update` accepts what they give now\n",
            cases(results.len())
        ),
    };
    said
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
        false => format!(" --dir {}", name_of(dir)),
    }
}

fn folder_name(dir: &Path) -> String {
    name_of(dir)
}
