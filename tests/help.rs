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
