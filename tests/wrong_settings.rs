//! What passes through to PostgreSQL and would stop it, harm it or shut it: each is told at its line with what was found
//! and what to do, and all of them at once.
//!
//! `wrong-settings.txt` holds one input a line, `PATH: VALUE`, and below it what is said. `BLESS=1` writes what the
//! program says now.

mod common;

use std::fs;

use common::{Result, program};
use serde_json::{Value, json};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wrong-settings.txt");
/// Values without a warning, laid below each input.
const BASE: &str = "gvc: {name: shop}
image: ghcr.io/pgedge/pgedge-postgres:17.11-spock5.0.13-standard-1
postgres: {password: correct-horse}
pgcat: {image: 'ghcr.io/postgresml/pgcat:v1.2.0'}
";

#[test]
fn each_is_told_at_its_line() -> Result<()> {
    let table = fs::read_to_string(TABLE)?;
    let mut said = String::new();
    for line in table.lines().filter(|line| !line.starts_with(' ')) {
        said += line;
        said += "\n";
        if !line.starts_with('#') {
            said += &told(line)?;
        }
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(TABLE, &said)?;
    }
    let differs = similar::TextDiff::from_lines(&table, &said);
    assert!(
        table == said || std::env::var_os("BLESS").is_some(),
        "{}",
        differs.unified_diff().header("expected", "said")
    );
    Ok(())
}

/// What is said of one input.
fn told(input: &str) -> Result<String> {
    let file = file(input)?;
    let (problems, status) = lint(&file)?;
    if problems.is_empty() {
        return Err(format!("{input}: nothing is said").into());
    }
    let has_errors = problems
        .iter()
        .any(|problem| problem["severity"] == "error");
    assert_eq!(status, Some(i32::from(has_errors)), "{input}");
    let mut said = String::new();
    for problem in &problems {
        let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
        let line = problem["line"].as_u64().unwrap_or_default();
        assert!(
            text("file").ends_with("wrong.yaml") && line as usize == file.lines().count(),
            "{input}: told elsewhere: {problem:#}"
        );
        assert!(
            !text("found").is_empty() && !text("fix").is_empty(),
            "{input}: {problem:#}"
        );
        said += &format!(
            "    {}[{}] {}\n      found   {}\n",
            text("severity"),
            text("code"),
            text("path"),
            text("found")
        );
        if !text("allowed").is_empty() {
            said += &format!("      allowed {}\n", text("allowed"));
        }
        said += &format!("      fix     {}\n", text("fix"));
    }
    Ok(said)
}

/// A values file with the input on its last line, below its keys.
fn file(input: &str) -> Result<String> {
    let (path, value) = input.split_once(": ").ok_or("no `: ` in the line")?;
    let keys = path.split('.').enumerate();
    let lines: Vec<String> = keys
        .map(|(depth, key)| format!("{}{key}:", "  ".repeat(depth)))
        .collect();
    Ok(format!("{} {value}\n", lines.join("\n")))
}

/// The problems of a file, but for those of the values below it.
fn lint(file: &str) -> Result<(Vec<Value>, Option<i32>)> {
    let folder = tempfile::tempdir()?;
    let (base, wrong) = (
        folder.path().join("base.yaml"),
        folder.path().join("wrong.yaml"),
    );
    fs::write(&base, BASE)?;
    fs::write(&wrong, file)?;
    let (base, wrong) = (base.display().to_string(), wrong.display().to_string());
    let output = program(&["lint", "-f", &base, "-f", &wrong, "--format", "json"])?;
    Ok((
        serde_json::from_slice(&output.stdout)?,
        output.status.code(),
    ))
}

#[test]
fn all_at_once() -> Result<()> {
    let table = fs::read_to_string(TABLE)?;
    let inputs: Vec<&str> = table
        .lines()
        .filter(|line| !line.starts_with([' ', '#']))
        .collect();
    // one file with all that can stand in one: each key once, all lines of pg_hba.conf
    let mut values = json!({});
    let mut alone = Vec::new();
    for input in inputs {
        let single: Value = serde_yaml::from_str(&file(input)?)?;
        let errors = invalid(&file(input)?)?;
        if !errors.is_empty() && lay(&mut values, single) {
            alone.extend(errors);
        }
    }
    let mut together = invalid(&serde_yaml::to_string(&values)?)?;
    alone.sort();
    together.sort();
    assert_eq!(alone, together);
    assert!(alone.len() > 40, "{}", alone.len());
    Ok(())
}

/// The paths of the values that are not allowed, whichever line of a list they are.
fn invalid(file: &str) -> Result<Vec<String>> {
    let (problems, _) = lint(file)?;
    let invalid = problems
        .iter()
        .filter(|problem| problem["code"] == "invalid-value");
    let path = |problem: &Value| {
        let path = problem["path"].as_str().unwrap_or_default();
        path.split('[').next().unwrap_or_default().to_owned()
    };
    Ok(invalid.map(path).collect())
}

/// Lays one file over another; whether no key of the two is the same. Lists are joined.
fn lay(below: &mut Value, above: Value) -> bool {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            above
                .into_iter()
                .all(|(key, value)| match below.get_mut(&key) {
                    Some(there) => lay(there, value),
                    None => below.insert(key, value).is_none(),
                })
        }
        (Value::Array(below), Value::Array(above)) => {
            below.extend(above);
            true
        }
        _ => false,
    }
}
