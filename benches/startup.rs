//! `render` of the defaults beside a program that only parses the same arguments, in one run:
//!
//! ```sh
//! cargo bench --bench startup
//! ```
//!
//! Both are whole processes, run in turn. The least times say most: the rest is the machine's noise.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use pgedge_tpl::cli::Cli;

const RUNS: usize = 1000;
const PARSE_ONLY: &str = "PGEDGE_TPL_PARSE_ONLY";

fn main() -> std::io::Result<()> {
    if std::env::var_os(PARSE_ONLY).is_some() {
        black_box(Cli::parse());
        return Ok(());
    }
    let parse_only = std::env::current_exe()?;
    let mut empty = Vec::with_capacity(RUNS);
    let mut render = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        empty.push(time(
            Command::new(&parse_only).arg("render").env(PARSE_ONLY, "1"),
        )?);
        render.push(time(
            Command::new(env!("CARGO_BIN_EXE_pgedge-tpl")).arg("render"),
        )?);
    }
    let (empty, render) = (summary(empty), summary(render));
    report("parses the arguments", empty);
    report("renders the defaults", render);
    let ratio = |of: fn((Duration, Duration)) -> Duration| {
        of(render).as_secs_f64() / of(empty).as_secs_f64()
    };
    say(&format!(
        "ratio                  {:.2}       {:.2}",
        ratio(|times| times.0),
        ratio(|times| times.1)
    ));
    Ok(())
}

fn time(command: &mut Command) -> std::io::Result<Duration> {
    let start = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    assert!(status.success());
    Ok(start.elapsed())
}

/// The least and the median.
fn summary(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[0], times[times.len() / 2])
}

fn report(what: &str, (least, median): (Duration, Duration)) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    say(&format!(
        "{what}   least {:.2} ms   median {:.2} ms",
        milliseconds(least),
        milliseconds(median)
    ));
}

#[allow(clippy::print_stdout)] // the product of a benchmark
fn say(line: &str) {
    println!("{line}");
}
