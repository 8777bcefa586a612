//! The only way out: a stream, or a folder that holds exactly what was rendered.

mod file;
mod folder;

use crate::manifests::Manifest;

pub use file::{read as read_file, write as write_file};
pub use folder::{Change, Folder};

/// All documents as one YAML stream, as `cpln apply -f -` reads it.
#[must_use]
pub fn yaml_stream(manifests: &[Manifest]) -> String {
    manifests
        .iter()
        .flat_map(|manifest| ["---\n", &manifest.yaml])
        .collect()
}

/// All documents as one JSON array.
///
/// # Errors
///
/// None that a rendered document can bring about.
pub fn json_array(manifests: &[Manifest]) -> anyhow::Result<String> {
    let documents: Vec<_> = manifests.iter().map(Manifest::data).collect();
    Ok(serde_json::to_string_pretty(&documents)? + "\n")
}
