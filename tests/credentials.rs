//! No output of any command on any case shows a credential. Every case gets one more, that is found wherever it is.

mod common;

use std::collections::BTreeSet;
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
    // stories often begin at the same values
    let mut known = BTreeSet::new();
    let mut different = Vec::new();
    for file in files {
        if known.insert(fs::read_to_string(&file)?) {
            different.push(file);
        }
    }
    Ok(different)
}

/// What a command says: the product, and what is said about it.
fn said(folder: &Path, arguments: &[&str]) -> Result<(String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?;
    Ok((
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    ))
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

/// Everything that is said about a case, and where it is said.
fn outputs(case: &Path) -> Result<Vec<(String, String)>> {
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
    let flag = format!("--set-string=postgres.password={PASSWORD}");
    let sides = ["-f", "values.yaml", "-f", "canary.yaml"];
    // as they are stored, with everything in them
    let (before, _) = said(folder, &["render", "-f", "values.yaml"])?;
    let (after, _) = said(folder, &[&["render"][..], &sides].concat())?;
    fs::write(folder.join("before.yaml"), before)?;
    fs::write(folder.join("after.yaml"), after)?;
    fs::write(folder.join("tests/cases/a.yaml"), &values)?;
    fs::write(
        folder.join("more/cases/a.yaml"),
        "# flags: -f ../../values.yaml -f ../../canary.yaml\n{}\n",
    )?;
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["render", "--redact", "-f", "values.yaml", &flag],
        [&["render", "--redact", "-o", "json"][..], &sides].concat(),
        [&["render", "--redact", "--output-dir", "out"][..], &sides].concat(),
        vec!["test", "--update"],
        vec!["test"],
        vec!["test", "--dir", "more", "--update"],
        // one case that differs
        vec!["test", "--dir", "more", "--diff", "--junit", "results.xml"],
        [&["plan", "before.yaml"][..], &sides].concat(),
        vec!["plan", "after.yaml", "-o", "json", "-f", "values.yaml"],
    ];
    for format in ["text", "json", "github", "sarif"] {
        commands.push(vec!["lint", "--format", format, "-f", "values.yaml", &flag]);
    }
    for output in ["yaml", "json"] {
        commands.push([&["values", "-o", output][..], &sides].concat());
        commands.push([&["values", "--origin", "-o", output][..], &sides].concat());
    }
    for look in ["text", "json", "markdown", "github", "sarif"] {
        commands.push(vec!["plan", "before.yaml", "after.yaml", "-o", look]);
        commands.push(vec!["plan", "after.yaml", "before.yaml", "-o", look]);
    }
    let mut outputs = Vec::new();
    for command in &commands {
        let (stdout, stderr) = said(folder, command)?;
        let name = format!("{}: {}", case.display(), command.join(" "));
        outputs.push((format!("{name} (stdout)"), stdout));
        outputs.push((format!("{name} (stderr)"), stderr));
    }
    for written in ["out", "tests/snapshots", "more/snapshots", "results.xml"] {
        let name = format!("{}: {written}", case.display());
        outputs.push((name, written_text(&folder.join(written))?));
    }
    Ok(outputs)
}

#[test]
fn no_output_shows_a_credential() -> Result<()> {
    let cases = cases()?;
    assert!(cases.len() > 20, "cases were found at all");
    let mut leaks = Vec::new();
    let mut rendered = 0;
    for (case, outputs) in cases.iter().zip(outputs_of_all(&cases)?) {
        let own = own_password(case)?;
        for (name, text) in outputs {
            // the name of the superuser is a credential in the manifests, but none among the values
            let is_of_manifests = name.contains("(stdout)") && !name.contains(": values");
            let username = is_of_manifests.then_some(USERNAME);
            let secrets = [Some(PASSWORD), username, own.as_deref()];
            for secret in secrets.into_iter().flatten() {
                if text.contains(secret) {
                    leaks.push(format!("{name} shows {secret}"));
                }
            }
            rendered += usize::from(text.contains("[redacted]"));
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(rendered > 100, "{rendered} outputs had something to hide");
    Ok(())
}

/// The outputs of each case; two cases at a time.
fn outputs_of_all(cases: &[PathBuf]) -> Result<Vec<Vec<(String, String)>>> {
    let work = |cases: &[PathBuf]| -> std::result::Result<Vec<_>, String> {
        let outputs = cases.iter().map(|case| outputs(case));
        outputs
            .map(|said| said.map_err(|error| error.to_string()))
            .collect()
    };
    let (one, other) = cases.split_at(cases.len() / 2);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| work(one));
        let mut all = work(other)?;
        let mut first = first.join().map_err(|_| "a thread panicked")??;
        first.append(&mut all);
        Ok(first)
    })
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
