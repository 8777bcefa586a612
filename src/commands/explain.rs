//! `explain`: one value, or the list of all.

use anyhow::Result;

use super::{Exit, print, say};
use crate::cli::{self, Format, Shape};
use crate::explain::{self, Explained};
use crate::layers::Layers;
use crate::{merge, report};

/// Runs it.
pub(super) fn run(args: &cli::Explain) -> Result<Exit> {
    let explained = match &args.path {
        None => Explained::all(),
        Some(path) => match Explained::of(path) {
            Ok(explained) => explained,
            Err(problem) => {
                let (nothing, _) = merge::merge(Layers::default());
                say(&report::report(&problem.into(), &nothing, Format::Human))?;
                return Ok(Exit::Wrong);
            }
        },
    };
    print(&match (args.output, &explained.field) {
        (Shape::Json, _) => format!("{:#}\n", explained.to_json()),
        (Shape::Text, Some(field)) => explain::page(field, &explained),
        (Shape::Text, None) => explain::tree(&explained.below),
    })?;
    Ok(Exit::Done)
}
