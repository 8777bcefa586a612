//! Makes the table of the built-in templates before the program is compiled: every file of `templates/`, and what is
//! known of it without any values.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

#[path = "plain.rs"]
#[allow(dead_code)] // the rest is for the program
mod plain;

#[allow(clippy::print_stdout)] // Cargo listens there
fn main() -> io::Result<()> {
    for seen in ["templates", "src/build.rs", "src/plain.rs"] {
        println!("cargo::rerun-if-changed={seen}");
    }
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("templates");
    let mut files = files_below(&root)?;
    files.sort();
    let mut table = "&[\n".to_owned();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let name = file.strip_prefix(&root).unwrap_or(&file);
        let name = name.to_string_lossy().replace('\\', "/");
        let checksum = Sha256::digest(&text);
        _ = writeln!(
            table,
            "BuiltIn {{ name: {name:?}, text: include_str!({file:?}), plain: {}, block: {:?}, checksum: {checksum:?} }},",
            behind_tags(&text),
            block(&name, &text)?
        );
    }
    table += "]\n";
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("templates.rs"), table)
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        match path.is_dir() {
            _ if is_hidden => {}
            true => files.extend(files_below(&path)?),
            false => files.push(path),
        }
    }
    Ok(files)
}

/// The lines of a file as they stand in a literal block, four columns in, without what stands around them; templates are
/// rendered before they stand in one.
fn block(name: &str, text: &str) -> io::Result<String> {
    if name.ends_with(".j2") {
        return Ok(String::new());
    }
    let is_seen = |c: char| matches!(c, '\n' | '\t') || !plain::is_hidden(c);
    match text.strip_suffix('\n') {
        Some(text) if text.trim() == text && text.chars().all(is_seen) => {
            let lines = text.replace('\n', "\n    ");
            Ok(lines
                .replace("\n    \n", "\n\n")
                .replace("\n    \n", "\n\n"))
        }
        _ => Err(io::Error::other(format!(
            "{name}: neither a hidden character, nor an empty line at its begin or end, can stand in a block"
        ))),
    }
}

/// Where plain text begins, behind the line that the last sign of a tag stands in: most of a script.
fn behind_tags(text: &str) -> usize {
    let signs = ["{{", "{%", "{#", "}}", "%}", "#}"];
    let last = signs.iter().filter_map(|sign| text.rfind(sign)).max();
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    last.map_or(0, line_end)
}
