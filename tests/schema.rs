//! `values.yaml`, the typed structs, the schema and `explain` say the same.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{Result, program, stdout};
use serde_json::{Map, Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// `values.yaml` with the keys that stand in comments in use.
fn documented() -> Result<Value> {
    let mut text = String::new();
    let mut is_key = false;
    for line in stdout(&["values", "--defaults"])?.lines() {
        let comment = line.trim_start().strip_prefix('#');
        is_key = comment.is_some_and(|rest| {
            !rest.starts_with(' ') && !rest.is_empty() || is_key && rest.starts_with("  ")
        });
        let line = match is_key {
            true => line.replacen('#', "", 1),
            false => line.to_owned(),
        };
        text.push_str(&(line + "\n"));
    }
    Ok(serde_yaml::from_str(&text)?)
}

fn defaults() -> Result<Value> {
    Ok(serde_yaml::from_str(&stdout(&["values", "--defaults"])?)?)
}

fn schema() -> Result<Value> {
    Ok(serde_json::from_str(&stdout(&["schema"])?)?)
}

/// Mappings whose keys are the user's.
const FREE: &[&str] = &[
    "tags",
    "custom",
    "postgres.parameters",
    "volumeset.customEncryption",
];

/// Every key that is no section, with its value.
fn leaves(value: &Value, above: &str, found: &mut Vec<(String, Value)>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let path = format!("{above}{key}");
        match value {
            Value::Object(_) if !FREE.contains(&path.as_str()) => {
                leaves(value, &format!("{path}."), found);
            }
            _ => found.push((path, value.clone())),
        }
    }
}

/// Every key of the schema that is no section. What stands behind conditions counts too.
fn schema_leaves(schema: &Value, above: &str, found: &mut Vec<(String, Value)>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{above}{key}");
        // what a branch only narrows has neither
        let known = ["type", "enum"]
            .iter()
            .any(|rule| property.get(rule).is_some());
        let is_section = property.get("properties").is_some() && path != "postgres.parameters";
        if is_section {
            schema_leaves(property, &format!("{path}."), found);
        } else if known && !found.iter().any(|(other, _)| *other == path) {
            found.push((path, property.clone()));
        }
    }
    for branch in ["else", "then"].iter().filter_map(|key| schema.get(key)) {
        schema_leaves(branch, above, found);
    }
}

fn paths(leaves: &[(String, Value)]) -> Vec<&str> {
    leaves.iter().map(|(path, _)| path.as_str()).collect()
}

/// `{a: {b: value}}` for `a.b`.
fn nested(path: &str, value: Value) -> Value {
    path.rsplit('.')
        .fold(value, |below, key| json!({ key: below }))
}

#[test]
fn the_keys_are_the_same_everywhere() -> Result<()> {
    let (mut documented_keys, mut schema_keys) = (Vec::new(), Vec::new());
    leaves(&documented()?, "", &mut documented_keys);
    schema_leaves(&schema()?, "", &mut schema_keys);
    assert_eq!(
        paths(&documented_keys),
        paths(&schema_keys),
        "keys of values.yaml (left) and of the schema (right), in order"
    );
    let explained: Value = serde_json::from_str(&stdout(&["explain", "-o", "json"])?)?;
    let explained: Vec<&str> = explained
        .as_array()
        .into_iter()
        .flatten()
        .filter(|key| key["type"] != "section")
        .filter_map(|key| key["path"].as_str())
        .filter(|path| !path.contains("[]"))
        .collect();
    assert_eq!(
        paths(&documented_keys),
        explained,
        "keys of values.yaml and of explain"
    );
    Ok(())
}

#[test]
fn the_defaults_are_the_same_everywhere() -> Result<()> {
    let (mut given, mut schema_keys) = (Vec::new(), Vec::new());
    leaves(&defaults()?, "", &mut given);
    schema_leaves(&schema()?, "", &mut schema_keys);
    let schema_keys: BTreeMap<String, Value> = schema_keys.into_iter().collect();
    let explained: Value = serde_json::from_str(&stdout(&["explain", "-o", "json"])?)?;
    for (path, value) in &given {
        assert_eq!(
            schema_keys[path].get("default"),
            Some(value),
            "{path} in the schema"
        );
        let key = explained
            .as_array()
            .and_then(|keys| keys.iter().find(|key| key["path"] == *path));
        let key = key.ok_or_else(|| format!("{path} is not explained"))?;
        assert_eq!(key.get("default"), Some(value), "{path} in explain");
    }
    let given: BTreeSet<&str> = given.iter().map(|(path, _)| path.as_str()).collect();
    for (path, property) in &schema_keys {
        assert_eq!(
            given.contains(path.as_str()),
            property.get("default").is_some(),
            "{path}"
        );
    }
    Ok(())
}

#[test]
fn what_holds_without_an_optional_key_is_what_the_file_says() -> Result<()> {
    let explained: Value = serde_json::from_str(&stdout(&["explain", "-o", "json"])?)?;
    // the second for the keys of PgBouncer, which are read where it is given
    let flags = [
        ["render", "-o", "json", "--set", "backup.enabled=true"],
        ["render", "-o", "json", "--set-json", "pgbouncer={}"],
    ];
    let usual = [stdout(&flags[0])?, stdout(&flags[1])?];
    let mut compared = Vec::new();
    for key in explained.as_array().into_iter().flatten() {
        let (Some(path), Some(without)) = (key["path"].as_str(), key["without"].as_str()) else {
            continue;
        };
        // `none`, `gvc.name` and sentences are no values
        let value = match key["type"].as_str() {
            Some("true or false") => without.to_owned(),
            _ if path.ends_with("retention")
                || path.starts_with("pgbouncer.")
                || key["choices"].is_array() =>
            {
                without.split(',').next().unwrap_or_default().to_owned()
            }
            _ => continue,
        };
        let at = usize::from(path.starts_with("pgbouncer."));
        let given = stdout(&[&flags[at][..], &["--set", &format!("{path}={value}")]].concat())?;
        assert!(
            usual[at] == given,
            "without `{path}` it is not as with `{value}`"
        );
        compared.push(path);
    }
    assert_eq!(compared.len(), 16, "{compared:?}");
    Ok(())
}

#[test]
fn every_value_is_described_and_has_a_legal_example() -> Result<()> {
    let mut keys = Vec::new();
    schema_leaves(&schema()?, "", &mut keys);
    for (path, property) in &keys {
        assert!(
            property["description"].is_string(),
            "{path} has no description"
        );
        for example in property["examples"].as_array().into_iter().flatten() {
            let problems = lint(&nested(path, example.clone()))?;
            let about = problems
                .iter()
                .find(|problem| problem.path == *path && problem.code != "conflict");
            assert!(
                about.is_none(),
                "{path}: the example {example} is refused: {about:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn the_ranges_are_the_same() -> Result<()> {
    let mut keys = Vec::new();
    schema_leaves(&schema()?, "", &mut keys);
    let replicas = &schema()?["properties"]["gvc"]["properties"]["locations"]["items"]["properties"]
        ["replicas"];
    let mut checked = 0;
    for (path, property) in keys
        .iter()
        .chain([&("replicas".to_owned(), replicas.clone())])
    {
        let step = if property["type"] == "integer" || property["type"][0] == "integer" {
            1.0
        } else {
            0.001
        };
        let edge = |key: &str, way: f64| {
            let edge = property[key].as_f64()?;
            Some([(edge, true), (edge + way * step, false)])
        };
        let edges = [edge("minimum", -1.0), edge("maximum", 1.0)];
        for (value, is_inside) in edges.into_iter().flatten().flatten() {
            let value: Value = match step {
                1.0 => json!(value as i64),
                _ => json!((value * 1000.0).round() / 1000.0),
            };
            let (path, values) = match path.as_str() {
                "replicas" => (
                    "gvc.locations[0].replicas",
                    json!({ "gvc": { "locations": [{ "name": "aws-a", "replicas": value }] } }),
                ),
                path => (path, nested(path, value.clone())),
            };
            let refused = lint(&values)?
                .iter()
                .any(|problem| problem.code == "invalid-value" && problem.path == path);
            assert_eq!(refused, !is_inside, "{path}: {value}");
            checked += 1;
        }
    }
    assert!(checked >= 48, "{checked}");
    Ok(())
}

/// An error that `lint` found.
#[derive(Debug)]
struct Problem {
    code: String,
    path: String,
    found: String,
}

fn lint(values: &Value) -> Result<Vec<Problem>> {
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
                || problem.found.contains("the tag tells")
                || problem.found.contains("a value was not shown")
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

/// Values of every type, and the edges of the rules.
fn values() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "x",
        "ab",
        "abc",
        "a-b",
        "a-",
        "-a",
        "A",
        "a_b",
        "a.b",
        "a..b",
        "9a",
        "yes",
        "two words",
        "a\nb",
        "tab\tb",
        "a/b",
        "pg_x",
        "public",
        "none",
        "template0",
        "o'x",
        "\"",
        "\\",
        "$x",
        "ü",
        "postgres",
        "500m",
        "24m",
        "25m",
        "0.025",
        "0.024",
        "0.03",
        "1.5",
        "1.2345",
        "025m",
        "30.0m",
        "2",
        "1Gi",
        "31Mi",
        "32Mi",
        "31.9Mi",
        "100",
        "33554432",
        "0.5Gi",
        "1Kb",
        "1ki",
        "7d",
        "1.5d",
        "7",
        "30s",
        "1w",
        "7dd",
        "@daily",
        "@never",
        "0 2 * * *",
        "0 2 * *",
        "60 2 * * *",
        "*/15 * * * *",
        "0 2 * * 7",
        "0 2 * JAN-mar Mon,fri",
        "0 2 32 * *",
        "0 24 * * *",
        "5,10 1-3/2 ? * *",
        "* * * * */0",
        " 0  2 * * * ",
        "9-3 * * * *",
        "007 * * * *",
        "30 * * * *",
        "ghcr.io/a/b:1",
        "docker.io/library/a",
        "//image/a:1",
        "a:",
        "a@sha256:12",
        "a/B",
        "localhost:5000/a",
        "a:1/b",
        "A.io/a",
        "host:99999/a",
        "//gvc/abc/workload/def",
        "//gvc/a/workload/def",
        "//gvc/abc/workload/def/",
        "host all all all md5",
        "host all all all trust",
        "local all all scram-sha-256",
        "host all",
        "  hostnossl\ta,\"b c\" +x 10.0.0.0 255.0.0.0 reject ",
        "hostssl all all 10.0.0.0/8 md5",
        "host all all 10.0.0.0/8 md5 clientcert=1",
        "host all all 10.0.0.0/8 md5 \\",
        "host all @x ::/0 md5",
        "hosts all all all md5",
        "us-east-1",
        "us-",
        "aws::x",
        "aws::",
        "arn:aws:iam::1:policy/x",
        "transaction",
        "statement",
        "Session",
        "same-org",
        "workload-list",
        "aws",
        "gcp",
        "azure",
        "all",
        "primary",
        "cpln/x",
    ];
    let long = |length: usize| Value::from("a".repeat(length));
    let mut values: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    values.extend([35, 36, 63, 64, 128, 129, 250, 251, 4096, 4097].map(long));
    values.extend([
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1),
        json!(2),
        json!(10),
        json!(5.5),
        json!(0.01),
        json!(1_000_000),
        json!(1_000_001),
        json!(70_000),
        json!([]),
        json!(["x"]),
        json!([null]),
        json!([1]),
        json!({}),
        json!({ "x": "y" }),
        json!({ "x": null }),
        json!({ "x": [1] }),
        json!({ "x": 5 }),
        json!({ "cpln/x": "y" }),
        json!({ "work_mem": "1MB" }),
        json!({ "work_mem": "1 GB ", "TimeZone": "UTC", "wal_compression": "YES", "jit": "fal" }),
        json!({ "work_mem": "1Gi" }),
        json!({ "work_mem": 65536, "random_page_cost": 1.1, "jit": false }),
        json!({ "wal_compression": "maybe" }),
        json!({ "jit": "o" }),
        json!({ "Work_mem": "1MB" }),
        json!({ "work_men": "1MB" }),
        json!({ "port": 1 }),
        json!({ "Port": 1 }),
        json!({ "fsync": "no" }),
        json!({ "spock.x": 1 }),
        json!({ "snowflake.node": 1 }),
        json!({ "snowflake.x": 1 }),
        json!({ "a.b.c": 1 }),
        json!(["//gvc/abc/workload/def"]),
        json!([{ "name": "aws-a", "replicas": 1 }]),
        json!([{ "name": "aws-a" }]),
        json!([{ "name": "aws-a", "replicas": 0 }]),
        json!([{ "name": "aws-a", "replicas": 1, "resources": {} }]),
    ]);
    values
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
