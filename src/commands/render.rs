//! `render`: the manifests, to stdout or into a folder.

use std::path::Path;

use anyhow::Result;

use super::pipeline::Input;
use super::{Exit, print, print_parts, say};
use crate::cli::{self, Output};
use crate::manifests::Manifest;
use crate::output::{self, Change, Folder};
use crate::selection;

/// Runs it.
pub(super) fn run(args: &cli::Render) -> Result<Exit> {
    let mut input = Input::read(&args.cluster.values);
    let rendered = input.manifests(&args.cluster.templates, args.redact);
    let selected = rendered.and_then(|manifests| match selection::select(manifests, &args.only) {
        Ok(manifests) => Some(manifests),
        Err(found) => {
            input.problems.extend(found);
            None
        }
    });
    if let Some(refused) = input.report(&args.cluster.report)? {
        return Ok(refused);
    }
    let Some(manifests) = selected else {
        return Ok(Exit::Wrong);
    };
    match &args.output_dir {
        Some(folder) if args.check => check(folder, &manifests, !args.only.is_empty()),
        Some(folder) => write(folder, &manifests, !args.only.is_empty()),
        None => {
            match args.output {
                Output::Yaml => print_parts(output::yaml_stream(&manifests))?,
                Output::Json => print(&output::json_array(&manifests)?)?,
            }
            Ok(Exit::Done)
        }
    }
}

fn write(folder: &Path, manifests: &[Manifest], partial: bool) -> Result<Exit> {
    for name in Folder::open(folder)?.write(manifests, partial)? {
        say(&format!(
            "`{}` is rendered no longer, but somebody changed it: left as it is\n",
            folder.join(name).display()
        ))?;
    }
    Ok(Exit::Done)
}

fn check(folder: &Path, manifests: &[Manifest], partial: bool) -> Result<Exit> {
    let changes = Folder::open(folder)?.changes(manifests, partial)?;
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
        said += &format!("{what:<8} {}\n", folder.join(name).display());
    }
    said += &format!(
        "`{}` is not what the values say; the same command without --check makes it so\n",
        folder.display()
    );
    say(&said)?;
    Ok(Exit::Differs)
}
