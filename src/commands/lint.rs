//! `lint`: every problem, nothing else.

use anyhow::Result;

use super::Exit;
use super::pipeline::Input;
use crate::cli;

/// Runs it.
pub(super) fn run(args: &cli::ClusterFlags) -> Result<Exit> {
    let mut input = Input::read(&args.values);
    // rendered too, so that a broken template of the user's own is found here
    input.manifests(&args.templates, true);
    Ok(input.report(&args.report)?.unwrap_or(Exit::Done))
}
