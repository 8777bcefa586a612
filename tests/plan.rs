//! Every folder of `tests/plan` is a story: a cluster before and after, and what `plan` must say.
//!
//! `old.yaml` holds the values before (the defaults without it; `manifests.yaml` instead holds manifests, `others.yaml`
//! more of them), `new.yaml` those after, `command` more arguments. `expected.txt` is stdout, `expected.err` what is said about the
//! change rather than the values, `expected.status` the exit status when it is not 0. `BLESS=1` writes what the program
//! says now.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::Result;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};

fn main() {
    let mut trials = common::stories("plan", story);
    trials.extend([
        same("the_same", |documents| stream(&documents)),
        same("the_same_in_json", |documents| {
            Ok(format!("{:#}", Value::from(documents)))
        }),
        same("the_same_as_a_list", |documents| {
            Ok(json!({ "kind": "list", "items": documents }).to_string())
        }),
        same("shuffled", |documents| {
            stream(
                &documents
                    .into_iter()
                    .rev()
                    .map(reversed)
                    .collect::<Vec<_>>(),
            )
        }),
        Trial::test("exported", || {
            let export = |documents: Vec<Value>| {
                Ok(json!(documents.into_iter().map(exported).collect::<Vec<_>>()).to_string())
            };
            Ok(is_no_change(
                export,
                "prod: no difference was seen, 5 not compared",
                3,
            )?)
        }),
        Trial::test("a_folder_is_its_files", || Ok(a_folder_is_its_files()?)),
        Trial::test("an_export_holds_more", || Ok(an_export_holds_more()?)),
        Trial::test("wrong_input", || Ok(wrong_input()?)),
    ]);
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn program(folder: &Path, arguments: &[&str]) -> Result<std::process::Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?)
}

fn story(folder: &Path) -> std::result::Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let old = scratch.path().join("old");
    let old_values = folder.join("old.yaml").display().to_string();
    let written = folder.join("manifests.yaml");
    if written.exists() {
        fs::copy(&written, &old)?;
    } else {
        let mut arguments = vec!["render"];
        if folder.join("old.yaml").exists() {
            arguments.extend(["-f", old_values.as_str()]);
        }
        let mut live = program(folder, &arguments)?.stdout;
        live.extend(fs::read(folder.join("others.yaml")).unwrap_or_default());
        fs::write(&old, live)?;
    }
    let more = fs::read_to_string(folder.join("command")).unwrap_or_default();
    let old = old.display().to_string();
    let mut arguments = vec!["plan", old.as_str(), "-q", "-f", "new.yaml"];
    arguments.extend(more.split_whitespace());
    let output = program(folder, &arguments)?;
    let (stdout, stderr) = (
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    );
    let status = match output.status.code() {
        Some(0) => String::new(),
        status => format!("{}\n", status.unwrap_or(-1)),
    };
    for (file, text) in [
        ("expected.txt", without_noise(&stdout)),
        ("expected.err", stderr),
        ("expected.status", status),
    ] {
        compare(&folder.join(file), &text)?;
    }
    Ok(())
}

/// What follows from more than the story's values: checksums, long or shown by their beginning, and the line of a
/// script that holds the settings of the nodes.
fn without_noise(text: &str) -> String {
    let line = |line: &str| match ["'max_", "max_slot", "_wal_keep_size", "'shared_buffers"]
        .iter()
        .find_map(|name| line.find(name))
    {
        Some(_) => format!(
            "{}(settings of the nodes)\n",
            line.get(..8).unwrap_or_default()
        ),
        None => format!("{line}\n"),
    };
    without_checksums(&text.lines().map(line).collect::<String>())
}

fn without_checksums(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars() {
        if c.is_ascii_hexdigit() && !c.is_ascii_uppercase() {
            run.push(c);
            continue;
        }
        let is_checksum = run.len() == 64 || run.len() == 8 && c == '…';
        out.push_str(if is_checksum { "(checksum)" } else { &run });
        run.clear();
        if !(is_checksum && c == '…') {
            out.push(c);
        }
    }
    out + &run
}

fn compare(file: &Path, said: &str) -> std::result::Result<(), Failed> {
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == said {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        if said.is_empty() {
            fs::remove_file(file)?;
        } else {
            fs::write(file, said)?;
        }
        return Ok(());
    }
    let difference = similar::TextDiff::from_lines(&expected, said)
        .unified_diff()
        .header("expected", "said")
        .to_string();
    let name = file.display();
    Err(format!("{name} is not what the program says (BLESS=1 to accept it):\n{difference}").into())
}

const VALUES: &str = "
gvc: {name: shop}
release: prod
internal_access: {type: workload-list, workloads: [//gvc/apps/workload/web, //gvc/apps/workload/api]}
volumeset: {autoscaling: {enabled: true}, snapshots: {schedule: '0 4 * * *'}}
backup: {enabled: true, provider: gcp, gcp: {bucket: dumps, cloudAccountName: google}}
postgres: {password: correct-horse-battery}
";

/// A rewrite of the manifests is no change, whichever side it is on, and so is not said to be one.
fn same(name: &str, rewrite: fn(Vec<Value>) -> Result<String>) -> Trial {
    Trial::test(name, move || {
        Ok(is_no_change(rewrite, "prod: nothing changes", 0)?)
    })
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
    summary: &str,
    status: i32,
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

/// As the platform gives it back: what it fills in is there, what it adds of its own too, links are long, what it
/// sorts is sorted, and what it does not show is gone.
fn exported(document: Value) -> Value {
    let Value::Object(mut fields) = document else {
        return document;
    };
    let text = |key: &str| {
        fields
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (kind, name, gvc) = (text("kind"), text("name"), text("gvc"));
    fields.remove("gvc");
    let collection = match gvc.as_str() {
        "" => String::new(),
        gvc => format!("/gvc/{gvc}"),
    };
    let href = format!("/org/acme{collection}/{kind}/{name}");
    fields.extend(object(json!({
        "id": "5f0e", "version": 4, "created": "2026-01-01T00:00:00Z", "lastModified": "2026-02-01T00:00:00Z",
        "links": [{ "rel": "org", "href": "/org/acme" }, { "rel": "self", "href": href }],
        "status": { "ready": true }, "alias": "x", "origin": "default", "health": { "ok": true },
    })));
    if let Some(Value::Object(tags)) = fields.get_mut("tags") {
        tags.extend(object(json!({
            "cpln/release": "r", "cpln/secret:prod-pgedge-config": "0a", "cpln/deployTimestamp": "now",
            "cpln/managedByTerraform": "true", "cpln/terraformProviderVersion": "1.2.31", "cpln.io/namespace": "apps",
        })));
    }
    match (kind.as_str(), fields.get_mut("spec")) {
        ("secret", _) => {
            fields.remove("data");
        }
        ("workload", Some(spec)) => exported_spec(spec),
        _ => {}
    }
    long_links("", Value::Object(fields))
}

fn exported_spec(spec: &mut Value) {
    for container in items(spec, "containers") {
        for volume in items(container, "volumes") {
            fill(volume, json!({ "recoveryPolicy": "retain" }));
        }
        if let Some(Value::Array(variables)) = container.get_mut("env") {
            variables.sort_by_key(|variable| variable["name"].to_string());
        }
    }
    fill(
        spec,
        json!({
            "requestRetryPolicy": { "attempts": 2, "retryOn": ["connect-failure"] },
            "sidecar": {}, "tolerations": [],
        }),
    );
    if let Some(options) = spec.get_mut("defaultOptions") {
        fill(
            options,
            json!({ "spot": false, "multiZone": { "enabled": false } }),
        );
    }
    for key in ["inboundAllowWorkload"] {
        if let Some(Value::Array(list)) =
            spec.pointer_mut(&format!("/firewallConfig/internal/{key}"))
        {
            list.sort_by_key(Value::to_string);
        }
    }
    fill(
        spec,
        json!({ "rolloutOptions": {
            "minReadySeconds": 0, "scalingPolicy": "OrderedReady", "terminationGracePeriodSeconds": 90,
        } }),
    );
}

fn long_links(key: &str, value: Value) -> Value {
    match value {
        Value::String(text) if key != "resource" && text.starts_with("//") => {
            format!("/org/acme/{}", text.trim_start_matches('/')).into()
        }
        Value::Array(items) => items
            .into_iter()
            .map(|item| long_links(key, item))
            .collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| {
                let value = long_links(&key, value);
                (key, value)
            })
            .collect(),
        value => value,
    }
}

fn items<'v>(value: &'v mut Value, key: &str) -> impl Iterator<Item = &'v mut Value> {
    value
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn fill(value: &mut Value, defaults: Value) {
    if let Value::Object(fields) = value {
        for (key, default) in object(defaults) {
            fields.entry(key).or_insert(default);
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

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
        said.starts_with("prod: 1 to create, 0 to change, 0 to delete, 1 not compared\n"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(3));
    Ok(())
}

/// What others made, and what the export does not tell, is no change, but it is told.
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
