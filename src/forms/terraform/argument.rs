//! What the provider calls a field of the platform, and what it takes there. Names and types are those of
//! `manifests/platform`; only what is called or written otherwise is said here.

use crate::manifests::Shape;

/// Keys that have another name there, by the end of their path; all others are the same in snake case.
const NAMES: &[(&str, &str)] = &[
    ("FQDN", "fqdn"),
    ("IPs", "ips"),
    ("aws", "aws_access_policy"),
    ("azure", "azure_access_policy"),
    ("bindings", "binding"),
    ("containers", "container"),
    ("defaultOptions", "options"),
    ("direct.ports", "port"),
    ("fQDN", "fqdn"),
    ("filesystemGroupId", "file_system_group_id"),
    ("firewallConfig", "firewall_spec"),
    ("gcp", "gcp_access_policy"),
    ("gpu.custom", "gpu_custom"),
    ("gpu.nvidia", "gpu_nvidia"),
    ("iPs", "ips"),
    ("ipSet", "ipset"),
    ("locationLink", "name"),
    ("locationLinks", "locations"),
    ("nativeNetworkResources", "native_network_resource"),
    ("networkResources", "network_resource"),
    ("ngs", "ngs_access_policy"),
    ("pullSecretLinks", "pull_secrets"),
    ("roleAssignments", "role_assignment"),
    ("triggers", "trigger"),
    ("volumes", "volume"),
    ("workingDir", "working_directory"),
];

/// Keys whose keys stand one level higher there.
const HOISTED: &[&str] = &["gpu", "spec", "staticPlacement"];

/// Queries are no level of a manifest: what is in their `spec` stays there.
const QUERIES: &[&str] = &["locationQuery", "targetQuery"];

/// Keys that are one text there, whatever they hold.
const TEXTS: &[&str] = &["envoy", "extras", "scopes"];

/// Keys that have no place there, by the end of their path.
pub(super) const NOWHERE: &[&str] = &[
    "context",
    "containers.port",
    "domain",
    "kind",
    "memcacheAccess",
    "sort",
    "spicedbAccess",
    "spot",
    "tracing",
];

pub(super) fn join(above: &str, key: &str) -> String {
    match above {
        "" => key.to_owned(),
        above => format!("{above}.{key}"),
    }
}

pub(super) fn ends_with_any(path: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| is_end(path, end))
}

/// Whether the last keys of a path are these.
fn is_end(path: &str, end: &str) -> bool {
    path.strip_suffix(end)
        .is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

pub(super) fn is_hoisted(path: &str) -> bool {
    let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
    HOISTED.contains(&key) && !ends_with_any(above, QUERIES)
}

/// What a key is called there.
pub(super) fn name_of(path: &str) -> String {
    let known = NAMES.iter().find(|(end, _)| is_end(path, end));
    let key = path.rsplit('.').next().unwrap_or_default();
    known.map_or_else(|| snake_case(key), |(_, there)| (*there).to_owned())
}

/// What an argument takes there; `None` for a block.
pub(super) fn argument(name: &str, shape: &Shape) -> Option<&'static str> {
    Some(match shape {
        _ if TEXTS.contains(&name) => "string",
        Shape::Bool => "bool",
        Shape::Whole(..) | Shape::Port(..) | Shape::Number(..) => "number",
        Shape::Text(_) | Shape::Scalar(_) | Shape::Word(_) | Shape::Any => "string",
        Shape::Map(_, Shape::Object(_)) => "objects",
        Shape::Map(..) => "map",
        Shape::Object(_) => return None,
        Shape::List(Shape::Object([one, other]), ..)
            if [one.name, other.name] == ["name", "value"] =>
        {
            "map"
        }
        Shape::List(Shape::Object(_), ..) => return None,
        Shape::List(Shape::Map(..), ..) => "maps",
        Shape::List(..) => "list",
    })
}

/// `capacityAI` is `capacity_ai`, `inboundAllowCIDR` is `inbound_allow_cidr`.
pub(super) fn snake_case(key: &str) -> String {
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

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::forms::terraform::reference::resource_type;
    use crate::manifests::{Field, data_of, fields_of};

    /// Arguments and blocks of the vendor's provider, held here against every field that the platform takes.
    const PROVIDER: &str = include_str!("../../../tests/forms/provider.json");

    fn walk(fields: &[Field], above: &str, there: &Json, wrong: &mut Vec<String>) -> usize {
        let mut seen = 0;
        for field in fields {
            let path = join(above, field.name);
            if ends_with_any(&path, NOWHERE) {
                continue;
            }
            seen += match &field.shape {
                Shape::Object(fields) if is_hoisted(&path) => walk(fields, &path, there, wrong),
                shape => put(&name_of(&path), shape, &path, there, wrong),
            };
        }
        seen
    }

    fn put(name: &str, shape: &Shape, path: &str, there: &Json, wrong: &mut Vec<String>) -> usize {
        let there = &there[name];
        let ours = argument(name, shape);
        match (there, shape) {
            (Json::Object(_), Shape::Object(fields) | Shape::List(Shape::Object(fields), ..))
                if ours.is_none() =>
            {
                return 1 + walk(fields, path, there, wrong);
            }
            (Json::String(kind), _) if ours == Some(kind.trim_end_matches('!')) => {}
            _ => wrong.push(format!("{path} as {name}: {ours:?}, there {there}")),
        }
        1
    }

    #[test]
    fn every_field_has_a_place_there_or_is_known_to_have_none() {
        let provider: Json = serde_json::from_str(PROVIDER).unwrap_or_default();
        let mut wrong = Vec::new();
        let mut seen = 0;
        for kind in ["gvc", "identity", "policy", "volumeset", "workload"] {
            let there = &provider["resources"][resource_type(kind)];
            let fields = fields_of(kind).0;
            seen += walk(fields, "", there, &mut wrong);
        }
        let types = fields_of("secret")
            .0
            .iter()
            .find_map(|field| match &field.shape {
                Shape::Word(words) if field.name == "type" => Some(*words),
                _ => None,
            });
        for kind in types.unwrap_or_default() {
            let there = &provider["resources"]["cpln_secret"];
            match data_of(kind) {
                Some(shape) => {
                    seen += put(&kind.replace('-', "_"), shape, "data", there, &mut wrong)
                }
                None => wrong.push(format!("a secret of type {kind} holds nothing")),
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(seen > 250, "{seen}");
    }
}
