//! A rewrite of the manifests is no change, whichever side it is on, and so is not said to be one: other orders, other
//! forms, what the platform adds to them. What cannot be compared, or read, is told.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::Result;
use common::platform::exported;
use serde_json::{Value, json};

fn program(folder: &Path, arguments: &[&str]) -> Result<std::process::Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?)
}

const VALUES: &str = "
gvc: {name: shop}
release: prod
internal_access: {type: workload-list, workloads: [//gvc/apps/workload/web, //gvc/apps/workload/api]}
volumeset: {autoscaling: {enabled: true}, snapshots: {schedule: '0 4 * * *'}}
backup: {enabled: true, provider: gcp, gcp: {bucket: dumps, cloudAccountName: google}}
postgres: {password: correct-horse-battery}
";

const SAME: (&str, i32) = ("prod: nothing changes", 0);

#[test]
fn the_same() -> Result<()> {
    is_no_change(|documents| stream(&documents), SAME)?;
    is_no_change(
        |documents| Ok(format!("{:#}", Value::from(documents))),
        SAME,
    )?;
    is_no_change(
        |documents| Ok(json!({ "kind": "list", "items": documents }).to_string()),
        SAME,
    )
}

#[test]
fn another_order() -> Result<()> {
    is_no_change(
        |documents| {
            stream(
                &documents
                    .into_iter()
                    .rev()
                    .map(reversed)
                    .collect::<Vec<_>>(),
            )
        },
        SAME,
    )
}

#[test]
fn an_export() -> Result<()> {
    let export = |documents: Vec<Value>| {
        Ok(json!(documents.into_iter().map(exported).collect::<Vec<_>>()).to_string())
    };
    is_no_change(export, ("prod: no difference was seen, 5 not compared", 3))
}

/// A folder with `values.yaml`, and what it gives.
fn rendered() -> Result<(tempfile::TempDir, Vec<Value>)> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("values.yaml"), VALUES)?;
    let arguments = ["render", "-f", "values.yaml", "-o", "json"];
    let rendered = program(folder.path(), &arguments)?;
    let documents = serde_json::from_slice(&rendered.stdout)?;
    Ok((folder, documents))
}

fn is_no_change(
    rewrite: fn(Vec<Value>) -> Result<String>,
    (summary, status): (&str, i32),
) -> Result<()> {
    let (folder, documents) = rendered()?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("plain.json"), json!(documents).to_string())?;
    fs::write(path("rewritten"), rewrite(documents)?)?;
    for sides in [
        &["rewritten", "-f", "values.yaml"][..],
        &["rewritten", "plain.json"],
        &["plain.json", "rewritten"],
    ] {
        let output = program(folder.path(), &[&["plan", "--exit-code"], sides].concat())?;
        let said = String::from_utf8(output.stdout)?;
        let first = said.lines().next().unwrap_or_default();
        if first != summary || output.status.code() != Some(status) {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!("plan {sides:?}: {:?}\n{said}{stderr}", output.status).into());
        }
    }
    Ok(())
}

fn stream(documents: &[Value]) -> Result<String> {
    let documents: std::result::Result<Vec<String>, _> =
        documents.iter().map(serde_yaml::to_string).collect();
    Ok(documents?.join("---\n"))
}

/// Keys and lists back to front, where their order means nothing.
fn reversed(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().rev().map(reversed).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .rev()
            .map(|(key, value)| match key.as_str() {
                "args" | "command" => (key, value),
                _ => (key, reversed(value)),
            })
            .collect(),
        value => value,
    }
}

#[test]
fn a_folder_is_its_files() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("values.yaml"), VALUES)?;
    let render = [
        "render",
        "-f",
        "values.yaml",
        "--output-dir",
        "out",
        "--redact",
    ];
    assert!(program(folder.path(), &render)?.status.success());
    let plan = ["plan", "out", "-f", "values.yaml", "--exit-code"];
    let output = program(folder.path(), &plan)?;
    let said = String::from_utf8(output.stdout)?;
    assert!(
        said.starts_with("prod: no difference was seen, 1 not compared\n"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(3));
    fs::remove_file(folder.path().join("out/policy-prod-pgedge-policy.yaml"))?;
    let output = program(folder.path(), &plan)?;
    let said = String::from_utf8(output.stdout)?;
    assert!(
        // an older side without it may be half an export
        said.starts_with("prod: 1 to create, 0 to change, 0 to delete, 2 not compared\n"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(3));
    Ok(())
}

/// What others made, and what the export does not tell, is no change, but it is told.
#[test]
fn an_export_holds_more() -> Result<()> {
    let (folder, documents) = rendered()?;
    let path = |name: &str| folder.path().join(name);
    let mut export: Vec<Value> = documents.into_iter().map(exported).collect();
    export.push(exported(
        json!({ "kind": "workload", "name": "web", "gvc": "apps", "spec": {} }),
    ));
    fs::write(path("export.json"), json!(export).to_string())?;
    let output = program(folder.path(), &["plan", "export.json", "-f", "values.yaml"])?;
    let said = String::from_utf8(output.stdout)?;
    let mut lines = said.lines();
    let first = "prod: no difference was seen, 5 not compared";
    assert_eq!(lines.next(), Some(first), "{said}");
    let last = "note: 1 resource there is of something else: left as it is";
    assert_eq!(lines.last(), Some(last), "{said}");
    Ok(())
}

#[test]
fn wrong_input() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("new.yaml"), "kind: gvc\nname: a\n")?;
    fs::write(path("values.yaml"), "gvc: {name: shop}\n")?;
    fs::write(
        path("twice.yaml"),
        "kind: gvc\nname: a\n---\nkind: gvc\nname: a\n",
    )?;
    fs::write(path("broken.yaml"), "kind: [\n")?;
    fs::create_dir(path("folder"))?;
    for (old, expected) in [
        ("missing.yaml", "`missing.yaml`: there is no such file"),
        (
            "values.yaml",
            "`values.yaml`: a document without `kind` and `name`",
        ),
        (
            "twice.yaml",
            "`twice.yaml`: gvc a is described a second time",
        ),
        ("broken.yaml", "`broken.yaml`, line 1: "),
        ("folder", "`folder` holds no manifest"),
    ] {
        let output = program(folder.path(), &["plan", old, "new.yaml"])?;
        let said = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(1), "{old}");
        assert!(said.contains(expected), "{said}");
        assert!(output.stdout.is_empty());
    }
    let output = program(folder.path(), &["plan", "-", "-"])?;
    assert_eq!(output.status.code(), Some(1));
    let output = program(
        folder.path(),
        &["plan", "-", "new.yaml", "--set", "multiZone=true"],
    )?;
    assert_eq!(
        output.status.code(),
        Some(2),
        "values are for one side only"
    );
    Ok(())
}
