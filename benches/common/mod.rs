//! What the benchmarks share.

use std::io::{Error, Result};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a command takes, from its start to its end.
pub fn time(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let output = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()?;
    let time = start.elapsed();
    match output.status.success() {
        true => Ok(time),
        false => Err(Error::other(format!(
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}
