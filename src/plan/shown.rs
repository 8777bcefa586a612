//! Differences as they may be shown: secrets only as changed.

use serde_json::Value;

use super::diff::Difference;
use super::payload::Lines;
use super::resource::Resource;
use crate::layers::secret::{self, REDACTED};
use crate::manifests::{is_script, mask};

/// One side of a difference.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// There is nothing.
    Absent,
    /// There is something that must not be shown.
    Secret,
    /// There is this; secrets inside it are masked.
    Value(Value),
}

/// What differs.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// One value and another.
    Values(Side, Side),
    /// A long text.
    Lines(Lines),
}

/// Everything known to be secret: the values of the keys that say so, in all secrets of both sides.
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Those of these resources.
    #[must_use]
    pub fn of<'r>(resources: impl IntoIterator<Item = &'r Resource>) -> Self {
        let mut texts = Vec::new();
        for resource in resources
            .into_iter()
            .filter(|resource| resource.id.kind == "secret")
        {
            let data = resource.get(&["data"]).and_then(Value::as_object);
            for (key, value) in data.into_iter().flatten() {
                if let (true, Some(text)) = (secret::is_secret(key), value.as_str()) {
                    texts.push(text.to_owned());
                }
            }
        }
        texts.retain(|text| text != REDACTED && text.len() > 2);
        Self(texts)
    }

    /// A difference, without what must not be shown.
    #[must_use]
    pub fn mask(&self, before: &Resource, after: &Resource, difference: &Difference) -> What {
        let is_data = before.id.kind == "secret"
            && (difference.path == "data" || difference.path.starts_with("data."));
        let is_script = |side: &Resource| is_script(&side.id.kind, &side.id.name, &side.data);
        let is_readable =
            is_script(before) && is_script(after) || difference.path == "data.encoding";
        if is_data && !is_readable || is_secret_path(&difference.path) {
            let side = |value: &Option<Value>| match value {
                Some(Value::String(text)) if text.starts_with("cpln://") => {
                    Side::Value(Value::String(text.clone()))
                }
                Some(_) => Side::Secret,
                None => Side::Absent,
            };
            return What::Values(side(&difference.before), side(&difference.after));
        }
        if let (Some(Value::String(before)), Some(Value::String(after))) =
            (&difference.before, &difference.after)
            && (before.contains('\n') || after.contains('\n'))
        {
            return What::Lines(self.lines(Lines::new(before, after)));
        }
        let side = |value: &Option<Value>| match value {
            Some(value) => Side::Value(mask(value, &|line| self.text(line))),
            None => Side::Absent,
        };
        What::Values(side(&difference.before), side(&difference.after))
    }

    fn lines(&self, mut lines: Lines) -> Lines {
        for line in lines.hunks.iter_mut().flatten() {
            line.text = self.text(&line.text);
        }
        lines
    }

    /// One line. A known secret is looked for as a whole word, so that a short one does not riddle the text.
    fn text(&self, line: &str) -> String {
        let mut shown = secret::masked(line, REDACTED);
        for known in &self.0 {
            shown = replace_word(&shown, known);
        }
        shown
    }
}

/// Whether the key at the end of a path, or the environment variable of that name, says that its value is a secret.
fn is_secret_path(path: &str) -> bool {
    if let Some((_, variable)) = path.rsplit_once(".env[") {
        return secret::is_secret(variable.trim_end_matches(".value").trim_end_matches(']'));
    }
    let is_item = path.ends_with(']') && !path.starts_with("tags[");
    let last = path.rsplit(['.', '[']).next().unwrap_or_default();
    !is_item && secret::is_secret(last.trim_end_matches(']'))
}

fn replace_word(text: &str, word: &str) -> String {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut shown = String::new();
    let mut rest = text;
    let mut last = None;
    while let Some(at) = rest.find(word) {
        let (before, from) = rest.split_at(at);
        let behind = from.get(word.len()..).unwrap_or_default();
        let is_word =
            !is_letter(before.chars().next_back().or(last)) && !is_letter(behind.chars().next());
        shown.push_str(before);
        shown.push_str(if is_word { REDACTED } else { word });
        last = word.chars().next_back();
        rest = behind;
    }
    shown + rest
}
