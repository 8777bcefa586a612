//! Libraries that PostgreSQL loads when it starts.

use serde::Serialize;
use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use crate::decode::{Invalid, nearest};

/// A library of `shared_preload_libraries`, such as `pg_stat_statements`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Library(String);

/// What comes with PostgreSQL, and so with every flavour of the image.
const CONTRIB: &[&str] = &[
    "auto_explain",
    "passwordcheck",
    "pg_prewarm",
    "pg_stat_statements",
];
/// What the image's flavour `standard` has beside it.
const STANDARD: &[&str] = &[
    "pg_cron",
    "pg_stat_monitor",
    "pgaudit",
    "supautils",
    "vchord_bm25",
];

impl Library {
    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pgEdge image of this flavour is known to hold it.
    #[must_use]
    pub fn is_in(&self, flavour: Option<&str>) -> bool {
        CONTRIB.contains(&self.as_str())
            || flavour == Some("standard") && STANDARD.contains(&self.as_str())
    }

    /// The library that was probably meant.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        nearest(self.as_str(), CONTRIB.iter().chain(STANDARD).copied())
    }
}

impl Parse for Library {
    const ALLOWED: &str = "the name of a library: lower-case letters, digits and `_`, without folder and ending; not spock, which is always loaded";
    const EXAMPLES: &[&str] = &["pg_stat_statements", "auto_explain"];

    fn rule() -> Value {
        json!({ "pattern": "^(?!spock$)[a-z_][a-z0-9_]*$", "maxLength": 63 })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let right = text.len() <= 63
            && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        match right && text != "spock" {
            true => Ok(Self(text.to_owned())),
            false => Err(not_allowed::<Self>(text)),
        }
    }
}

read_as!(text: Library);
