//! `render -o terraform`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cases::{self, Case};
use crate::common::{Result, program, stdout};
use crate::provider;
use crate::turned_back::{Module, Variables};
use serde_json::Value;

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/.tools");

/// The blocks of a module, read by the library that Terraform reads with, which finds nothing to format either.
fn blocks(hcl: &str) -> Result<Vec<Value>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("all.tf");
    fs::write(&file, hcl)?;
    let output = Command::new(Path::new(TOOLS).join("gohcl"))
        .arg(&file)
        .output();
    let output = output.map_err(|error| format!("gohcl: {error}; tests/run builds it"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let root: Value = serde_json::from_slice(&output.stdout)?;
    Ok(root["blocks"].as_array().cloned().unwrap_or_default())
}

fn of_kind(blocks: &[Value], kind: &str) -> Vec<Value> {
    blocks
        .iter()
        .filter(|block| block["kind"] == kind)
        .cloned()
        .collect()
}

/// What the provider does not send when it is empty.
fn without_empty_blocks(manifest: &mut Value) {
    let empty = |value: Option<&Value>| {
        value.is_some_and(|value| value.as_array().is_some_and(Vec::is_empty))
    };
    match manifest {
        Value::Object(entries) => {
            for key in ["outboundAllowPort", "ports"] {
                if empty(entries.get(key)) {
                    entries.remove(key);
                }
            }
            entries.values_mut().for_each(without_empty_blocks);
        }
        Value::Array(items) => items.iter_mut().for_each(without_empty_blocks),
        _ => {}
    }
}

/// The order of these means nothing to the platform.
fn in_order(mut manifests: Vec<Value>) -> Vec<String> {
    for manifest in &mut manifests {
        without_empty_blocks(manifest);
        for container in manifest["spec"]["containers"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            for list in ["env", "volumes"] {
                if let Some(items) = container.get_mut(list).and_then(Value::as_array_mut) {
                    items.sort_by_key(|item| (item["name"].to_string(), item["path"].to_string()));
                }
            }
        }
    }
    cases::texts(manifests)
}

fn credentials(manifests: &[Value]) -> Variables {
    let config = manifests
        .iter()
        .find(|manifest| manifest["type"] == "dictionary");
    let data = config.and_then(|config| config["data"].as_object());
    let pairs = data.into_iter().flatten();
    pairs
        .map(|(key, value)| {
            (
                format!("postgres_{key}"),
                value.as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

fn gvc_of(manifests: &[Value]) -> &str {
    manifests
        .iter()
        .find_map(|manifest| manifest["gvc"].as_str())
        .unwrap_or_default()
}

fn is_the_cluster(case: &Case) -> Result<()> {
    let manifests = case.manifests()?;
    let hcl = case.text(&["-o", "terraform"])?;
    let resources = of_kind(&blocks(&hcl)?, "resource");
    for resource in &resources {
        let problems = provider::problems(resource)?;
        assert!(problems.is_empty(), "{}: {problems:#?}", case.name);
    }
    let module = Module::new(&resources, gvc_of(&manifests), credentials(&manifests));
    let back: Vec<Value> = resources
        .iter()
        .map(|resource| module.manifest(resource))
        .collect::<Result<_>>()?;
    cases::same(&case.name, &in_order(back), &in_order(manifests.clone()))?;
    assert_eq!(resources.len(), manifests.len(), "{}", case.name);
    Ok(())
}

#[test]
fn a_module_is_the_cluster() -> Result<()> {
    cases::all()?.iter().try_for_each(is_the_cluster)
}

/// A second reader, of other people.
#[test]
fn hcl2json_reads_every_module() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut expected = Vec::new();
    let mut files = Vec::new();
    for case in cases::all()? {
        let file = folder.path().join(format!("{}.tf", case.name));
        fs::write(&file, case.text(&["-o", "terraform", "--import"])?)?;
        files.push(file);
        expected.push(case.manifests()?.len());
    }
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers/hcl2json.js");
    let output = Command::new("node").arg(reader).args(&files).output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let modules: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let resources = |module: &Value| -> usize {
        let kinds = module["resource"].as_object().into_iter().flatten();
        kinds
            .map(|(_, labels)| labels.as_object().map_or(0, serde_json::Map::len))
            .sum()
    };
    assert_eq!(modules.iter().map(resources).collect::<Vec<_>>(), expected);
    let imports = |module: &Value| module["import"].as_array().map_or(0, Vec::len);
    assert_eq!(modules.iter().map(imports).collect::<Vec<_>>(), expected);
    Ok(())
}

#[test]
fn no_credential_stands_in_a_module() -> Result<()> {
    let flags = [
        "--set",
        "postgres.username=anna,postgres.password=hunter2,postgres.database=orders",
    ];
    let hcl = stdout(&[&["render", "-o", "terraform"], &flags[..]].concat())?;
    for secret in ["anna", "hunter2", "orders"] {
        assert!(!hcl.contains(secret), "{secret}");
    }
    let variables = of_kind(&blocks(&hcl)?, "variable");
    assert_eq!(variables.len(), 3);
    assert!(
        variables
            .iter()
            .all(|variable| variable["body"]["attributes"]["sensitive"] == true)
    );
    let referenced = stdout(&[
        "render",
        "-o",
        "terraform",
        "--set",
        "postgres.credentialsSecretName=login",
    ])?;
    assert!(of_kind(&blocks(&referenced)?, "variable").is_empty());
    Ok(())
}

#[test]
fn what_holds_data_outlives_a_destroy() -> Result<()> {
    let hcl = stdout(&["render", "-o", "terraform"])?;
    let is_kept = |resource: &&Value| {
        let mut blocks = resource["body"]["blocks"].as_array().into_iter().flatten();
        blocks.any(|block| {
            block["kind"] == "lifecycle" && block["body"]["attributes"]["prevent_destroy"] == true
        })
    };
    let resources = of_kind(&blocks(&hcl)?, "resource");
    let kept: Vec<&Value> = resources
        .iter()
        .filter(is_kept)
        .map(|resource| &resource["labels"][0])
        .collect();
    assert_eq!(kept, ["cpln_gvc", "cpln_volume_set"]);
    Ok(())
}

#[test]
fn a_workload_waits_for_its_policy() -> Result<()> {
    let hcl = stdout(&["render", "-o", "terraform", "--set", "backup.enabled=true"])?;
    let resources = of_kind(&blocks(&hcl)?, "resource");
    let workloads = resources
        .iter()
        .filter(|resource| resource["labels"][0] == "cpln_workload");
    let waits: Vec<&Value> = workloads
        .map(|workload| &workload["body"]["attributes"]["depends_on"])
        .collect();
    assert_eq!(waits.len(), 3);
    assert!(
        waits
            .iter()
            .all(|on| **on == serde_json::json!(["cpln_policy.pgedge_gvc_pgedge_policy"]))
    );
    Ok(())
}

/// The provider makes a wrong link of anything else, and says nothing.
#[test]
fn links_of_a_policy_and_of_locations_are_bare_names() -> Result<()> {
    let hcl = stdout(&[
        "render",
        "-o",
        "terraform",
        "--set",
        "gvc.create=false,postgres.credentialsSecretName=login",
    ])?;
    assert!(!hcl.contains("//secret/") || !hcl.contains("\"//secret/"));
    assert!(!hcl.contains("\"//location/"));
    assert!(
        hcl.contains("\"login\",\n"),
        "a secret of the user's own, by its name"
    );
    assert!(
        hcl.contains("  gvc         = \"pgedge-gvc\"\n"),
        "a GVC that exists, by its name"
    );
    Ok(())
}

#[test]
fn a_folder_is_a_module() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_string_lossy().into_owned();
    stdout(&[
        "render",
        "-o",
        "terraform",
        "--import",
        "--output-dir",
        &path,
    ])?;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.path())? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let expected = [
        ".pgedge-tpl.sha256",
        "imports.tf",
        "main.tf",
        "outputs.tf",
        "secrets.tf",
        "variables.tf",
        "versions.tf",
    ];
    assert_eq!(names, expected);
    let check = program(&[
        "render",
        "-o",
        "terraform",
        "--import",
        "--output-dir",
        &path,
        "--check",
    ])?;
    assert!(check.status.success());
    Ok(())
}

/// Text that means something to HCL comes back as it was.
#[test]
fn every_character_is_kept() -> Result<()> {
    let texts = [
        "${x}",
        "%{ if x }",
        "$${x}",
        "$$",
        "%%{",
        "a\"b",
        "a\\b",
        "C:\\n",
        "日本 😀",
        "EOT",
        "~}",
        "$",
    ];
    for text in texts {
        let tags = serde_json::json!({ "mine": text }).to_string();
        let flags = ["-o", "terraform", "--set-json", &format!("tags={tags}")];
        let hcl = stdout(&[&["render"], &flags[..]].concat())?;
        let resources = of_kind(&blocks(&hcl)?, "resource");
        assert_eq!(
            resources[0]["body"]["attributes"]["tags"]["mine"], text,
            "{hcl}"
        );
    }
    Ok(())
}
