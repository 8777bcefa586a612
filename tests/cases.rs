//! Every folder of `tests/cases` is a story: values and a command line, and what the program must say.
//!
//! `values.yaml` and any other file are the input; `command` holds the arguments (`render -f values.yaml` without it).
//! `expected.yaml`, `expected.json`, `expected.tf` or `expected.txt` is stdout, `expected.err` is stderr, `expected.status` the exit
//! status when it is not 0 with and 1 without stdout. `BLESS=1` writes what the program says now.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Arguments, Failed};

fn main() {
    libtest_mimic::run(&Arguments::from_args(), common::stories("cases", check)).exit();
}

/// What the program says, with what changes for no reason of the story's replaced.
struct Said {
    stdout: String,
    stderr: String,
    status: i32,
}

fn check(folder: &Path) -> Result<(), Failed> {
    let arguments = fs::read_to_string(folder.join("command"))
        .unwrap_or_else(|_| "render -f values.yaml".to_owned());
    let arguments = words(&arguments);
    let said = run(folder, &arguments)?;
    let name = expected_name(&arguments);
    let usual =
        if said.stdout.is_empty() && !said.stderr.is_empty() && said.stderr.contains("error") {
            1
        } else {
            0
        };
    let status = if said.status == usual {
        String::new()
    } else {
        said.status.to_string() + "\n"
    };
    let outputs = [
        (name, &said.stdout),
        ("expected.err", &said.stderr),
        ("expected.status", &status),
    ];
    for (file, text) in outputs {
        compare(&folder.join(file), text)?;
    }
    Ok(())
}

/// The file that holds what goes to stdout.
fn expected_name(arguments: &[String]) -> &'static str {
    let form = arguments.iter().skip_while(|word| *word != "-o").nth(1);
    match (
        arguments.first().map(String::as_str),
        form.map(String::as_str),
    ) {
        (Some("values" | "lint"), None) => "expected.txt",
        _ if arguments.iter().any(|word| word == "json") => "expected.json",
        (_, Some("terraform")) => "expected.tf",
        _ => "expected.yaml",
    }
}

fn run(folder: &Path, arguments: &[String]) -> Result<Said, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?;
    let whole = folder.ends_with("defaults");
    let stdout = String::from_utf8(output.stdout)?;
    Ok(Said {
        stdout: if whole {
            stdout
        } else {
            without_payloads(&stdout)
        },
        stderr: String::from_utf8(output.stderr)?,
        status: output.status.code().unwrap_or(-1),
    })
}

/// Scripts and their checksums stand in the story of the defaults; in all others they would only be noise.
fn without_payloads(stdout: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    let mut is_hcl = false;
    for line in stdout.lines() {
        inside = inside
            && if is_hcl {
                line != "EOT"
            } else {
                line.is_empty() || line.starts_with("    ")
            };
        if inside {
            continue;
        }
        if line.ends_with("= <<EOT") {
            inside = true;
            is_hcl = true;
        }
        match line.split_once(": ").or_else(|| line.split_once(" = ")) {
            Some(("  payload", "|")) => {
                inside = true;
                out.push_str("  payload: (a file of templates/)");
            }
            Some((key, value))
                if value.trim_matches('"').len() == 64
                    && value
                        .trim_matches('"')
                        .bytes()
                        .all(|b| b.is_ascii_hexdigit()) =>
            {
                out.push_str(key);
                out.push_str(": (a checksum)");
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

fn compare(file: &Path, said: &str) -> Result<(), Failed> {
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == said {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        if said.is_empty() {
            fs::remove_file(file)?
        } else {
            fs::write(file, said)?
        }
        return Ok(());
    }
    let difference = similar::TextDiff::from_lines(&expected, said)
        .unified_diff()
        .header("expected", "said")
        .to_string();
    Err(format!(
        "{} is not what the program says (BLESS=1 to accept it):\n{difference}",
        file.display()
    )
    .into())
}

/// Splits a command line as a shell would that knows blanks and single quotes only.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut fresh = true;
    for c in line.trim().chars() {
        match c {
            '\'' => {
                open = !open;
                if fresh {
                    words.push(String::new());
                    fresh = false;
                }
            }
            ' ' | '\n' if !open => fresh = true,
            c => {
                if fresh {
                    words.push(String::new());
                    fresh = false;
                }
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}
