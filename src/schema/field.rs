//! The schema, key by key, for people.

use serde_json::Value as Json;

use super::documented::Said;

/// One key of the values.
#[derive(Clone, Debug)]
pub struct Field {
    /// Where it stands, items of a list as `[]`: `gvc.locations[].name`.
    pub path: String,
    /// What it is for: a sentence, then what depends on it.
    pub description: String,
    /// What kind of value it has.
    pub kind: Kind,
    /// What is allowed, when the kind alone does not say it.
    pub allowed: Option<String>,
    /// The values that it may have, when they can be listed.
    pub choices: Vec<Choice>,
    /// What `values.yaml` says of it; nothing of sections and of the keys of a list's items.
    pub said: Option<Said>,
    /// Values that are allowed, one of them not the default.
    pub samples: Vec<Json>,
}

/// What kind of value a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Keys that the program knows.
    Section,
    /// Keys of the user's own.
    Mapping,
    /// Several values.
    List,
    /// One of several words.
    Choice,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// Text.
    Text,
    /// Text, or a number where no unit is wanted.
    TextOrNumber,
}

impl Kind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Section => "section",
            Self::Mapping => "mapping",
            Self::List => "list",
            Self::Choice => "one of these words",
            Self::Boolean => "true or false",
            Self::Whole => "whole number",
            Self::Number => "number",
            Self::Text => "text",
            Self::TextOrNumber => "text or number",
        }
    }

    fn of(schema: &Json) -> Self {
        let types = &schema["type"];
        let is = |name: &str| types == name || types[0] == name;
        if schema.get("oneOf").is_some() {
            Self::Choice
        } else if schema.get("properties").is_some() {
            Self::Section
        } else if is("object") {
            Self::Mapping
        } else if is("array") {
            Self::List
        } else if is("boolean") {
            Self::Boolean
        } else if is("integer") {
            Self::Whole
        } else if is("number") {
            Self::Number
        } else if types[1] == "number" {
            Self::TextOrNumber
        } else {
            Self::Text
        }
    }
}

/// One word that a key may have.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The word.
    pub value: String,
    /// What it means.
    pub meaning: String,
}

/// Every key of the values, in their order; a section stands before what it holds.
#[must_use]
pub fn fields() -> Vec<Field> {
    let mut fields = Vec::new();
    collect(&super::plain(), "", &mut fields);
    for documented in super::documented() {
        let path = documented.path.to_string();
        if let Some(field) = fields.iter_mut().find(|field| field.path == path) {
            field.said = Some(documented.value);
        }
    }
    fields
}

fn collect(schema: &Json, above: &str, fields: &mut Vec<Field>) {
    let properties = schema["properties"].as_object();
    for (name, property) in properties.into_iter().flatten() {
        let path = match above {
            "" => name.clone(),
            above => format!("{above}.{name}"),
        };
        fields.push(Field::new(path.clone(), property));
        collect(property, &path, fields);
        collect(&property["items"], &format!("{path}[]"), fields);
    }
}

impl Field {
    fn new(path: String, schema: &Json) -> Self {
        let kind = Kind::of(schema);
        let values = match kind {
            Kind::List => &schema["items"],
            Kind::Mapping => schema["patternProperties"]
                .as_object()
                .and_then(|values| values.values().next())
                .unwrap_or(&Json::Null),
            _ => schema,
        };
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        Self {
            path,
            description: text(&schema["description"]).unwrap_or_default(),
            kind,
            allowed: text(&values["errorMessage"]),
            choices: choices
                .filter_map(|choice| {
                    Some(Choice {
                        value: text(&choice["const"])?,
                        meaning: text(&choice["description"]).unwrap_or_default(),
                    })
                })
                .collect(),
            said: None,
            samples: samples(schema),
        }
    }

    /// The default, for an optional key what holds without it.
    #[must_use]
    pub fn default(&self) -> Option<String> {
        match self.said.as_ref()? {
            Said::Default(Json::Null) => None,
            Said::Default(Json::String(text)) => Some(text.clone()),
            Said::Default(value) => Some(value.to_string()),
            Said::Optional { without, .. } => without.clone(),
        }
    }

    /// Whether `values.yaml` has it in a comment only.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        matches!(self.said, Some(Said::Optional { .. }))
    }
}

/// Values that are allowed.
fn samples(schema: &Json) -> Vec<Json> {
    let mut samples: Vec<Json> = schema["examples"].as_array().cloned().unwrap_or_default();
    match Kind::of(schema) {
        Kind::Boolean => samples.extend([true.into(), false.into()]),
        Kind::Choice => samples.extend(
            schema["oneOf"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|choice| choice.get("const").cloned()),
        ),
        Kind::Whole => {
            let number = |value: &Json| value.as_u64();
            let near = number(&schema["default"]).map(|default| default + 1);
            let bounds = [near, number(&schema["minimum"]), number(&schema["maximum"])];
            samples.extend(bounds.into_iter().flatten().map(Json::from));
        }
        Kind::List if samples.is_empty() => {
            samples.push(Json::Array(vec![item(&schema["items"])]));
        }
        _ => {}
    }
    samples.retain(|sample| *sample != schema["default"]);
    samples
}

/// One item of a list.
fn item(schema: &Json) -> Json {
    match schema["properties"].as_object() {
        Some(properties) => properties
            .iter()
            .map(|(name, property)| (name.clone(), item(property)))
            .collect(),
        None => samples(schema).into_iter().next().unwrap_or_default(),
    }
}

fn text(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}
