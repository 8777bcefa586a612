//! Serde's view of a tree: keys that a struct does not have are noted and passed over, the first value that does not
//! fit stops with its path.

use std::cell::RefCell;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Expected, IntoDeserializer, Visitor};

use super::hint::{hinted, nearest};
use super::mismatch;
use super::stop::{Result, Stop};
use crate::layers::{Entry, Kind, Node, Scalar, Style, Value};
use crate::place::Trail;
use crate::problem::{Code, Path, Problem, Problems};

/// The name of a newtype that takes any scalar by its text: `2` and `"2"` are the same to it.
pub const SCALAR: &str = "$scalar";

/// A place in the tree, as a serde deserializer.
#[derive(Clone)]
pub(super) struct Deserializer<'t, 'p> {
    node: &'t Node,
    trail: &'p Trail<'p>,
    unknown: &'t RefCell<Problems>,
    /// Items of lists that are passed over.
    holes: &'t [Path],
}

impl<'t> Deserializer<'t, '_> {
    /// The root of a tree.
    pub(super) fn new(node: &'t Node, unknown: &'t RefCell<Problems>, holes: &'t [Path]) -> Self {
        Self {
            node,
            trail: &Trail::Root,
            unknown,
            holes,
        }
    }

    fn path(&self) -> Path {
        self.trail.path()
    }

    fn stop<T>(&self, problem: Problem) -> Result<T> {
        Err(Stop::with(self.path(), problem))
    }

    fn wrong<T>(&self, wanted: &str) -> Result<T> {
        self.stop(mismatch::explain(self.node, self.path(), wanted))
    }

    fn scalar(&self) -> Option<&'t Scalar> {
        match &self.node.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The number that stands here, if one does. Flags have no floats: there, the text is looked at again.
    fn number(&self) -> Option<Kind> {
        let scalar = self.scalar()?;
        match scalar.kind {
            Kind::Text if scalar.style == Style::Flag => Kind::of_plain(&scalar.text),
            kind => Some(kind),
        }
    }

    /// Stops at what is no number, with what a number may be here.
    fn no_number<T>(&self, wanted: &str, expected: &dyn Expected) -> Result<T> {
        let problem = mismatch::explain(self.node, self.path(), wanted);
        let allowed = expected.to_string();
        // serde's own visitors know no more than the name of a Rust type
        let is_type = !allowed.contains(' ');
        self.stop(if is_type {
            problem
        } else {
            problem.allowed(allowed)
        })
    }

    fn integer<T: TryFrom<i64>>(&self, expected: &dyn Expected) -> Result<T> {
        match self.number() {
            Some(Kind::Int(value)) => match T::try_from(value) {
                Ok(value) => Ok(value),
                Err(_) => self.stop(Problem::of_value(
                    Code::InvalidValue,
                    self.path(),
                    format!("`{value}` is out of range"),
                )),
            },
            _ => self.no_number("a whole number", expected),
        }
    }

    /// Text, and only text: what YAML reads as a number or a boolean would be written back as something else.
    fn text(&self) -> Result<&'t str> {
        match self.scalar() {
            // a flag cannot quote: its `12345` is as much text as it is a number
            Some(Scalar {
                text,
                style: Style::Flag,
                ..
            }) => Ok(text),
            Some(Scalar {
                text,
                kind: Kind::Text,
                style,
            }) if *style == Style::Quoted || !mismatch::is_read_in_two_ways(text) => Ok(text),
            _ => self.wrong("text"),
        }
    }

    fn keys(&self) -> Result<&'t [Entry]> {
        match &self.node.value {
            Value::Map(entries) => Ok(entries),
            _ => self.wrong("a mapping"),
        }
    }

    fn note_unknown(&self, entry: &Entry, fields: &'static [&'static str]) {
        let path = self.path().key(&entry.key);
        let problem = Problem::of_key(Code::UnknownKey, path, "there is no such key");
        let problem = hinted(problem, &entry.key, fields.iter().copied());
        self.unknown.borrow_mut().push(problem);
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let value = self.integer(&visitor)?;
            visitor.$visit(value)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Deserializer<'de, '_> {
    type Error = Stop;

    integers!(deserialize_i8 visit_i8, deserialize_i16 visit_i16, deserialize_i32 visit_i32, deserialize_i64 visit_i64,
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.value {
            Value::Null { .. } => visitor.visit_unit(),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
            Value::Scalar(scalar) => match scalar.kind {
                Kind::Bool(value) => visitor.visit_bool(value),
                Kind::Int(value) => visitor.visit_i64(value),
                Kind::Float(value) => visitor.visit_f64(value),
                Kind::Text => visitor.visit_str(&scalar.text),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.scalar().map(|scalar| scalar.kind) {
            Some(Kind::Bool(value)) => visitor.visit_bool(value),
            _ => self.wrong("true or false"),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let value = match self.number() {
            #[allow(clippy::cast_precision_loss)] // no value of ours comes near 2^53
            Some(Kind::Int(value)) => value as f64,
            Some(Kind::Float(value)) => value,
            _ => return self.no_number("a number", &visitor),
        };
        visitor.visit_f64(value)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node.value {
            Value::Null { .. } => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        if name != SCALAR {
            return visitor.visit_newtype_struct(self);
        }
        match self.scalar() {
            Some(scalar) => visitor.visit_str(&scalar.text),
            None => self.wrong("a single value"),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Value::List(items) = &self.node.value else {
            return self.wrong("a list");
        };
        visitor.visit_seq(Items {
            of: &self,
            next: items.iter().enumerate(),
        })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let entries = self.keys()?;
        visitor.visit_map(Entries {
            of: &self,
            next: entries.iter(),
            current: None,
            fields: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let entries = self.keys()?;
        for entry in entries
            .iter()
            .filter(|entry| !fields.contains(&entry.key.as_str()))
        {
            self.note_unknown(entry, fields);
        }
        visitor.visit_map(Entries {
            of: &self,
            next: entries.iter(),
            current: None,
            fields: Some(fields),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let text = match self.scalar() {
            Some(scalar) => &scalar.text,
            None => return self.wrong(&format!("one of {}", variants.join(", "))),
        };
        if !variants.contains(&text.as_str()) {
            let problem = Problem::of_value(
                Code::InvalidValue,
                self.path(),
                format!(
                    "`{}` is not one of the allowed values",
                    mismatch::shorten(text)
                ),
            );
            let problem = problem.allowed(variants.join(", "));
            return self.stop(match nearest(text, variants.iter().copied()) {
                Some(near) => problem.fix(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
        let variant: StrDeserializer<'_, Stop> = text.as_str().into_deserializer();
        visitor.visit_enum(variant)
    }

    serde::forward_to_deserialize_any! { i128 u128 bytes byte_buf unit unit_struct tuple tuple_struct ignored_any }
}

struct Items<'a, 'de> {
    of: &'a Deserializer<'de, 'a>,
    next: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
}

impl<'de> de::SeqAccess<'de> for Items<'_, 'de> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let trail = |index| Trail::Index(self.of.trail, index);
        let holes = self.of.holes;
        let is_hole = |index| !holes.is_empty() && holes.contains(&trail(index).path());
        let Some((index, node)) = self.next.by_ref().find(|(index, _)| !is_hole(*index)) else {
            return Ok(None);
        };
        let trail = trail(index);
        let value = seed.deserialize(Deserializer {
            node,
            trail: &trail,
            ..*self.of
        });
        value.map(Some).map_err(|stop| stop.at(&trail))
    }
}

struct Entries<'a, 'de> {
    of: &'a Deserializer<'de, 'a>,
    next: std::slice::Iter<'de, Entry>,
    current: Option<&'de Entry>,
    fields: Option<&'static [&'static str]>,
}

impl<'de> de::MapAccess<'de> for Entries<'_, 'de> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let fields = self.fields;
        self.current = self
            .next
            .by_ref()
            .find(|entry| fields.is_none_or(|fields| fields.contains(&entry.key.as_str())));
        let Some(entry) = self.current else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, Stop> = entry.key.as_str().into_deserializer();
        seed.deserialize(key)
            .map(Some)
            .map_err(|stop| stop.at_key(&Trail::Key(self.of.trail, &entry.key)))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let Some(entry) = self.current else {
            return Err(de::Error::custom("a value without its key"));
        };
        let trail = Trail::Key(self.of.trail, &entry.key);
        let value = seed.deserialize(Deserializer {
            node: &entry.node,
            trail: &trail,
            ..*self.of
        });
        value.map_err(|stop| stop.at(&trail))
    }
}
