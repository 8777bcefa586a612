//! The rooms of `src/` stand in the order of the drawing in `lib.rs`, and imports run one way.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::Result;

/// Each room, behind all those that it may use.
const ROOMS: &[&str] = &[
    "cli",
    "plain",
    "place",
    "problem",
    "layers",
    "merge",
    "decode",
    "values",
    "cluster",
    "schema",
    "manifests",
    "migrate",
    "notes",
    "explain",
    "forms",
    "output",
    "selection",
    "report",
    "plan",
    "look",
    "snapshot",
    "commands",
];

#[test]
fn imports_run_one_way() -> Result<()> {
    let mut seen = 0;
    for file in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")))? {
        let Some(room) = room_of(&file) else { continue };
        let own = ROOMS
            .iter()
            .position(|known| *known == room)
            .ok_or_else(|| format!("{room} is in no drawing"))?;
        let code: String = fs::read_to_string(&file)?
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|line| format!("{line}\n"))
            .collect();
        for used in used_rooms(&code) {
            let other = ROOMS
                .iter()
                .position(|known| *known == used)
                .ok_or_else(|| format!("{used} is in no drawing"))?;
            assert!(
                other <= own,
                "{} uses {used}, which comes after {room}",
                file.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 30, "imports were found at all");
    Ok(())
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(sources(&path)?),
            false => files.push(path),
        }
    }
    Ok(files)
}

/// The first name under `src/`; none for the doors `main.rs` and `lib.rs`.
fn room_of(file: &Path) -> Option<String> {
    let below = file
        .strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
        .ok()?;
    let first = below
        .components()
        .next()?
        .as_os_str()
        .to_str()?
        .trim_end_matches(".rs");
    (first != "main" && first != "lib").then(|| first.to_owned())
}

/// The rooms behind every `crate::`, in lists too.
fn used_rooms(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => rooms.push(name(rest)),
            Some(list) => {
                let list = list.split("};").next().unwrap_or_default();
                let mut depth = 0;
                let mut item = String::new();
                for c in list.chars().chain([',']) {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => rooms.push(name(std::mem::take(&mut item).trim())),
                        _ => item.push(c),
                    }
                }
            }
        }
    }
    rooms.retain(|room| !room.is_empty() && room.chars().all(|c| c.is_lowercase() || c == '_'));
    rooms
}

fn name(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}
