//! What templates of the user's own may write: everything that the platform takes, and nothing else.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::Result;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const TEMPLATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/manifests");
const OPERATOR: &str = include_str!("forms/operator.json");

const NODES: &str = "workload-pgedge.yaml.j2";

/// What is written in the place of what in a built-in template.
#[derive(Debug, Deserialize)]
struct Variant {
    template: String,
    replace: String,
    by: String,
    /// The path that is told, where it is wrong.
    path: Option<String>,
    /// What is told to be allowed instead.
    allowed: Option<String>,
}

#[derive(Deserialize)]
struct Variants {
    legal: Vec<Variant>,
    wrong: Vec<Variant>,
}

fn variants() -> Result<Variants> {
    Ok(serde_yaml::from_str(include_str!("own-templates.yaml"))?)
}

/// The program with one changed template.
fn render(folder: &Path, variant: &Variant) -> Result<std::process::Output> {
    let template = format!("{}.yaml.j2", variant.template);
    let text = fs::read_to_string(Path::new(TEMPLATES).join(&template))?;
    assert!(text.contains(&variant.replace), "{variant:?}");
    let own = folder.join("manifests");
    fs::create_dir_all(&own)?;
    fs::write(
        own.join(&template),
        text.replacen(&variant.replace, &variant.by, 1),
    )?;
    let output = run(folder, &["--set", "backup.enabled=true"]);
    fs::remove_file(own.join(template))?;
    output
}

fn run(templates: &Path, flags: &[&str]) -> Result<std::process::Output> {
    let templates = templates.display().to_string();
    common::program(&[&["render", "--templates", &templates], flags].concat())
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_the_platform_takes_passes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let variants = variants()?.legal;
    assert!(variants.len() >= 60, "{}", variants.len());
    for variant in &variants {
        let output = render(folder.path(), variant)?;
        if !output.status.success() {
            wrong.push(format!("{variant:?}\n{}", stderr(&output)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn what_it_refuses_is_told_with_what_is_allowed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    for variant in &variants()?.wrong {
        let [path, allowed] =
            [&variant.path, &variant.allowed].map(|text| text.as_deref().unwrap_or_default());
        let output = render(folder.path(), variant)?;
        let told = stderr(&output);
        // lines of a report are folded
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        if output.status.success()
            || !told.contains(&format!("`{path}` of the document"))
            || !words.contains(allowed)
        {
            wrong.push(format!("{variant:?}\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// A value for everything that the operator's resource definitions know.
fn everything(known: &Value) -> Value {
    match known {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, known)| (key.clone(), everything(known)))
            .collect(),
        Value::Array(items) => json!([everything(&items[0])]),
        Value::String(kind) => match kind.as_str() {
            "number" => 100.into(),
            "boolean" => false.into(),
            _ => "some-text".into(),
        },
        _ => Value::Null,
    }
}

#[test]
fn every_field_of_the_platform_is_known() -> Result<()> {
    let operator: Value = serde_json::from_str(OPERATOR)?;
    let templates = [
        ("gvc", "gvc.yaml.j2"),
        ("identity", "identity-pgedge.yaml.j2"),
        ("policy", "policy-pgedge.yaml.j2"),
        ("volumeset", "volumeset-pgedge.yaml.j2"),
        ("workload", NODES),
    ];
    for (kind, template) in templates {
        let folder = tempfile::tempdir()?;
        let own: PathBuf = folder.path().join("manifests");
        fs::create_dir_all(&own)?;
        let mut document: Map<String, Value> = everything(&operator["kinds"][kind])
            .as_object()
            .cloned()
            .unwrap_or_default();
        document.insert("kind".to_owned(), kind.into());
        fs::write(own.join(template), Value::Object(document).to_string())?;
        let told = stderr(&run(folder.path(), &[])?);
        let unknown: Vec<&str> = told
            .lines()
            .filter(|line| line.contains("there is no such key"))
            .collect();
        assert!(unknown.is_empty(), "{kind}: {unknown:#?}");
        assert!(told.contains("of the document"), "{told}");
    }
    Ok(())
}

/// A sidecar with metrics, a pull secret, a secret of one's own: beside the built-in documents, from own values.
#[test]
fn a_cluster_can_have_more_than_is_built_in() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let export = common::program(&[
        "templates",
        "--export",
        &folder.path().display().to_string(),
    ])?;
    assert!(export.status.success(), "{}", stderr(&export));
    let nodes = folder.path().join("manifests").join(NODES);
    let text = fs::read_to_string(&nodes)?;
    // the example that `explain` has
    let names = common::stdout(&["explain", "--templates"])?;
    let (_, sidecar) = names
        .split_once("below `containers:`\n\n")
        .ok_or("no example")?;
    let containers = format!("  containers:\n{sidecar}");
    fs::write(&nodes, text.replacen("  containers:\n", &containers, 1))?;
    fs::create_dir(folder.path().join("extra"))?;
    let extra = |name: &str, text: &str| fs::write(folder.path().join("extra").join(name), text);
    extra(
        "token.yaml.j2",
        "kind: secret\nname: {{ names.pgedge }}-token\n{% include 'manifests/_tags.yaml.j2' %}\n\
                            type: opaque\ndata:\n  payload: {{ literal(custom.token) }}\n",
    )?;
    extra(
        "domain.yaml.j2",
        "kind: domain\nname: db.example.com\nspec:\n  dnsMode: cname\n",
    )?;
    extra(".token.yaml.j2.swp", "half a file")?;
    let flags = [
        "-o",
        "json",
        "--set",
        "custom.exporter=example/exporter:1,custom.token=x,gvc.pullSecrets={registry}",
    ];
    let output = run(folder.path(), &flags)?;
    assert!(output.status.success(), "{}", stderr(&output));
    let documents: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let kinds: Vec<&str> = documents
        .iter()
        .filter_map(|document| document["kind"].as_str())
        .collect();
    assert_eq!(
        kinds.iter().rposition(|kind| *kind == "secret"),
        kinds
            .iter()
            .position(|kind| *kind == "gvc")
            .map(|at| at - 1)
    );
    assert_eq!(kinds.last(), Some(&"domain"));
    let named = |name: &str| {
        documents
            .iter()
            .find(|document| document["name"] == name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(named("pgedge-gvc-pgedge-token")["data"]["payload"], "x");
    assert_eq!(
        named("pgedge-gvc")["spec"]["pullSecretLinks"],
        json!(["//secret/registry"])
    );
    let exporter = &named("pgedge-gvc-pgedge")["spec"]["containers"][0];
    assert_eq!(
        (&exporter["image"], &exporter["metrics"]["port"]),
        (&"example/exporter:1".into(), &9187.into())
    );
    Ok(())
}

#[test]
fn what_goes_wrong_with_own_documents_is_told() -> Result<()> {
    let cases = [
        (
            "extra/same.yaml.j2",
            "kind: policy\nname: pgedge-gvc-pgedge-policy\ntargetKind: secret\n",
            "which another template renders too",
        ),
        (
            "extra/odd.yaml.j2",
            "kind: deployment\nname: x\n",
            "`deployment` is not a kind of the platform",
        ),
        (
            "manifests/mine.yaml.j2",
            "kind: domain\nname: x\n",
            "there is no built-in template of this name",
        ),
        // the part is told, not only that one could not be included
        (
            "manifests/_tags.yaml.j2",
            "tags:\n  a: {{ no.such }}\n",
            "undefined value",
        ),
    ];
    for (file, text, told) in cases {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, text)?;
        let output = run(folder.path(), &[])?;
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).contains(told),
            "{file}: {}",
            stderr(&output)
        );
    }
    Ok(())
}

#[test]
fn what_a_template_may_use_is_listed() -> Result<()> {
    let list = common::stdout(&["explain", "--templates"])?;
    for name in [
        "names.gvc ",
        "nodes[].address ",
        "payloads.pgedge_startup.checksum ",
        "backup.schedule ",
    ] {
        assert!(
            list.lines().any(|line| line.starts_with(name)),
            "{name}\n{list}"
        );
    }
    Ok(())
}
