//! One way to say each thing: links short, the platform's defaults filled in, what it adds of its own taken out. A
//! document and what the platform stored of it are equal afterwards.

mod workload;

use serde_json::{Map, Value, json};

use super::resource::{Id, Resource};
use crate::manifests::{REDACTED_KIND, fill_defaults};
use workload::workload;

type Fields = Map<String, Value>;

/// What an export says about the resource's life, not about its wanted state.
const OF_THE_PLATFORM: &[&str] = &[
    "id",
    "version",
    "created",
    "lastModified",
    "links",
    "status",
    "alias",
    "origin",
    "health",
    "repository",
    "manifest",
    "digest",
];

/// The resource that a document describes.
///
/// # Errors
///
/// It has no kind or name, or one that the platform would refuse.
pub fn resource(document: Value) -> Result<Resource, String> {
    let Value::Object(mut fields) = document else {
        return Err("a document that is not a mapping".to_owned());
    };
    // what `render --redact` wrote: it stands for a document, and is none
    let redacted = text(fields.remove(REDACTED_KIND));
    let is_redacted = redacted.is_some();
    let kind = redacted.or_else(|| text(fields.remove("kind")));
    let (Some(kind), Some(name)) = (kind, text(fields.remove("name"))) else {
        return Err("a document without `kind` and `name`".to_owned());
    };
    let gvc = match kind.as_str() {
        "gvc" => None,
        _ => text(fields.remove("gvc")).or_else(|| gvc_of_self_link(&fields)),
    };
    for (what, name) in [
        ("kind", Some(&kind)),
        ("name", Some(&name)),
        ("gvc", gvc.as_ref()),
    ] {
        if let Some(name) = name.filter(|name| !is_name(name)) {
            return Err(format!(
                "the platform has no {what} such as `{}`",
                name.escape_default()
            ));
        }
    }
    for field in OF_THE_PLATFORM {
        fields.remove(*field);
    }
    drop_nulls(&mut fields);
    shorten_links(&mut fields);
    fill(&mut fields, "description", json!(name));
    if let Some(tags) = object(&mut fields, "tags") {
        tags.retain(|key, _| !is_of_the_platform(key));
    }
    fill_defaults(&kind, &mut fields);
    match kind.as_str() {
        "identity" => identity(&mut fields),
        "workload" => workload(&mut fields, gvc.as_deref()),
        _ => {}
    }
    Ok(Resource {
        id: Id::new(&kind, &name),
        gvc,
        data: Value::Object(fields),
        is_redacted,
    })
}

/// Names of anything on the platform: of domains and users too. None of these letters means anything to a shell, a
/// terminal or in Markdown.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._@+".contains(&byte))
}

fn is_of_the_platform(tag: &str) -> bool {
    const TAGS: &[&str] = &[
        "cpln/release",
        "cpln/deployTimestamp",
        "cpln/managedByTerraform",
        "cpln/terraformProviderVersion",
    ];
    // those of a chart, and of the operator
    TAGS.contains(&tag) || tag.starts_with("cpln/secret:") || tag.starts_with("cpln.io/")
}

/// `/org/ORG/gvc/GVC/workload/NAME`
fn gvc_of_self_link(fields: &Fields) -> Option<String> {
    let links = fields.get("links")?.as_array()?;
    let own = links
        .iter()
        .find(|link| link.get("rel").and_then(Value::as_str) == Some("self"))?;
    let mut segments = own.get("href")?.as_str()?.split('/');
    segments.find(|segment| *segment == "gvc")?;
    segments.next().map(str::to_owned)
}

fn drop_nulls(fields: &mut Fields) {
    fields.retain(|_, value| !value.is_null());
    for value in fields.values_mut() {
        drop_nulls_below(value);
    }
}

fn drop_nulls_below(value: &mut Value) {
    match value {
        Value::Object(fields) => drop_nulls(fields),
        Value::Array(items) => items.iter_mut().for_each(drop_nulls_below),
        _ => {}
    }
}

/// `/org/ORG/x` is `//x`, where a link stands.
fn shorten_links(fields: &mut Fields) {
    // secrets hold no links, and a payload may look like one
    for (key, value) in fields.iter_mut().filter(|(key, _)| *key != "data") {
        shorten(key, value);
    }
}

fn shorten(key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => shorten_links(fields),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(key, item)),
        Value::String(text) if is_link(key) => {
            let behind_org = text
                .strip_prefix("/org/")
                .and_then(|rest| rest.split_once('/'));
            if let Some((_, rest)) = behind_org {
                *text = format!("//{rest}");
            }
        }
        _ => {}
    }
}

fn is_link(key: &str) -> bool {
    key.ends_with("Link")
        || key.ends_with("Links")
        || matches!(key, "location" | "inboundAllowWorkload" | "image")
}

fn identity(fields: &mut Fields) {
    if let Some(policy) = object(fields, "aws").and_then(|aws| object(aws, "trustPolicy")) {
        fill(policy, "Version", json!("2012-10-17"));
    }
}

fn fill(fields: &mut Fields, key: &str, default: Value) {
    fields.entry(key).or_insert(default);
}

fn object<'f>(fields: &'f mut Fields, key: &str) -> Option<&'f mut Fields> {
    fields.get_mut(key)?.as_object_mut()
}

fn objects<'f>(fields: &'f mut Fields, key: &str) -> impl Iterator<Item = &'f mut Fields> {
    fields
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
