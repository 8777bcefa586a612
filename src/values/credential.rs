//! User, password and database: anything that PostgreSQL accepts.

use std::fmt;

use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use crate::decode::Invalid;

/// PostgreSQL cuts identifiers off at this many bytes.
const MAX_IDENTIFIER: usize = 63;
/// An environment variable of a container holds at most this many characters.
const MAX_ENVIRONMENT: usize = 4096;

/// Name of the superuser that the cluster is made with and that applications use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Parse for Username {
    const ALLOWED: &str = "1 to 63 bytes without line breaks and without any of \" $ ' \\ (initdb refuses them), not `public`, `none` or `pg_…` (reserved)";
    const EXAMPLES: &[&str] = &["app", "orders"];

    fn rule() -> Value {
        json!({
            "pattern": r#"^(?!pg_|public$|none$)[^"$'\\\n\r\u0000]+$"#,
            "maxLength": MAX_IDENTIFIER,
        })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let reserved = text.starts_with("pg_") || text == "public" || text == "none";
        if reserved || !is_identifier(text) || text.contains(['"', '$', '\'', '\\']) {
            return Err(not_allowed::<Self>(text));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Name of the database that replicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database(String);

impl Parse for Database {
    const ALLOWED: &str = "1 to 63 bytes without line breaks, not `template0`, `template1` (PostgreSQL's own), `pgcat` or `pgbouncer` (the pooler's)";
    const EXAMPLES: &[&str] = &["orders", "app"];

    fn rule() -> Value {
        json!({
            "pattern": r"^(?!(template[01]|pgcat|pgbouncer)$)[^\n\r\u0000]+$",
            "maxLength": MAX_IDENTIFIER,
        })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let reserved = ["template0", "template1", "pgcat", "pgbouncer"].contains(&text);
        if reserved || !is_identifier(text) {
            return Err(not_allowed::<Self>(text));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The password of [`Username`]. Shows itself to nobody but [`Password::reveal`]'s callers.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The password itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Parse for Password {
    const ALLOWED: &str = "1 to 4096 characters without line breaks and NUL";
    const EXAMPLES: &[&str] = &["correct horse battery staple", "another one"];

    fn rule() -> Value {
        json!({ "pattern": r"^[^\n\r\u0000]+$", "maxLength": MAX_ENVIRONMENT })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let length = text.chars().count();
        if length == 0 {
            return Err(not_allowed::<Self>(""));
        }
        if length > MAX_ENVIRONMENT || breaks_a_line(text) {
            let found = if breaks_a_line(text) {
                "[redacted] holds a line break or NUL"
            } else {
                "[redacted] is too long"
            };
            return Err(Invalid::new(found, Self::ALLOWED));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

macro_rules! as_str {
    ($($type:ty),+) => {$(
        impl $type {
            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )+};
}

as_str!(Username, Database);
read_as!(text: Username, Database, Password);

fn is_identifier(text: &str) -> bool {
    (1..=MAX_IDENTIFIER).contains(&text.len()) && !breaks_a_line(text)
}

fn breaks_a_line(text: &str) -> bool {
    text.contains(['\n', '\r', '\0'])
}
