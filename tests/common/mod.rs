//! The program, run as a person would run it.
#![allow(dead_code)] // each test uses a part of it

use std::error::Error;
use std::process::{Command, Output};

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
