//! The real cpln CLI takes what is rendered: one request for each document, in the stream's own order, each to the
//! right collection, with the body that was rendered.

mod common;

use std::path::Path;
use std::process::Command;

use common::Result;
use common::recorder::{Request, apply};
use serde_json::Value;

#[test]
fn the_defaults() -> Result<()> {
    applies(&[])
}

#[test]
fn a_backup_at_aws() -> Result<()> {
    applies(&["--set", "backup.enabled=true", "--release", "prod"])
}

fn applies(flags: &[&str]) -> Result<()> {
    let documents: Vec<Value> =
        serde_json::from_slice(&render(&[flags, &["-o", "json"]].concat())?)?;
    let (output, requests) = apply(Path::new("."), "-", &render(flags)?)?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cpln apply: {said}");
    let puts: Vec<&Request> = requests
        .iter()
        .filter(|request| request.method == "PUT")
        .collect();
    assert_eq!(
        puts.len(),
        documents.len(),
        "one PUT for each document: {requests:#?}"
    );
    for (put, document) in puts.iter().zip(&documents) {
        let (kind, name) = (text(document, "kind"), text(document, "name"));
        let collection = match document.get("gvc") {
            Some(gvc) => format!("/org/o/gvc/{}/{kind}", gvc.as_str().unwrap_or_default()),
            None => format!("/org/o/{kind}"),
        };
        assert_eq!(put.path, collection, "collection of {kind} {name}");
        assert_eq!(
            serde_json::from_str::<Value>(&put.body)?,
            *document,
            "body of {kind} {name}"
        );
    }
    let mut kinds: Vec<&str> = documents
        .iter()
        .map(|document| text(document, "kind"))
        .collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "secret",
            "gvc",
            "identity",
            "volumeset",
            "policy",
            "workload"
        ]
    );
    Ok(())
}

fn text<'v>(document: &'v Value, key: &str) -> &'v str {
    document
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn render(flags: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .arg("render")
        .args(flags)
        .output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}
