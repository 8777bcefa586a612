//! CPU and memory, as the platform writes them: text with a unit.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use crate::decode::Invalid;

/// The platform takes at most this many characters.
const MAX_LEN: usize = 20;

/// An amount of CPU: `500m`, `2`, `1.5`. At least 25 millicores, the platform's floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpu {
    text: String,
    millicores: u64,
}

impl Cpu {
    /// The least, in millicores.
    pub const FLOOR: u64 = 25;

    /// In millicores.
    #[must_use]
    pub fn millicores(&self) -> u64 {
        self.millicores
    }
}

impl Parse for Cpu {
    const ALLOWED: &str =
        "a CPU quantity of at least 25m, such as `500m` (millicores), `2` or `1.5` (cores)";
    const EXAMPLES: &[&str] = &["1", "600m"];

    fn rule() -> Value {
        let millicores = r"0*(?:2[5-9]|[3-9][0-9]|[1-9][0-9]{2,})(?:\.0{1,3})?m";
        let cores = r"0*[1-9][0-9]*(?:\.[0-9]{1,3})?|0+\.(?:02[5-9]|0[3-9][0-9]?|[1-9][0-9]{0,2})";
        json!({
            "type": ["string", "number"],
            "pattern": format!("^(?:{millicores}|{cores})$"),
            "maxLength": MAX_LEN,
            "minimum": 0.025,
        })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let thousandths = match text.strip_suffix('m') {
            Some(millicores) => decimal(millicores)
                .filter(|n| n % 1000 == 0)
                .map(|n| n / 1000),
            None => decimal(text),
        };
        match thousandths {
            Some(millicores) if millicores >= Self::FLOOR && text.len() <= MAX_LEN => Ok(Self {
                text: text.to_owned(),
                millicores,
            }),
            _ => Err(not_allowed::<Self>(text)),
        }
    }
}

/// An amount of memory: `256Mi`, `4Gi`. At least 32 MiB, the platform's floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    text: String,
    bytes: u64,
}

impl Memory {
    /// The least, in bytes: 32 MiB.
    pub const FLOOR: u64 = 32 << 20;

    const UNITS: &[(&str, u64)] = &[
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
    ];

    /// In bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Parse for Memory {
    const ALLOWED: &str = "a memory quantity of at least 32Mi, such as `256Mi` or `4Gi`";
    const EXAMPLES: &[&str] = &["2Gi", "512Mi"];

    /// The floor is said for `Mi` and plain bytes only: in other units it is a number nobody writes.
    fn rule() -> Value {
        let mebibytes = r"0*(?:3[2-9]|[4-9][0-9]|[1-9][0-9]{2,})(?:\.[0-9]{1,3})?Mi";
        let other = r"[0-9]+(?:\.[0-9]{1,3})?(?:Ki|Gi|Ti|k|M|G|T)";
        json!({
            "type": ["string", "number"],
            "pattern": format!(r"^(?:{mebibytes}|{other}|0*[1-9][0-9]{{7,}}(?:\.[0-9]{{1,3}})?)$"),
            "maxLength": MAX_LEN,
            "minimum": Self::FLOOR,
        })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let (number, unit) = Self::UNITS
            .iter()
            .find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))
            .unwrap_or((text, 1));
        let bytes = decimal(number)
            .and_then(|thousandths| thousandths.checked_mul(unit))
            .map(|n| n / 1000);
        match bytes {
            Some(bytes) if bytes >= Self::FLOOR && text.len() <= MAX_LEN => Ok(Self {
                text: text.to_owned(),
                bytes,
            }),
            _ => Err(not_allowed::<Self>(text)),
        }
    }
}

/// `1.5` as 1500: digits with at most three behind the point.
fn decimal(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<3}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(fraction)
}

macro_rules! written_as_text {
    ($($type:ty),+) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.text)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text)
            }
        }
    )+};
}

written_as_text!(Cpu, Memory);
read_as!(any_scalar: Cpu, Memory);
