//! What the platform keeps about resources: snapshots and tags.

use serde::Serialize;
use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use super::schedule::Schedule;
use crate::decode::Invalid;

/// How long a snapshot is kept: a number and `d`, `h` or `m`, as the platform writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Retention(String);

impl Retention {
    /// The duration.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for Retention {
    const ALLOWED: &str = "a number and a unit: `7d`, `1.5d`, `36h` or `90m`";
    const EXAMPLES: &[&str] = &["14d", "36h"];

    fn rule() -> Value {
        json!({ "pattern": r"^[0-9]+(?:\.[0-9]+)?[dhm]$" })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let number = text.strip_suffix(['d', 'h', 'm']).unwrap_or_default();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if digits(whole) && digits(fraction) {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

/// When snapshots are taken: a cron line whose minute is one number, because the platform takes at most one an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SnapshotSchedule(Schedule);

impl SnapshotSchedule {
    /// The cron line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Parse for SnapshotSchedule {
    const ALLOWED: &str = "a cron line whose minute is one number, such as \"0 */6 * * *\" (at most one snapshot an hour)";
    const EXAMPLES: &[&str] = &["0 */6 * * *", "30 1 * * *"];

    fn rule() -> Value {
        let mut rule = Schedule::rule();
        rule["allOf"] = json!([{ "pattern": "^ *[0-9]+ " }]);
        rule
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let schedule = Schedule::parse(text)?;
        let minute = text.split_whitespace().next().unwrap_or_default();
        if minute.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(schedule))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

/// Key of a tag. Keys that start with `cpln/` switch the platform's behaviour and are not offered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct TagKey(String);

impl TagKey {
    const RESERVED: &[&str] = &["cpln/", "syncer.cpln.io/", "firebase/", "app.cpln.io/"];

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for TagKey {
    const ALLOWED: &str = "1 to 128 letters, digits and `-._/:`, not starting with cpln/, app.cpln.io/, syncer.cpln.io/ or firebase/ (reserved)";
    const EXAMPLES: &[&str] = &["team", "cost-center"];

    fn rule() -> Value {
        let reserved = Self::RESERVED.join("|").replace('.', r"\.");
        json!({ "pattern": format!("^(?!{reserved})[A-Za-z0-9._/:-]+$"), "maxLength": 128 })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let right = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._/:".contains(&b))
            && !Self::RESERVED.iter().any(|prefix| text.starts_with(prefix));
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

/// Value of a tag: text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TagValue(String);

impl TagValue {
    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for TagValue {
    const ALLOWED: &str = "up to 250 characters without control characters";
    const EXAMPLES: &[&str] = &["data", "1234"];

    fn rule() -> Value {
        json!({ "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$", "maxLength": 250 })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.chars().count() <= 250 && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

read_as!(text: Retention, SnapshotSchedule, TagKey, TagValue);
