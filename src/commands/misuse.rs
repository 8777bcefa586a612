//! A command line that cannot be read: told as every other error is, with the way on.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::pipeline;
use super::{Exit, is_closed_pipe};
use crate::cli::Format;
use crate::problem::{Code, Place, Problem};

/// What other programs call it, and where that is here.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "help",
        "use `pgedge-tpl --help`, or `pgedge-tpl COMMAND --help`",
    ),
    ("version", "use `pgedge-tpl --version`"),
    ("template", "it is called `render` here"),
    ("diff", "it is called `plan` here"),
    ("validate", "it is called `lint` here"),
];

/// Commands that take their values with `-f` and nothing without a flag.
const TAKE_VALUES: &[&str] = &["render", "lint", "values"];

/// Tells it. Help and version come this way too: they are printed.
///
/// # Errors
///
/// Nobody can be told.
pub fn tell(error: &clap::Error) -> anyhow::Result<Exit> {
    if let Some(problem) = problem(error) {
        pipeline::refuse(&problem.into(), Format::Text)?;
        return Ok(Exit::Misused);
    }
    match error.print().map_err(anyhow::Error::from) {
        Err(error) if !is_closed_pipe(&error) => return Err(error),
        _ => {}
    }
    Ok(match error.exit_code() {
        0 => Exit::Done,
        _ => Exit::Misused,
    })
}

/// What clap knows of one side of it.
fn said(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join("`, `")),
        _ => None,
    }
}

fn problem(error: &clap::Error) -> Option<Problem> {
    let said = |kind| said(error, kind);
    let flag = said(ContextKind::InvalidArg).unwrap_or_default();
    let command = command(error);
    let see = match command.as_str() {
        "" => "`pgedge-tpl --help` lists them".to_owned(),
        command => format!("`pgedge-tpl {command} --help` lists them"),
    };
    let suggest = |kind| match said(kind) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => see.clone(),
    };
    let new = |found: String| Problem::new(Code::CommandLine, Place::Nowhere, found);
    Some(match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = said(ContextKind::InvalidSubcommand)?;
            let known = ELSEWHERE.iter().find(|(there, _)| *there == name);
            let fix = known.map(|(_, here)| (*here).to_owned());
            new(format!("`{name}`: there is no such command"))
                .fix(fix.unwrap_or_else(|| suggest(ContextKind::SuggestedSubcommand)))
        }
        ErrorKind::UnknownArgument if flag.starts_with('-') => {
            new(format!("`{flag}`: `{command}` has no such flag"))
                .fix(suggest(ContextKind::SuggestedArg))
        }
        ErrorKind::UnknownArgument if TAKE_VALUES.contains(&command.as_str()) => {
            new(format!("`{flag}`: a file of values belongs to `-f`"))
                .fix(format!("write `pgedge-tpl {command} -f {flag}`"))
        }
        ErrorKind::UnknownArgument => new(format!("`{flag}`: not expected here")).fix(format!(
            "`pgedge-tpl {command} --help` says what comes where"
        )),
        ErrorKind::InvalidValue => {
            let value = said(ContextKind::InvalidValue).unwrap_or_default();
            let found = match value.as_str() {
                "" => format!("`{flag}`: it needs a value"),
                value => format!("`{flag}`: `{value}` is not one of its values"),
            };
            let words = said(ContextKind::ValidValue);
            let problem = match words {
                Some(words) => new(found).allowed(words.replace('`', "")),
                None => return Some(new(found).fix(see)),
            };
            match said(ContextKind::SuggestedValue) {
                Some(meant) => problem.fix(format!("did you mean `{meant}`?")),
                None => problem,
            }
        }
        ErrorKind::ArgumentConflict => {
            let other = said(ContextKind::PriorArg)?;
            match other == flag {
                true => new(format!("`{flag}` is given twice")).fix("give it once"),
                false => new(format!("`{flag}` does not go with `{other}`")).fix("leave one out"),
            }
        }
        ErrorKind::MissingRequiredArgument => new(format!("`{flag}` is missing"))
            .fix(format!("`pgedge-tpl {command} --help` says what it is")),
        _ => return None,
    })
}

/// The command that the usage is about.
fn command(error: &clap::Error) -> String {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string);
    let usage = anstream::adapter::strip_str(&usage.unwrap_or_default()).to_string();
    let mut words = usage
        .split_whitespace()
        .skip_while(|word| *word != "pgedge-tpl");
    let command = words.nth(1).unwrap_or_default();
    match command.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => command.to_owned(),
        false => String::new(),
    }
}
