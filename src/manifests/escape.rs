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
                    "a value of type {kind} has no form in {}",
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
                    "only a word of letters and digits has a form in an ini file",
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

fn yaml_quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    quoted(out, text, |c| match c {
        c if c < ' ' || ('\x7f'..='\u{a0}').contains(&c) => {
            Some(format!("\\x{:02x}", u32::from(c)))
        }
        c if is_invisible(c) => Some(format!("\\u{:04x}", u32::from(c))),
        _ => None,
    })
}

/// Characters that readers drop, fold into a space or refuse, and those that turn the text around them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// How far the lines of literal blocks stand in.
const INDENT: &str = "    ";

/// Writes a text as a literal block, whose lines stand four columns in: the templates put it two columns deep.
///
/// Texts that a block cannot hold exactly become one quoted line.
pub(super) fn yaml_literal(out: &mut impl Write, text: &str) -> fmt::Result {
    let printable = |text: &str| {
        let ascii = |all: bool, b: u8| all & matches!(b, b'\n' | b'\t' | b' '..=b'~');
        let any =
            |c: char| matches!(c, '\n' | '\t' | ' '..='~') || c > '\u{a0}' && !is_invisible(c);
        // scripts are long and ASCII, for which this is many times as fast
        text.bytes().fold(true, ascii) || text.chars().all(any)
    };
    let fits = text.ends_with('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\t', '\n'])
        && printable(text);
    if !fits {
        return yaml_quoted(out, text);
    }
    // one long write is many times as fast as a thousand short ones
    let mut block = String::with_capacity(text.len() + text.len() / 4);
    block.push('|');
    for line in lines(text.trim_end_matches('\n')) {
        block.push('\n');
        if !line.is_empty() {
            block.push_str(INDENT);
            block.push_str(line);
        }
    }
    out.write_str(&block)
}

/// How much of a literal block that was written so is its sign and its first line; `None` for all else.
pub(super) fn literal_head(text: &str) -> Option<usize> {
    let sign = "|\n".len();
    let first = lines(text.strip_prefix("|\n")?).next()?;
    stand_in(text).then_some(sign + first.len())
}

/// Whether all lines but the first are empty or stand in. Looks at sixteen bytes at once: scripts are long.
fn stand_in(text: &str) -> bool {
    let text = text.as_bytes();
    let Some(most) = text.len().checked_sub(INDENT.len()) else {
        return false;
    };
    let [at, one, two, three, four] = [0, 1, 2, 3, 4].map(|behind| &text[behind..][..most]);
    let is_space = |byte: u8| byte == b' ';
    (0..most).fold(true, |all, i| {
        let indented = is_space(one[i]) & is_space(two[i]) & is_space(three[i]) & is_space(four[i]);
        all & ((at[i] != b'\n') | (one[i] == b'\n') | indented)
    }) && !text[most..].contains(&b'\n')
}

/// The lines of a text. Those of scripts are so long that looking at many bytes at once takes a fifth of the time.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let (line, behind) = match line_break(text.as_bytes()) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        rest = behind;
        Some(line)
    })
}

fn line_break(bytes: &[u8]) -> Option<usize> {
    let is_break = |byte: &u8| *byte == b'\n';
    let none_in = |chunk: &&[u8; 16]| !chunk.iter().fold(false, |any, byte| any | is_break(byte));
    let (chunks, _) = bytes.as_chunks();
    let skipped = chunks.iter().take_while(none_in).count() * 16;
    let rest = bytes.get(skipped..)?;
    rest.iter().position(is_break).map(|at| skipped + at)
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
