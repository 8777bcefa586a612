//! `test` on three hundred cases beside one `helm template` of a chart, in one run:
//!
//! ```sh
//! cargo bench --bench snapshots
//! HELM=path/to/helm CHART=path/to/chart cargo bench --bench snapshots
//! ```
//!
//! Without `HELM` and `CHART` only the cases are timed. All are whole processes, run in turn.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::time;

const CASES: usize = 300;
const RUNS: usize = 20;

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    make_cases(&folder.path().join("cases"))?;
    time(program(folder.path()).arg("--update"))?;
    let helm = std::env::var_os("HELM").zip(std::env::var_os("CHART"));
    let (mut cases, mut one_chart) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        cases.push(time(&mut program(folder.path()))?);
        if let Some((helm, chart)) = &helm {
            one_chart.push(time(
                Command::new(helm).args(["template", "bench"]).arg(chart),
            )?);
        }
    }
    report(&format!("test of {CASES} cases"), cases);
    if !one_chart.is_empty() {
        report("one helm template", one_chart);
    }
    Ok(())
}

/// No two are alike, and together they take every way through the templates.
fn make_cases(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for case in 0..CASES {
        let mut values =
            format!("# flags: --set-string tags.case=c{case}\ngvc:\n  name: case-{case}\n");
        values.push_str("  locations:\n");
        for location in 0..=case % 4 {
            let replicas = 1 + (case + location) % 3;
            let _ = writeln!(
                values,
                "    - name: aws-us-east-{location}\n      replicas: {replicas}"
            );
        }
        let _ = writeln!(values, "pgcat:\n  defaultPoolSize: {}", 10 + case);
        if case % 3 == 0 {
            values.push_str("postgres:\n  credentialsSecretName: credentials\n");
        }
        if case % 2 == 0 {
            values.push_str("backup:\n  enabled: true\n  provider: gcp\n  gcp:\n    bucket: dumps\n    cloudAccountName: google\n");
        }
        fs::write(folder.join(format!("case-{case}.yaml")), values)?;
    }
    Ok(())
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"));
    command.arg("test").arg(folder).env_remove("CI");
    command
}

/// The least and the median.
fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    say(&format!(
        "{what:<20}   least {:.1} ms   median {:.1} ms",
        milliseconds(times[0]),
        milliseconds(times[times.len() / 2])
    ));
}

#[allow(clippy::print_stdout)] // the product of a benchmark
fn say(line: &str) {
    println!("{line}");
}
