//! PostgreSQL's own settings: names and values of parameters, lines of pg_hba.conf.

use serde::Serialize;

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
