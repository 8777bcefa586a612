//! `completions`: a script for a shell, with the paths of the values and the kinds of resources.

use anyhow::Result;
use clap::CommandFactory;
use clap::builder::PossibleValuesParser;
use clap_complete::shells;

use super::{Exit, print};
use crate::cli::{self, Cli, Shell};
use crate::manifests;
use crate::schema::{self, Kind};

const NAME: &str = "pgedge-tpl";

/// Flags whose argument begins with the path of a value.
const PATH_FLAGS: &[&str] = &["set_json", "set", "set_string", "set_file", "set_literal"];

/// Behind the path comes its value, so there is no blank.
const BASH_WITHOUT_BLANK: &str = r#"
_pgedge-tpl_paths() {
    _pgedge__tpl "$@"
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    return 0
}
complete -F _pgedge-tpl_paths -o bashdefault -o default pgedge-tpl
"#;

/// The generated script completes flags and their arguments only.
const FISH_EXPLAIN: &str =
    r#"complete -c pgedge-tpl -n "__fish_pgedge_tpl_using_subcommand explain" -f -a ""#;

/// Runs it.
pub(super) fn run(args: &cli::Completions) -> Result<Exit> {
    let mut command = with_values(Cli::command());
    let mut script = Vec::new();
    let out = &mut script;
    match args.shell {
        Shell::Bash => clap_complete::generate(shells::Bash, &mut command, NAME, out),
        Shell::Zsh => clap_complete::generate(shells::Zsh, &mut command, NAME, out),
        Shell::Fish => clap_complete::generate(shells::Fish, &mut command, NAME, out),
        Shell::Powershell => clap_complete::generate(shells::PowerShell, &mut command, NAME, out),
    }
    let mut script = String::from_utf8(script)?;
    match args.shell {
        Shell::Bash => {
            // clap_complete takes the `-` of our name for the one before a subcommand, in one of two places
            script = script.replace("pgedge__subcmd__tpl", "pgedge__tpl");
            script.push_str(BASH_WITHOUT_BLANK);
        }
        Shell::Fish => script.push_str(&format!("{FISH_EXPLAIN}{}\"\n", paths().join(" "))),
        Shell::Zsh | Shell::Powershell => {}
    }
    print(&script)?;
    Ok(Exit::Done)
}

/// Every path that can be explained.
fn paths() -> Vec<String> {
    schema::fields()
        .into_iter()
        .map(|field| field.path)
        .collect()
}

/// The command line with what its arguments may begin with. Only a script sees it: parsing takes any text.
fn with_values(command: clap::Command) -> clap::Command {
    let fields = schema::fields();
    let settable = fields.iter().filter(|field| field.kind != Kind::Section);
    let assigned: Vec<String> = settable
        .map(|field| field.path.replace("[]", "[0]") + "=")
        .collect();
    let known = paths();
    let kinds: Vec<&str> = manifests::kinds().collect();
    command.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        subcommand.mut_args(|argument| {
            let id = argument.get_id().as_str();
            match (name.as_str(), id) {
                (_, id) if PATH_FLAGS.contains(&id) => {
                    argument.value_parser(PossibleValuesParser::new(assigned.clone()))
                }
                ("render", "only") => {
                    argument.value_parser(PossibleValuesParser::new(kinds.clone()))
                }
                ("explain", "path") => {
                    argument.value_parser(PossibleValuesParser::new(known.clone()))
                }
                _ => argument,
            }
        })
    })
}
