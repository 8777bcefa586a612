//! `render`: the cluster in one of its forms, to stdout or into a folder.

use std::path::Path;

use anyhow::Result;

use super::pipeline::Input;
use super::{Exit, parsed, print, print_parts, say, shown};
use crate::cli::{self, Form, FormFlags};
use crate::cluster::Cluster;
use crate::forms::{self, File, chart, operator, terraform};
use crate::manifests::Manifest;
use crate::output::{self, Change, Folder, Wishes};
use crate::problem::{Code, Place, Problem, Problems};
use crate::selection;

/// Runs it.
pub(super) fn run(args: &cli::Render) -> Result<Exit> {
    let mut input = Input::read(&args.cluster.values);
    input.problems.extend(misplaced(args));
    let made = make(&mut input, args);
    // whoever may apply this must hear of the password that everybody knows
    let codes: &[Code] = match args.redact {
        true => &[],
        false => &[Code::BuiltinPassword],
    };
    if let Some(refused) = input.report(&args.cluster.report, codes)? {
        return Ok(refused);
    }
    let partial = !args.only.is_empty();
    match (made, &args.output_dir) {
        (None, _) => return Ok(Exit::Wrong),
        (Some(made), Some(folder)) if args.check => {
            return check(folder, &made.into_files(), partial);
        }
        (Some(made), Some(folder)) => {
            let wishes = Wishes {
                is_partial: partial,
                is_forced: args.force,
            };
            return write(folder, &made.into_files(), wishes);
        }
        (Some(Made::Manifests(manifests)), None) if args.output == Form::Json => {
            print(&output::json_array(&manifests)?)?;
        }
        (Some(Made::Manifests(manifests)), None) => print_parts(output::yaml_stream(&manifests))?,
        (Some(Made::Files(files)), None) => {
            let between = if args.output == Form::Terraform {
                "
"
            } else {
                ""
            };
            print(&output::joined(&files, between))?;
        }
    }
    Ok(Exit::Done)
}

/// What a form is made of.
enum Made {
    Manifests(Vec<Manifest>),
    Files(Vec<File>),
}

impl Made {
    fn into_files(self) -> Vec<File> {
        match self {
            Self::Manifests(manifests) => forms::manifests(&manifests),
            Self::Files(files) => files,
        }
    }
}

/// The form that is asked for; `None` when the problems, old and new, forbid it.
fn make(input: &mut Input, args: &cli::Render) -> Option<Made> {
    let manifests = input.manifests(&args.cluster.templates, args.redact)?;
    let cluster = input.cluster()?;
    let made = selection::select(manifests, &args.only)
        .and_then(|manifests| form(args, cluster, manifests));
    made.map_err(|found| input.problems.extend(found)).ok()
}

fn form(args: &cli::Render, cluster: &Cluster, manifests: Vec<Manifest>) -> Result<Made, Problems> {
    Ok(match args.output {
        Form::Yaml | Form::Json => Made::Manifests(manifests),
        Form::Terraform => {
            let options = terraform::Options {
                import: args.forms.import,
            };
            Made::Files(terraform::module(cluster, &manifests, options)?)
        }
        Form::Chart => Made::Files(chart::chart(cluster, &manifests)),
        Form::Crd => Made::Files(operator::resources(&manifests, &target(&args.forms)?)?),
    })
}

/// Where the operator's resources belong; the command line demands both.
fn target(flags: &FormFlags) -> Result<operator::Target, Problems> {
    let mut problems = Problems::default();
    let org = parsed("--org", flags.org.as_deref(), &mut problems);
    let namespace = parsed("--namespace", flags.namespace.as_deref(), &mut problems);
    match (org, namespace) {
        (Some(org), Some(namespace)) => Ok(operator::Target { org, namespace }),
        _ => Err(problems),
    }
}

/// Flags of another form than the one that is asked for.
fn misplaced(args: &cli::Render) -> Problems {
    let flags = [
        (args.forms.import, "--import", Form::Terraform, "terraform"),
        (args.forms.org.is_some(), "--org", Form::Crd, "crd"),
        (
            args.forms.namespace.is_some(),
            "--namespace",
            Form::Crd,
            "crd",
        ),
    ];
    let misplaced = flags
        .into_iter()
        .filter(|(given, _, form, _)| *given && args.output != *form);
    let mut problems: Problems = misplaced
        .map(|(_, flag, _, form)| {
            let found = format!("`{flag}` has no meaning for this form");
            Problem::new(Code::FlagForm, Place::Nowhere, found)
                .fix(format!("it goes with `-o {form}`"))
        })
        .collect();
    if args.output == Form::Json && args.output_dir.is_some() {
        let found = "`--output-dir` writes no JSON";
        problems
            .push(Problem::new(Code::FlagForm, Place::Nowhere, found).fix("leave `-o json` out"));
    }
    problems
}

fn write(folder: &Path, files: &[File], wishes: Wishes) -> Result<Exit> {
    let kept = Folder::open(folder)?.write(files, wishes)?;
    for name in &kept.edited {
        say(&format!(
            "`{}` was edited by hand: left as it is; --force overwrites it\n",
            shown(&folder.join(name))
        ));
    }
    for name in &kept.stale {
        say(&format!(
            "`{}` is no longer rendered, but it was edited by hand: left as it is\n",
            shown(&folder.join(name))
        ));
    }
    Ok(match kept.edited.is_empty() {
        true => Exit::Done,
        false => Exit::Differs,
    })
}

fn check(folder: &Path, files: &[File], partial: bool) -> Result<Exit> {
    let changes = Folder::open(folder)?.changes(files, partial)?;
    if changes.is_empty() {
        return Ok(Exit::Done);
    }
    let mut said = String::new();
    for change in &changes {
        let (what, name) = match change {
            Change::Added(name) => ("added", name),
            Change::Changed(name) => ("changed", name),
            Change::Removed(name) => ("removed", name),
        };
        said += &format!("{what:<8} {}\n", shown(&folder.join(name)));
    }
    said += &format!(
        "`{}` is not what the values say; the same command without --check makes it so\n",
        shown(folder)
    );
    say(&said);
    Ok(Exit::Differs)
}
