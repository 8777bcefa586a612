//! The other ways in: the same documents as Terraform, as resources of the Kubernetes operator, as a Helm chart.

pub mod chart;
mod document;
pub mod operator;
pub mod terraform;

use crate::manifests::Manifest;

/// One file of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, below the folder that the form is written to.
    pub name: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// A file.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// The documents themselves, a file for each.
#[must_use]
pub fn manifests(manifests: &[Manifest]) -> Vec<File> {
    let file = |manifest: &Manifest| {
        File::new(
            format!("{}-{}.yaml", manifest.kind, manifest.name),
            &manifest.yaml,
        )
    };
    manifests.iter().map(file).collect()
}
