//! A manifest as a resource of the provider, field by field of those that the platform takes.

use serde_json::{Map, Value as Json};

use super::Variables;
use super::argument::{NOWHERE, argument, ends_with_any, is_hoisted, join, name_of, snake_case};
use super::hcl::{Body, Item, Value};
use super::reference::References;
use crate::manifests::{Field, REDACTED_KIND, Shape, data_of, fields_of};
use crate::problem::{Code, Place, Problem, Problems};

/// The manifest being written.
pub(super) struct Writer<'m> {
    pub(super) kind: &'static str,
    pub(super) name: &'m str,
    pub(super) references: &'m References,
    pub(super) variables: &'m mut Variables,
    /// Tags that every resource has: `local.tags`.
    pub(super) shared_tags: &'m Map<String, Json>,
    pub(super) problems: &'m mut Problems,
}

impl Writer<'_> {
    /// The arguments of a resource.
    pub(super) fn body(&mut self, manifest: &Map<String, Json>) -> Body {
        let mut parts = Parts::default();
        let mut manifest = manifest.clone();
        manifest.shift_remove("kind");
        manifest.shift_remove(REDACTED_KIND);
        let data = (self.kind == "secret").then(|| {
            let keys = ["type", "data"];
            keys.map(|key| manifest.shift_remove(key).unwrap_or_default())
        });
        self.level(fields_of(self.kind).0, &manifest, "", &mut parts);
        if let Some([kind, data]) = data
            && let Some(kind) = kind.as_str()
            && let Some(shape) = data_of(kind)
        {
            self.put(&kind.replace('-', "_"), shape, &data, "data", &mut parts);
        }
        parts.body()
    }

    /// One level.
    fn level(&mut self, fields: &[Field], keys: &Map<String, Json>, above: &str, to: &mut Parts) {
        for (key, value) in keys {
            let path = join(above, key);
            let field = fields.iter().find(|field| field.name == key);
            let field = field.filter(|_| !ends_with_any(&path, NOWHERE));
            match (field.map(|field| &field.shape), value) {
                (Some(Shape::Object(fields)), Json::Object(keys)) if is_hoisted(&path) => {
                    self.level(fields, keys, &path, to);
                }
                (Some(shape), value) => self.put(&name_of(&path), shape, value, &path, to),
                (None, _) => self.unknown(&path),
            }
        }
    }

    /// One argument: an attribute, or a block, or several.
    fn put(&mut self, name: &str, shape: &Shape, value: &Json, path: &str, to: &mut Parts) {
        let fields = match (argument(name, shape), shape) {
            (Some(kind), _) => {
                if let Some(value) = self.value(name, kind, value) {
                    to.attributes.attribute(name, value);
                }
                return;
            }
            (None, Shape::Object(fields) | Shape::List(Shape::Object(fields), ..)) => fields,
            (None, _) => return,
        };
        let items = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items.iter().filter_map(Json::as_object) {
            let mut inside = Parts::default();
            self.level(fields, item, path, &mut inside);
            to.blocks.block(name, &[], inside.body());
        }
    }

    fn unknown(&mut self, path: &str) {
        let found = format!(
            "{}/{}: `{path}` has no place in the Terraform provider 1.2.31",
            self.kind, self.name
        );
        let problem = Problem::new(Code::Manifest, Place::Nowhere, found);
        self.problems
            .push(problem.fix("leave it out of the template, or apply the manifests themselves"));
    }

    fn value(&mut self, name: &str, kind: &str, value: &Json) -> Option<Value> {
        Some(match (kind, value) {
            (_, Json::Null) => return None,
            (_, Json::Object(tags)) if name == "tags" && !self.shared_tags.is_empty() => {
                self.tags(tags)
            }
            ("map", Json::Array(pairs)) => {
                let pairs = pairs
                    .iter()
                    .filter_map(|pair| Some((pair["name"].as_str()?, &pair["value"])));
                Value::Map(
                    pairs
                        .map(|(key, value)| (key.to_owned(), self.plain(name, key, value)))
                        .collect(),
                )
            }
            ("map", Json::Object(pairs)) => {
                let pairs = pairs.iter();
                Value::Map(
                    pairs
                        .map(|(key, value)| (key.clone(), self.plain(name, key, value)))
                        .collect(),
                )
            }
            // one text, comma separated
            ("string", Json::Array(items)) => {
                let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
                Value::text(items.join(","))
            }
            ("string", Json::Object(_)) => Value::Call("jsonencode", vec![data(value, false)]),
            ("string", Json::Number(number)) => Value::text(number.to_string()),
            ("objects" | "maps", value) => data(value, true),
            (_, Json::Array(items)) => Value::List(
                items
                    .iter()
                    .map(|item| self.plain(name, name, item))
                    .collect(),
            ),
            (_, value) => self.plain(name, name, value),
        })
    }

    fn tags(&self, tags: &Map<String, Json>) -> Value {
        let own = tags
            .iter()
            .filter(|(key, _)| !self.shared_tags.contains_key(*key));
        let own: Vec<_> = own
            .map(|(key, value)| (key.clone(), data(value, false)))
            .collect();
        let shared = Value::Plain("local.tags".to_owned());
        match own.is_empty() {
            true => shared,
            false => Value::Call("merge", vec![shared, Value::Map(own)]),
        }
    }

    /// A scalar of an attribute, or of a key inside it.
    fn plain(&mut self, attribute: &str, key: &str, value: &Json) -> Value {
        let Json::String(text) = value else {
            return data(value, false);
        };
        let references = self.references;
        let bare = |prefix: &str| text.strip_prefix(prefix).unwrap_or(text);
        match (self.kind, attribute) {
            (_, "gvc") => references.name("gvc", text),
            ("gvc", "locations" | "name") | ("workload", "location") => {
                Value::text(bare("//location/"))
            }
            // the provider takes bare names, and makes a wrong link of anything else
            ("gvc", "pull_secrets") => references.name("secret", bare("//secret/")),
            ("policy", "target_links") => match bare("//").split_once('/') {
                Some((kind, name)) => references.name(kind, name),
                None => references.name("secret", text),
            },
            ("policy", "principal_links") => references.principal(text),
            ("workload", "identity_link") => references.identity_link(text),
            ("workload", _) => references.uri(text),
            (
                "secret",
                "dictionary" | "azure_sdk" | "docker" | "gcp" | "access_key" | "secret_key"
                | "password",
            )
            | ("secret", "private_key" | "passphrase" | "key" | "code") => {
                self.variables.take(self.name, key, text)
            }
            _ => Value::text(text),
        }
    }
}

/// What stands on one level: attributes, then blocks.
#[derive(Default)]
struct Parts {
    attributes: Body,
    blocks: Body,
}

impl Parts {
    fn body(mut self) -> Body {
        // what takes several lines stands behind what takes one
        self.attributes.0.sort_by_key(|item| {
            matches!(item, Item::Attribute(_, Value::Map(_) | Value::Call(..)))
        });
        self.attributes.0.append(&mut self.blocks.0);
        self.attributes
    }
}

/// Data as it is; with the names of the provider inside mappings, if wanted.
pub(super) fn data(value: &Json, inside: bool) -> Value {
    match value {
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::List(items.iter().map(|item| data(item, inside)).collect()),
        Json::Object(entries) => {
            let name = |key: &str| match inside
                && key.starts_with(|c: char| c.is_ascii_lowercase())
                && !key.contains('-')
            {
                true => snake_case(key),
                false => key.to_owned(),
            };
            Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| (name(key), data(value, inside)))
                    .collect(),
            )
        }
        plain => Value::Plain(plain.to_string()),
    }
}
