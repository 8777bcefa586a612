//! Any legal values keep every character on their way through the YAML readers of this world: js-yaml (the cpln CLI),
//! Go and PyYAML read the stream as the JSON that the program prints itself.

mod common;

use std::fs;
use std::process::Command;

use common::{Result, program};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
const CASES: usize = 150;

/// Strings that YAML readers disagree on.
const NASTY: &[&str] = &[
    "0123",
    "0o17",
    "yes",
    "NO",
    "on",
    "y",
    "~",
    "null",
    "1e3",
    ".5",
    "1_000",
    "0x1F",
    "0b11",
    "12:30:00",
    "1:20",
    "2001-12-14",
    "2001-12-14t21:59:43.10-05:00",
    ".inf",
    "-0",
    "+1",
    "08",
    "--- a",
    "- a",
    "? a",
    ": a",
    "a:",
    "a: b",
    "a #b",
    "#b",
    "&a",
    "*a",
    "!!str a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "\"a\"",
    "it's",
    "[a]",
    "{a}",
    "a, b",
    "=",
    "<<",
    "{{ x }}",
    "{% if %}",
    " lead",
    "trail ",
    "\t",
    "a\u{85}b",
    "a\u{2028}b",
    "\u{feff}a",
    "\u{1}",
    "\u{7f}",
    "日本",
    "😀",
    "a\\nb",
    "\\",
    "C:\\x",
    "7d",
    "1.10",
    "16",
    "$(id)",
    "'; --",
    "0xg",
    "1,000",
    "-",
    "...",
    "!",
    "\u{200b}",
];

fn text(max: usize) -> impl Strategy<Value = String> {
    let any = proptest::collection::vec(any::<char>(), 1..max)
        .prop_map(|chars| chars.into_iter().collect::<String>());
    let nasty = proptest::sample::select(NASTY).prop_map(str::to_owned);
    prop_oneof![any, nasty].prop_filter("credentials are in one line", |text| {
        !text.contains(['\n', '\r', '\0'])
    })
}

fn values() -> impl Strategy<Value = Value> {
    let name = "[a-z][a-z0-9-]{1,20}[a-z0-9]";
    let username = text(12).prop_filter("initdb refuses them", |text| {
        !text.contains(['"', '$', '\'', '\\']) && !text.starts_with("pg_") && text.len() <= 63
    });
    let database = text(12).prop_filter("PostgreSQL cuts it off", |text| text.len() <= 63);
    let locations = proptest::collection::btree_set("(aws|gcp)-[a-z]{2,9}-[0-9]", 1..4);
    let tags = proptest::collection::btree_map(
        "[a-z]{1,8}",
        text(20).prop_filter("plain", |text| !text.chars().any(char::is_control)),
        0..3,
    );
    // a slash at its end says nothing, and goes
    let prefix = text(30).prop_filter("a folder", |text| {
        !text
            .chars()
            .any(|char| char.is_control() || "*?[]".contains(char))
            && !text.trim_matches([' ', '/']).is_empty()
            && !text.ends_with('/')
    });
    (
        name,
        username,
        text(40),
        database,
        locations,
        1..4u32,
        tags,
        prefix,
        any::<bool>(),
    )
        .prop_map(
            |(gvc, username, password, database, locations, replicas, tags, prefix, zones)| {
                let locations: Vec<Value> = locations
                    .iter()
                    .map(|name| json!({"name": name, "replicas": replicas}))
                    .collect();
                json!({
                    "gvc": {"name": gvc, "locations": locations},
                    "postgres": {"username": username, "password": password, "database": database},
                    "tags": tags,
                    "multiZone": zones,
                    "backup": {"enabled": true, "aws": {"prefix": prefix}},
                })
            },
        )
}

#[test]
fn every_reader_reads_the_same() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut runner = TestRunner::deterministic();
    let mut expected = Vec::new();
    let mut files = Vec::new();
    for case in 0..CASES {
        let values = values()
            .new_tree(&mut runner)
            .map_err(|why| why.to_string())?
            .current();
        let input = folder.path().join(format!("{case}.json"));
        fs::write(&input, ascii(&values))?;
        let input = input.to_string_lossy().into_owned();
        let yaml = program(&["render", "-f", &input])?;
        assert!(
            yaml.status.success(),
            "{values}\n{}",
            String::from_utf8_lossy(&yaml.stderr)
        );
        assert_eq!(
            yaml.stdout,
            program(&["render", "-f", &input])?.stdout,
            "the same bytes every time"
        );
        let json: Value =
            serde_json::from_slice(&program(&["render", "-o", "json", "-f", &input])?.stdout)?;
        assert_kept(&values, &json);
        let file = folder.path().join(format!("{case}.yaml"));
        fs::write(&file, yaml.stdout)?;
        files.push(file);
        expected.push(json);
    }
    let readers = [
        ("/usr/bin/python3", Some("readers/pyyaml.py")),
        ("node", Some("readers/jsyaml.js")),
        (
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/.tools/goyaml"),
            None,
        ),
    ];
    for (reader, script) in readers {
        let mut command = Command::new(reader);
        command
            .args(script.map(|script| format!("{TOOLS}/{script}")))
            .args(&files);
        let output = command
            .output()
            .map_err(|error| format!("{reader}: {error}; tests/run installs it"))?;
        assert!(
            output.status.success(),
            "{reader}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines = String::from_utf8(output.stdout)?;
        assert_eq!(lines.lines().count(), CASES);
        for (line, expected) in lines.lines().zip(&expected) {
            assert_eq!(&serde_json::from_str::<Value>(line)?, expected, "{reader}");
        }
    }
    Ok(())
}

/// JSON whose every character is printable, as YAML wants it.
fn ascii(values: &Value) -> String {
    let escape = |c: char| match c {
        ' '..='~' => c.to_string(),
        c => c
            .encode_utf16(&mut [0; 2])
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect(),
    };
    values.to_string().chars().map(escape).collect()
}

/// Every character of the credentials, tags and the prefix is where it belongs.
fn assert_kept(values: &Value, documents: &Value) {
    let documents = documents.as_array().map(Vec::as_slice).unwrap_or_default();
    let config = documents
        .iter()
        .find(|document| document["type"] == "dictionary");
    let data = config.map(|config| &config["data"]);
    for key in ["username", "password", "database"] {
        assert_eq!(data.map(|data| &data[key]), Some(&values["postgres"][key]));
    }
    for document in documents {
        for (key, value) in values["tags"].as_object().into_iter().flatten() {
            assert_eq!(&document["tags"][key], value);
        }
    }
    let backup = documents
        .iter()
        .find(|document| document["spec"]["type"] == "cron");
    let env = backup.and_then(|backup| backup["spec"]["containers"][0]["env"].as_array());
    let prefix = env
        .into_iter()
        .flatten()
        .find(|variable| variable["name"] == "BACKUP_PREFIX");
    assert_eq!(
        prefix.map(|prefix| &prefix["value"]),
        Some(&values["backup"]["aws"]["prefix"])
    );
}
