//! `man`: a page of the manual, of the program or of a subcommand.

use anyhow::{Result, bail};
use clap::CommandFactory;
use clap_mangen::Man;

use super::{Exit, print};
use crate::cli::{self, Cli};

/// The day of the release; `.ci/release` gives it.
const DATE: &str = match option_env!("PGEDGE_TPL_DATE") {
    Some(date) => date,
    None => "unreleased",
};

/// Runs it.
pub(super) fn run(args: &cli::Man) -> Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let command = match &args.command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(subcommand) => {
                let page = format!("pgedge-tpl-{name}");
                let usage = format!("pgedge-tpl {name}");
                subcommand.clone().name(page).bin_name(usage)
            }
            None => bail!("there is no subcommand `{name}`"),
        },
    };
    let mut page = Vec::new();
    Man::new(command)
        .date(DATE)
        .source(concat!("pgedge-tpl ", env!("CARGO_PKG_VERSION")))
        .manual("pgedge-tpl")
        .render(&mut page)?;
    print(&String::from_utf8(page)?)?;
    Ok(Exit::Done)
}
