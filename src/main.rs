//! A door: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use pgedge_tpl::{cli::Cli, is_closed_pipe, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.write_global();
    match run(&cli) {
        Ok(exit) => exit.code().into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
