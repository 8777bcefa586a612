//! Parameters from a mapping: each name new, each value read by the rules of its setting.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::meaning::{self, Meaning, Wrong};
use super::policy::{self, Verdict};
use super::table::{Kind, Setting};
use super::{OneLine, Parameter, ParameterName, Parameters, allowed, form};
use crate::decode::{Invalid, nearest};
use crate::values::scalar::{any_scalar, shorten};

/// Reads the name of a parameter that is not among these.
struct NewName<'p>(&'p Parameters);

impl<'de> DeserializeSeed<'de> for NewName<'_> {
    type Value = ParameterName;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ParameterName, D::Error> {
        let name = ParameterName::deserialize(deserializer)?;
        let twice = self.0.iter().find(|other| other.name() == name.name());
        match twice {
            Some(other) => {
                let found = format!("this is `{}` again: PostgreSQL ignores case", other.key());
                Err(D::Error::custom(
                    Invalid::new(found.clone(), found).fix("keep one of the two"),
                ))
            }
            None => Ok(name),
        }
    }
}

/// Reads the value of the parameter with this name.
struct ValueOf<'n>(&'n ParameterName);

impl<'de> DeserializeSeed<'de> for ValueOf<'_> {
    type Value = (String, Meaning);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let OneLine(text) = any_scalar(deserializer)?;
        let Some(setting) = &self.0.setting else {
            return Ok((text.clone(), Meaning::Text(text)));
        };
        let meaning = read(setting, &text).map_err(D::Error::custom)?;
        match self.0.rule() {
            Some(rule) if rule.verdict == Verdict::Refused && rule.applies(&meaning) => {
                Err(D::Error::custom(
                    Invalid::new(
                        format!("{}: {}", shorten(&text), rule.why),
                        allowed(setting),
                    )
                    .fix(rule.fix),
                ))
            }
            _ => Ok((text, meaning)),
        }
    }
}

fn read(setting: &Setting, text: &str) -> Result<Meaning, Invalid> {
    let shown = shorten(text);
    let refuse = |found: String| Invalid::new(found, allowed(setting));
    let meaning = meaning::read(setting, text).map_err(|wrong| match wrong {
        Wrong::Range => {
            refuse(format!("{shown} is out of range")).fix(policy::without(setting.name))
        }
        Wrong::Unit(Some(meant)) => {
            refuse(format!("{shown} has a unit that PostgreSQL does not know"))
                .fix(format!("write `{meant}`"))
        }
        Wrong::Unit(None) if text.ends_with('%') => refuse(format!(
            "{shown} is a share, and PostgreSQL wants an amount"
        ))
        .fix(policy::without(setting.name)),
        Wrong::Unit(None) => refuse(format!(
            "{shown} has a unit that PostgreSQL does not know here"
        ))
        .fix(policy::without(setting.name)),
        Wrong::Form => {
            refuse(format!("{shown} is not allowed here")).fix(match meant_word(setting, text) {
                Some(near) => format!("did you mean `{near}`?"),
                None => policy::without(setting.name).to_owned(),
            })
        }
    })?;
    form::check(setting, &meaning).map_err(|allowed| {
        let invalid = Invalid::new(format!("{shown} is not allowed here"), allowed);
        let is_zone = setting.name.to_ascii_lowercase().ends_with("timezone");
        match form::nearest_time_zone(text).filter(|_| is_zone) {
            Some(near) => invalid.fix(format!("did you mean `{near}`?")),
            None => invalid.fix(policy::without(setting.name)),
        }
    })?;
    Ok(meaning)
}

/// The word of a setting that was probably meant.
fn meant_word(setting: &Setting, text: &str) -> Option<&'static str> {
    match setting.kind {
        Kind::Word(words) => nearest(text, words.split('|')),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Lines)
    }
}

struct Lines;

impl<'de> Visitor<'de> for Lines {
    type Value = Parameters;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of parameters")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
        let mut parameters = Parameters::default();
        while let Some(name) = map.next_key_seed(NewName(&parameters))? {
            let (text, meaning) = map.next_value_seed(ValueOf(&name))?;
            parameters.0.push(Parameter {
                name,
                text,
                meaning,
            });
        }
        Ok(parameters)
    }
}
