//! No output of any command on any case shows a credential. Every case gets one more, that is found wherever it is.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Result;

const PASSWORD: &str = "Zq7-canary-Xw3";
const USERNAME: &str = "canary_user_Zq7";

/// The values files of all tests.
fn cases() -> Result<Vec<PathBuf>> {
    let tests = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    let mut files = Vec::new();
    for (folder, names) in [
        ("cases", &["values.yaml"][..]),
        ("plan", &["old.yaml", "new.yaml"]),
    ] {
        for entry in fs::read_dir(tests.join(folder))? {
            let story = entry?.path();
            files.extend(
                names
                    .iter()
                    .map(|name| story.join(name))
                    .filter(|file| file.exists()),
            );
        }
    }
    files.sort();
    Ok(files)
}

fn said(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?;
    Ok(String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?)
}

/// The password that a case itself gives.
fn own_password(file: &Path) -> Result<Option<String>> {
    let documents = fs::read_to_string(file)?;
    let Ok(values) = serde_yaml::from_str::<serde_yaml::Value>(&documents) else {
        return Ok(None);
    };
    let password = values
        .get("postgres")
        .and_then(|postgres| postgres.get("password"));
    let text = password
        .and_then(|password| password.as_str())
        .filter(|text| text.len() > 4);
    // the built-in one is a word
    Ok(text.filter(|text| *text != "password").map(str::to_owned))
}

#[test]
fn no_output_shows_a_credential() -> Result<()> {
    let cases = cases()?;
    assert!(cases.len() > 20, "cases were found at all");
    let mut outputs = 0;
    let mut leaks = Vec::new();
    for case in &cases {
        let scratch = tempfile::tempdir()?;
        let folder = scratch.path();
        for directory in ["tests/cases", "more/cases"] {
            fs::create_dir_all(folder.join(directory))?;
        }
        let values = fs::read_to_string(case)?;
        fs::write(folder.join("values.yaml"), &values)?;
        fs::write(
            folder.join("canary.yaml"),
            format!("postgres:\n  password: {PASSWORD}\n  username: {USERNAME}\n"),
        )?;
        let flags = format!("--set-string=postgres.password={PASSWORD}");
        // as they are stored, with everything in them
        fs::write(
            folder.join("before.yaml"),
            said_stdout(folder, &["render", "-f", "values.yaml"])?,
        )?;
        let plain = said_stdout(
            folder,
            &["render", "-f", "values.yaml", "-f", "canary.yaml"],
        )?;
        fs::write(folder.join("after.yaml"), &plain)?;
        fs::write(folder.join("tests/cases/a.yaml"), &values)?;
        fs::write(
            folder.join("more/cases/a.yaml"),
            format!("# flags: -f ../../values.yaml -f ../../canary.yaml\n{{}}\n"),
        )?;
        let sides = ["-f", "values.yaml", "-f", "canary.yaml"];
        let mut commands: Vec<Vec<&str>> = vec![
            vec!["render", "--redact", "-f", "values.yaml", &flags],
            vec![
                "render",
                "--redact",
                "-o",
                "json",
                "-f",
                "values.yaml",
                "-f",
                "canary.yaml",
            ],
            vec![
                "render",
                "--redact",
                "--output-dir",
                "out",
                "-f",
                "values.yaml",
                "-f",
                "canary.yaml",
            ],
            vec!["test", "--update"],
            vec!["test"],
            vec!["test", "more", "--update"],
            vec!["test", "more", "--junit", "results.xml"],
        ];
        for format in ["human", "json", "github", "sarif"] {
            commands.push(vec![
                "lint",
                "--format",
                format,
                "-f",
                "values.yaml",
                &flags,
            ]);
        }
        for output in ["yaml", "json"] {
            commands.push([&["values", "-o", output][..], &sides].concat());
            commands.push([&["values", "--origin", "-o", output][..], &sides].concat());
        }
        for look in ["human", "json", "markdown", "github"] {
            commands.push([&["plan", "before.yaml", "-o", look][..], &sides].concat());
            commands.push(vec!["plan", "after.yaml", "-o", look, "-f", "values.yaml"]);
            commands.push(vec!["plan", "before.yaml", "after.yaml", "-o", look]);
            commands.push(vec!["plan", "after.yaml", "before.yaml", "-o", look]);
        }
        let own = own_password(case)?;
        for command in &commands {
            let mut text = said(folder, command)?;
            for written in ["out", "tests/snapshots", "more/snapshots", "results.xml"] {
                text += &written_text(&folder.join(written))?;
            }
            outputs += 1;
            // the name of the superuser is no secret among the values, only in the secret
            let is_of_values = matches!(command.first(), Some(&"values" | &"lint"));
            let username = (!is_of_values).then_some(USERNAME);
            let secrets = [Some(PASSWORD), username, own.as_deref()];
            for secret in secrets
                .into_iter()
                .flatten()
                .filter(|secret| text.contains(secret))
            {
                leaks.push(format!("{}: {command:?} shows {secret}", case.display()));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(outputs > 1000, "{outputs} outputs were looked at");
    Ok(())
}

fn said_stdout(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?;
    Ok(output.stdout)
}

fn written_text(path: &Path) -> Result<String> {
    if path.is_dir() {
        let mut text = String::new();
        for entry in fs::read_dir(path)? {
            text += &written_text(&entry?.path())?;
        }
        return Ok(text);
    }
    Ok(fs::read_to_string(path).unwrap_or_default())
}
