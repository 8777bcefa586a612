//! The tree that every layer becomes: YAML's shape, and for each key and value the place that wrote it.

use crate::place::{self, Path, SourceId, Span, Step};

/// How deep lists and mappings may stand in each other. Also bounds every recursion over a tree.
pub(super) const MAX_DEPTH: usize = 64;

impl Span {
    /// A stretch of `text`, made to begin and end between two characters.
    pub(super) fn within(source: SourceId, text: &str, start: usize, end: usize) -> Self {
        let start = place::floor(text, start);
        Self {
            source,
            start,
            end: place::ceil(text, end.max(start)),
        }
    }
}

/// One value and where it was written.
#[derive(Clone, Debug)]
pub struct Node {
    /// What was written.
    pub value: Value,
    /// Where it was written.
    pub span: Span,
    /// The places of the values of lower layers that this one hid, nearest first.
    pub hid: Vec<Span>,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~`, or (`written: false`) nothing at all behind a key.
    Null {
        /// Whether the word stands there.
        written: bool,
    },
    /// Text, number or boolean.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order written.
    Map(Vec<Entry>),
}

/// A scalar: its text as written, unquoted, and what that text is.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// The text, every character of it: `1.10` stays `1.10`.
    pub text: String,
    /// What the layer's own rules make of the text.
    pub kind: Kind,
    /// How it was written: what else the text may stand for.
    pub style: Style,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes in a file: the text alone says what it is.
    Plain,
    /// In quotes or as a block in a file, or behind a flag that makes text: text, whatever it looks like.
    Quoted,
    /// Behind `--set`, which has no quotes and no floats: it may be whatever is wanted at its path.
    Flag,
}

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; exact.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Everything else.
    Text,
}

/// A key of a mapping with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub key_span: Span,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// A node that hides nothing.
    #[must_use]
    pub fn new(value: Value, span: Span) -> Self {
        Self {
            value,
            span,
            hid: Vec::new(),
        }
    }

    /// An empty mapping.
    #[must_use]
    pub fn empty_map(span: Span) -> Self {
        Self::new(Value::Map(Vec::new()), span)
    }

    /// The entry of `key` when this is a mapping that has it.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The value of `key` when this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The item at `index` when this is a list that has it.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<&Self> {
        match &self.value {
            Value::List(items) => items.get(index),
            _ => None,
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The value at a path below this one, and its key when it has one.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<(Option<Span>, &Self)> {
        path.steps()
            .iter()
            .try_fold((None, self), |(_, node), step| match step {
                Step::Key(key) => node
                    .entry(key)
                    .map(|entry| (Some(entry.key_span), &entry.node)),
                Step::Index(index) => node.item(*index).map(|item| (None, item)),
            })
    }

    /// The value at a path below this one, to be changed.
    pub(crate) fn find_mut(&mut self, path: &Path) -> Option<&mut Self> {
        path.steps()
            .iter()
            .try_fold(self, |node, step| match (step, &mut node.value) {
                (Step::Key(key), Value::Map(entries)) => entries
                    .iter_mut()
                    .find(|entry| entry.key == *key)
                    .map(|entry| &mut entry.node),
                (Step::Index(index), Value::List(items)) => items.get_mut(*index),
                _ => None,
            })
    }

    /// Whether this node or one below it is such a one.
    pub fn any(&self, is_such: &mut dyn FnMut(&Self) -> bool) -> bool {
        is_such(self)
            || match &self.value {
                Value::List(items) => items.iter().any(|item| item.any(is_such)),
                Value::Map(entries) => entries.iter().any(|entry| entry.node.any(is_such)),
                Value::Null { .. } | Value::Scalar(_) => false,
            }
    }

    /// Tells every value that is no mapping and no list, with its path.
    pub fn each(&self, tell: &mut dyn FnMut(Path, &Self)) {
        self.each_below(&Path::root(), tell);
    }

    fn each_below(&self, path: &Path, tell: &mut dyn FnMut(Path, &Self)) {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .for_each(|entry| entry.node.each_below(&path.key(&entry.key), tell)),
            Value::List(items) => items
                .iter()
                .enumerate()
                .for_each(|(at, item)| item.each_below(&path.index(at), tell)),
            Value::Null { .. } | Value::Scalar(_) => tell(path.clone(), self),
        }
    }

    /// What this is, for a message: `a list`, `text`, …
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match &self.value {
            Value::Null { .. } => "null",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Scalar(scalar) => match scalar.kind {
                Kind::Bool(_) => "a boolean",
                Kind::Int(_) | Kind::Float(_) => "a number",
                Kind::Text => "text",
            },
        }
    }

    /// The same as JSON, numbers exact, without places.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.clone().into_json()
    }

    /// The same where the tree is not needed any more: long texts are not copied.
    #[must_use]
    pub fn into_json(self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self.value {
            Value::Null { .. } => Json::Null,
            Value::List(items) => items.into_iter().map(Self::into_json).collect(),
            Value::Map(entries) => {
                let mut fields = serde_json::Map::with_capacity(entries.len());
                for entry in entries {
                    fields.insert(entry.key, entry.node.into_json());
                }
                Json::Object(fields)
            }
            Value::Scalar(scalar) => match scalar.kind {
                Kind::Bool(value) => value.into(),
                Kind::Int(value) => value.into(),
                Kind::Float(value) => value.into(),
                Kind::Text => scalar.text.into(),
            },
        }
    }
}

impl Kind {
    /// What a plain (unquoted) YAML 1.2 scalar is; `None` is null.
    #[must_use]
    pub fn of_plain(text: &str) -> Option<Self> {
        Some(match text {
            "" | "~" | "null" | "Null" | "NULL" => return None,
            "true" | "True" | "TRUE" => Self::Bool(true),
            "false" | "False" | "FALSE" => Self::Bool(false),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Self::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Self::Float(f64::NEG_INFINITY),
            ".nan" | ".NaN" | ".NAN" => Self::Float(f64::NAN),
            _ if text.starts_with(['+', '-', '.'])
                || text.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                number(text)
            }
            _ => Self::Text,
        })
    }
}

impl Scalar {
    /// A plain (unquoted) YAML 1.2 scalar; `None` is null.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        Kind::of_plain(&text).map(|kind| Self {
            text,
            kind,
            style: Style::Plain,
        })
    }

    /// Quoted text: never anything else.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Kind::Text,
            style: Style::Quoted,
        }
    }
}

/// The core schema's numbers. `0777` and `1_000` mean different things to different readers, so they are text here
/// and a message says so where a number is wanted.
fn number(text: &str) -> Kind {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let decimal = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if decimal(unsigned) {
        let leading_zero = unsigned.len() > 1 && unsigned.starts_with('0');
        return match text.parse() {
            Ok(value) if !leading_zero => Kind::Int(value),
            Err(_) if !leading_zero => text.parse().map_or(Kind::Text, Kind::Float),
            _ => Kind::Text,
        };
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.starts_with(['+', '-'])
            && let Ok(value) = i64::from_str_radix(digits, radix)
        {
            return Kind::Int(value);
        }
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = mantissa.replacen('.', "", 1);
    let is_float = decimal(&digits)
        && exponent.is_none_or(|e| decimal(e.strip_prefix(['+', '-']).unwrap_or(e)))
        && (exponent.is_some() || mantissa.contains('.'));
    match text.parse() {
        Ok(value) if is_float => Kind::Float(value),
        _ => Kind::Text,
    }
}
