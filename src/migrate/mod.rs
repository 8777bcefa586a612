//! Values of the public Helm template (1.0.0 to 3.0.0) for this program: the text stays as it is, byte for byte, but for
//! the places that mean something else here.

mod credentials;
mod edits;
mod keys;
mod meaning;
mod moving;
mod version;
mod walk;

use crate::layers::Node;
use crate::problem::{Code, Place, Problem, Problems};
use crate::values::name::{GvcName, ReleaseName, SecretName};

use meaning::Meaning;

pub use credentials::Credentials;
pub use version::Version;

/// What is wanted beside the plain migration.
#[derive(Debug, Default)]
pub struct Wishes {
    /// The secret that takes the place of inline credentials.
    pub secret: Option<SecretName>,
    /// The release that Helm installed.
    pub release: Option<ReleaseName>,
    /// The GVC that Helm installed into, where the file does not name it.
    pub gvc: Option<GvcName>,
}

/// The new text and what differs in it.
#[derive(Debug)]
pub struct Migration {
    /// The version that the file was taken for.
    pub version: Version,
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
///
/// # Errors
///
/// Keys that no version has together, a GVC that is missing.
pub fn migrate(text: &str, documents: &[&Node], wishes: &Wishes) -> Result<Migration, Problems> {
    let meaning = Meaning::new();
    let version = version::of(documents, &meaning)?;
    check_gvc(version, wishes)?;
    let mut walk = walk::walk(text, documents, wishes, meaning);
    walk.changes.sort_by_key(|change| change.line);
    let names_release = documents.iter().any(|node| node.get("release").is_some());
    let password = walk.password;
    let text = walk.edits.apply(text);
    let left_behind = match wishes.secret {
        Some(_) => credentials::left_behind(&text, password.as_deref()),
        None => Vec::new(),
    };
    Ok(Migration {
        version,
        names_release: names_release || wishes.release.is_some(),
        left_behind,
        text,
        changes: walk.changes,
        credentials: walk.credentials,
    })
}

/// The GVC is named in the file, or by the flag.
fn check_gvc(version: Version, wishes: &Wishes) -> Result<(), Problems> {
    let problem = |code, found: &str, fix: &str| {
        Err(Problem::new(code, Place::Nowhere, found).fix(fix).into())
    };
    match (version, &wishes.gvc) {
        (Version::Later(version), None) => problem(
            Code::MissingKey,
            &format!(
                "the template {version} has no GVC of its own, and the file does not name the one it was installed into"
            ),
            "give its name: --gvc NAME",
        ),
        (Version::One, Some(_)) => problem(
            Code::Conflict,
            "--gvc has no meaning for this file: it names its GVC itself, as `gvc.name`",
            "leave --gvc out",
        ),
        _ => Ok(()),
    }
}
