//! `plan` of two sets of a thousand documents, of which a seventh differ, as files:
//!
//! ```sh
//! cargo bench --bench plan
//! ```
//!
//! Whole processes, run in turn. The least time says most: the rest is the machine's noise.

mod common;

use std::fs;
use std::process::Command;

use common::time;

const DOCUMENTS: usize = 1000;
const RUNS: usize = 50;

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let old = documents()?;
    // replicas of the poolers
    let new = old.replace("maxScale: 4", "maxScale: 5");
    let (before, after) = (
        folder.path().join("old.yaml"),
        folder.path().join("new.yaml"),
    );
    fs::write(&before, old)?;
    fs::write(&after, new)?;
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let mut plan = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"));
        times.push(time(plan.arg("plan").arg(&before).arg(&after))?);
    }
    times.sort_unstable();
    let [least, median] = [0, RUNS / 2].map(|at| times.get(at).copied().unwrap_or_default());
    say(&format!(
        "plan of 2 x {DOCUMENTS} documents: least {least:.1?}, median {median:.1?}"
    ));
    Ok(())
}

#[allow(clippy::print_stdout)] // the product of a benchmark
fn say(line: &str) {
    println!("{line}");
}

/// The documents of a cluster again and again, each under a name of its own; its scripts are left out.
fn documents() -> std::io::Result<String> {
    let backup =
        "backup={\"enabled\":true,\"aws\":{\"bucket\":\"dumps\",\"policyName\":\"dumps\"}}";
    let rendered = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args([
            "render",
            "-q",
            "--set",
            "gvc.name=shop",
            "--set-json",
            backup,
        ])
        .output()?;
    let rendered = String::from_utf8_lossy(&rendered.stdout).into_owned();
    let all = rendered
        .split("\n---\n")
        .map(|document| document.trim_start_matches("---\n"));
    let plain: Vec<&str> = all
        .filter(|document| !document.starts_with("kind: secret"))
        .collect();
    let numbered = |at: usize| {
        let document = plain
            .get(at % plain.len().max(1))
            .copied()
            .unwrap_or_default();
        let mut lines = document.trim_end().splitn(3, '\n');
        let mut next = || lines.next().unwrap_or_default();
        format!("---\n{}\n{}-{at}\n{}\n", next(), next(), next())
    };
    Ok((0..DOCUMENTS).map(numbered).collect())
}
