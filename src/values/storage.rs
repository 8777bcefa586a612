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
pub struct SnapshotSchedule(String);

impl SnapshotSchedule {
    /// The cron line; `None` for no schedule.
    #[must_use]
    pub fn line(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|line| !line.is_empty())
    }
}

impl Parse for SnapshotSchedule {
    const ALLOWED: &str = "a cron line whose minute is one number, such as \"0 */6 * * *\" (at most one snapshot an hour), or \"\" for none";
    const EXAMPLES: &[&str] = &["0 */6 * * *", "30 1 * * *"];

    fn rule() -> Value {
        let mut rule = Schedule::rule();
        rule["pattern"] = format!("^$|{}", rule["pattern"].as_str().unwrap_or_default()).into();
        rule["allOf"] = json!([{ "pattern": "^$|^ *[0-9]+ " }]);
        rule
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self(String::new()));
        }
        Schedule::parse(text)?;
        let minute = text.split_whitespace().next().unwrap_or_default();
        if minute.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

/// A key of AWS KMS, by its ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EncryptionKey(String);

impl EncryptionKey {
    /// The ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for EncryptionKey {
    const ALLOWED: &str = "the ARN of a key, such as arn:aws:kms:us-west-2:123456789012:key/NAME";
    const EXAMPLES: &[&str] = &[
        "arn:aws:kms:us-west-2:123456789012:key/orders",
        "arn:aws:kms:eu-central-1:123456789012:key/shop",
    ];

    fn rule() -> Value {
        json!({ "pattern": "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(?:key|alias)/[A-Za-z0-9/_-]+$" })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let word = |text: &str, also: &[u8]| {
            let fits = |b: u8| b.is_ascii_alphanumeric() || also.contains(&b);
            !text.is_empty() && text.bytes().all(fits)
        };
        let lower = |text: &str| !text.bytes().any(|b| b.is_ascii_uppercase());
        let fits = match parts[..] {
            ["arn", partition, "kms", region, account, resource] => {
                let key = resource
                    .strip_prefix("key/")
                    .or_else(|| resource.strip_prefix("alias/"));
                let partition = partition.strip_prefix("aws");
                partition
                    .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
                    && word(region, b"-")
                    && lower(region)
                    && account.len() == 12
                    && account.bytes().all(|b| b.is_ascii_digit())
                    && key.is_some_and(|key| word(key, b"/_-"))
            }
            _ => false,
        };
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err(not_allowed::<Self>(text)),
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

read_as!(text: EncryptionKey, Retention, SnapshotSchedule, TagKey, TagValue);
