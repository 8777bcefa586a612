//! The values as a JSON Schema, draft 2020-12: shape, rules and descriptions from the typed structs, defaults from
//! `values.yaml`.
//!
//! It describes one file that is laid over the built-in values, as an editor sees it: nothing is required that has a
//! default, and `null` is allowed where it takes away what may be missing.

mod conditions;
mod documented;
mod field;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json, json};

use crate::problem::Step;
use crate::values::{self, Values};

pub use documented::{Documented, Said};
pub use field::{Choice, Field, Kind, fields};

/// The schema's `$id`. It names the schema and is no address.
pub const ID: &str = "urn:pgedge-tpl:values";

/// The schema.
#[must_use]
pub fn schema() -> Json {
    let mut schema = plain();
    conditions::add(&mut schema);
    list_words(&mut schema);
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), schema["$schema"].take());
    whole.insert("$id".to_owned(), ID.into());
    whole.insert("title".to_owned(), "Values of pgedge-tpl".into());
    if let Json::Object(rest) = schema {
        whole.extend(rest.into_iter().filter(|(key, _)| !whole_has(key)));
    }
    // anchors and notes, read by nothing
    whole.insert("patternProperties".to_owned(), json!({ "^x-": true }));
    Json::Object(whole)
}

fn whole_has(key: &str) -> bool {
    matches!(key, "$schema" | "$id" | "title")
}

/// Every key of the built-in `values.yaml`.
#[must_use]
pub fn documented() -> Vec<Documented> {
    documented::read(values::BUILT_IN)
}

/// The schema without its conditions: a tree of the shape of the values.
fn plain() -> Json {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<Values>()
        .to_value();
    close(&mut schema, false);
    for Documented { path, value } in documented() {
        let found = path
            .steps()
            .iter()
            .try_fold(&mut schema, |node, step| match step {
                Step::Key(name) => node.get_mut("properties")?.get_mut(name),
                Step::Index(_) => None,
            });
        if let Some(Json::Object(node)) = found {
            say(node, value);
        }
    }
    schema
}

/// Adds what `values.yaml` says of a key.
fn say(node: &mut Map<String, Json>, value: Said) {
    match value {
        Said::Default(value) => {
            node.insert("default".to_owned(), value);
        }
        Said::Optional { example, .. } => {
            let mut examples = match node.remove("examples") {
                Some(Json::Array(examples)) => examples,
                _ => Vec::new(),
            };
            examples.retain(|other| *other != example);
            examples.insert(0, example);
            node.insert("examples".to_owned(), examples.into());
        }
    }
}

/// One word of several as an `enum`: for a `oneOf`, editors show what the first of the words means instead of the key.
fn list_words(schema: &mut Json) {
    match schema {
        Json::Object(node) => {
            if let Some(Json::Array(choices)) = node.remove("oneOf") {
                let words = choices.iter().map(|choice| choice["const"].clone());
                node.insert("enum".to_owned(), words.collect());
                let meanings = choices.iter().map(|choice| choice["description"].as_str());
                let meanings = meanings.map(|meaning| Json::from(meaning.unwrap_or_default()));
                node.insert("enumDescriptions".to_owned(), meanings.collect());
            }
            node.values_mut().for_each(list_words);
        }
        Json::Array(items) => items.iter_mut().for_each(list_words),
        _ => {}
    }
}

/// Closes every object, and says what may be missing: everything but the keys of a list's items.
fn close(schema: &mut Json, is_item: bool) {
    let Json::Object(node) = schema else { return };
    unwrap_null(node);
    let required = node.remove("required").unwrap_or_default();
    if let Some(Json::Object(properties)) = node.get_mut("properties") {
        for (name, property) in properties {
            let is_required = required
                .as_array()
                .is_some_and(|names| names.iter().any(|required| required == name));
            close(property, false);
            if !is_required {
                allow_null(property);
            }
        }
        node.insert("additionalProperties".to_owned(), false.into());
        if is_item {
            node.insert("required".to_owned(), required);
        }
    }
    if let Some(items) = node.get_mut("items") {
        close(items, true);
    }
    for key in ["additionalProperties", "patternProperties"] {
        match node.get_mut(key) {
            Some(Json::Object(values)) if key == "patternProperties" => {
                values.values_mut().for_each(allow_null);
            }
            Some(values @ Json::Object(_)) => allow_null(values),
            _ => {}
        }
    }
    // a paragraph of a comment is one line
    if let Some(Json::String(text)) = node.get_mut("description") {
        let paragraphs = text.split("\n\n").map(|text| text.replace('\n', " "));
        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
    // of what schemars takes from serde, the defaults are not those of `values.yaml`
    node.remove("default");
}

/// `anyOf: [X, null]`, which an optional field is to schemars, as X that allows `null`.
fn unwrap_null(node: &mut Map<String, Json>) {
    let Some(Json::Array(mut either)) = node.remove("anyOf") else {
        return;
    };
    either.truncate(1);
    if let Some(Json::Object(inner)) = either.pop() {
        let of_type = inner.into_iter().filter(|(key, _)| key != "description");
        node.extend(of_type.collect::<Vec<_>>());
    }
}

/// `null` takes away what a lower layer gave.
fn allow_null(schema: &mut Json) {
    let Json::Object(node) = schema else { return };
    if let Some(Json::Array(choices)) = node.get_mut("oneOf") {
        choices.push(json!({ "type": "null" }));
    }
    match node.get_mut("type") {
        Some(Json::Array(types)) if !types.contains(&"null".into()) => types.push("null".into()),
        Some(one @ Json::String(_)) => *one = json!([one.take(), "null"]),
        _ => {}
    }
}
