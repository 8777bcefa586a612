//! A problem as it may be shown: placed, sorted, without secrets.

use std::collections::BTreeMap;
use std::ops::Range;

use super::mask::{Masked, REDACTED};
use crate::layers::{Kind, Node, SourceId, SourceKind, Value, secret};
use crate::merge::Merged;
use crate::problem::{Code, Path, Place, Problem, Problems, Severity, Step};

/// The sources that problems point into, as they may be shown.
pub(super) type Texts = BTreeMap<SourceId, Masked>;

/// One problem, ready to be written.
pub(super) struct Shown {
    pub code: Code,
    pub path: Option<String>,
    /// The name of the list item that the path goes through.
    pub item: Option<String>,
    pub found: String,
    pub allowed: Option<String>,
    pub fix: Option<String>,
    pub spot: Option<Spot>,
    pub also: Vec<(Option<Spot>, String)>,
}

/// A place in a masked text.
#[derive(Clone)]
pub(super) struct Spot {
    pub source: SourceId,
    pub name: String,
    pub kind: SourceKind,
    pub span: Range<usize>,
    /// From 1, as are the others.
    pub line: usize,
    pub column: usize,
    pub end_column: usize,
}

/// Places, masks and sorts all problems.
pub(super) fn all(problems: &Problems, merged: &Merged) -> (Vec<Shown>, Texts) {
    let secrets = Secrets::of(merged);
    let mut texts = Texts::new();
    let mut shown: Vec<Shown> = problems
        .iter()
        .map(|problem| secrets.show(problem, merged, &mut texts))
        .collect();
    shown.sort_by_key(|shown| {
        shown.spot.as_ref().map(|spot| {
            (
                spot.kind == SourceKind::BuiltIn,
                spot.source,
                spot.span.start,
            )
        })
    });
    (shown, texts)
}

impl Shown {
    pub(super) fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The path and what is wrong with it, in one line.
    pub(super) fn message(&self) -> String {
        match (&self.path, &self.item) {
            (Some(path), Some(item)) => format!("`{path}` (`{item}`): {}", self.found),
            (Some(path), None) => format!("`{path}`: {}", self.found),
            (None, _) => self.found.clone(),
        }
    }
}

impl Spot {
    fn at(place: &Place, merged: &Merged, texts: &mut Texts) -> Option<Self> {
        let span = merged.locate(place)?;
        let source = merged.sources().get(span.source)?;
        let text = texts
            .entry(span.source)
            .or_insert_with(|| Masked::new(source));
        let place = text.span(span.start, span.end);
        Some(Self {
            source: span.source,
            name: source.name.clone(),
            kind: source.kind,
            line: text.line(place.start) + 1,
            column: text.column(place.start),
            end_column: text.column(place.end),
            span: place,
        })
    }

    /// The file, if it is one that can be opened.
    pub(super) fn file(&self) -> Option<&str> {
        (self.kind == SourceKind::File).then_some(self.name.as_str())
    }

    /// Where it is, in words.
    pub(super) fn words(&self) -> String {
        match self.kind {
            SourceKind::Flag(_) => format!("{}, character {}", self.name, self.column),
            _ => format!("{}:{}:{}", self.name, self.line, self.column),
        }
    }
}

/// The texts of secrets, so that no message repeats one.
struct Secrets {
    texts: Vec<String>,
}

impl Secrets {
    fn of(merged: &Merged) -> Self {
        let mut texts = Vec::new();
        collect(merged.tree(), &Path::root(), false, merged, &mut texts);
        Self { texts }
    }

    fn show(&self, problem: &Problem, merged: &Merged, texts: &mut Texts) -> Shown {
        let clean = |text: &String| self.redact(text);
        let mut fix = problem.fix.as_ref().map(clean);
        if problem.code == Code::UnknownKey && follows_comma(problem, merged) {
            let hint = "a comma ends a value: write `\\,` for one that belongs to it, or use --set-literal";
            fix = Some(fix.map_or_else(|| hint.to_owned(), |fix| format!("{fix}; {hint}")));
        }
        Shown {
            code: problem.code,
            path: problem.path.as_ref().map(|path| shown_path(path, merged)),
            item: problem
                .path
                .as_ref()
                .and_then(|path| item_name(path, merged)),
            found: self.redact(&problem.found),
            allowed: problem.allowed.as_ref().map(clean),
            fix,
            spot: Spot::at(&problem.place, merged, texts),
            also: problem
                .also
                .iter()
                .map(|(place, label)| (Spot::at(place, merged, texts), clean(label)))
                .collect(),
        }
    }

    /// Values stand in backticks, so a secret is looked for there.
    fn redact(&self, text: &str) -> String {
        let is_secret = |quoted: &str| {
            self.texts.iter().any(|secret| {
                quoted == secret
                    || secret.len() >= 8 && secret != "password" && quoted.contains(secret)
            })
        };
        let part = |(at, part): (usize, &str)| {
            if at % 2 == 1 && is_secret(part) {
                REDACTED
            } else {
                part
            }
            .to_owned()
        };
        text.split('`')
            .enumerate()
            .map(part)
            .collect::<Vec<_>>()
            .join("`")
    }
}

/// Finds the texts of secrets. What follows a secret in one argument is hidden as a whole, but only keys that the
/// built-in file does not have, and their values, can be its tail.
fn collect(node: &Node, path: &Path, inside: bool, merged: &Merged, texts: &mut Vec<String>) {
    let sources = merged.sources();
    match &node.value {
        Value::Scalar(scalar) => {
            let is_flag = matches!(sources.kind(node.span), SourceKind::Flag(_));
            let inside = inside || !is_flag || secret::is_pasted(&scalar.text);
            if sources.is_secret(node.span) && !sources.is_built_in(node.span) && inside {
                // A message may show the text as it is or with escapes.
                texts.push(scalar.text.escape_debug().to_string());
                texts.push(scalar.text.clone());
            }
        }
        Value::List(items) => items
            .iter()
            .for_each(|item| collect(item, path, inside, merged, texts)),
        Value::Map(entries) => {
            for entry in entries {
                let is_tail =
                    sources.is_secret(entry.key_span) && !merged.is_built_in(path, &entry.key);
                if is_tail {
                    texts.push(entry.key.clone());
                }
                let inside = inside || is_tail || secret::is_secret(&entry.key);
                collect(&entry.node, &path.key(&entry.key), inside, merged, texts);
            }
        }
        Value::Null { .. } => {}
    }
}

/// A key may be the tail of a secret that had a comma in it; keys that the built-in file has are none.
fn shown_path(path: &Path, merged: &Merged) -> String {
    let mut real = Path::root();
    let mut shown = Vec::new();
    for step in path.steps() {
        let mut label = step.clone();
        if let Step::Key(key) = step {
            let span = merged.locate(&Place::Key(real.key(key)));
            let is_secret = span.is_some_and(|span| merged.sources().is_secret(span));
            if is_secret && !merged.is_built_in(&real, key) {
                label = Step::Key(REDACTED.to_owned());
            }
        }
        shown.push(label);
        real = real.and(step.clone());
    }
    Path::from(shown).to_string()
}

/// The `name` of the last list item on the way.
fn item_name(path: &Path, merged: &Merged) -> Option<String> {
    let item = path
        .upwards()
        .find(|path| matches!(path.steps().last(), Some(Step::Index(_))))?;
    let name = merged.node(&item)?.get("name")?;
    let is_same = item.key("name") == *path;
    match &name.value {
        Value::Scalar(scalar)
            if scalar.kind == Kind::Text && !is_same && !merged.sources().is_secret(name.span) =>
        {
            Some(scalar.text.clone())
        }
        _ => None,
    }
}

/// Whether the key is the first of a pair behind a comma.
fn follows_comma(problem: &Problem, merged: &Merged) -> bool {
    let Some(span) = merged.locate(&problem.place) else {
        return false;
    };
    let Some(source) = merged.sources().get(span.source) else {
        return false;
    };
    matches!(source.kind, SourceKind::Flag(_))
        && source
            .text
            .get(..span.start)
            .is_some_and(|before| before.ends_with(','))
}
