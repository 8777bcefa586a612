//! Rules that the server checks beyond type and range: forms of texts, narrower ranges.

use super::meaning::Meaning;
use super::table::Setting;
use crate::decode::nearest;

const TIME_ZONES: &str = include_str!("time-zones.txt");

/// A rule beyond type and range, and what it allows.
struct Form {
    names: &'static [&'static str],
    rule: Rule,
    allowed: &'static str,
}

enum Rule {
    /// A text, or a word, for which this holds.
    Text(fn(&str) -> bool),
    /// A whole number, in the setting's own unit, for which this holds.
    Number(fn(i64) -> bool),
}

/// Buffers of the SLRU caches, each a number of blocks; 0, where it is allowed, is a share of `shared_buffers`.
pub const SLRU_BUFFERS: &[&str] = &[
    "commit_timestamp_buffers",
    "multixact_member_buffers",
    "multixact_offset_buffers",
    "notify_buffers",
    "serializable_buffers",
    "subtransaction_buffers",
    "transaction_buffers",
];

const FORMS: &[Form] = &[
    Form {
        names: &["TimeZone", "log_timezone"],
        rule: Rule::Text(is_time_zone),
        allowed: "the name of a time zone, such as Europe/Berlin or UTC",
    },
    Form {
        names: &["lc_messages", "lc_monetary", "lc_numeric", "lc_time"],
        rule: Rule::Text(|text| ["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&text)),
        allowed: "C, POSIX or C.UTF-8: a node does not start with a locale that its image lacks",
    },
    Form {
        names: &["DateStyle"],
        rule: Rule::Text(is_date_style),
        allowed: "ISO, Postgres, SQL or German, and MDY, DMY or YMD, such as \"ISO, DMY\"",
    },
    Form {
        names: &["timezone_abbreviations"],
        rule: Rule::Text(|text| ["Default", "Australia", "India"].contains(&text)),
        allowed: "Default, Australia or India",
    },
    Form {
        names: &["createrole_self_grant"],
        rule: Rule::Text(|text| {
            let mut words = text.split(',').map(|word| word.trim().to_ascii_lowercase());
            text.is_empty() || words.all(|word| word == "set" || word == "inherit")
        }),
        allowed: "set, inherit, or both with a comma between them",
    },
    Form {
        names: &["default_table_access_method"],
        rule: Rule::Text(|text| text == "heap"),
        allowed: "heap: replication knows no other",
    },
    Form {
        names: &["default_text_search_config"],
        rule: Rule::Text(|text| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
        }),
        allowed: "the name of a configuration, such as pg_catalog.english",
    },
    Form {
        names: &["max_wal_size", "min_wal_size"],
        rule: Rule::Number(|megabytes| megabytes >= 32),
        allowed: "at least 32MB, two files of WAL",
    },
    Form {
        names: &["max_stack_depth"],
        rule: Rule::Number(|kilobytes| kilobytes <= 7680),
        allowed: "100kB to 7680kB: a container's stack has 8MB",
    },
    Form {
        names: &["vacuum_buffer_usage_limit"],
        rule: Rule::Number(|kilobytes| kilobytes == 0 || kilobytes >= 128),
        allowed: "0, or 128kB to 16GB",
    },
    Form {
        names: SLRU_BUFFERS,
        rule: Rule::Number(|blocks| blocks % 16 == 0),
        allowed: "a multiple of 16 blocks, which are 128kB",
    },
    Form {
        names: &["max_files_per_process"],
        rule: Rule::Number(|files| files >= 256),
        allowed: "256 or more: a node does not start with few files",
    },
    Form {
        names: &["autovacuum_max_workers"],
        rule: Rule::Number(|workers| workers <= 100),
        allowed: "1 to 100 workers: each takes a connection and `maintenance_work_mem`",
    },
];

/// Holds a value against the rules beyond its type: what is allowed, where one is broken.
pub fn check(setting: &Setting, meaning: &Meaning) -> Result<(), &'static str> {
    let Some(form) = FORMS.iter().find(|form| form.names.contains(&setting.name)) else {
        return Ok(());
    };
    let holds = match (&form.rule, meaning) {
        (Rule::Text(rule), Meaning::Text(text)) => rule(text),
        (Rule::Number(rule), Meaning::Integer(number)) => rule(*number),
        _ => true,
    };
    if holds { Ok(()) } else { Err(form.allowed) }
}

/// Settings with a rule here: what they allow, for people.
#[must_use]
pub fn allowed(setting: &Setting) -> Option<&'static str> {
    FORMS
        .iter()
        .find(|form| form.names.contains(&setting.name))
        .map(|form| form.allowed)
}

/// The time zone that was probably meant.
#[must_use]
pub fn nearest_time_zone(text: &str) -> Option<&'static str> {
    nearest(text, TIME_ZONES.lines())
}

/// A name of the time zone database, or hours east of Greenwich.
fn is_time_zone(text: &str) -> bool {
    let hours = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number =
        (1..=2).contains(&hours.len()) && hours.parse::<u8>().is_ok_and(|hours| hours <= 14);
    is_number
        || TIME_ZONES
            .lines()
            .any(|zone| zone.eq_ignore_ascii_case(text))
}

/// At most one style and one order.
fn is_date_style(text: &str) -> bool {
    const STYLES: &[&str] = &["iso", "postgres", "sql", "german"];
    const ORDERS: &[&str] = &["mdy", "dmy", "ymd"];
    let words: Vec<String> = text
        .split(',')
        .map(|word| word.trim().to_ascii_lowercase())
        .collect();
    let count = |of: &[&str]| {
        words
            .iter()
            .filter(|word| of.contains(&word.as_str()))
            .count()
    };
    let (styles, orders) = (count(STYLES), count(ORDERS));
    styles <= 1 && orders <= 1 && styles + orders == words.len()
}
