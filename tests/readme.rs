//! The README tells the truth: each command of a `console` block prints what stands below it. A line of three dots
//! stands for any lines.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::Result;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn commands_print_what_stands_below_them() -> Result<()> {
    let readme = fs::read_to_string(format!("{ROOT}/README.md"))?;
    let folder = tempfile::tempdir()?;
    let mut commands = 0;
    for block in blocks(&readme, "console") {
        for (command, expected) in commands_of(&block) {
            prepare(folder.path(), &command, &expected)?;
            let said = run(folder.path(), &command)?;
            assert!(
                matches(&expected, &said),
                "$ {command}\n{said}\nis not what the README says:\n{expected}"
            );
            commands += 1;
        }
    }
    assert!(commands >= 3, "commands were found at all");
    Ok(())
}

/// Paths of this repository that a page names: in backticks or as a link. Words in capitals stand for any name.
fn paths(page: &str) -> Vec<String> {
    let quoted = page.split('`').skip(1).step_by(2);
    let linked = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let is_ours = |path: &&str| {
        let tops = [
            "src/",
            "tests/",
            "templates/",
            "benches/",
            ".ci/",
            ".github/",
        ];
        let is_below = tops.iter().any(|top| path.starts_with(top));
        is_below && !path.contains([' ', '$', '*', '…'])
            || path.ends_with(".md") && !path.contains(':')
    };
    let mut paths: Vec<String> = quoted
        .chain(linked)
        .filter(is_ours)
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

#[test]
fn every_path_is_there() -> Result<()> {
    for page in ["README.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(format!("{ROOT}/{page}"))?;
        let paths = paths(&text);
        assert!(paths.len() > 3, "{page}: {paths:?}");
        for path in paths {
            let any_name = |part: &str| {
                part.chars()
                    .take_while(|c| *c != '.')
                    .all(|c| c.is_ascii_uppercase())
            };
            let known = path.split('/').take_while(|part| {
                part.is_empty() || part.contains('.') && part.ends_with(".md") || !any_name(part)
            });
            let known: Vec<&str> = known.collect();
            let known = Path::new(ROOT).join(known.join("/"));
            assert!(known.exists(), "{page} names `{path}`, which is not there");
        }
    }
    Ok(())
}

#[test]
fn ci_calls_the_test_command() -> Result<()> {
    let readme = fs::read_to_string(format!("{ROOT}/README.md"))?;
    assert!(
        blocks(&readme, "sh")
            .iter()
            .any(|block| block.trim() == "tests/run")
    );
    assert!(
        fs::read_to_string(format!("{ROOT}/.ci/run"))?
            .lines()
            .any(|line| line == "exec tests/run")
    );
    Ok(())
}

fn blocks(readme: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    readme
        .split(&start)
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .map(|block| format!("{block}\n"))
        .collect()
}

fn commands_of(block: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    commands
}

/// A file that the README shows with `cat` is made from what it shows.
fn prepare(folder: &Path, command: &str, expected: &str) -> Result<()> {
    if let Some(file) = command.strip_prefix("cat ") {
        fs::write(folder.join(file), expected)?;
    }
    Ok(())
}

/// `pgedge-tpl` is the program under test, and so is `cargo run --release --quiet --`.
fn run(folder: &Path, command: &str) -> Result<String> {
    let script = format!(
        r#"program={}; pgedge-tpl() {{ "$program" "$@"; }}; cargo() {{ shift 4; "$program" "$@"; }}
        {{ {command}
        }} 2>&1"#,
        env!("CARGO_BIN_EXE_pgedge-tpl")
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder)
        .output()?;
    Ok(String::from_utf8(output.stdout)?)
}

fn matches(expected: &str, said: &str) -> bool {
    match expected.split_once("...\n") {
        None => expected == said,
        Some((before, "")) => said.starts_with(before),
        Some((before, after)) => said.strip_prefix(before).is_some_and(|rest| {
            rest.match_indices('\n')
                .map(|(at, _)| at + 1)
                .chain([0])
                .any(|at| matches(after, &rest[at..]))
        }),
    }
}
