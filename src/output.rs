//! The only way out: a stream, or a folder that holds exactly what was rendered.

mod file;
mod folder;

use std::iter;

use serde_json::Value;

use crate::forms::File;
use crate::manifests::Manifest;

pub use file::{Readers, read as read_file, write as write_file};
pub use folder::{Change, Folder, Wishes, write_new};

/// What each document of a stream begins with.
const BEGIN: &str = "---\n";

/// All documents as one YAML stream, as `cpln apply -f -` reads it, in parts.
pub fn yaml_stream(manifests: &[Manifest]) -> impl Iterator<Item = &str> {
    manifests
        .iter()
        .flat_map(|manifest| iter::once(BEGIN).chain(manifest.parts()))
}

/// Whether a text is the stream of these documents, and there are all of them.
#[must_use]
pub fn is_yaml_stream_of(text: &str, mut documents: impl Iterator<Item = Option<String>>) -> bool {
    let rest = documents.try_fold(text, |rest, document| {
        rest.strip_prefix(BEGIN)?.strip_prefix(&*document?)
    });
    rest == Some("")
}

/// All documents as one JSON array.
///
/// # Errors
///
/// None that a rendered document can bring about.
pub fn json_array(manifests: &[Manifest]) -> anyhow::Result<String> {
    let documents = manifests.iter().map(Manifest::data);
    let documents = documents.map(|read| read.map_err(|problem| anyhow::anyhow!(problem.found)));
    let documents: Vec<Value> = documents.collect::<anyhow::Result<_>>()?;
    Ok(serde_json::to_string_pretty(&documents)? + "\n")
}

/// Files as one text, with a text between each two.
#[must_use]
pub fn joined(files: &[File], between: &str) -> String {
    let texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
    texts.join(between)
}
