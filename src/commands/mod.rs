//! One file for each subcommand, each a short way through the rooms. Nothing else prints.

mod completions;
mod explain;
mod lint;
mod man;
mod migrate;
mod notes;
mod pipeline;
mod plan;
mod render;
mod schema;
mod test;
mod values;

use std::io::{self, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result};

use crate::cli::{Cli, Command};

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The input is wrong; each problem was said.
    Wrong,
    /// A comparison found a difference.
    Differs,
}

impl Exit {
    /// The status of the process. 2, a wrong command line, is clap's.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Wrong => 1,
            Self::Differs => 3,
        }
    }
}

/// Runs a subcommand.
///
/// # Errors
///
/// What is not the input's fault: files that cannot be written, a closed stdout.
pub fn run(cli: &Cli) -> Result<Exit> {
    match &cli.command {
        Command::Render(args) => render::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Values(args) => values::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Schema => schema::run(),
        Command::Plan(args) => plan::run(args),
        Command::Test(args) => test::run(args),
        Command::Notes(args) => notes::run(args),
        Command::Migrate(args) => migrate::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// Prints the product.
fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
}

/// Prints a product for people, in colours where they want them.
fn show(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
}

/// Says something about the product, in one write; without its colours where nobody can see them.
fn say(text: &str) -> Result<()> {
    let stderr = io::stderr();
    let plain = match AutoStream::choice(&stderr) {
        ColorChoice::Never => strip_str(text).to_string(),
        _ => text.to_owned(),
    };
    stderr
        .lock()
        .write_all(plain.as_bytes())
        .context("cannot write to stderr")
}

/// Whether an error is only that nobody reads our output any more.
#[must_use]
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
