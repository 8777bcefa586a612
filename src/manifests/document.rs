//! A document as it is rendered: with marks where built-in files stand, until somebody reads it.

use super::marked::{self, Part};
use crate::layers;
use crate::problem::{Code, Place, Problem};

/// The key that a redacted document has instead of `kind`. `cpln apply` sends nothing at all when a document in a file
/// or a folder has no kind, so that `[redacted]` never becomes somebody's password.
pub const REDACTED_KIND: &str = "redacted";

/// One rendered document.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The template that it comes from.
    pub template: String,
    /// `secret`, `gvc`, …
    pub kind: &'static str,
    /// Name of the resource.
    pub name: String,
    /// The document, with marks where built-in files stand.
    pub(super) marked: String,
}

impl Manifest {
    /// The document, as YAML.
    #[must_use]
    pub fn yaml(&self) -> String {
        self.parts().collect()
    }

    /// The same in parts, for who writes it somewhere: together they can be long.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        blocks(&self.marked)
    }

    /// Whether something was left out, so that it can be shown.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        self.marked.lines().any(|line| {
            line.strip_prefix(REDACTED_KIND)
                .is_some_and(|rest| rest.starts_with(':'))
        })
    }

    /// The document as data: read back once more, because trees are large and few callers want them.
    ///
    /// # Errors
    ///
    /// It is not one mapping. Every document was checked, so this would be a mistake of ours.
    pub fn data(&self) -> Result<serde_json::Value, Problem> {
        let problem = |found: &str| {
            let found = format!("{}: what it renders: {found}", self.template);
            Problem::new(Code::Template, Place::Nowhere, found)
        };
        let mut documents =
            layers::read_documents(&self.yaml()).map_err(|(_, found)| problem(&found.found))?;
        match (documents.pop(), documents.is_empty()) {
            (Some(document), true) => Ok(document),
            _ => Err(problem("not one mapping")),
        }
    }
}

/// The parts of a document.
pub(super) fn blocks(marked: &str) -> impl Iterator<Item = &str> {
    marked::parts(marked).flatten().map(Part::block)
}
