//! What the keys of the public template mean here, if anything.

use std::collections::BTreeMap;

use super::keys::join;
use crate::decode::nearest;
use crate::layers::{Node, Value};
use crate::schema::{self, Kind};

/// Keys of the public template, and of the tool that installs it, that nothing reads here.
const MEANINGLESS: &[(&str, &str)] = &[
    (
        "pgcat.maxClientConn",
        "pgcat has no limit of client connections",
    ),
    (
        "proxy",
        "no proxy is needed: the pooler itself asks the nodes, and follows a failover",
    ),
    ("cpln", "`cpln helm` adds it, and nothing reads it"),
    ("global", "`cpln helm` adds it, and nothing reads it"),
    ("globals", "`cpln helm` adds it, and nothing reads it"),
];

/// Keys that are called otherwise here.
pub(super) const RENAMED: &[(&str, &str)] =
    &[("volumeset.snapshots.retentionDuration", "retention")];

/// The kinds of our values, by path.
pub(super) struct Meaning {
    kinds: BTreeMap<String, Kind>,
}

impl Meaning {
    pub(super) fn new() -> Self {
        let fields = schema::fields().into_iter();
        Self {
            kinds: fields.map(|field| (field.path, field.kind)).collect(),
        }
    }

    /// What is at a path; `None` when nothing reads it.
    pub(super) fn kind(&self, path: &str) -> Option<Kind> {
        self.kinds.get(path).copied()
    }

    /// Whether something reads a key here, or it is known why nothing does.
    pub(super) fn knows(&self, path: &str) -> bool {
        let is_listed = MEANINGLESS.iter().any(|(key, _)| *key == path);
        is_listed || self.kinds.contains_key(path)
    }

    /// Why a key goes: nothing reads it, or everything below it goes.
    pub(super) fn why_none(&self, path: &str, node: &Node) -> Option<String> {
        if let Some((_, why)) = MEANINGLESS.iter().find(|(key, _)| *key == path) {
            return Some((*why).to_owned());
        }
        match (self.kinds.get(path), &node.value) {
            // said where they are met
            (None, _) if RENAMED.iter().any(|(old, _)| *old == path) => None,
            (None, _) => Some(self.why_unread(path)),
            // a section that is left without keys would be an error
            (Some(Kind::Section), Value::Map(entries)) if !entries.is_empty() => {
                let mut why = None;
                for entry in entries {
                    why = Some(self.why_none(&join(path, &entry.key), &entry.node)?);
                }
                why
            }
            _ => None,
        }
    }

    fn why_unread(&self, path: &str) -> String {
        match self.sibling_near(path) {
            Some(near) => format!("no such key, so Helm ignored it; perhaps `{near}` was meant"),
            None => "no such key, so Helm ignored it".to_owned(),
        }
    }

    /// The key of the same section that was perhaps meant.
    fn sibling_near(&self, path: &str) -> Option<&str> {
        let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
        let siblings = self.kinds.keys().filter_map(|other| {
            let (section, key) = other.rsplit_once('.').unwrap_or(("", other));
            (section == above).then_some(key)
        });
        nearest(key, siblings)
    }
}
