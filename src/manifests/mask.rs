//! A document without its secrets: for `render --redact`, for snapshots, and for what `plan` shows.

use serde_json::Value;

use super::templates::Templates;
use super::{Manifest, REDACTED_KIND};
use crate::cluster::{Backup, is_config_of, is_script_of};
use crate::layers::secret::{self, REDACTED};
use crate::problem::{Code, Place, Problem};

/// The document without its secrets, and then without its kind. Built-in templates write only what the cluster has,
/// which is redacted before; the user's own may hold a secret themselves, also in a part that a built-in one includes.
pub(super) fn redacted(manifest: Manifest, templates: &Templates) -> Result<Manifest, Problem> {
    let mut yaml = manifest.yaml();
    if templates.are_own() {
        let whole = manifest.data()?;
        let shown = document(manifest.kind, &manifest.name, &whole);
        let is_told = |line: &str| {
            let comment = line.split_once('#').map(|(_, comment)| comment);
            comment.is_some_and(secret::is_pasted)
        };
        let has_kind = yaml.lines().any(|line| line.starts_with("kind:"));
        let is_as_written = shown == whole
            && (has_kind || !yaml.contains(REDACTED))
            && (manifest.kind == "secret" || !yaml.lines().any(is_told));
        if !is_as_written {
            yaml = serde_yaml::to_string(&shown).map_err(|error| {
                let found = format!("{}: what it renders: {error}", manifest.template);
                Problem::new(Code::Template, Place::Nowhere, found)
            })?;
        }
    }
    Ok(Manifest {
        marked: without_kind(yaml),
        ..manifest
    })
}

/// The document without its kind, if something is left out of it.
pub(super) fn without_kind(yaml: String) -> String {
    if !yaml.contains(REDACTED) {
        return yaml;
    }
    let kind = |line: &str| match line.strip_prefix("kind:") {
        Some(rest) => format!("{REDACTED_KIND}:{rest}"),
        None => line.to_owned(),
    };
    yaml.split_inclusive('\n').map(kind).collect()
}

/// Whether this is a secret whose payload is a script or a configuration that this program wrote: those hold no
/// credentials and are worth reading. Of the payload of any other secret nothing is known.
#[must_use]
pub fn is_script(kind: &str, name: &str, document: &Value) -> bool {
    kind == "secret"
        && document["type"] == "opaque"
        && document["data"]["encoding"] == "plain"
        && instance(document).is_some_and(|release| is_script_of(release, name))
}

/// The release, of a document that says it was written here.
fn instance(document: &Value) -> Option<&str> {
    let tags = &document["tags"];
    let is_ours = tags["app.cpln.io/managed-by"] == env!("CARGO_PKG_NAME");
    tags["app.cpln.io/instance"].as_str().filter(|_| is_ours)
}

/// The document with [`REDACTED`] in the place of whatever may be secret in it: all data of a secret, and elsewhere what
/// stands behind a secret's word.
fn document(kind: &str, name: &str, document: &Value) -> Value {
    let mut masked = value(document, &|line| secret::masked(line, REDACTED));
    if kind == "secret" {
        masked["data"] = match &document["data"] {
            Value::Null => return masked,
            data if is_script(kind, name, document) => script(data),
            Value::Object(fields) => {
                let is_config =
                    instance(document).is_some_and(|release| is_config_of(release, name));
                let is_open = |key: &str| {
                    key == "encoding" && document["type"] == "opaque"
                        || is_config && Backup::CONFIG_KEYS.contains(&key)
                };
                let field = |(key, value): (&String, &Value)| {
                    let shown = match is_open(key) {
                        true => value.clone(),
                        false => REDACTED.into(),
                    };
                    (key.clone(), shown)
                };
                Value::Object(fields.iter().map(field).collect())
            }
            _ => REDACTED.into(),
        };
    }
    masked
}

/// Lines that come with the program use passwords and hold none; those of the user's own may.
fn script(data: &Value) -> Value {
    value(data, &|line| {
        let masked = secret::masked(line, REDACTED);
        let head = masked.strip_suffix(REDACTED).unwrap_or(line);
        // a line as it is in its template, or with the one value that the template puts there
        let is_from = |known: &str| {
            let behind = known.strip_prefix(head);
            known == line || behind.is_some_and(|behind| behind.starts_with("{{"))
        };
        let is_known =
            masked == line || Templates::built_in().any(|(_, text)| text.lines().any(is_from));
        if is_known { line.to_owned() } else { masked }
    })
}

/// A value with [`REDACTED`] behind the keys, the environment variables and the flags that say that theirs is a secret;
/// each line of any other text is what `text` makes of it. Links tell where a secret is, not what it is.
pub fn value(value: &Value, text: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(lines) => {
            Value::String(lines.split('\n').map(text).collect::<Vec<_>>().join("\n"))
        }
        Value::Array(items) => {
            let is_flag = |at: usize| {
                let before = at.checked_sub(1).and_then(|before| items.get(before));
                let before = before.and_then(Value::as_str).unwrap_or_default();
                before.starts_with('-') && !before.contains('=') && secret::is_secret(before)
            };
            let item = |(at, item): (usize, &Value)| match item.as_str() {
                Some(word) if is_flag(at) && !word.starts_with('-') => REDACTED.into(),
                _ => self::value(item, text),
            };
            items.iter().enumerate().map(item).collect()
        }
        Value::Object(fields) => {
            let name = fields.get("name").and_then(Value::as_str);
            let is_secret_variable = name.is_some_and(secret::is_secret);
            let field = |(key, value): (&String, &Value)| {
                let hides = secret::is_secret(key) && !key.ends_with("Link")
                    || key == "value" && is_secret_variable;
                let shown = match value {
                    Value::Array(_) | Value::Object(_) | Value::Bool(_) | Value::Null => {
                        self::value(value, text)
                    }
                    Value::String(link) if link.starts_with("cpln://") => value.clone(),
                    _ if hides => REDACTED.into(),
                    value => self::value(value, text),
                };
                (key.clone(), shown)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        value => value.clone(),
    }
}
