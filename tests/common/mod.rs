//! The program, run as a person would run it.
#![allow(dead_code)] // each test uses a part of it

pub mod folder;
pub mod platform;
pub mod recorder;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

/// What every test ends with.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs the program.
pub fn program(arguments: &[&str]) -> Result<Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .env_clear()
        .output()?)
}

/// Runs the program, which must succeed; gives stdout.
pub fn stdout(arguments: &[&str]) -> Result<String> {
    let output = program(arguments)?;
    if !output.status.success() {
        return Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Renders a small cluster into the folder `out` of a folder.
pub fn render_into(folder: &Path, flags: &[&str]) -> Result<Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(["render", "--set", "gvc.name=shop", "--output-dir", "out"])
        .args(flags)
        .current_dir(folder)
        .env_clear()
        .output()?)
}

/// The rendered documents.
pub fn documents(flags: &[&str]) -> Result<Vec<Value>> {
    Ok(serde_json::from_str(&stdout(
        &[&["render", "-o", "json"], flags].concat(),
    )?)?)
}

/// The payload of the secret whose name ends so.
pub fn payload(documents: &[Value], suffix: &str) -> Result<String> {
    let secret = documents.iter().find(|document| {
        document["kind"] == "secret"
            && document["name"]
                .as_str()
                .is_some_and(|name| name.ends_with(suffix))
    });
    let payload = secret.and_then(|secret| secret["data"]["payload"].as_str());
    Ok(payload
        .ok_or_else(|| format!("no secret …{suffix}"))?
        .to_owned())
}

/// One trial for each folder below a folder of `tests/`, in the order of their names; one that fails where there is none.
pub fn stories(below: &str, check: fn(&Path) -> std::result::Result<(), Failed>) -> Vec<Trial> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(below);
    let entries = fs::read_dir(&root).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    if folders.is_empty() {
        let why = format!("no folder in {}", root.display());
        return vec![Trial::test(below, move || Err(why.into()))];
    }
    let trial = |folder: PathBuf| {
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Trial::test(name, move || check(&folder))
    };
    folders.into_iter().map(trial).collect()
}
