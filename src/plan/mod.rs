//! What changes between two sets of manifests, and what that does to a running cluster.
//!
//! ```text
//! files, folders, stdin, what was rendered ─► read ─► normalize ─► diff ─► consequences ─► cause ─► shown
//! ```
//!
//! From `shown` on nothing secret is left: the looks (`human`, `json`, `markdown`, `github`) never see one.

mod cause;
mod consequences;
mod diff;
pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod markdown;
mod normalize;
mod payload;
mod read;
mod resource;
mod shown;
mod text;

pub(crate) use cause::{Cause, Trials};
pub(crate) use consequences::{Consequence, Rule, Severity};
pub(crate) use payload::Lines;
pub(crate) use read::{parse, read, rendered};
pub(crate) use resource::{Id, Resource};
use shown::What;

use crate::report::REDACTED;

use diff::Difference;
use serde_json::{Map, Value};
use shown::Secrets;

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// It is new.
    Create,
    /// It is on both sides, and differs.
    Change,
    /// It is in the older set only. Applying does not delete it.
    Delete,
}

/// What changes, ready to be shown.
pub(crate) struct Plan {
    /// What to call the cluster.
    pub(crate) title: String,
    /// Each resource that changes, in the order of `cpln apply`.
    pub(crate) changes: Vec<Change>,
    /// What that does, the most severe first.
    pub(crate) consequences: Vec<Consequence>,
    /// The values behind it.
    pub(crate) causes: Vec<Cause>,
    /// What could not be compared.
    pub(crate) notes: Vec<String>,
}

/// One resource that changes.
pub(crate) struct Change {
    /// How.
    pub(crate) action: Action,
    /// What it is called.
    pub(crate) id: Id,
    /// Where it differs; empty when it is new or gone.
    pub(crate) paths: Vec<PathChange>,
    /// The values behind it as a whole, by index.
    pub(crate) causes: Vec<usize>,
}

/// One place of a resource that changes.
pub(crate) struct PathChange {
    /// `spec.containers[pgedge].image`
    pub(crate) path: String,
    /// What was and is there.
    pub(crate) what: What,
    /// The values behind it, by index.
    pub(crate) causes: Vec<usize>,
}

/// A change before anything is masked.
pub(crate) struct Raw<'a> {
    old: Option<&'a Resource>,
    new: Option<&'a Resource>,
    differences: Vec<Difference>,
}

impl Raw<'_> {
    fn action(&self) -> Action {
        match (self.old, self.new) {
            (None, _) => Action::Create,
            (_, None) => Action::Delete,
            _ => Action::Change,
        }
    }
}

impl Plan {
    /// Compares, and asks `trials`, if there are any, which values are behind what changed.
    pub(crate) fn new(old: Vec<Resource>, new: Vec<Resource>, trials: Option<&Trials<'_>>) -> Self {
        let mut notes = Vec::new();
        let (old, new) = comparable(old, new, &mut notes);
        let changes = changes(&old, &new);
        let explained = trials
            .map(|trials| trials.explain(&old, &new, &changes))
            .unwrap_or_default();
        let secrets = Secrets::of(old.iter().chain(&new));
        let consequences = consequences::consequences(&old, &new, &changes);
        let shown = changes
            .iter()
            .filter_map(|raw| shown(raw, &secrets, &explained))
            .collect();
        Self {
            title: title(&new).or_else(|| title(&old)).unwrap_or_default(),
            changes: shown,
            consequences,
            causes: explained.causes,
            notes,
        }
    }

    /// Whether anything differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many resources are created, changed, deleted.
    pub(crate) fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }
}

fn shown(raw: &Raw<'_>, secrets: &Secrets, explained: &cause::Explained) -> Option<Change> {
    let id = raw.new.or(raw.old)?.id.clone();
    let mut paths = Vec::new();
    if let (Some(old), Some(new)) = (raw.old, raw.new) {
        for difference in &raw.differences {
            paths.push(PathChange {
                path: difference.path.clone(),
                what: secrets.mask(old, new, difference),
                causes: explained.of(&id, &difference.path),
            });
        }
    }
    Some(Change {
        action: raw.action(),
        causes: explained.of(&id, ""),
        id,
        paths,
    })
}

/// Both sides without what cannot be compared.
fn comparable(
    mut old: Vec<Resource>,
    mut new: Vec<Resource>,
    notes: &mut Vec<String>,
) -> (Vec<Resource>, Vec<Resource>) {
    const INSTANCE: &str = "app.cpln.io/instance";
    let is_ours = |resource: &Resource| {
        resource.tag("app.cpln.io/managed-by") == Some(env!("CARGO_PKG_NAME"))
            || new.iter().any(|new| {
                new.is_same(resource)
                    || new.tag(INSTANCE).is_some() && new.tag(INSTANCE) == resource.tag(INSTANCE)
            })
    };
    let all = old.len();
    // an export of a whole org holds more than one cluster
    old.retain(|resource| !resource.is_export || is_ours(resource));
    match all - old.len() {
        0 => {}
        1 => notes.push("1 resource of the export is of something else: left out".to_owned()),
        more => notes.push(format!(
            "{more} resources of the export are of something else: left out"
        )),
    }
    for old in old.iter_mut().filter(|old| old.id.kind == "secret") {
        if let Some(new) = new.iter_mut().find(|new| new.is_same(old)) {
            leave_out_data(old, new, notes);
            leave_out_redacted(old, new, notes);
        }
    }
    (old, new)
}

/// An export does not hold what is in a secret.
fn leave_out_data(old: &mut Resource, new: &mut Resource, notes: &mut Vec<String>) {
    let has_data = |resource: &Resource| resource.get(&["data"]).is_some();
    if has_data(old) == has_data(new) {
        return;
    }
    for resource in [&mut *old, &mut *new] {
        if let Some(fields) = resource.data.as_object_mut() {
            fields.remove("data");
        }
    }
    notes.push(format!(
        "one side does not hold the data of {}: not compared",
        old.id
    ));
}

/// A redacted render says only that there is a credential.
fn leave_out_redacted(old: &mut Resource, new: &mut Resource, notes: &mut Vec<String>) {
    let is_redacted = |value: &Value| value.as_str() == Some(REDACTED);
    let id = old.id.clone();
    let data = |resource: &'_ mut Resource| -> Option<Map<String, Value>> {
        resource.data.get_mut("data")?.as_object().cloned()
    };
    let (Some(before), Some(after)) = (data(old), data(new)) else {
        return;
    };
    for (key, before) in before {
        let Some(after) = after.get(&key) else {
            continue;
        };
        if is_redacted(&before) == is_redacted(after) {
            continue;
        }
        for resource in [&mut *old, &mut *new] {
            if let Some(fields) = resource.data.get_mut("data").and_then(Value::as_object_mut) {
                fields.insert(key.clone(), REDACTED.into());
            }
        }
        notes.push(format!(
            "`data.{key}` of {id} is redacted on one side: not compared"
        ));
    }
}

/// Every resource that is not the same on both sides, in the order of `cpln apply`.
fn changes<'a>(old: &'a [Resource], new: &'a [Resource]) -> Vec<Raw<'a>> {
    let mut changes: Vec<Raw<'a>> = Vec::new();
    for new in new {
        let old = old.iter().find(|old| old.is_same(new));
        let differences = old
            .map(|old| diff::differences(&old.data, &new.data))
            .unwrap_or_default();
        if old.is_none() || !differences.is_empty() {
            changes.push(Raw {
                old,
                new: Some(new),
                differences,
            });
        }
    }
    for old in old
        .iter()
        .filter(|old| !new.iter().any(|new| new.is_same(old)))
    {
        changes.push(Raw {
            old: Some(old),
            new: None,
            differences: Vec::new(),
        });
    }
    changes.sort_by(|a, b| {
        let id = |raw: &Raw<'a>| raw.new.or(raw.old).map(|resource| &resource.id);
        id(a).cmp(&id(b)).then(a.action().cmp(&b.action()))
    });
    changes
}

/// The release, or else the GVC.
fn title(resources: &[Resource]) -> Option<String> {
    let release = resources
        .iter()
        .find_map(|resource| resource.tag("app.cpln.io/instance"));
    let gvc = resources.iter().find(|resource| resource.id.kind == "gvc");
    release
        .or_else(|| gvc.map(|gvc| gvc.id.name.as_str()))
        .map(str::to_owned)
}
