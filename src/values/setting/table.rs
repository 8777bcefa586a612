//! What PostgreSQL 17 knows of its settings, as the server itself tells it: see `postgres-17.sql`.

use crate::decode::nearest;

const TABLE: &str = include_str!("postgres-17.tsv");

/// One setting of PostgreSQL 17.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Its name, as the server spells it.
    pub name: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// When a new value takes effect.
    pub context: Context,
    /// The chapter of the server's own listing, such as `Developer Options`.
    pub category: &'static str,
}

/// What kind of value a setting has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `on` or `off`.
    Bool,
    /// A whole number; `min` and `max` count in `unit`.
    Integer {
        /// What one counts in, such as `8kB` or `ms`; empty for a plain number.
        unit: &'static str,
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// A number; `min` and `max` count in `unit`.
    Real {
        /// What one counts in; empty for a plain number.
        unit: &'static str,
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// One of these words, which stand between `|`.
    Word(&'static str),
    /// Text with rules of its own, if any: see [`form`](super::form).
    Text,
}

/// When a new value takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Never: built in, or decided when the data directory was made.
    Internal,
    /// When the server starts again.
    Restart,
    /// When the server reads its files again.
    Reload,
}

impl Setting {
    /// The setting with this name, which is written as the server spells it or in lower case.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let line = TABLE.lines().find(|line| {
            line.split('\t').next().is_some_and(|known| {
                known == name
                    || known.eq_ignore_ascii_case(name)
                        && !name.bytes().any(|b| b.is_ascii_uppercase())
            })
        })?;
        Self::read(line)
    }

    /// Every setting, sorted by its name.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.lines().filter_map(Self::read)
    }

    /// The name that was probably meant.
    #[must_use]
    pub fn nearest(name: &str) -> Option<&'static str> {
        nearest(
            name,
            TABLE.lines().filter_map(|line| line.split('\t').next()),
        )
    }

    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        let (name, kind, unit, context) = (next()?, next()?, next()?, next()?);
        let (min, max, words, category) = (next()?, next()?, next()?, next()?);
        let kind = match kind {
            "bool" => Kind::Bool,
            "enum" => Kind::Word(words),
            "integer" => Kind::Integer {
                unit,
                min: min.parse().ok()?,
                max: max.parse().ok()?,
            },
            "real" => Kind::Real {
                unit,
                min: min.parse().ok()?,
                max: max.parse().ok()?,
            },
            _ => Kind::Text,
        };
        let context = match context {
            "internal" => Context::Internal,
            "postmaster" => Context::Restart,
            _ => Context::Reload,
        };
        Some(Self {
            name,
            kind,
            context,
            category,
        })
    }
}
