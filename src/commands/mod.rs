//! One file for each subcommand, each a short way through the rooms. Nothing else prints.

mod completions;
mod explain;
pub(crate) mod library;
mod lint;
mod man;
mod migrate;
pub(crate) mod misuse;
mod notes;
mod pipeline;
mod plan;
mod render;
mod schema;
mod templates;
mod test;
mod values;

use std::io::{self, IoSlice, IsTerminal, Write};
use std::path::Path;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result};
use terminal_size::{Width, terminal_size};

use crate::cli::{Cli, Command};
use crate::decode::Invalid;
use crate::plain::plain;
use crate::problem::{Code, Place, Problem, Problems};
use crate::values::scalar::Parse;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The input is wrong; each problem was said.
    Wrong,
    /// The command line cannot be read.
    Misused,
    /// A comparison found a difference.
    Differs,
}

impl Exit {
    /// The status of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Wrong => 1,
            Self::Misused => 2,
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
        Command::Templates(args) => templates::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// What a flag says, of the type that it must be.
fn parsed<T: Parse>(flag: &str, given: Option<&str>, problems: &mut Problems) -> Option<T> {
    let refuse = |invalid: Invalid| {
        let found = format!("{flag}: {invalid}");
        Problem::new(Code::InvalidValue, Place::Nowhere, found).allowed(invalid.allowed)
    };
    T::parse(given?)
        .map_err(|invalid| problems.push(refuse(invalid)))
        .ok()
}

/// Prints the product.
fn print(text: &str) -> Result<()> {
    print_parts([text])
}

/// The same, from parts that are not copied together before.
fn print_parts<'t>(parts: impl IntoIterator<Item = &'t str>) -> Result<()> {
    let parts = parts.into_iter().map(|part| IoSlice::new(part.as_bytes()));
    let mut slices: Vec<IoSlice<'_>> = parts.collect();
    write_slices(&mut io::stdout().lock(), &mut slices).context("cannot write to stdout")
}

fn write_slices(out: &mut impl Write, mut left: &mut [IoSlice<'_>]) -> io::Result<()> {
    // takes empty ones from the front: that nothing was written must mean that nothing can be
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        match out.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    out.flush()
}

/// Prints a product for people, in colours where they want them.
fn show(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
}

/// How wide a text is for the reader of a stream: as the terminal, within a readable measure; a log has no width.
fn width(stream: &impl IsTerminal) -> Option<usize> {
    const LEAST: u16 = 40;
    const MOST: u16 = 100;
    let (Width(columns), _) = stream.is_terminal().then(terminal_size).flatten()?;
    Some(usize::from(columns.clamp(LEAST, MOST)))
}

/// Whether somebody sent something to standard input: a file, or a pipe in which something waits.
#[cfg(unix)]
fn stdin_holds_text() -> bool {
    let stdin = io::stdin();
    !stdin.is_terminal() && rustix::io::ioctl_fionread(&stdin).is_ok_and(|bytes| bytes > 0)
}

/// The same where nobody can tell without reading, which may wait for ever.
#[cfg(not(unix))]
fn stdin_holds_text() -> bool {
    false
}

/// The name of a file, as it can stand in a message.
fn shown(path: &Path) -> String {
    plain(&path.display().to_string()).into_owned()
}

/// Says something about the product, in one write; without its colours where nobody can see them.
fn say(text: &str) {
    let stderr = io::stderr();
    let plain = match AutoStream::choice(&stderr) {
        ColorChoice::Never => strip_str(text).to_string(),
        _ => text.to_owned(),
    };
    // who cannot be told what is wrong still gets the status
    _ = stderr.lock().write_all(plain.as_bytes());
}

/// Whether an error is only that nobody reads our output any more.
#[must_use]
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
