//! Waiting with an end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Tries until it gets `Ok(None)`: no complaint. After `seconds` the last complaint, or error, is the failure.
pub fn until(
    seconds: u64,
    what: &str,
    mut attempt: impl FnMut() -> Result<Option<String>>,
) -> Result<Duration> {
    let start = Instant::now();
    loop {
        let complaint = match attempt() {
            Ok(None) => return Ok(start.elapsed()),
            Ok(Some(complaint)) => complaint,
            Err(error) => format!("{error:#}"),
        };
        if start.elapsed() > Duration::from_secs(seconds) {
            bail!("{what}: not within {seconds} s: {complaint}");
        }
        std::thread::sleep(Duration::from_millis(600));
    }
}
