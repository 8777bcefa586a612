//! Keeps secrets out of messages and paths.

use crate::layers::secret::REDACTED;
use crate::layers::{Node, SourceKind, Value, secret};
use crate::merge::Merged;
use crate::place::Trail;
use crate::problem::{Path, Place, Step};

/// The texts of secrets, so that no message repeats one.
pub(super) struct Secrets {
    texts: Vec<String>,
    /// Those that are a word of the values too, and so a part of our own sentences: `postgres`, `password`.
    words: Vec<String>,
}

impl Secrets {
    pub(super) fn of(merged: &Merged) -> Self {
        let mut texts = Vec::new();
        // nobody keeps the built-in password from the readers of its file
        if merged.sources().have_secrets() {
            collect(merged.tree(), &Trail::Root, false, merged, &mut texts);
        }
        let postgres = Path::of("postgres");
        let is_word = |text: &&String| {
            merged.is_built_in(&Path::root(), text) || merged.is_built_in(&postgres, text)
        };
        let words = texts.iter().filter(is_word).cloned().collect();
        Self { texts, words }
    }

    /// Values stand in backticks, so a secret is looked for there.
    pub(super) fn redact(&self, text: &str) -> String {
        let is_secret = |quoted: &str| {
            // Long values are cut in messages.
            let begin = quoted.strip_suffix('…').filter(|begin| !begin.is_empty());
            self.texts.iter().any(|secret| {
                quoted == secret
                    || begin.is_some_and(|begin| secret.starts_with(begin))
                    || secret.len() >= 8 && !self.words.contains(secret) && quoted.contains(secret)
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
        // A secret with a backtick in it would not be found between two of them.
        let ticked = self.texts.iter().filter(|secret| secret.contains('`'));
        let text = ticked.fold(text.to_owned(), |text, secret| {
            text.replace(secret, REDACTED)
        });
        text.split('`')
            .enumerate()
            .map(part)
            .collect::<Vec<_>>()
            .join("`")
    }
}

/// Finds the texts of secrets. What follows a secret in one argument is hidden as a whole, but only keys that the
/// built-in file does not have, and their values, can be its tail.
fn collect(node: &Node, trail: &Trail<'_>, inside: bool, merged: &Merged, texts: &mut Vec<String>) {
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
        Value::List(items) => {
            // `{…}` of a flag is one value, whatever its commas make of it.
            let inside = inside || matches!(sources.kind(node.span), SourceKind::Flag(_));
            for item in items {
                collect(item, trail, inside, merged, texts);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                let is_tail = sources.is_secret(entry.key_span)
                    && !merged.is_built_in(&trail.path(), &entry.key);
                if is_tail {
                    texts.push(entry.key.clone());
                }
                let inside = inside || is_tail || secret::is_secret(&entry.key);
                let trail = Trail::Key(trail, &entry.key);
                collect(&entry.node, &trail, inside, merged, texts);
            }
        }
        Value::Null { .. } => {}
    }
}

/// A key that fits into a line, whatever was typed.
fn short(step: &Step) -> Step {
    const MOST: usize = 60;
    let Step::Key(key) = step else {
        return step.clone();
    };
    let is_short = key.chars().nth(MOST).is_none();
    if is_short && !key.contains(char::is_control) {
        return step.clone();
    }
    let end = if is_short { "" } else { "…" };
    let begin: String = key.chars().take(MOST).collect();
    Step::Key(format!("{}{end}", begin.escape_debug()))
}

/// A key may be the tail of a secret that had a comma in it; keys that the built-in file has are none.
pub(super) fn shown_path(path: &Path, merged: &Merged) -> String {
    let mut real = Path::root();
    let mut shown = Vec::new();
    for step in path.steps() {
        let mut label = short(step);
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
