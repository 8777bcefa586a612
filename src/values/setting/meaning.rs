//! What the text of a value means to PostgreSQL: its own rules for numbers, units and words (`guc.c`, `bool.c`).

use super::table::{Kind, Setting};

/// A value as PostgreSQL understands it; numbers count in the setting's own unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// `on` or `off`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A word or a text, as it was written.
    Text(String),
}

/// Why a text is no value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It cannot be read as what is wanted.
    Form,
    /// A number with something behind it that is no unit here; what was probably meant.
    Unit(Option<String>),
    /// A number outside the range.
    Range,
}

/// A unit with how many of the smallest one it is; the next one is the next smaller.
type Units = &'static [(&'static str, f64)];

const MEMORY: Units = &[
    ("TB", 1_099_511_627_776.0),
    ("GB", 1_073_741_824.0),
    ("MB", 1_048_576.0),
    ("kB", 1024.0),
    ("B", 1.0),
];
const TIME: Units = &[
    ("d", 86_400_000_000.0),
    ("h", 3_600_000_000.0),
    ("min", 60_000_000.0),
    ("s", 1_000_000.0),
    ("ms", 1000.0),
    ("us", 1.0),
];

/// Units of others, and PostgreSQL's for them.
const OTHERS: &[(&[&str], &str)] = &[
    (&["b", "byte", "bytes"], "B"),
    (&["k", "kb", "ki", "kib"], "kB"),
    (&["m", "mb", "mi", "mib"], "MB"),
    (&["g", "gb", "gi", "gib"], "GB"),
    (&["t", "tb", "ti", "tib"], "TB"),
    (&["µs", "usec"], "us"),
    (&["msec", "millis", "millisecond", "milliseconds"], "ms"),
    (&["s", "sec", "secs", "second", "seconds"], "s"),
    (&["m", "min", "mins", "minute", "minutes"], "min"),
    (&["h", "hr", "hrs", "hour", "hours"], "h"),
    (&["d", "day", "days"], "d"),
];

/// Reads a value.
///
/// # Errors
///
/// Why PostgreSQL would not take it.
pub fn read(setting: &Setting, text: &str) -> Result<Meaning, Wrong> {
    match setting.kind {
        Kind::Bool => boolean(text).map(Meaning::Bool).ok_or(Wrong::Form),
        Kind::Integer { unit, min, max } => {
            #[allow(clippy::cast_possible_truncation)] // held against the range first
            let value = number(text, unit, true)?.round_ties_even();
            #[allow(clippy::cast_precision_loss)] // the bounds are 32 bits wide
            match (min as f64..=max as f64).contains(&value) {
                true => Ok(Meaning::Integer(value as i64)),
                false => Err(Wrong::Range),
            }
        }
        Kind::Real { unit, min, max } => {
            let value = number(text, unit, false)?;
            match (min..=max).contains(&value) {
                true => Ok(Meaning::Real(value)),
                false => Err(Wrong::Range),
            }
        }
        Kind::Word(words) => word(words, text).map(Meaning::Text).ok_or(Wrong::Form),
        Kind::Text => Ok(Meaning::Text(text.to_owned())),
    }
}

/// The units that a setting takes, the one it counts in included.
#[must_use]
pub fn units(unit: &str) -> Vec<&'static str> {
    table(unit).map_or_else(Vec::new, |(units, _)| {
        units.iter().rev().map(|(name, _)| *name).collect()
    })
}

/// What [`read`] takes, as far as a pattern says it: not the ranges, and no rule beyond the type.
#[must_use]
pub fn pattern(kind: &Kind) -> String {
    let any_case = |word: &str| -> String {
        word.chars()
            .map(|c| match c {
                c if c.is_ascii_alphabetic() => {
                    format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase())
                }
                c => c.to_string(),
            })
            .collect()
    };
    let words = |words: Vec<&str>| {
        words
            .into_iter()
            .map(any_case)
            .collect::<Vec<_>>()
            .join("|")
    };
    match kind {
        Kind::Bool => {
            let beginnings = ["true", "false", "yes", "no"]
                .into_iter()
                .flat_map(|word| (1..=word.len()).map(|end| &word[..end]));
            let all = beginnings.chain(["on", "of", "off", "1", "0"]);
            format!("^(?:{})$", words(all.collect()))
        }
        Kind::Word(known) => {
            let hidden = ["true", "false", "yes", "no", "1", "0"]
                .into_iter()
                .chain(["debug"]);
            let all = known
                .split('|')
                .chain(hidden)
                .filter(|candidate| word(known, candidate).is_some());
            format!("^(?:{})$", words(all.collect()))
        }
        Kind::Integer { unit, .. } | Kind::Real { unit, .. } => {
            let number =
                r"[+-]?(?:0[xX][0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)";
            let units = units(unit).join("|");
            format!(r"^[ \t]*{number}[ \t]*(?:{units})[ \t]*$")
        }
        Kind::Text => r"^[^\u0000-\u001f\u007f-\u009f]*$".to_owned(),
    }
}

/// How many bytes (or microseconds) one of this unit is.
#[must_use]
pub fn base(unit: &str) -> Option<f64> {
    table(unit).map(|(_, base)| base)
}

/// `on`, `off`, `1`, `0`, and beginnings of `true`, `false`, `yes`, `no`.
fn boolean(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str| !text.is_empty() && word.starts_with(&text);
    match text.as_str() {
        "1" | "on" => Some(true),
        "0" | "of" | "off" => Some(false),
        _ if begins("true") || begins("yes") => Some(true),
        _ if begins("false") || begins("no") => Some(false),
        _ => None,
    }
}

/// Words that the server takes and does not list.
fn word(words: &str, text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let known = |word: &str| {
        words
            .split('|')
            .any(|known| known.eq_ignore_ascii_case(word))
    };
    let is_boolean = known("on") && known("off");
    let hidden = is_boolean && ["true", "false", "yes", "no", "1", "0"].contains(&text.as_str())
        || known("debug5") && text == "debug";
    (known(&text) || hidden).then_some(text)
}

/// The units of the family, and how many of the smallest one `unit` is. `8kB` is eight of one.
fn table(unit: &str) -> Option<(Units, f64)> {
    let digits = unit.len() - unit.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count: f64 = unit[..digits].parse().unwrap_or(1.0);
    [MEMORY, TIME].into_iter().find_map(|units| {
        let (_, size) = units.iter().find(|(name, _)| *name == &unit[digits..])?;
        Some((units, count * size))
    })
}

/// A number with its unit, in `unit`.
fn number(text: &str, unit: &str, whole: bool) -> Result<f64, Wrong> {
    let text = text.trim_start_matches(is_space);
    let (value, rest) = leading_number(text, whole).ok_or(Wrong::Form)?;
    let given = rest.trim_matches(is_space);
    if given.is_empty() {
        return Ok(value);
    }
    let wrong = || {
        let number = text[..text.len() - rest.len()].trim_end();
        Err(Wrong::Unit(
            meant(given, unit).map(|meant| format!("{number}{meant}")),
        ))
    };
    let Some((units, base)) = table(unit) else {
        return wrong();
    };
    let Some(at) = units.iter().position(|(name, _)| *name == given) else {
        return wrong();
    };
    let scaled = value * units[at].1;
    // `30.1GB` is a whole number of the next smaller unit
    let scaled = units.get(at + 1).map_or(scaled, |(_, smaller)| {
        (scaled / smaller).round_ties_even() * smaller
    });
    Ok(scaled / base)
}

/// The unit of the same family that somebody else's unit probably means.
fn meant(given: &str, unit: &str) -> Option<&'static str> {
    let (units, _) = table(unit)?;
    let given = given.to_lowercase();
    let candidates = OTHERS
        .iter()
        .filter(|(names, _)| names.contains(&given.as_str()));
    candidates
        .map(|(_, meant)| *meant)
        .find(|meant| units.iter().any(|(name, _)| name == meant))
}

/// What C's `strtol` with any base, or `strtod`, makes of the beginning of a text. Infinity and hexadecimal fractions
/// are not taken.
fn leading_number(text: &str, whole: bool) -> Option<(f64, &str)> {
    let sign = usize::from(text.starts_with(['+', '-']));
    let digits = |from: usize, is_digit: fn(&u8) -> bool| {
        from + text
            .as_bytes()
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|b| is_digit(b))
            .count()
    };
    let signed = |value: f64| if text.starts_with('-') { -value } else { value };
    if text[sign..].starts_with("0x") || text[sign..].starts_with("0X") {
        let end = digits(sign + 2, u8::is_ascii_hexdigit);
        let value = u32::from_str_radix(&text[sign + 2..end], 16).ok()?;
        let rest = &text[end..];
        return (!rest.starts_with(['.', 'p', 'P'])).then(|| (signed(f64::from(value)), rest));
    }
    let integer = digits(sign, u8::is_ascii_digit);
    let mut end = integer;
    if text[end..].starts_with('.') {
        end = digits(end + 1, u8::is_ascii_digit);
    }
    if end - sign <= usize::from(end > integer) {
        return None;
    }
    if text[end..].starts_with(['e', 'E']) {
        let exponent = end + 1 + usize::from(text[end + 1..].starts_with(['+', '-']));
        let last = digits(exponent, u8::is_ascii_digit);
        end = if last > exponent { last } else { end };
    }
    // a 0 before whole digits makes them octal
    let octal = digits(sign, |b| (b'0'..=b'7').contains(b));
    if whole && text[sign..].starts_with('0') && (octal < integer || end == integer) {
        let value = i64::from_str_radix(&text[sign..octal], 8).ok()?;
        #[allow(clippy::cast_precision_loss)] // out of every range by then
        return Some((signed(value as f64), &text[octal..]));
    }
    let value: f64 = text[sign..end].parse().ok()?;
    value.is_finite().then(|| (signed(value), &text[end..]))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
