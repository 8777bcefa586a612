//! How the newtypes of the values are read: from the text of one scalar, or from a whole number in a range.

use std::fmt;
use std::marker::PhantomData;

use schemars::Schema;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::{Value, json};

use crate::decode::{Invalid, SCALAR};

/// A value that is written as one scalar and checked when it is read.
pub trait Parse: Sized {
    /// What may be written, for messages: `a CPU quantity such as …`.
    const ALLOWED: &str;
    /// Values that are allowed, at least two: shown to people, and tried to see what a value changes.
    /// Types that are no value of the user's have none.
    const EXAMPLES: &[&str] = &[];

    /// The rule of [`parse`](Self::parse) as far as a JSON Schema can say it: `pattern`, `maxLength` and the like, and
    /// `type` where it is not text alone.
    fn rule() -> Value {
        json!({})
    }

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// What is wrong with the text and what is allowed.
    fn parse(text: &str) -> Result<Self, Invalid>;
}

/// `text` is not what the type allows.
pub fn not_allowed<T: Parse>(text: &str) -> Invalid {
    let found = if text.is_empty() {
        "is empty".to_owned()
    } else {
        format!("{} is not allowed here", shorten(text))
    };
    Invalid::new(found, T::ALLOWED)
}

/// A text in backticks, not too much of it.
pub fn shorten(text: &str) -> String {
    let shown: String = text.chars().take(60).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", shown.escape_debug())
}

/// Reads text; a number or a boolean must be quoted to be text.
pub fn text<'de, D: Deserializer<'de>, T: Parse>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Parsed(PhantomData))
}

/// Reads any scalar by its text: `2` and `"2"` are the same.
pub fn any_scalar<'de, D: Deserializer<'de>, T: Parse>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(SCALAR, Parsed(PhantomData))
}

/// The JSON Schema of a newtype. Editors show `errorMessage` where its rule is broken.
pub fn schema<T: Parse>() -> Schema {
    let mut schema = Schema::default();
    schema.insert("type".to_owned(), "string".into());
    if let Value::Object(rule) = T::rule() {
        schema.ensure_object().extend(rule);
    }
    schema.insert("errorMessage".to_owned(), T::ALLOWED.into());
    schema.insert("examples".to_owned(), json!(T::EXAMPLES));
    schema
}

struct Parsed<T>(PhantomData<T>);

impl<T: Parse> Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::ALLOWED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::parse(text).map_err(E::custom)
    }
}

/// Reads a whole number, and says what is allowed where there is none.
pub(crate) struct Whole(pub(crate) &'static str);

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }
}

/// Implements `JsonSchema` by this expression, in place where the type is used.
macro_rules! schema_is {
    ($($type:ty = $schema:expr),+ $(,)?) => {$(
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $schema
            }
        }
    )+};
}

/// Derives `Deserialize` and `JsonSchema` for newtypes that [`Parse`]: `text` for text only, `any_scalar` for
/// quantities.
macro_rules! read_as {
    ($how:ident: $($type:ty),+ $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::values::scalar::$how(deserializer)
            }
        }

        $crate::values::scalar::schema_is!($type = $crate::values::scalar::schema::<Self>());
    )+};
}

/// Newtypes over a whole number in a range.
macro_rules! whole_number {
    ($($(#[$doc:meta])* $name:ident($min:literal..=$max:literal $unit:literal);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
        pub struct $name(u32);

        impl $name {
            /// The least that is allowed.
            pub const MIN: u32 = $min;
            /// The most that is allowed.
            pub const MAX: u32 = $max;
            const ALLOWED: &str = concat!("", $min, " to ", $max, $unit);

            /// The number.
            #[must_use]
            #[allow(dead_code)] // not every number is computed with
            pub const fn get(self) -> u32 {
                self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = deserializer.deserialize_i64($crate::values::scalar::Whole(Self::ALLOWED))?;
                match u32::try_from(value) {
                    Ok(value) if (Self::MIN..=Self::MAX).contains(&value) => Ok(Self(value)),
                    _ => Err(serde::de::Error::custom($crate::decode::Invalid::new(
                        format!("`{value}` is out of range"),
                        Self::ALLOWED,
                    ))),
                }
            }
        }

        $crate::values::scalar::schema_is!($name = schemars::json_schema!({
            "type": "integer",
            "minimum": Self::MIN,
            "maximum": Self::MAX,
            "errorMessage": Self::ALLOWED,
        }));
    )+};
}

pub(crate) use {read_as, schema_is, whole_number};
