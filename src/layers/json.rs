//! JSON to a tree, for `--set-json`: strict, numbers exact, every value with its place.

use std::collections::HashMap;
use std::ops::Range;

use super::secret;
use super::tree::{Entry, Kind, MAX_DEPTH, Node, Scalar, Style, Value};
use super::yaml;
use crate::place::{SourceId, Span};
use crate::problem::{Code, Place, Problem, Problems, Step};

/// A value read from the middle of a text.
pub(super) struct Read {
    pub node: Node,
    /// Where the text goes on.
    pub end: usize,
    /// What must never be shown.
    pub secrets: Vec<Range<usize>>,
}

/// Reads the one value that begins at `start`; what stands behind it is the caller's. `path` is where the value goes.
pub(super) fn read(
    source: SourceId,
    text: &str,
    start: usize,
    path: Vec<Step>,
    problems: &mut Problems,
) -> Result<Read, Problem> {
    let mut reader = Reader {
        source,
        text,
        at: start,
        path,
        secrets: Vec::new(),
        problems,
    };
    reader.blank();
    let node = reader.value(0)?;
    Ok(Read {
        node,
        end: reader.at,
        secrets: reader.secrets,
    })
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    at: usize,
    path: Vec<Step>,
    secrets: Vec<Range<usize>>,
    problems: &'a mut Problems,
}

type Outcome<T> = Result<T, Problem>;

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Outcome<Node> {
        let start = self.at;
        if depth > MAX_DEPTH {
            let found = format!("lists and objects are nested more than {MAX_DEPTH} deep here");
            return Err(Problem::new(
                Code::TooLarge,
                Place::At(self.span(start, start + 1)),
                found,
            ));
        }
        let value = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => Value::Scalar(self.text()?),
            _ => self.word()?,
        };
        Ok(Node::new(value, self.span(start, self.at)))
    }

    fn object(&mut self, depth: usize) -> Outcome<Value> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        self.open();
        while !self.close('}', !seen.is_empty())? {
            let start = self.at;
            if self.peek() != Some('"') {
                return Err(self.wrong("expected a key in double quotes here"));
            }
            let key = self.string()?;
            let key_span = self.span(start, self.at);
            self.blank();
            if !self.eat(':') {
                return Err(self.wrong("expected a `:` after the key"));
            }
            self.blank();
            self.path.push(Step::Key(key.clone()));
            let node = self.value(depth + 1)?;
            if secret::is_secret(&key) {
                yaml::hide(&node, &mut self.secrets);
            }
            match seen.get(&key) {
                Some(first) => {
                    self.problems
                        .push(yaml::duplicate(secret::path(&self.path), key_span, *first))
                }
                None => {
                    seen.insert(key.clone(), key_span);
                    entries.push(Entry {
                        key,
                        key_span,
                        node,
                    });
                }
            }
            self.path.pop();
        }
        Ok(Value::Map(entries))
    }

    fn array(&mut self, depth: usize) -> Outcome<Value> {
        let mut items = Vec::new();
        self.open();
        while !self.close(']', !items.is_empty())? {
            self.path.push(Step::Index(items.len()));
            items.push(self.value(depth + 1)?);
            self.path.pop();
        }
        Ok(Value::List(items))
    }

    /// Steps over an opening bracket.
    fn open(&mut self) {
        self.at += 1;
    }

    /// Whether the collection ends here; if it does not, stands at the next item.
    fn close(&mut self, bracket: char, has_items: bool) -> Outcome<bool> {
        self.blank();
        if self.eat(bracket) {
            return Ok(true);
        }
        if has_items {
            if !self.eat(',') {
                return Err(self.wrong(&format!("expected a `,` or `{bracket}` here")));
            }
            self.blank();
        }
        Ok(false)
    }

    fn text(&mut self) -> Outcome<Scalar> {
        let start = self.at;
        let text = self.string()?;
        if secret::is_pasted(&text) {
            self.secrets.push(start..self.at);
        }
        Ok(Scalar::text(text))
    }

    fn string(&mut self) -> Outcome<String> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.bump() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) if c >= ' ' => text.push(c),
                Some(_) => return Err(self.wrong("a line break or control character inside quotes must be an escape such as `\\n`")),
                None => {
                    self.at = start;
                    return Err(self.wrong("a quote is opened here and never closed"));
                }
            }
        }
    }

    fn escape(&mut self) -> Outcome<char> {
        let c = self.bump();
        Ok(match c {
            Some('"' | '\\' | '/') => c.unwrap_or_default(),
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(),
            _ => return Err(self.wrong("a `\\` before this character means nothing in JSON")),
        })
    }

    fn unicode(&mut self) -> Outcome<char> {
        let first = self.hex()?;
        let code = if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let second = self.hex()?;
            0x10000 + ((first - 0xd800) << 10) + second.wrapping_sub(0xdc00) % 0x400
        } else {
            first
        };
        char::from_u32(code)
            .ok_or_else(|| self.wrong("half of a surrogate pair is not a character"))
    }

    fn hex(&mut self) -> Outcome<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.wrong("four hexadecimal digits must follow `\\u`"))?;
        self.at += 4;
        Ok(code)
    }

    fn word(&mut self) -> Outcome<Value> {
        let rest = &self.text[self.at..];
        let word = &rest[..rest
            .find(|c: char| c.is_whitespace() || ",]}:\"".contains(c))
            .unwrap_or(rest.len())];
        let kind = match word {
            "null" => {
                self.at += word.len();
                return Ok(Value::Null { written: true });
            }
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ => match number(word) {
                Some(kind) => kind,
                None => {
                    let (found, fix) =
                        match word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
                            true => (
                                "this is not a number in JSON",
                                "if this is text, put it in double quotes",
                            ),
                            false => (
                                "this is not a JSON value",
                                "text needs double quotes: `\"text\"`",
                            ),
                        };
                    let place = Place::At(self.span(self.at, self.at + word.len().max(1)));
                    return Err(Problem::new(Code::YamlSyntax, place, found).fix(fix));
                }
            },
        };
        self.at += word.len();
        Ok(Value::Scalar(Scalar {
            text: word.to_owned(),
            kind,
            style: Style::Quoted,
        }))
    }

    fn wrong(&self, found: &str) -> Problem {
        Problem::new(
            Code::YamlSyntax,
            Place::At(self.span(self.at, self.at + 1)),
            format!("not valid JSON: {found}"),
        )
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::within(self.source, self.text, start, end)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn blank(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }
}

/// JSON's grammar of numbers is narrower than Rust's.
fn number(word: &str) -> Option<Kind> {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (integer, rest) = unsigned.split_at(
        unsigned
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(unsigned.len()),
    );
    if integer.is_empty() || integer.len() > 1 && integer.starts_with('0') {
        return None;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (
            &rest[..at],
            Some(rest[at + 1..].trim_start_matches(['+', '-'])),
        ),
        None => (rest, None),
    };
    let fraction_is_right = fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits);
    if !fraction_is_right || !exponent.is_none_or(digits) {
        return None;
    }
    if rest.is_empty()
        && let Ok(value) = word.parse()
    {
        return Some(Kind::Int(value));
    }
    word.parse().ok().map(Kind::Float)
}
