//! `render` of the defaults beside an empty program that is linked as it is, in one run:
//!
//! ```sh
//! RUSTFLAGS='-Ctarget-feature=+crt-static' cargo bench --bench startup --target x86_64-unknown-linux-gnu
//! PROGRAM=path/to/pgedge-tpl cargo bench --bench startup
//! ```
//!
//! Without `PROGRAM`, Cargo's own is timed. All are whole processes, run in turn. The least times say most: the rest is
//! the machine's noise. How many instructions it takes says `valgrind --tool=callgrind pgedge-tpl render`.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::time;

const RUNS: usize = 1000;

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let empty = empty_program(folder.path())?;
    let program =
        std::env::var_os("PROGRAM").map_or(env!("CARGO_BIN_EXE_pgedge-tpl").into(), PathBuf::from);
    let what: [(&str, &Path, &[&str]); 3] = [
        ("an empty program", &empty, &[]),
        ("tells its version", &program, &["--version"]),
        ("renders the defaults", &program, &["render"]),
    ];
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..RUNS {
        for ((_, program, arguments), times) in what.iter().zip(&mut times) {
            times.push(time(Command::new(program).args(*arguments))?);
        }
    }
    let times = times.map(summary);
    for ((name, ..), (least, median)) in what.iter().zip(times) {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        say(&format!(
            "{name:<22} least {:.2} ms = {:.2}   median {:.2} ms = {:.2}",
            milliseconds(least),
            ratio(least, times[0].0),
            milliseconds(median),
            ratio(median, times[0].1)
        ));
    }
    Ok(())
}

/// Static like the releases: the C library is in it.
fn empty_program(folder: &Path) -> std::io::Result<PathBuf> {
    let source = folder.join("empty.rs");
    fs::write(&source, "fn main() {}\n")?;
    let program = folder.join("empty");
    let options = [
        "-Copt-level=3",
        "-Cpanic=abort",
        "-Cstrip=symbols",
        "-Ctarget-feature=+crt-static",
        "-o",
    ];
    let status = Command::new("rustc")
        .args(options)
        .arg(&program)
        .arg(&source)
        .status()?;
    assert!(status.success(), "rustc");
    Ok(program)
}

/// The least and the median.
fn summary(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[0], times[times.len() / 2])
}

fn ratio(time: Duration, of: Duration) -> f64 {
    time.as_secs_f64() / of.as_secs_f64()
}

#[allow(clippy::print_stdout)] // the product of a benchmark
fn say(line: &str) {
    println!("{line}");
}
