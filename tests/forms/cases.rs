//! The value sets: every case that `render` accepts.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::common::Result;
use serde_json::Value;

/// One value set.
pub struct Case {
    pub name: String,
    folder: PathBuf,
    arguments: Vec<String>,
}

/// All of them. What a case would see of its resources only, is seen as a whole here.
pub fn all() -> Result<Vec<Case>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut cases = Vec::new();
    for entry in fs::read_dir(root)? {
        let folder = entry?.path();
        let command = fs::read_to_string(folder.join("command"))
            .unwrap_or_else(|_| "render -f values.yaml".to_owned());
        let mut words = command
            .split_whitespace()
            .map(|word| word.trim_matches('\'').to_owned());
        let renders = words.next().is_some_and(|word| word == "render");
        let is_other_form = command.contains("-o ");
        if !renders || is_other_form || !folder.join("expected.yaml").exists() {
            continue;
        }
        let mut arguments = Vec::new();
        while let Some(word) = words.next() {
            match &*word {
                "--only" => _ = words.next(),
                // what is redacted is the cluster in no form
                "--redact" => {}
                _ => arguments.push(word),
            }
        }
        cases.push(Case {
            name: folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            folder,
            arguments,
        });
    }
    assert!(
        cases.len() >= 14,
        "the value sets are there: {}",
        cases.len()
    );
    Ok(cases)
}

impl Case {
    /// Runs `render` in the folder of the case.
    pub fn render(&self, flags: &[&str]) -> Result<Output> {
        let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
            .arg("render")
            .args(&self.arguments)
            .args(flags)
            .current_dir(&self.folder)
            .env_clear()
            .output()?;
        match output.status.success() {
            true => Ok(output),
            false => {
                Err(format!("{}: {}", self.name, String::from_utf8_lossy(&output.stderr)).into())
            }
        }
    }

    /// The manifests, as the program prints them itself.
    pub fn manifests(&self) -> Result<Vec<Value>> {
        Ok(serde_json::from_slice(
            &self.render(&["-o", "json"])?.stdout,
        )?)
    }

    /// The same in another form, as text.
    pub fn text(&self, flags: &[&str]) -> Result<String> {
        Ok(String::from_utf8(self.render(flags)?.stdout)?)
    }
}

/// Manifests as text, in an order of their own.
pub fn texts(mut manifests: Vec<Value>) -> Vec<String> {
    manifests.iter_mut().for_each(Value::sort_all_objects);
    let mut texts: Vec<String> = manifests
        .iter()
        .map(|manifest| format!("{manifest:#}"))
        .collect();
    texts.sort();
    texts
}

/// Whether what was turned back is what was there.
pub fn same(name: &str, back: &[String], there: &[String]) -> Result<()> {
    let [back, there] = [back, there].map(|texts| texts.join("\n"));
    match back == there {
        true => Ok(()),
        false => {
            let difference = similar::TextDiff::from_lines(&there, &back);
            Err(format!(
                "{name}:\n{}",
                difference.unified_diff().header("manifests", "turned back")
            )
            .into())
        }
    }
}
