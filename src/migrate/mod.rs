//! Values of the public Helm template (1.0.0 to 1.1.1) for this program: the text stays as it is, byte for byte, but for
//! the places that mean something else here.

mod credentials;
mod edits;
mod meaning;
mod walk;

use crate::layers::Node;
use crate::values::name::{ReleaseName, SecretName};

pub use credentials::Credentials;

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
    /// Lines of the new text that may hold the password still, though it was to leave.
    pub left_behind: Vec<usize>,
    /// Whether credentials were taken out of the text.
    pub credentials: Option<Credentials>,
}

/// One change, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The line of the old text.
    pub line: usize,
    /// The key.
    pub path: String,
    /// What was done, and why. Never a secret.
    pub what: String,
}

/// The migration of a text whose documents are these.
#[must_use]
pub fn migrate(text: &str, documents: &[&Node], wishes: &Wishes) -> Migration {
    let mut walk = walk::walk(text, documents, wishes);
    walk.changes.sort_by_key(|change| change.line);
    let names_release = documents.iter().any(|node| node.get("release").is_some());
    let password = walk.password;
    let text = walk.edits.apply(text);
    let left_behind = match walk.credentials {
        Some(_) => credentials::left_behind(&text, password.as_deref()),
        None => Vec::new(),
    };
    Migration {
        names_release: names_release || wishes.release.is_some(),
        left_behind,
        text,
        changes: walk.changes,
        credentials: walk.credentials,
    }
}
