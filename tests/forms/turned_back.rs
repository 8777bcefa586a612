//! A module turned back into manifests, by what the vendor's provider sends for each argument. Written from the
//! provider's side, and knows nothing of how the program writes a module.

use std::collections::BTreeMap;

use crate::common::Result;
use serde_json::{Map, Value, json};

/// Blocks that are items of a list; all others are one mapping.
const LISTS: &[&str] = &[
    "binding",
    "container",
    "local_options",
    "outbound_allow_port",
    "port",
    "ports",
    "volume",
];

/// What is called otherwise in a manifest.
const NAMES: &[(&str, &str)] = &[
    ("aws_access_policy", "aws"),
    ("binding", "bindings"),
    ("capacity_ai", "capacityAI"),
    ("container", "containers"),
    ("file_system_group_id", "filesystemGroupId"),
    ("firewall_spec", "firewallConfig"),
    ("gcp_access_policy", "gcp"),
    ("inbound_allow_cidr", "inboundAllowCIDR"),
    ("inbound_blocked_cidr", "inboundBlockedCIDR"),
    ("options", "defaultOptions"),
    ("outbound_allow_cidr", "outboundAllowCIDR"),
    ("outbound_blocked_cidr", "outboundBlockedCIDR"),
    ("volume", "volumes"),
    ("working_directory", "workingDir"),
];

/// What stands in the place of variables.
pub type Variables = BTreeMap<String, String>;

/// The resources of a module.
pub struct Module {
    /// Names of the resources, by address.
    names: BTreeMap<String, String>,
    gvc: String,
    variables: Variables,
}

impl Module {
    pub fn new(resources: &[Value], gvc: &str, variables: Variables) -> Self {
        let name = |resource: &Value| {
            let labels = [&resource["labels"][0], &resource["labels"][1]]
                .map(|label| label.as_str().unwrap_or_default());
            (
                labels.join("."),
                text(&resource["body"]["attributes"]["name"]).to_owned(),
            )
        };
        Self {
            names: resources.iter().map(name).collect(),
            gvc: gvc.to_owned(),
            variables,
        }
    }

    /// The manifest that a resource is.
    pub fn manifest(&self, resource: &Value) -> Result<Value> {
        let kind = match text(&resource["labels"][0]) {
            "cpln_volume_set" => "volumeset",
            kind => kind.trim_start_matches("cpln_"),
        };
        let Value::Object(mut given) = self.body(&resource["body"])? else {
            return Err("a body is a mapping".into());
        };
        let mut manifest = Map::new();
        manifest.insert("kind".to_owned(), kind.into());
        for key in ["name", "gvc", "description", "tags"] {
            if let Some(value) = given.remove(key) {
                manifest.insert(key.to_owned(), value);
            }
        }
        match kind {
            "gvc" => gvc(&mut given),
            "identity" => identity(&mut given),
            "policy" => policy(&mut given),
            "secret" => secret(&mut given),
            "volumeset" => volumeset(&mut given),
            "workload" => workload(&mut given),
            _ => {}
        }
        match kind {
            "gvc" | "volumeset" | "workload" => {
                _ = manifest.insert("spec".to_owned(), given.into())
            }
            _ => manifest.extend(given),
        }
        Ok(manifest.into())
    }

    fn body(&self, body: &Value) -> Result<Value> {
        let mut out = Map::new();
        for (name, value) in body["attributes"].as_object().into_iter().flatten() {
            if name != "depends_on" {
                out.insert(manifest_name(name), self.value(value)?);
            }
        }
        for block in body["blocks"].as_array().into_iter().flatten() {
            let name = text(&block["kind"]);
            let inner = self.body(&block["body"])?;
            if name == "lifecycle" {
                continue;
            }
            if LISTS.contains(&name) {
                let key = if name == "port" {
                    "ports".to_owned()
                } else {
                    manifest_name(name)
                };
                let list = out.entry(key).or_insert_with(|| json!([]));
                list.as_array_mut().ok_or("a list")?.push(inner);
            } else if out.insert(manifest_name(name), inner).is_some() {
                return Err(format!("{name} stands there twice").into());
            }
        }
        Ok(out.into())
    }

    fn value(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) => self.resolved(text)?.into(),
            Value::Array(items) => items
                .iter()
                .map(|item| self.value(item))
                .collect::<Result<_>>()?,
            Value::Object(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.value(value)?)));
                Value::Object(entries.collect::<Result<_>>()?)
            }
            plain => plain.clone(),
        })
    }

    /// A text with what its references lead to.
    fn resolved(&self, text: &str) -> Result<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            out += before;
            let is_reference = after.starts_with("var.") || after.starts_with("cpln_");
            rest = match after.split_once('>') {
                Some((reference, behind)) if is_reference => {
                    out += &self.reference(reference)?;
                    behind
                }
                _ => {
                    out.push('<');
                    after
                }
            };
        }
        Ok(out + rest)
    }

    fn reference(&self, reference: &str) -> Result<String> {
        if let Some(variable) = reference.strip_prefix("var.") {
            let value = self.variables.get(variable);
            return Ok(value
                .ok_or_else(|| format!("a variable {variable}"))?
                .clone());
        }
        let (address, attribute) = reference.rsplit_once('.').ok_or("an attribute")?;
        let name = self
            .names
            .get(address)
            .ok_or_else(|| format!("{address} is no resource"))?;
        Ok(match attribute {
            "name" => name.clone(),
            "secret_link" => format!("cpln://secret/{name}"),
            "volumeset_link" => format!("cpln://volumeset/{name}"),
            "self_link" => format!("//gvc/{}/identity/{name}", self.gvc),
            _ => return Err(format!("{address} has no {attribute}").into()),
        })
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn manifest_name(name: &str) -> String {
    if let Some((_, there)) = NAMES.iter().find(|(known, _)| *known == name) {
        return (*there).to_owned();
    }
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (letter, rest) = word.split_at(1.min(word.len()));
        name + &letter.to_uppercase() + rest
    })
}

fn prefixed(value: Option<Value>, prefix: &str) -> Value {
    let items = value
        .and_then(|value| value.as_array().cloned())
        .unwrap_or_default();
    items
        .iter()
        .map(|item| format!("{prefix}{}", text(item)))
        .collect()
}

fn gvc(given: &mut Map<String, Value>) {
    let links = prefixed(given.remove("locations"), "//location/");
    given.insert(
        "staticPlacement".to_owned(),
        json!({ "locationLinks": links }),
    );
    if given.contains_key("pullSecrets") {
        let links = prefixed(given.remove("pullSecrets"), "//secret/");
        given.insert("pullSecretLinks".to_owned(), links);
    }
}

fn identity(given: &mut Map<String, Value>) {
    if let Some(scopes) = given.get_mut("gcp").and_then(|gcp| gcp.get_mut("scopes")) {
        *scopes = text(scopes).split(',').collect();
    }
}

fn policy(given: &mut Map<String, Value>) {
    let kind = given.get("targetKind").and_then(Value::as_str);
    let prefix = format!("//{}/", kind.unwrap_or_default());
    let links = prefixed(given.remove("targetLinks"), &prefix);
    given.insert("targetLinks".to_owned(), links);
    for binding in given
        .get_mut("bindings")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let links = prefixed(binding.get("principalLinks").cloned(), "//");
        binding["principalLinks"] = links;
    }
}

/// The block or attribute of a secret is called as its type.
fn secret(given: &mut Map<String, Value>) {
    if let Some((kind, data)) = std::mem::take(given).into_iter().next() {
        given.insert("type".to_owned(), kind.into());
        given.insert("data".to_owned(), data);
    }
}

fn volumeset(given: &mut Map<String, Value>) {
    let regions = given
        .get_mut("customEncryption")
        .and_then(|encryption| encryption["regions"].as_object_mut());
    for (_, region) in regions.into_iter().flatten() {
        *region = json!({ "keyId": region["key_id"] });
    }
}

fn workload(given: &mut Map<String, Value>) {
    for options in given
        .get_mut("localOptions")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        options["location"] = format!("//location/{}", text(&options["location"])).into();
    }
    for container in given
        .get_mut("containers")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(env) = container.get("env").and_then(Value::as_object) {
            let pair = |(name, value): (&String, &Value)| json!({ "name": name, "value": value });
            container["env"] = env.iter().map(pair).collect();
        }
    }
}
