//! Any value as one scalar of the language it lands in: YAML, shell, TOML, INI; or as it is, in text for people.

use std::fmt::{self, Write};

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use crate::plain::is_hidden;

/// A language that templates write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Of every reader: js-yaml, Go, PyYAML, 1.1 and 1.2.
    Yaml,
    /// bash.
    Shell,
    /// TOML 1.0.
    Toml,
    /// PgBouncer's, which has no quotes: words only.
    Ini,
    /// What people read.
    Text,
}

impl Language {
    /// By the template's name: `x.yaml.j2`, `x.sh.j2`, `x.toml.j2`, `x.ini.j2`, `x.txt.j2`.
    pub(super) fn of(template: &str) -> Option<Self> {
        match template.strip_suffix(".j2")?.rsplit_once('.')?.1 {
            "yaml" => Some(Self::Yaml),
            "sh" => Some(Self::Shell),
            "toml" => Some(Self::Toml),
            "ini" => Some(Self::Ini),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }

    /// Its name, for minijinja.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Shell => "shell",
            Self::Toml => "toml",
            Self::Ini => "ini",
            Self::Text => "text",
        }
    }

    /// The language of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Yaml, Self::Shell, Self::Toml, Self::Ini, Self::Text]
            .into_iter()
            .find(|language| language.name() == name)
    }

    /// Writes a value: texts, numbers and booleans as one scalar, lists and (in YAML) mappings of them in one line.
    pub(super) fn write(self, out: &mut impl Write, value: &Value) -> Result<(), Error> {
        match value.kind() {
            ValueKind::Bool => out.write_str(if value.is_true() { "true" } else { "false" })?,
            ValueKind::Number => write!(out, "{value}")?,
            ValueKind::String => self.text(out, value.as_str().unwrap_or_default())?,
            ValueKind::None if self == Self::Yaml => out.write_str("null")?,
            ValueKind::Seq | ValueKind::Iterable => self.list(out, value)?,
            ValueKind::Map if self == Self::Yaml => yaml_flow_map(out, value)?,
            kind => {
                return Err(cannot(&format!(
                    "a value of type {kind} cannot be written in {}",
                    self.name()
                )));
            }
        }
        Ok(())
    }

    fn text(self, out: &mut impl Write, text: &str) -> Result<(), Error> {
        match self {
            Self::Yaml if is_plain_yaml(text) => out.write_str(text)?,
            Self::Yaml => yaml_quoted(out, text)?,
            Self::Shell if text.contains('\0') => {
                return Err(cannot("a shell word cannot hold NUL"));
            }
            Self::Shell => shell_word(out, text)?,
            Self::Toml => toml_string(out, text)?,
            Self::Ini if !text.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                return Err(cannot(
                    "only a word of letters and digits can be written in an ini file",
                ));
            }
            Self::Ini => out.write_str(text)?,
            Self::Text => plain_text(out, text)?,
        }
        Ok(())
    }

    fn list(self, out: &mut impl Write, value: &Value) -> Result<(), Error> {
        let (open, between, close) = match self {
            Self::Shell => ("", " ", ""),
            Self::Text => ("", ", ", ""),
            Self::Ini => ("", ",", ""),
            Self::Yaml | Self::Toml => ("[", ", ", "]"),
        };
        out.write_str(open)?;
        for (at, item) in value.try_iter()?.enumerate() {
            if at > 0 {
                out.write_str(between)?;
            }
            self.write_in_flow(out, &item)?;
        }
        out.write_str(close)?;
        Ok(())
    }

    /// Inside `[…]` and `{…}`, YAML's own brackets and commas need quotes.
    fn write_in_flow(self, out: &mut impl Write, value: &Value) -> Result<(), Error> {
        match value.as_str() {
            Some(text) if self == Self::Yaml && text.contains([',', '[', ']', '{', '}']) => {
                Ok(yaml_quoted(out, text)?)
            }
            _ => self.write(out, value),
        }
    }
}

fn cannot(why: &str) -> Error {
    Error::new(ErrorKind::BadSerialization, why.to_owned())
}

fn yaml_flow_map(out: &mut impl Write, value: &Value) -> Result<(), Error> {
    out.write_char('{')?;
    for (at, key) in value.try_iter()?.enumerate() {
        if at > 0 {
            out.write_str(", ")?;
        }
        Language::Yaml.write_in_flow(out, &key)?;
        out.write_str(": ")?;
        Language::Yaml.write_in_flow(out, &value.get_item(&key)?)?;
    }
    out.write_char('}')?;
    Ok(())
}

/// A text as one YAML scalar in one line: as it is when every reader takes it for that text, else in double quotes.
#[must_use]
pub fn yaml_scalar(text: &str) -> String {
    if is_plain_yaml(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    // a String takes everything
    _ = yaml_quoted(&mut out, text);
    out
}

/// Longer plain scalars are refused as keys by some readers.
const MAX_PLAIN: usize = 128;

fn is_plain_yaml(text: &str) -> bool {
    let bytes = text.as_bytes();
    let first = |b: u8| b.is_ascii_alphanumeric() || b == b'/' || b == b'_';
    let inner = |b: u8| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'_' | b'-'
                    | b'.'
                    | b'/'
                    | b'+'
                    | b'@'
                    | b'='
                    | b'~'
                    | b'('
                    | b')'
                    | b';'
                    | b'*'
                    | b'^'
                    | b'$'
                    | b'<'
                    | b'>'
            )
    };
    // a colon or a space only where a letter or digit follows: `: ` begins a value, ` #` a comment
    let joint = |at: usize| {
        matches!(bytes[at], b':' | b' ')
            && bytes.get(at + 1).is_some_and(|&next| {
                next.is_ascii_alphanumeric() || (bytes[at] == b':' && next == b'/')
            })
    };
    bytes.first().is_some_and(|&b| first(b))
        && text.len() <= MAX_PLAIN
        && bytes
            .iter()
            .enumerate()
            .all(|(at, &b)| inner(b) || joint(at))
        && !reads_as_something_else(text)
}

/// Whether some YAML 1.1 or 1.2 reader takes the text for null, a boolean, a number, a time or a date.
fn reads_as_something_else(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity",
        "none",
    ];
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    // numbers, times and dates begin with a digit and hold no letter but those of 0x1F, 0o17, 0b1, 1e3 and T…Z
    let letters = |allowed: &[u8]| {
        text.bytes()
            .all(|b| b != b'/' && (!b.is_ascii_alphabetic() || allowed.contains(&b)))
    };
    text.starts_with(|c: char| c.is_ascii_digit())
        && (letters(b"eEtTzZ") || text.starts_with('0') && letters(b"abcdefABCDEFxXoO"))
}

pub(super) fn yaml_quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    quoted(out, text, |c| match c {
        c if c < ' ' || ('\x7f'..='\u{a0}').contains(&c) => {
            Some(format!("\\x{:02x}", u32::from(c)))
        }
        c if is_invisible(c) => Some(format!("\\u{:04x}", u32::from(c))),
        _ => None,
    })
}

/// Characters that readers drop, fold into a space or refuse, and those that turn the text around them.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

pub fn shell_word(out: &mut impl Write, text: &str) -> fmt::Result {
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&b));
    if plain {
        out.write_str(text)
    } else {
        write!(out, "'{}'", text.replace('\'', r"'\''"))
    }
}

/// What would rule the terminal, or turn the text around it, is shown by its number.
fn plain_text(out: &mut impl Write, text: &str) -> fmt::Result {
    text.chars().try_for_each(|c| match c {
        c if is_hidden(c) => write!(out, "{}", c.escape_unicode()),
        c => out.write_char(c),
    })
}

fn toml_string(out: &mut impl Write, text: &str) -> fmt::Result {
    quoted(out, text, |c| {
        c.is_control().then(|| format!("\\u{:04X}", u32::from(c)))
    })
}

/// A text in double quotes. What YAML and TOML both escape is escaped here, the rest by `code`.
fn quoted(out: &mut impl Write, text: &str, code: fn(char) -> Option<String>) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(out, "\\{c}")?,
            '\n' => out.write_str("\\n")?,
            '\t' => out.write_str("\\t")?,
            '\r' => out.write_str("\\r")?,
            c => match code(c) {
                Some(code) => out.write_str(&code)?,
                None => out.write_char(c)?,
            },
        }
    }
    out.write_char('"')
}
