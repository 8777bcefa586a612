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
    "picture",
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
        for used in used_in(&code(&file)?, "crate::") {
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

/// The rooms that the drawing in `lib.rs` shows stand in this order, too.
#[test]
fn the_drawing_shows_the_way_of_the_imports() -> Result<()> {
    let lib = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs"))?;
    let way = lib
        .lines()
        .find(|line| line.contains('►'))
        .ok_or("no drawing")?;
    let words = way.split(|c: char| !c.is_ascii_lowercase());
    let drawn: Vec<usize> = words
        .filter_map(|word| ROOMS.iter().position(|room| *room == word))
        .collect();
    assert!(drawn.len() >= 6, "{way}");
    assert!(drawn.is_sorted(), "{way}");
    Ok(())
}

/// Files of a room may use each other, but not in a circle. Each with those beside it that it uses, folders as a whole;
/// `mod.rs`, where a folder's own things are declared, is not among them.
fn neighbours(folder: &Path, path: &str) -> Result<Vec<(String, Vec<String>)>> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        let name = file
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        let prefixes = [format!("crate::{path}::"), "super::".to_owned()];
        let mut used = Vec::new();
        if file.is_dir() {
            for inner in sources(&file)? {
                let code = code(&inner)?;
                used.extend(used_in(&code, &prefixes[0]));
                used.extend(used_in(&code, "super::super::"));
            }
        } else if name != "mod" && file.extension().is_some_and(|extension| extension == "rs") {
            let code = code(&file)?;
            used.extend(prefixes.iter().flat_map(|prefix| used_in(&code, prefix)));
        } else {
            continue;
        }
        all.push((name, used));
    }
    let names: Vec<String> = all.iter().map(|(name, _)| name.clone()).collect();
    for (own, used) in &mut all {
        used.retain(|name| names.contains(name) && name != own);
    }
    Ok(all)
}

/// Takes away what uses nothing that is left, as long as there is such a file: what stays goes in a circle.
fn circle(mut files: Vec<(String, Vec<String>)>) -> Vec<String> {
    loop {
        let left: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        files.retain(|(_, used)| used.iter().any(|name| left.contains(name)));
        if files.len() == left.len() {
            return left;
        }
    }
}

#[test]
fn no_files_go_in_a_circle() -> Result<()> {
    let src = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut folders = vec![(src.to_owned(), String::new())];
    let mut seen = 0;
    while let Some((folder, path)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?.path();
            if entry.is_dir() {
                let name = entry
                    .file_name()
                    .and_then(|name| name.to_str())
                    .unwrap_or_default();
                let inner = if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}::{name}")
                };
                folders.push((entry.clone(), inner));
            }
        }
        if !path.is_empty() {
            let files = neighbours(&folder, &path)?;
            seen += files.iter().map(|(_, used)| used.len()).sum::<usize>();
            assert_eq!(circle(files), Vec::<String>::new(), "in {path}");
        }
    }
    assert!(seen > 100, "imports were found at all: {seen}");
    let pair = |a: &str, b: &str| (a.to_owned(), vec![b.to_owned()]);
    assert_eq!(circle(vec![pair("a", "b"), pair("b", "a")]).len(), 2);
    Ok(())
}

/// A reader takes in a file at a time, and a function without turning the page.
#[test]
fn files_and_functions_are_short() -> Result<()> {
    let mut files = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    for file in files {
        let text = fs::read_to_string(&file)?;
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines.len() <= 350,
            "{}: {} lines",
            file.display(),
            lines.len()
        );
        for (at, line) in lines.iter().enumerate() {
            let bare = line.trim_start();
            if !bare.starts_with("fn ") && !bare.contains(") fn ") && !bare.starts_with("pub fn ") {
                continue;
            }
            // a trait's has no body
            let opens = lines[at..]
                .iter()
                .find(|line| line.ends_with(['{', ';', '}']));
            if opens.is_none_or(|line| !line.ends_with('{')) {
                continue;
            }
            let end = format!("{}}}", &line[..line.len() - bare.len()]);
            let length = lines[at..].iter().position(|line| *line == end);
            let length = length.unwrap_or_default() + 1;
            assert!(
                length <= 60,
                "{}:{}: {length} lines",
                file.display(),
                at + 1
            );
        }
    }
    Ok(())
}

/// What is no comment.
fn code(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    Ok(lines.map(|line| format!("{line}\n")).collect())
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

/// The first name under `src/`; none for the doors `main.rs` and `lib.rs`, and for what runs before them.
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
    (!["main", "lib", "build"].contains(&first)).then(|| first.to_owned())
}

/// The modules behind every such prefix, in lists too.
fn used_in(text: &str, prefix: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
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
