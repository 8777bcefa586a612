//! `render`: the manifests, to stdout or into a folder.

use std::path::Path;

use anyhow::Result;

use super::pipeline::Input;
use super::{Exit, print, print_parts, say, shown};
use crate::cli::{self, Output};
use crate::manifests::Manifest;
use crate::output::{self, Change, Folder, Wishes};
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
        Some(folder) => write(
            folder,
            &manifests,
            Wishes {
                is_partial: !args.only.is_empty(),
                is_forced: args.force,
            },
        ),
        None => {
            match args.output {
                Output::Yaml => print_parts(output::yaml_stream(&manifests))?,
                Output::Json => print(&output::json_array(&manifests)?)?,
            }
            Ok(Exit::Done)
        }
    }
}

fn write(folder: &Path, manifests: &[Manifest], wishes: Wishes) -> Result<Exit> {
    let kept = Folder::open(folder)?.write(manifests, wishes)?;
    for name in &kept.edited {
        say(&format!(
            "`{}` was edited by hand: left as it is; --force overwrites it\n",
            shown(&folder.join(name))
        ));
    }
    for name in &kept.stale {
        say(&format!(
            "`{}` is rendered no longer, but somebody changed it: left as it is\n",
            shown(&folder.join(name))
        ));
    }
    Ok(match kept.edited.is_empty() {
        true => Exit::Done,
        false => Exit::Differs,
    })
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
        said += &format!("{what:<8} {}\n", shown(&folder.join(name)));
    }
    said += &format!(
        "`{}` is not what the values say; the same command without --check makes it so\n",
        shown(folder)
    );
    say(&said);
    Ok(Exit::Differs)
}
