//! One resource of the platform, as a document describes it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::normalize::is_name;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Whether something was left out of it so that it can be shown: `render --redact` wrote it.
    pub is_redacted: bool,
}

/// Resources by what tells one from another.
pub struct Index<'r>(HashMap<&'r Id, Vec<&'r Resource>>);

impl<'r> Index<'r> {
    /// Of these.
    pub fn new(resources: &'r [Resource]) -> Self {
        let mut index: HashMap<&Id, Vec<&Resource>> = HashMap::with_capacity(resources.len());
        for resource in resources {
            index.entry(&resource.id).or_default().push(resource);
        }
        Self(index)
    }

    /// The first with this kind and name.
    #[must_use]
    pub fn named(&self, id: &Id) -> Option<&'r Resource> {
        self.0.get(id)?.first().copied()
    }

    /// The one that describes the same thing.
    #[must_use]
    pub fn find(&self, resource: &Resource) -> Option<&'r Resource> {
        let named = self.0.get(&resource.id)?;
        named.iter().find(|known| known.is_same(resource)).copied()
    }
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

    /// The cluster that it says it is of.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.tag("app.cpln.io/instance")
    }

    /// Whether this program wrote it, by its tag.
    #[must_use]
    pub fn is_written_here(&self) -> bool {
        self.tag("app.cpln.io/managed-by") == Some(env!("CARGO_PKG_NAME"))
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

    /// Replicas by location of a workload whose locations each have their own number: those that run whatever the load
    /// is.
    #[must_use]
    pub fn replicas(&self) -> BTreeMap<&str, u64> {
        let is_suspended = |entry: &Value| entry.get("suspend") == Some(&Value::Bool(true));
        let count = |entry: &Value| {
            let scaling = entry.get("autoscaling")?;
            let bound = |key| scaling.get(key).and_then(Value::as_u64);
            Some(bound("minScale")?.min(bound("maxScale")?))
        };
        self.items(&["spec", "localOptions"])
            .filter(|entry| !is_suspended(entry))
            .filter_map(|entry| Some((link_name(entry.get("location")?.as_str()?), count(entry)?)))
            .filter(|(location, count)| is_name(location) && *count > 0)
            .collect()
    }

    /// The locations where such a workload has any.
    pub fn locations(&self) -> impl Iterator<Item = &str> {
        self.replicas().into_keys()
    }

    /// The locations of a GVC.
    #[must_use]
    pub fn gvc_locations(&self) -> BTreeSet<&str> {
        self.items(&["spec", "staticPlacement", "locationLinks"])
            .filter_map(Value::as_str)
            .map(link_name)
            .collect()
    }

    /// A workload's type; empty for what is none.
    #[must_use]
    pub fn workload_type(&self) -> &str {
        match self.id.kind.as_str() {
            "workload" => self.text(&["spec", "type"]).unwrap_or_default(),
            _ => "",
        }
    }

    /// `cpln workload VERB NAME --gvc GVC FLAGS`. Names hold nothing that means something to a shell: see
    /// [`normalize`](super::normalize).
    #[must_use]
    pub fn command(&self, verb: &str, flags: &str) -> String {
        let gvc = match (&self.gvc, self.id.kind.as_str()) {
            (Some(gvc), "workload" | "volumeset" | "identity") => format!(" --gvc {gvc}"),
            _ => String::new(),
        };
        let flags = if flags.is_empty() {
            String::new()
        } else {
            format!(" {flags}")
        };
        format!("cpln {} {verb} {}{gvc}{flags}", self.id.kind, self.id.name)
    }
}

/// The name at the end of a link.
#[must_use]
pub fn link_name(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}
