//! A manifest as a resource of the provider. `provider.json` says what there is: names and types of every attribute,
//! braces for blocks. Only what does not follow from it is said here.

use serde_json::{Map, Value as Json};

use super::Variables;
use super::hcl::{Body, Item, Value};
use super::reference::References;
use crate::manifests::REDACTED_KIND;
use crate::problem::{Code, Place, Problem, Problems};

/// Everything that the provider can say, by resource: `"string!"` is an attribute that must be there.
const PROVIDER: &str = include_str!("provider.json");

/// Keys that have another name there; all others are the same in snake case, or in the singular.
const NAMES: &[(&str, &str)] = &[
    ("FQDN", "fqdn"),
    ("IPs", "ips"),
    ("aws", "aws_access_policy"),
    ("azure", "azure_access_policy"),
    ("defaultOptions", "options"),
    ("fQDN", "fqdn"),
    ("filesystemGroupId", "file_system_group_id"),
    ("firewallConfig", "firewall_spec"),
    ("gcp", "gcp_access_policy"),
    ("iPs", "ips"),
    ("ipSet", "ipset"),
    ("locationLink", "name"),
    ("locationLinks", "locations"),
    ("ngs", "ngs_access_policy"),
    ("pullSecretLinks", "pull_secrets"),
    ("workingDir", "working_directory"),
];

/// Keys whose keys stand one level higher there.
const HOISTED: &[&str] = &["spec", "staticPlacement"];

/// What the provider knows.
pub(super) struct Provider(Json);

impl Provider {
    pub(super) fn read() -> Self {
        Self(serde_json::from_str(PROVIDER).unwrap_or_default())
    }

    fn resource(&self, resource_type: &str) -> &Json {
        &self.0["resources"][resource_type]
    }
}

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
    pub(super) fn body(
        &mut self,
        provider: &Provider,
        resource_type: &str,
        manifest: &Json,
    ) -> Body {
        let mut keys = Map::new();
        hoist(manifest, &mut keys);
        keys.shift_remove("kind");
        keys.shift_remove(REDACTED_KIND);
        if self.kind == "secret"
            && let (Some(Json::String(kind)), Some(data)) =
                (keys.shift_remove("type"), keys.shift_remove("data"))
        {
            keys.insert(kind.replace('-', "_"), data);
        }
        self.level(provider.resource(resource_type), &keys, "")
    }

    /// One level: attributes, then blocks.
    fn level(&mut self, known: &Json, keys: &Map<String, Json>, above: &str) -> Body {
        let mut attributes = Body::default();
        let mut blocks = Body::default();
        for (key, value) in keys {
            let path = format!("{above}{key}");
            if key == "gpu" {
                let prefixed = value.as_object().into_iter().flatten();
                let prefixed = prefixed.map(|(key, value)| (format!("gpu_{key}"), value.clone()));
                blocks
                    .0
                    .extend(self.level(known, &prefixed.collect(), &path).0);
                continue;
            }
            let Some((name, field)) = field(known, key) else {
                self.unknown(&path);
                continue;
            };
            match field.as_str() {
                Some(kind) => {
                    if let Some(value) = self.value(&name, kind.trim_end_matches('!'), value) {
                        attributes.attribute(name, value);
                    }
                }
                None => {
                    let items = value
                        .as_array()
                        .map_or(std::slice::from_ref(value), Vec::as_slice);
                    for item in items.iter().filter_map(Json::as_object) {
                        let body = self.level(field, item, &format!("{path}."));
                        blocks.block(&name, &[], body);
                    }
                }
            }
        }
        // what takes several lines stands behind what takes one
        attributes.0.sort_by_key(|item| {
            matches!(item, Item::Attribute(_, Value::Map(_) | Value::Call(..)))
        });
        attributes.0.append(&mut blocks.0);
        attributes
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
            ("gvc", "pull_secrets") | ("policy", "target_links") => {
                // the provider takes bare names, and makes a wrong link of anything else
                references.name("secret", bare("//secret/"))
            }
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

/// What a key of a manifest is called, and what it is.
fn field<'k>(known: &'k Json, key: &str) -> Option<(String, &'k Json)> {
    let renamed = NAMES
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, there)| (*there).to_owned());
    let snake = snake_case(key);
    let singular = snake.strip_suffix('s').map(str::to_owned);
    let mut names = renamed.into_iter().chain([snake]).chain(singular);
    names.find_map(|name| known.get(&name).map(|field| (name, field)))
}

/// `capacityAI` is `capacity_ai`, `inboundAllowCIDR` is `inbound_allow_cidr`.
fn snake_case(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let mut out = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins_word = match before {
            None | Some('_') => false,
            Some(before) if letter.is_ascii_uppercase() => {
                !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
            }
            Some(before) => letter.is_ascii_digit() && !before.is_ascii_digit(),
        };
        if begins_word {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// All keys of a manifest, with those of its `spec` on one level.
fn hoist(manifest: &Json, keys: &mut Map<String, Json>) {
    for (key, value) in manifest.as_object().into_iter().flatten() {
        match HOISTED.contains(&key.as_str()) {
            true => hoist(value, keys),
            false => {
                keys.insert(key.clone(), value.clone());
            }
        }
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
