//! The other ways in: the same documents as Terraform, as resources of the Kubernetes operator, as a Helm chart.

pub mod chart;
mod checksum;
mod document;
pub mod operator;
pub mod terraform;

pub use checksum::checksum;

use crate::manifests::{Manifest, is_kind};

/// One file of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, below the folder that the form is written to; at most one folder down.
    pub name: String,
    /// What it holds.
    pub text: String,
    /// Whether a secret is in it, so that its owner alone may read it.
    pub holds_secret: bool,
}

impl File {
    /// A file that anybody may read.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            holds_secret: false,
        }
    }

    /// The file of a manifest.
    fn of(manifest: &Manifest, text: impl Into<String>) -> Self {
        Self {
            holds_secret: manifest.kind == "secret" && !manifest.is_redacted(),
            ..Self::new(format!("{}-{}.yaml", manifest.kind, manifest.name), text)
        }
    }
}

/// The documents themselves, a file for each.
#[must_use]
pub fn manifests(manifests: &[Manifest]) -> Vec<File> {
    let file = |manifest: &Manifest| File::of(manifest, manifest.yaml());
    manifests.iter().map(file).collect()
}

/// Whether a file of some form may have this name.
#[must_use]
pub fn is_name(name: &str) -> bool {
    terraform::FILES.contains(&name)
        || chart::FILES.contains(&name)
        || is_name_of_manifest(name.strip_prefix(chart::DOCUMENTS).unwrap_or(name))
}

fn is_name_of_manifest(name: &str) -> bool {
    let stem = name.strip_suffix(".yaml").unwrap_or_default();
    let parts = stem.split_once('-');
    parts.is_some_and(|(kind, name)| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        is_kind(kind) && !name.is_empty() && name.bytes().all(is_plain)
    })
}
