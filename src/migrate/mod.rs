//! Values of the public Helm template (1.0.0 to 1.1.1) for this program: the text stays as it is, byte for byte, but for
//! the places that mean something else here.

mod edits;
mod plan;

use crate::layers::Node;
use crate::values::name::{ReleaseName, SecretName};

pub use plan::Change;

/// What is wanted beside the plain migration.
#[derive(Debug, Default)]
pub struct Wishes {
    /// The secret that takes the place of inline credentials.
    pub secret: Option<SecretName>,
    /// The release that Helm installed.
    pub release: Option<ReleaseName>,
}

/// The new text and what differs in it.
#[derive(Debug)]
pub struct Migration {
    /// The new text.
    pub text: String,
    /// What was changed, in the order of the text.
    pub changes: Vec<Change>,
    /// Whether the new text names its release.
    pub names_release: bool,
    /// Whether credentials were taken out of the text.
    pub credentials: Option<Credentials>,
}

/// What was taken out of the text, but for the password.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The user.
    pub username: Option<String>,
    /// The database.
    pub database: Option<String>,
}

/// The migration of a text whose documents are these.
#[must_use]
pub fn migrate(text: &str, documents: &[&Node], wishes: &Wishes) -> Migration {
    let mut planned = plan::plan(text, documents, wishes);
    planned.changes.sort_by_key(|change| change.line);
    let names_release = documents.iter().any(|node| node.get("release").is_some());
    Migration {
        names_release: names_release || wishes.release.is_some(),
        text: planned.edits.apply(text),
        changes: planned.changes,
        credentials: planned.credentials,
    }
}
