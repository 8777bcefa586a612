//! `render -o crd`.

use std::fs;
use std::process::Command;

use crate::cases::{self, Case};
use crate::common::{Result, stdout};
use serde_json::{Map, Value, json};

const FIELDS: &str = include_str!("operator.json");
const FLAGS: &[&str] = &["-o", "crd", "--org", "acme", "--namespace", "databases"];

/// The objects, as PyYAML reads them.
pub fn objects(yaml: &str) -> Result<Vec<Value>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("all.yaml");
    fs::write(&file, yaml)?;
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers/pyyaml.py");
    let output = Command::new("/usr/bin/python3")
        .arg(reader)
        .arg(&file)
        .output()?;
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

/// What the operator's resource definitions do not know, or know otherwise.
fn unknown(known: &Value, given: &Value, at: &str, problems: &mut Vec<String>) {
    let fits = match (known, given) {
        (Value::Object(known), Value::Object(given)) => {
            for (key, value) in given {
                match known.get(key).or_else(|| known.get("*")) {
                    Some(known) => unknown(known, value, &format!("{at}.{key}"), problems),
                    None => problems.push(format!("{at}.{key} is unknown")),
                }
            }
            true
        }
        (Value::Array(known), Value::Array(given)) => {
            given
                .iter()
                .for_each(|given| unknown(&known[0], given, at, problems));
            true
        }
        (Value::String(kind), given) => match kind.as_str() {
            "string" => given.is_string(),
            "number" => given.is_number(),
            "boolean" => given.is_boolean(),
            _ => true,
        },
        _ => false,
    };
    if !fits {
        problems.push(format!("{at} is {given}"));
    }
}

/// The manifest that an object is. Of a native secret, description and tags are not known.
fn manifest(mut object: Map<String, Value>) -> Result<Value> {
    let metadata = object.remove("metadata").unwrap_or_default();
    assert_eq!(metadata["namespace"], "databases");
    let version = object.remove("apiVersion").unwrap_or_default();
    if object["kind"] == "Secret" {
        assert_eq!(version, "v1");
        assert_eq!(
            metadata["labels"],
            json!({ "app.kubernetes.io/managed-by": "cpln-operator" })
        );
        assert_eq!(metadata["annotations"], json!({ "cpln.io/org": "acme" }));
        let entries = object["data"].as_object().into_iter().flatten();
        let data = entries.map(|(key, value)| {
            Ok((
                key.clone(),
                decoded(value.as_str().unwrap_or_default())?.into(),
            ))
        });
        let data: Map<String, Value> = data.collect::<Result<_>>()?;
        return Ok(
            json!({ "kind": "secret", "name": metadata["name"], "type": object["type"], "data": data }),
        );
    }
    assert_eq!(version, "cpln.io/v1");
    assert_eq!(object.remove("org"), Some("acme".into()));
    let holds_data = ["gvc", "volumeset"].contains(&object["kind"].as_str().unwrap_or_default());
    let keep = json!({ "cpln.io/resource-policy": "keep" });
    assert_eq!(metadata.get("annotations"), holds_data.then_some(&keep));
    object.insert("name".to_owned(), metadata["name"].clone());
    Ok(object.into())
}

/// coreutils reads what the program wrote.
fn decoded(base64: &str) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("data");
    fs::write(&file, base64)?;
    let output = Command::new("base64").arg("-d").arg(&file).output()?;
    assert!(output.status.success(), "{base64}");
    Ok(String::from_utf8(output.stdout)?)
}

fn is_the_cluster(case: &Case) -> Result<()> {
    let known: Value = serde_json::from_str(FIELDS)?;
    let mut back = Vec::new();
    for object in objects(&case.text(FLAGS)?)? {
        let Value::Object(object) = object else {
            return Err("an object is a mapping".into());
        };
        let manifest = manifest(object)?;
        let mut problems = Vec::new();
        let kind = manifest["kind"].as_str().unwrap_or_default();
        if kind != "secret" {
            unknown(&known["kinds"][kind], &manifest, kind, &mut problems);
        }
        assert!(problems.is_empty(), "{}: {problems:#?}", case.name);
        back.push(manifest);
    }
    let mut there = case.manifests()?;
    for secret in there
        .iter_mut()
        .filter(|manifest| manifest["kind"] == "secret")
    {
        if let Some(secret) = secret.as_object_mut() {
            secret.remove("description");
            secret.remove("tags");
        }
    }
    cases::same(&case.name, &cases::texts(back), &cases::texts(there))
}

#[test]
fn the_objects_are_the_cluster() -> Result<()> {
    cases::all()?.iter().try_for_each(is_the_cluster)
}

#[test]
fn comments_of_a_template_stay() -> Result<()> {
    let text = stdout(&[&["render"], FLAGS].concat())?;
    assert!(text.contains("# in full: an entry inherits nothing from defaultOptions"));
    Ok(())
}
