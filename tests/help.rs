//! Every `--help`: one line first, examples last, within 80 columns, as it was when somebody last looked at it. Then
//! what is made of the same structs: completions and the manual.
//!
//! `BLESS=1` accepts what the program prints now.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Result, program, stdout};

const HELP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/help");
const COMMANDS: &[&str] = &[
    "",
    "render",
    "lint",
    "values",
    "explain",
    "schema",
    "plan",
    "test",
    "notes",
    "migrate",
    "templates",
    "completions",
    "man",
];

/// Commands that this build has.
fn commands() -> Result<Vec<&'static str>> {
    let mut there = Vec::new();
    for command in COMMANDS {
        if command.is_empty() || program(&[command, "--help"])?.status.success() {
            there.push(*command);
        }
    }
    let help = stdout(&["--help"])?;
    let listed = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    for line in listed {
        let name = line.split_whitespace().next().unwrap_or_default();
        assert!(there.contains(&name), "`{name}` is not in this test");
    }
    assert!(there.len() >= 10, "{there:?}");
    Ok(there)
}

/// The help of a subcommand, or of the program.
fn help_of(command: &str) -> Result<String> {
    match command {
        "" => stdout(&["--help"]),
        command => stdout(&[command, "--help"]),
    }
}

#[test]
fn help_is_as_it_was_looked_at() -> Result<()> {
    for command in commands()? {
        let help = help_of(command)?;
        let mut lines = help.lines();
        let first = lines.next().unwrap_or_default();
        assert!(
            first.starts_with(char::is_uppercase) && !first.ends_with('.'),
            "{command}: {first}"
        );
        assert_eq!(lines.next(), Some(""), "{command}: one line first");
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
        let (_, examples) = help
            .rsplit_once("Examples:\n")
            .ok_or_else(|| format!("{command}: no examples"))?;
        for line in examples.lines() {
            assert!(
                line.starts_with("  ") && line.contains("pgedge-tpl "),
                "{command}: `{line}` behind the examples"
            );
        }
        compare(
            &if command.is_empty() {
                "pgedge-tpl".to_owned()
            } else {
                command.to_owned()
            },
            &help,
        )?;
    }
    Ok(())
}

fn compare(name: &str, help: &str) -> Result<()> {
    let file = Path::new(HELP).join(format!("{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(HELP)?;
        fs::write(&file, help)?;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    let difference = similar::TextDiff::from_lines(expected.as_str(), help)
        .unified_diff()
        .to_string();
    assert!(
        expected == help,
        "{} (BLESS=1 to accept it):\n{difference}",
        file.display()
    );
    Ok(())
}

#[test]
fn every_example_is_a_command_line_that_parses() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for name in ["values.yaml", "base.yaml", "prod.yaml", "old.yaml"] {
        fs::write(folder.path().join(name), "release: prod\n")?;
    }
    let mut checked = 0;
    for command in commands()? {
        let help = help_of(command)?;
        let (_, examples) = help.rsplit_once("Examples:\n").ok_or("no examples")?;
        for line in examples.lines() {
            let ours = line
                .split(['|', '>'])
                .find(|part| part.trim().starts_with("pgedge-tpl "));
            let line = ours.ok_or("no command of ours")?;
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            let said = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
                .args(&words)
                .current_dir(&folder)
                .env_clear()
                .output()?;
            // 2 is a command line that is wrong; values that are wrong are not this test's business
            assert_ne!(
                said.status.code(),
                Some(2),
                "{line}: {}",
                String::from_utf8_lossy(&said.stderr)
            );
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked}");
    Ok(())
}

/// What bash would offer at the end of this line. It is bash's own completion that is asked, so words are split as there.
fn completed(line: &str) -> Result<Vec<String>> {
    // as readline has it: words end at blanks, = and :
    let script = r#"
source <("$1" completions bash)
compopt() { :; }
COMP_LINE=$2 COMP_POINT=${#2}
spaced=${COMP_LINE//[=]/ = }
read -ra COMP_WORDS <<<"$spaced"
[[ $COMP_LINE != *[\ =] ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p pgedge-tpl)
function=${function#*-F }
"${function%% *}" pgedge-tpl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;
    let said = Command::new("bash")
        .args(["-c", script, "bash", env!("CARGO_BIN_EXE_pgedge-tpl"), line])
        .output()?;
    assert!(
        said.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    Ok(String::from_utf8(said.stdout)?
        .lines()
        .map(str::to_owned)
        .collect())
}

#[test]
fn bash_completes_commands_paths_kinds_and_topics() -> Result<()> {
    for (line, offered) in [
        ("pgedge-tpl ren", "render"),
        (
            "pgedge-tpl render --set pgcat.poolM",
            "pgcat.poolMode= pgcat.poolMode=session pgcat.poolMode=transaction pgcat.poolMode=statement",
        ),
        ("pgedge-tpl render --set pgcat.poolMode=se", "session"),
        (
            "pgedge-tpl render --set multiZone=true,pgcat.poolMode=se",
            "session",
        ),
        ("pgedge-tpl render --set=multiZone=", "true false"),
        (
            "pgedge-tpl lint --set-json gvc.loc",
            "gvc.locations= gvc.locations[0].name= gvc.locations[0].replicas=",
        ),
        ("pgedge-tpl render --only vol", "volumeset"),
        ("pgedge-tpl render --only gvc,vol", "gvc,volumeset"),
        ("pgedge-tpl render --output=ter", "terraform"),
        ("pgedge-tpl notes --only connect,re", "connect,restore"),
        ("pgedge-tpl plan a.yaml --deny pooler-r", "pooler-restart"),
        (
            "pgedge-tpl plan a.yaml --deny outage,replicas",
            "outage,replicas-removed",
        ),
        ("pgedge-tpl lint --allow single", "single-replica"),
        ("pgedge-tpl explain gvc.locations.n", "gvc.locations.name"),
    ] {
        let expected: Vec<&str> = offered.split(' ').collect();
        let mut found = completed(line)?;
        found.retain(|word| !word.is_empty());
        assert_eq!(found, expected, "{line}");
    }
    let all = completed("pgedge-tpl ")?;
    assert!(
        all.iter()
            .all(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_lowercase())),
        "{all:?}"
    );
    Ok(())
}

#[test]
fn bash_offers_files_where_files_go() -> Result<()> {
    let found = completed(&format!(
        "pgedge-tpl render -f {}/Cargo.to",
        env!("CARGO_MANIFEST_DIR")
    ))?;
    assert!(
        found.iter().any(|word| word.ends_with("Cargo.toml")),
        "{found:?}"
    );
    Ok(())
}

#[test]
fn every_shell_gets_the_paths_and_no_parser_is_narrowed() -> Result<()> {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = stdout(&["completions", shell])?;
        assert!(script.contains("migrate"), "{shell}");
        // PowerShell's script completes no arguments of flags
        assert_eq!(
            script.contains("pgcat.poolMode="),
            shell != "powershell",
            "{shell}"
        );
    }
    let parsed = program(&["render", "--only", "work*", "--set", "pgcat.maxReplicas=5"])?;
    assert!(parsed.status.success());
    Ok(())
}

/// Editors find it from `values.yaml` and from the examples.
#[test]
fn the_schema_beside_the_values_is_the_programs() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("values.schema.json");
    let schema = stdout(&["schema"])?;
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &schema)?;
    }
    assert!(
        fs::read_to_string(&file)? == schema,
        "values.schema.json is stale (BLESS=1 to write it)"
    );
    let mut files = vec![root.join("values.yaml")];
    for entry in fs::read_dir(root.join("tests/examples"))? {
        files.push(entry?.path());
    }
    assert!(files.len() >= 4);
    for values in files {
        let text = fs::read_to_string(&values)?;
        let named = text
            .lines()
            .next()
            .and_then(|line| line.split("$schema=").nth(1));
        let schema = values
            .parent()
            .map(|folder| folder.join(named.unwrap_or_default()));
        assert!(
            schema.is_some_and(|schema| schema.is_file()),
            "{}",
            values.display()
        );
    }
    Ok(())
}

#[test]
fn the_manual_has_a_page_for_the_program_and_each_command() -> Result<()> {
    for command in commands()? {
        let arguments: Vec<&str> = ["man", command]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        let page = stdout(&arguments)?;
        assert!(
            page.contains(".TH pgedge-tpl")
                && page.contains(concat!("\"pgedge-tpl ", env!("CARGO_PKG_VERSION"), "\""))
                && page.contains("Examples:"),
            "{command}: {page}"
        );
    }
    assert_eq!(program(&["man", "nothing"])?.status.code(), Some(1));
    Ok(())
}
