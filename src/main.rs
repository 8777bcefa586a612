//! A door: parse, run, exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use pgedge_tpl::{cli::Cli, is_closed_pipe, misused, plain::plain, run};

fn main() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => {
            cli.color.write_global();
            run(&cli)
        }
        Err(error) => misused(&error),
    };
    match done {
        Ok(exit) => exit.code().into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // where nobody can be told, the status still says it
            _ = writeln!(io::stderr(), "error: {}", plain(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
