//! What a template may use, a name a line.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// How long a value may be to be shown.
const SHOWN: usize = 40;

/// What templates of the user's own are for most often.
const SIDECAR: &str = include_str!("sidecar.txt");

/// Every name with what it is, lists by their first item; and an example.
#[must_use]
pub fn names(seen: &Json) -> String {
    let mut out = String::new();
    list(seen, "", &mut out);
    out + SIDECAR
}

fn list(value: &Json, name: &str, out: &mut String) {
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                list(value, &name, out);
            }
        }
        Json::Array(items) if items.iter().any(Json::is_object) => {
            items
                .iter()
                .take(1)
                .for_each(|item| list(item, &format!("{name}[]"), out));
        }
        value => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), |text| text.escape_debug().to_string());
            let shown: String = text.chars().take(SHOWN).collect();
            let rest = if shown.len() < text.len() { "…" } else { "" };
            _ = writeln!(out, "{}", format!("{name:<36} {shown}{rest}").trim_end());
        }
    }
}
