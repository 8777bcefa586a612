//! PostgreSQL's own settings, as `postgres.parameters` gives them: each known by name, its value read as PostgreSQL
//! reads it, and none that the cluster cannot live with.

mod form;
mod meaning;
pub mod policy;
mod reading;
pub mod table;

use serde_json::{Map, Value, json};

use super::scalar::{Parse, not_allowed, read_as, schema_is};
use crate::decode::Invalid;
pub use form::SLRU_BUFFERS;
use meaning::Meaning;
use policy::{Rule, Verdict};
use table::{Kind, Setting};

/// Parameters for postgresql.conf, in the order of the values.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<Parameter>);

/// One line of postgresql.conf.
#[derive(Clone, Debug)]
pub struct Parameter {
    name: ParameterName,
    text: String,
    meaning: Meaning,
}

impl Parameters {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    /// The one with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.iter().find(|parameter| parameter.name() == name)
    }
}

impl Parameter {
    /// Its name, as the server spells it; of an extension's, as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.name()
    }

    /// Its name, as it was written.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.name.text
    }

    /// Its value, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it is a number of, as a number of bytes (or microseconds); -1 and 0 keep their meaning. `None` where it is
    /// no whole number.
    #[must_use]
    pub fn amount(&self) -> Option<i64> {
        let (Meaning::Integer(value), Kind::Integer { unit, .. }) =
            (&self.meaning, self.name.setting?.kind)
        else {
            return None;
        };
        #[allow(clippy::cast_possible_truncation)] // at most 2^31 times a megabyte
        Some(if *value < 0 {
            *value
        } else {
            value.saturating_mul(meaning::base(unit).unwrap_or(1.0) as i64)
        })
    }

    /// The rule that warns of it.
    #[must_use]
    pub fn warning(&self) -> Option<&'static Rule> {
        self.name
            .rule()
            .filter(|rule| rule.verdict == Verdict::Warned && rule.applies(&self.meaning))
    }
}

/// Name of a PostgreSQL parameter, such as `work_mem` or `auto_explain.log_min_duration`.
#[derive(Clone, Debug)]
pub struct ParameterName {
    text: String,
    /// What the server knows of it; nothing of those of extensions.
    setting: Option<Setting>,
}

impl ParameterName {
    fn name(&self) -> &str {
        self.setting.map_or(&self.text, |setting| setting.name)
    }

    fn rule(&self) -> Option<&'static Rule> {
        policy::rule(
            &self.text.to_ascii_lowercase(),
            self.setting.map_or("", |setting| setting.category),
        )
    }
}

impl Parse for ParameterName {
    const ALLOWED: &str =
        "a parameter of PostgreSQL 17, or one of an extension with its name and a `.` before it";
    const EXAMPLES: &[&str] = &["work_mem", "auto_explain.log_min_duration"];

    fn parse(text: &str) -> Result<Self, Invalid> {
        let name = Self {
            text: text.to_owned(),
            setting: Setting::find(text),
        };
        if let Some(rule) = name
            .rule()
            .filter(|rule| rule.verdict == Verdict::Refused && rule.only.is_none())
        {
            return Err(cannot_be_set(rule));
        }
        if name.setting.is_some() || is_extensions(text) {
            return Ok(name);
        }
        // PostgreSQL would take it, beside the same name in other letters: which one counts, nobody sees
        let small = text.to_ascii_lowercase();
        if text != small && (Setting::find(&small).is_some() || is_extensions(&small)) {
            let found = "PostgreSQL ignores case, and here these would be two parameters";
            return Err(Invalid::new(found, Self::ALLOWED).fix(format!("write `{small}`")));
        }
        let unknown = Invalid::new(
            "PostgreSQL 17 has no such parameter, and does not start with it",
            Self::ALLOWED,
        );
        Err(match Setting::nearest(text) {
            Some(near) => unknown.fix(format!("did you mean `{near}`?")),
            None => unknown.fix("remove it, or look for its name in PostgreSQL's manual"),
        })
    }
}

fn cannot_be_set(rule: &Rule) -> Invalid {
    let found = format!("this parameter is not yours to set: {}", rule.why);
    Invalid::new(found.clone(), found).fix(rule.fix)
}

/// `EXTENSION.NAME`, in lower case: PostgreSQL does not tell cases apart, and two spellings would be one parameter.
fn is_extensions(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text.len() <= 63
        && text
            .split_once('.')
            .is_some_and(|(extension, name)| part(extension) && part(name))
}

/// Value of a parameter of an extension, as one would write it behind `SET name =`, without quotes.
struct OneLine(String);

impl Parse for OneLine {
    const ALLOWED: &str = "a value in one line";
    const EXAMPLES: &[&str] = &["16MB", "on"];

    fn rule() -> Value {
        json!({ "type": ["string", "number", "boolean"], "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$" })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.chars().any(char::is_control) {
            Err(not_allowed::<Self>(text))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

read_as!(text: ParameterName);
read_as!(any_scalar: OneLine);

/// What a setting allows, for people.
fn allowed(setting: &Setting) -> String {
    if let Some(allowed) = form::allowed(setting) {
        return allowed.to_owned();
    }
    match setting.kind {
        Kind::Bool => "on or off".to_owned(),
        Kind::Word(words) => words.replace('|', ", "),
        Kind::Text => OneLine::ALLOWED.to_owned(),
        Kind::Integer { unit, min, max } => number(
            unit,
            min.to_string(),
            (max < 1 << 29).then(|| max.to_string()),
        ),
        Kind::Real { unit, min, max } => number(
            unit,
            min.to_string(),
            (max < 1e300).then(|| max.to_string()),
        ),
    }
}

fn number(unit: &str, min: String, max: Option<String>) -> String {
    let range = match max {
        Some(max) => format!("{min} to {max}"),
        None => format!("a number from {min} up"),
    };
    match meaning::units(unit) {
        units if units.is_empty() => range,
        units => format!(
            "{range}, counted in {unit} where no unit is written; units: {}",
            units.join(", ")
        ),
    }
}

schema_is!(
    Parameters = schemars::json_schema!({
        "type": "object",
        "patternProperties": { EXTENSIONS: OneLine::rule() },
        "additionalProperties": false,
    })
);

/// Names of the parameters of extensions, but for the cluster's own.
const EXTENSIONS: &str =
    r"^(?!(?:spock|pgedge)\.|(?:snowflake|lolor)\.node$)[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$";

/// A JSON Schema for each parameter of PostgreSQL's own that may be set, by its name.
#[must_use]
pub fn properties() -> Map<String, Value> {
    let mut properties = Map::new();
    for setting in Setting::all() {
        let name = ParameterName {
            text: setting.name.to_owned(),
            setting: Some(setting),
        };
        let is_refused = |rule: &Rule| rule.verdict == Verdict::Refused && rule.only.is_none();
        if name.rule().is_some_and(is_refused) {
            continue;
        }
        let rule = json!({
            "type": ["string", "number", "boolean", "null"],
            "pattern": meaning::pattern(&setting.kind),
            "errorMessage": allowed(&setting),
            "description": allowed(&setting),
        });
        properties.insert(setting.name.to_ascii_lowercase(), rule.clone());
        properties.insert(setting.name.to_owned(), rule);
    }
    properties
}
