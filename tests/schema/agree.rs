//! `lint` and the schema refuse the same.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use super::common::{Result, program, stdout};
use super::values::values;
use super::{ROOT, defaults, documented, nested, schema, schema_leaves};

/// An error that `lint` found.
#[derive(Debug)]
pub struct Problem {
    pub code: String,
    pub path: String,
    pub found: String,
}

pub fn lint(values: &Value) -> Result<Vec<Problem>> {
    let mut file = tempfile::NamedTempFile::new()?;
    write!(file, "{values}")?;
    let path = file.path().display().to_string();
    let said = program(&["lint", "--format", "json", "-f", &path])?;
    let problems: Value = serde_json::from_slice(&said.stdout)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = problems.as_array().into_iter().flatten();
    Ok(errors
        .filter(|problem| problem["severity"] == "error")
        .map(|problem| Problem {
            code: text(&problem["code"]),
            path: text(&problem["path"]),
            found: text(&problem["found"]),
        })
        .collect())
}

/// What the schema says of each document.
fn validate(documents: &[Value]) -> Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    let schema = folder.path().join("schema.json");
    fs::write(&schema, stdout(&["schema"])?)?;
    let mut python = Command::new("/usr/bin/python3")
        .arg(format!("{ROOT}/tests/readers/schema.py"))
        .arg(&schema)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = python.stdin.take().ok_or("no stdin")?;
    let lines: String = documents
        .iter()
        .map(|document| format!("{document}\n"))
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let said = python.wait_with_output()?;
    writer.join().map_err(|_| "the writer stopped")??;
    let said: Vec<String> = String::from_utf8(said.stdout)?
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        said.len(),
        documents.len(),
        "python3-jsonschema checked every document"
    );
    Ok(said)
}

/// What a schema cannot say.
fn is_beyond_a_schema(problem: &Problem, document: &Value) -> bool {
    let value = document.pointer(&format!("/{}", problem.path.replace('.', "/")));
    let text = value.and_then(Value::as_str).unwrap_or_default();
    match problem.code.as_str() {
        // how two numbers or quantities go together
        "conflict" => {
            problem.path.starts_with("resources.")
                || problem.path.ends_with(".resources.memory")
                || problem.path.ends_with("Replicas")
                || problem.path.ends_with("maxCapacity")
                || problem.path.ends_with("PoolSize")
                || problem.found.contains("listed twice")
                // a size against another, a line before another
                || problem.path.starts_with("postgres.parameters.")
                || problem.path.starts_with("postgres.extraHba[")
                || problem.path == "backup.image"
        }
        // characters are counted where PostgreSQL counts bytes; the least memory in units that nobody would use for it
        "invalid-value" => {
            problem.path.starts_with("postgres.") && !text.is_ascii()
                || problem.path.to_lowercase().ends_with("memory") && !text.ends_with("Mi")
                || problem.found.contains("runs backwards")
                || problem.found.contains("never comes")
                || problem.found.ends_with(" cores")
                || problem.found.contains("the tag says")
                || problem.found.contains("in place of a value")
                // numbers in units, and what a setting refuses beyond its type
                || problem.path.starts_with("postgres.parameters.")
                    && (problem.found.contains("out of range") || problem.found.contains("`: "))
        }
        _ => false,
    }
}

/// Holds what the schema says of each document against what `lint` says.
fn agree(documents: &[Value]) -> Result<()> {
    let said = validate(documents)?;
    let mut disagreements = Vec::new();
    let mut refused = 0;
    for (document, said) in documents.iter().zip(said) {
        let problems = lint(document)?;
        let mut sayable = problems
            .iter()
            .filter(|problem| !is_beyond_a_schema(problem, document));
        refused += usize::from(said != "ok");
        match (said.as_str(), sayable.next()) {
            ("ok", Some(problem)) => {
                disagreements.push(format!("{document}: only lint refuses it: {problem:?}"));
            }
            ("ok", None) => {}
            (why, _) if problems.is_empty() => {
                disagreements.push(format!("{document}: only the schema refuses it: {why}"));
            }
            _ => {}
        }
    }
    assert!(refused > 0, "nothing was refused");
    let count = disagreements.len();
    disagreements.truncate(20);
    assert!(
        count == 0,
        "{count} disagreements:\n{}",
        disagreements.join("\n")
    );
    Ok(())
}

#[test]
fn schema_and_lint_agree_on_every_value_of_every_key() -> Result<()> {
    let mut keys = Vec::new();
    schema_leaves(&schema()?, "", &mut keys);
    let values = values();
    // every key gets every type and a share of the texts; the newtypes are the same code at several keys
    let mut documents = Vec::new();
    for (at, (path, property)) in keys.iter().enumerate() {
        let is_text = property.get("pattern").is_some() || property.get("enum").is_some();
        for (index, value) in values.iter().enumerate() {
            let turn = index + at;
            let share = match value.is_string() {
                true if is_text => 5,
                true => 25,
                false => 3,
            };
            if turn % share == 0 {
                documents.push(nested(path, value.clone()));
            }
        }
    }
    assert!(documents.len() > 1000, "{}", documents.len());
    let half = documents.len() / 2;
    let (one, other) = documents.split_at(half);
    std::thread::scope(|scope| {
        let one = scope.spawn(|| agree(one).map_err(|error| error.to_string()));
        agree(other)?;
        one.join()
            .map_err(|_| "the schema and lint do not agree: see above")??;
        Ok(())
    })
}

#[test]
fn schema_and_lint_agree_on_what_one_key_means_for_another() -> Result<()> {
    let secret = "credentialsSecretName";
    let list = json!(["//gvc/abc/workload/def"]);
    let long = "a".repeat(36);
    agree(&[
        json!({}),
        json!({ "nothing": 1 }),
        json!({ "gvc": { "name": long } }),
        json!({ "gvc": { "name": long }, "release": "short" }),
        json!({ "gvc": { "name": long }, "release": null }),
        json!({ "internal_access": { "type": "workload-list" } }),
        json!({ "internal_access": { "type": "workload-list", "workloads": [] } }),
        json!({ "internal_access": { "type": "workload-list", "workloads": list } }),
        json!({ "internal_access": { "type": "same-org", "workloads": list } }),
        json!({ "postgres": { secret: "abc" } }),
        json!({ "postgres": { secret: "abc", "username": "x" } }),
        json!({ "postgres": { secret: "abc", "password": null } }),
        json!({ "postgres": { secret: null, "password": "x" } }),
        json!({ "postgres": { "password": null } }),
        json!({ "backup": { "aws": null } }),
        json!({ "backup": { "aws": null, "enabled": true } }),
        json!({ "backup": { "aws": null, "enabled": true, "provider": "gcp" } }),
        json!({ "backup": { "gcp": null, "enabled": true, "provider": "gcp" } }),
        json!({ "backup": { "gcp": { "bucket": 5 } } }),
        json!({ "backup": { "gcp": { "bucket": 5 }, "provider": "gcp" } }),
        json!({ "backup": { "gcp": { "region": "x" }, "provider": "gcp" } }),
        json!({ "backup": { "aws": { "bucket": 5 }, "provider": "gcp" } }),
        json!({ "backup": { "aws": { "bucket": null } } }),
        json!({ "backup": { "aws": { "endpoint": "x" } } }),
    ])
}

#[test]
fn schema_and_lint_agree_on_every_case() -> Result<()> {
    let mut documents = Vec::new();
    let folders = fs::read_dir(format!("{ROOT}/tests/cases"))?;
    let mut files: Vec<_> = folders
        .map(|folder| Ok(folder?.path().join("values.yaml")))
        .collect::<Result<_>>()?;
    for file in fs::read_dir(format!("{ROOT}/tests/examples"))? {
        files.push(file?.path());
    }
    for file in files {
        let Ok(text) = fs::read_to_string(file) else {
            continue;
        };
        if let Ok(values @ Value::Object(_)) = serde_yaml::from_str(&text) {
            documents.push(values);
        }
    }
    assert!(documents.len() >= 10, "{}", documents.len());
    documents.push(defaults()?);
    let mut all = documented()?;
    // the two ways to give credentials stand in the file one below the other
    if let Some(postgres) = all["postgres"].as_object_mut() {
        for key in ["username", "password", "database"] {
            postgres.remove(key);
        }
    }
    documents.push(all);
    documents.push(Value::Object(Map::from_iter([(
        "extra".to_owned(),
        json!(1),
    )])));
    agree(&documents)
}
