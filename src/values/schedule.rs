//! Cron lines in Kubernetes' syntax.

use serde::Serialize;
use serde_json::{Value, json};

use super::scalar::{Parse, read_as};
use crate::decode::Invalid;

/// When the backup runs: five fields (minute, hour, day of month, month, day of week) in UTC, or `@hourly`, `@daily`,
/// `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Schedule(String);

struct Field {
    name: &'static str,
    min: u32,
    max: u32,
    names: &'static [&'static str],
    /// `min` to `max`, for a JSON Schema.
    digits: &'static str,
}

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        min: 0,
        max: 59,
        names: &[],
        digits: "[1-5]?[0-9]",
    },
    Field {
        name: "hour",
        min: 0,
        max: 23,
        names: &[],
        digits: "1?[0-9]|2[0-3]",
    },
    Field {
        name: "day of month",
        min: 1,
        max: 31,
        names: &[],
        digits: "[1-9]|[12][0-9]|3[01]",
    },
    Field {
        name: "month",
        min: 1,
        max: 12,
        names: MONTHS,
        digits: "[1-9]|1[0-2]",
    },
    Field {
        name: "day of week",
        min: 0,
        max: 6,
        names: DAYS,
        digits: "[0-6]",
    },
];
const MACROS: &[&str] = &[
    "@hourly",
    "@daily",
    "@midnight",
    "@weekly",
    "@monthly",
    "@yearly",
    "@annually",
];

const STEP: &str =
    "a step counts within its own field: `0 */2 * * *` runs every two hours, at their first minute";

impl Parse for Schedule {
    const ALLOWED: &str = "five fields as in \"0 2 * * *\" (minute, hour, day of month, month, day of week), or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually";
    const EXAMPLES: &[&str] = &["30 3 * * 0", "@weekly"];

    fn rule() -> Value {
        let fields = FIELDS.map(|field| field.pattern());
        let macros = MACROS.join("|");
        json!({ "pattern": format!("^(?: *{} *|{macros})$", fields.join(" +")) })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |found: String| Err(Invalid::new(found, Self::ALLOWED));
        if text.starts_with('@') {
            return if MACROS.contains(&text) {
                Ok(Self(text.to_owned()))
            } else {
                refuse(format!("`{text}` is not a schedule"))
            };
        }
        let fields: Vec<&str> = text.split(' ').filter(|field| !field.is_empty()).collect();
        if fields.len() != FIELDS.len() || text.contains(['\n', '\t', '\r']) {
            return refuse(format!(
                "`{}` has {} fields, a cron line has 5",
                text.escape_debug(),
                fields.len()
            ));
        }
        for (field, text) in FIELDS.iter().zip(fields) {
            if let Err(why) = text.split(',').try_for_each(|part| field.check(part)) {
                let wrong = Invalid::new(format!("{}: {why}", field.name), Self::ALLOWED);
                return Err(match text.contains('/') {
                    true => wrong.fix(STEP),
                    false => wrong,
                });
            }
        }
        match never(text) {
            Some(why) => {
                Err(Invalid::new(why, Self::ALLOWED).fix("write a day that the month has"))
            }
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// A day that no month of the line has, without a day of the week beside it.
fn never(line: &str) -> Option<String> {
    const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [_, _, day, month, weekday] = fields.as_slice() else {
        return None;
    };
    let months: Vec<u32> = month
        .split(',')
        .map(|month| FIELDS[3].number(month).ok())
        .collect::<Option<_>>()?;
    let least = day
        .split(',')
        .map(|day| FIELDS[2].number(day.split(['-', '/']).next()?).ok())
        .collect::<Option<Vec<_>>>()?;
    let least = least.into_iter().min()?;
    let has_day = |month: &u32| {
        LENGTHS
            .get(*month as usize - 1)
            .is_some_and(|length| *length >= least)
    };
    let is_any = ["*", "?"].contains(weekday);
    (is_any && !months.iter().any(has_day))
        .then(|| format!("`{line}` never comes: none of these months has a day {least}"))
}

read_as!(text: Schedule);

impl Field {
    /// [`check`](Self::check) of each part of a list, for a JSON Schema; that a range runs forwards, it cannot say.
    fn pattern(&self) -> String {
        let any_case = |name: &&str| -> String {
            name.chars()
                .map(|c| format!("[{c}{}]", c.to_ascii_uppercase()))
                .collect()
        };
        let mut values = vec![format!("0*(?:{})", self.digits)];
        values.extend(self.names.iter().map(any_case));
        let value = format!("(?:{})", values.join("|"));
        let part = format!("(?:[*?]|{value}(?:-{value})?)(?:/0*[1-9][0-9]*)?");
        format!("{part}(?:,{part})*")
    }

    /// One part of a list: `*`, `5`, `1-5`, each with `/STEP`.
    fn check(&self, part: &str) -> Result<(), String> {
        let (range, step) = part
            .split_once('/')
            .map_or((part, None), |(range, step)| (range, Some(step)));
        if let Some(step) = step {
            match step.parse::<u32>() {
                Ok(step) if step > self.max => {
                    return Err(format!(
                        "a step of {step} never comes within {} to {}",
                        self.min, self.max
                    ));
                }
                Ok(1..) if step.bytes().all(|b| b.is_ascii_digit()) => {}
                _ => return Err(format!("`{step}` is not a step")),
            }
        }
        if range == "*" || range == "?" {
            return Ok(());
        }
        match range.split_once('-') {
            None => self.number(range).map(drop),
            Some((from, to)) if self.number(from)? <= self.number(to)? => Ok(()),
            Some(_) => Err(format!("`{range}` runs backwards")),
        }
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let lower = text.to_ascii_lowercase();
        if let Some(at) = self.names.iter().position(|name| *name == lower) {
            return u32::try_from(at)
                .map(|at| at + self.min)
                .map_err(|error| error.to_string());
        }
        match text.parse::<u32>() {
            Ok(number)
                if (self.min..=self.max).contains(&number)
                    && text.bytes().all(|b| b.is_ascii_digit()) =>
            {
                Ok(number)
            }
            _ => Err(format!(
                "`{text}` is not between {} and {}",
                self.min, self.max
            )),
        }
    }
}
