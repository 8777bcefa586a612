//! Layers, merge and report together. A case is a folder of `tests/layers`: the files it reads, the arguments in
//! `args` (one a line), and what comes out: `report.txt`, and where they exist `report.json`, `report.github`,
//! `report.sarif`, `values.json`.
//!
//! `BLESS=1 cargo test --test layers` writes what came out.

mod common;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use clap::{Args, Command, FromArgMatches};
use libtest_mimic::{Arguments, Failed};
use pgedge_tpl::cli::{Format, ValueFlags};
use pgedge_tpl::layers::{self, Memory};
use pgedge_tpl::merge;
use pgedge_tpl::report::report;

const BUILT_IN: &str = include_str!("layers/built-in.yaml");

fn main() -> std::process::ExitCode {
    libtest_mimic::run(&Arguments::from_args(), common::stories("layers", check)).exit_code()
}

fn check(folder: &Path) -> Result<(), Failed> {
    let mut files = Memory::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        match name.to_str() {
            Some("stdin") => files.stdin = fs::read(&path)?,
            _ => files = files.with(name, fs::read(&path)?),
        }
    }
    let args = fs::read_to_string(folder.join("args"))?;
    let matches = ValueFlags::augment_args(Command::new("layers").no_binary_name(true))
        .try_get_matches_from(args.lines())?;
    let flags = ValueFlags::from_arg_matches(&matches)?;

    let (built_in, mut problems) = merge::built_in(BUILT_IN);
    let (layers, found) = layers::read_from(&files, &flags, built_in.sources());
    problems.extend(found);
    let (merged, found) = merge::merge(built_in, layers);
    problems.extend(found);

    let human = report(&problems, &merged, Format::Text);
    let plain = anstream::adapter::strip_str(&human).to_string();
    compare(&folder.join("report.txt"), &plain, true)?;
    for (name, format) in [
        ("report.json", Format::Json),
        ("report.github", Format::Github),
        ("report.sarif", Format::Sarif),
    ] {
        compare(
            &folder.join(name),
            &report(&problems, &merged, format),
            false,
        )?;
    }
    compare(
        &folder.join("values.json"),
        &format!("{:#}\n", merged.tree().to_json()),
        false,
    )
}

/// Compares what came out with the file; a file that is not there asks for nothing, unless it is needed.
fn compare(path: &Path, got: &str, is_needed: bool) -> Result<(), Failed> {
    if !path.exists() && !is_needed {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some_and(|value| value == OsStr::new("1")) {
        fs::write(path, got)?;
    }
    let wanted =
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if wanted == got {
        return Ok(());
    }
    Err(format!("{} has\n{wanted}\nand this came out\n{got}", path.display()).into())
}
