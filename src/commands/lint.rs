//! `lint`: every problem, nothing else. They are its product, so they go to stdout.

use std::io;

use anyhow::Result;

use super::pipeline::Input;
use super::{Exit, show, width};
use crate::cli;
use crate::report::Extent;

/// Runs it.
pub(super) fn run(args: &cli::Lint) -> Result<Exit> {
    let mut input = Input::read(&args.values);
    // rendered too, so that a broken template of the user's own is found here
    input.manifests(&args.templates, true);
    let (report, is_refused) = input.told(&args.warnings);
    let extent = match args.warnings.quiet {
        true => Extent::Errors,
        false => Extent::All,
    };
    show(&report.text(args.output, extent, width(&io::stdout())))?;
    Ok(match is_refused {
        true => Exit::Wrong,
        false => Exit::Done,
    })
}
