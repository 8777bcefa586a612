//! `explain`: one value, or the list of all.

use anyhow::Result;

use super::{Exit, pipeline, print};
use crate::cli::{self, Format, Shape};
use crate::explain::{self, Explained};

/// Runs it.
pub(super) fn run(args: &cli::Explain) -> Result<Exit> {
    let explained = match &args.path {
        None => Explained::all(),
        Some(path) => match Explained::of(path) {
            Ok(explained) => explained,
            Err(problem) => return pipeline::refuse(&problem.into(), Format::Human),
        },
    };
    print(&match (args.output, &explained.field) {
        (Shape::Json, _) => format!("{:#}\n", explained.to_json()),
        (Shape::Text, Some(field)) => explain::page(field, &explained),
        (Shape::Text, None) => explain::tree(&explained.below),
    })?;
    Ok(Exit::Done)
}
