//! PostgreSQL's own settings: names and values of parameters, lines of pg_hba.conf.

use serde::Serialize;
use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use crate::decode::Invalid;

/// Name of a PostgreSQL parameter, such as `work_mem` or `auto_explain.log_min_duration`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ParameterName(String);

impl ParameterName {
    /// The name, lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for ParameterName {
    const ALLOWED: &str = "a parameter's name: letters, digits and `_`, at most one `.` between an extension's name and its own";
    const EXAMPLES: &[&str] = &["work_mem", "auto_explain.log_min_duration"];

    fn rule() -> Value {
        let part = "[A-Za-z_][A-Za-z0-9_]*";
        json!({ "pattern": format!(r"^{part}(?:\.{part})?$"), "maxLength": 63 })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if text.len() <= 63 && text.split('.').count() <= 2 && text.split('.').all(part) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

/// Value of a PostgreSQL parameter, as one would write it behind `SET name =`, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterValue(String);

impl ParameterValue {
    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for ParameterValue {
    const ALLOWED: &str = "a value in one line";
    const EXAMPLES: &[&str] = &["16MB", "on"];

    fn rule() -> Value {
        json!({
            "type": ["string", "number", "boolean"],
            "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$",
        })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.chars().any(char::is_control) {
            Err(not_allowed::<Self>(text))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// One line of pg_hba.conf: type, database, user, address, method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct HbaLine(String);

impl HbaLine {
    const TYPES: &[&str] = &[
        "local",
        "host",
        "hostssl",
        "hostnossl",
        "hostgssenc",
        "hostnogssenc",
    ];

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for HbaLine {
    const ALLOWED: &str =
        "one line of pg_hba.conf, such as `host all all 10.0.0.0/8 scram-sha-256`";
    const EXAMPLES: &[&str] = &[
        "host all reporting 10.0.0.0/8 scram-sha-256",
        "hostssl orders app 0.0.0.0/0 scram-sha-256",
    ];

    fn rule() -> Value {
        // of the control characters only the tab, which is white space
        let word = r"[^\s\u0000-\u001f\u007f-\u009f]+";
        let gap = r"[^\S\u0000-\u0008\u000a-\u001f\u0085]";
        let hosts = Self::TYPES
            .iter()
            .filter(|kind| **kind != "local")
            .copied()
            .collect::<Vec<_>>()
            .join("|");
        json!({ "pattern": format!(
            "^{gap}*(?:local(?:{gap}+{word}){{3,}}|(?:{hosts})(?:{gap}+{word}){{4,}}){gap}*$"
        )})
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let kind = fields.first().copied().unwrap_or_default();
        let least = if kind == "local" { 4 } else { 5 };
        if Self::TYPES.contains(&kind)
            && fields.len() >= least
            && !text.chars().any(|c| c.is_control() && c != '\t')
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

read_as!(text: ParameterName, HbaLine);
read_as!(any_scalar: ParameterValue);
