//! One resource of the platform, as a document describes it.

use serde_json::{Map, Value};

/// The order in which `cpln apply` sends them, and in which they are shown.
const ORDER: &[&str] = &[
    "agent",
    "secret",
    "cloudaccount",
    "gvc",
    "identity",
    "volumeset",
    "policy",
    "workload",
];

/// What tells one resource from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    rank: usize,
    /// `workload`, …
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// A resource whose document is normalised: see [`normalize`](super::normalize).
#[derive(Clone, Debug)]
pub struct Resource {
    /// What it is called.
    pub id: Id,
    /// The GVC it is in, where that is known: exports may not say.
    pub gvc: Option<String>,
    /// Everything else.
    pub data: Value,
    /// Whether the platform wrote it, rather than a person or this program.
    pub is_export: bool,
}

impl Id {
    /// The name of a resource of this kind.
    #[must_use]
    pub fn new(kind: &str, name: &str) -> Self {
        let rank = ORDER.iter().position(|known| *known == kind);
        Self {
            rank: rank.unwrap_or(ORDER.len()),
            kind: kind.to_owned(),
            name: name.to_owned(),
        }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

impl Resource {
    /// Whether both describe the same thing: the same kind and name, and the same GVC where both say one.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
            && match (&self.gvc, &other.gvc) {
                (Some(own), Some(other)) => own == other,
                _ => true,
            }
    }

    /// The value behind these keys.
    #[must_use]
    pub fn get(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter()
            .try_fold(&self.data, |value, key| value.get(key))
    }

    /// The text behind these keys.
    #[must_use]
    pub fn text(&self, keys: &[&str]) -> Option<&str> {
        self.get(keys).and_then(Value::as_str)
    }

    /// The items of the list behind these keys.
    pub fn items(&self, keys: &[&str]) -> impl Iterator<Item = &Value> {
        self.get(keys)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }

    /// A tag.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.text(&["tags", key])
    }

    /// The containers of a workload, by the keys they hold.
    pub fn containers(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.items(&["spec", "containers"])
            .filter_map(Value::as_object)
    }

    /// The value of an environment variable of any container.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.containers()
            .filter_map(|container| container.get("env")?.as_array())
            .flatten()
            .find(|variable| variable.get("name").and_then(Value::as_str) == Some(name))
            .and_then(|variable| variable.get("value")?.as_str())
    }

    /// A workload's type; empty for what is none.
    #[must_use]
    pub fn workload_type(&self) -> &str {
        match self.id.kind.as_str() {
            "workload" => self.text(&["spec", "type"]).unwrap_or_default(),
            _ => "",
        }
    }

    /// The arguments with which `cpln` finds it: `workload`, `VERB`, its name and GVC.
    #[must_use]
    pub fn command(&self, verb: &str) -> String {
        let gvc = match (&self.gvc, self.id.kind.as_str()) {
            (Some(gvc), "workload" | "volumeset" | "identity") => format!(" --gvc {gvc}"),
            _ => String::new(),
        };
        format!("cpln {} {verb} {}{gvc}", self.id.kind, self.id.name)
    }
}

/// The name at the end of a link.
#[must_use]
pub fn link_name(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}
