//! `man`: a page of the manual, of the program or of a subcommand.

use anyhow::{Result, bail};
use clap::CommandFactory;
use clap_mangen::Man;

use super::{Exit, print};
use crate::cli::{self, Cli};

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
    Man::new(command).render(&mut page)?;
    print(&String::from_utf8(page)?)?;
    Ok(Exit::Done)
}
