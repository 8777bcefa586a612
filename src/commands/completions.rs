//! `completions`: a script for a shell, with the paths of the values and the kinds of resources.

use anyhow::Result;
use clap::CommandFactory;
use clap::builder::PossibleValuesParser;
use clap_complete::shells;

use super::{Exit, print};
use crate::cli::{self, Cli, Shell};
use crate::manifests;
use crate::plan::Rule;
use crate::problem::{Code, Severity};
use crate::schema::{self, Field, Kind};

const NAME: &str = "pgedge-tpl";

/// Flags whose argument begins with the path of a value.
const PATH_FLAGS: &[&str] = &["set_json", "set", "set_string", "set_file", "set_literal"];

/// The generated function completes words as they are. bash ends words at `=` and `:` too, so here they are put together
/// again: lists go on after a comma, values come after `=`, and so do the words of `--flag=word`.
const BASH_WORDS: &str = r#"
_pgedge-tpl_words() {
    local typed=${COMP_LINE:0:COMP_POINT} word before flag part lead strip reply
    word=${typed##*[[:blank:]]}
    typed=${typed%"$word"}
    before=${typed%"${typed##*[![:blank:]]}"}
    before=${before##*[[:blank:]]}
    flag=$before
    part=$word
    [[ $word == --*=* ]] && flag=${word%%=*} part=${word#*=}
    case $flag in
        --set | --set-* | --only | --deny | --allow) part=${part##*,} ;;
        *) [[ $flag != "$before" ]] || { _pgedge__tpl "$1" "$2" "$before"; return 0; } ;;
    esac
    lead=${word%"$part"}
    _pgedge__tpl "$1" "$part" "$flag"
    strip=${word%"$2"}
    for reply in "${!COMPREPLY[@]}"; do
        COMPREPLY[reply]=$lead${COMPREPLY[reply]}
        COMPREPLY[reply]=${COMPREPLY[reply]#"$strip"}
    done
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    return 0
}
complete -F _pgedge-tpl_words -o bashdefault -o default pgedge-tpl
"#;

/// The generated script completes flags and their arguments only: here arguments without a flag, and lists that go on
/// after a comma. fish completes whole words, so the last item is completed alone and put behind the others.
const FISH_WORDS: &str = r#"
function __pgedge_tpl_next_item
    set -l word (commandline -ct)
    set -l item (string replace -r '.*,' '' -- $word)
    set -l lead (string sub -l (math (string length -- $word) - (string length -- $item)) -- $word)
    set -l line (commandline -cp)
    set -l before (string sub -l (math (string length -- $line) - (string length -- $word)) -- $line)
    for reply in (complete -C "$before$item")
        echo -- $lead$reply
    end
end
for flag in only deny allow set set-json set-string set-file set-literal
    complete -c pgedge-tpl -n "string match -q '*,*' -- (commandline -ct)" -l $flag -x -a "(__pgedge_tpl_next_item)"
end
"#;

/// Flags that take a list in one word, as zsh's completion names them.
const ZSH_LISTS: &[&str] = &["only", "deny", "allow", "set", "set-json", "set-string"];

/// Runs it.
pub(super) fn run(args: &cli::Completions) -> Result<Exit> {
    let mut command = Cli::command();
    command.build();
    let mut command = with_values(command);
    if matches!(args.shell, Shell::Zsh) {
        command = command.mut_subcommand("notes", without_meanings);
    }
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
            script.push_str(BASH_WORDS);
        }
        Shell::Fish => {
            script.push_str(FISH_WORDS);
            let commands = names(&command);
            for (name, words) in [("explain", paths()), ("man", commands)] {
                let condition = format!("__fish_pgedge_tpl_using_subcommand {name}");
                let words = words.join(" ");
                script += &format!("complete -c pgedge-tpl -n \"{condition}\" -f -a \"{words}\"\n");
            }
        }
        Shell::Zsh => script = in_sequence(&script),
        Shell::Powershell => {}
    }
    print(&script)?;
    Ok(Exit::Done)
}

fn names(command: &clap::Command) -> Vec<String> {
    let subcommands = command.get_subcommands();
    subcommands.map(|it| it.get_name().to_owned()).collect()
}

/// Topics without what they mean: zsh's lists have no place for it.
fn without_meanings(notes: clap::Command) -> clap::Command {
    notes.mut_arg("only", |only| {
        let topics = only.get_possible_values();
        let topics = topics.iter().map(|topic| topic.get_name().to_owned());
        let topics: Vec<String> = topics.collect();
        only.value_parser(PossibleValuesParser::new(topics))
    })
}

/// zsh's script, in which lists go on after a comma.
fn in_sequence(script: &str) -> String {
    let line = |line: &str| {
        let is_list = ZSH_LISTS
            .iter()
            .any(|flag| line.starts_with(&format!("'*--{flag}=")));
        match line.split_once(":(").filter(|_| is_list) {
            Some((before, words)) => {
                let words = words.trim_end_matches(" \\").trim_end_matches(")'");
                format!("{before}:_sequence compadd -S \"\" - {words}' \\\n")
            }
            None => format!("{line}\n"),
        }
    };
    script.lines().map(line).collect()
}

/// Every path that can be explained; lists without their brackets, which no shell likes.
fn paths() -> Vec<String> {
    schema::fields()
        .into_iter()
        .map(|field| field.path.replace("[]", ""))
        .collect()
}

/// What can be set: the path, or all that it can be where that are a few words.
fn assigned(field: &Field) -> Vec<String> {
    let path = field.path.replace("[]", "[0]");
    let words: Vec<String> = match field.kind {
        Kind::Boolean => vec!["true".to_owned(), "false".to_owned()],
        _ => field
            .choices
            .iter()
            .map(|choice| choice.value.clone())
            .collect(),
    };
    let with_words = words.iter().map(|word| format!("{path}={word}"));
    std::iter::once(format!("{path}="))
        .chain(with_words)
        .collect()
}

/// The command line with what its arguments may begin with. Only a script sees it: parsing takes any text.
fn with_values(command: clap::Command) -> clap::Command {
    let fields = schema::fields();
    let settable = fields.iter().filter(|field| field.kind != Kind::Section);
    let assigned: Vec<String> = settable.flat_map(assigned).collect();
    let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.text()).collect();
    let warnings = Code::ALL
        .iter()
        .filter(|code| code.severity() == Severity::Warning);
    let warnings: Vec<&str> = warnings.map(|code| code.text()).collect();
    let known = paths();
    let commands = names(&command);
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
                ("plan", "deny") => argument.value_parser(PossibleValuesParser::new(rules.clone())),
                ("plan", "allow") => {
                    let all = rules.iter().chain(&warnings).copied();
                    argument.value_parser(PossibleValuesParser::new(all))
                }
                (_, "allow") => argument.value_parser(PossibleValuesParser::new(warnings.clone())),
                ("man", "command") => {
                    argument.value_parser(PossibleValuesParser::new(commands.clone()))
                }
                ("explain", "path") => {
                    argument.value_parser(PossibleValuesParser::new(known.clone()))
                }
                _ => argument,
            }
        })
    })
}
