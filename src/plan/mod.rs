//! What changes between two sets of manifests, and what that does to a running cluster.
//!
//! ```text
//! files, folders, stdin, what was rendered ─► read ─► normalize ─► sides ─► diff ─► consequences ─► cause ─► shown
//! ```
//!
//! From `shown` on nothing secret is left: no [`look`](crate::look) ever sees one.

mod cause;
mod consequences;
mod diff;
mod normalize;
mod payload;
mod read;
mod resource;
mod shown;
mod sides;

pub(crate) use cause::{Cause, Trials};
pub(crate) use consequences::{Consequence, Rule, Severity};
pub(crate) use payload::{Line, Lines, Tag};
pub use read::{Documents, parse};
pub(crate) use read::{read, rendered};
pub use resource::{Id, Resource};
pub(crate) use shown::{Side, What};

use std::collections::BTreeSet;

use diff::Difference;
use resource::Index;
use shown::Secrets;
use sides::{Sides, Unseen};

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// It is new.
    Create,
    /// It is on both sides, and differs.
    Change,
    /// It is in the older set only. Applying does not delete it.
    Delete,
    /// It is in the older set only, and nobody should delete it: the GVC that the cluster is in, all of a cluster that
    /// is in another one.
    Stay,
}

/// What changes, ready to be shown.
pub struct Plan {
    /// What to call the cluster.
    pub(crate) title: String,
    /// Each resource that changes, in the order of `cpln apply`.
    pub(crate) changes: Vec<Change>,
    /// What that does, the most severe first.
    pub(crate) consequences: Vec<Consequence>,
    /// The values behind it.
    pub(crate) causes: Vec<Cause>,
    /// What may differ and could not be compared: where there is any, nothing is known to be the same.
    pub(crate) unseen: Vec<Unseen>,
    /// What was left out.
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
    /// Whether it stays, though only the older side has it.
    is_left: bool,
}

impl Raw<'_> {
    fn action(&self) -> Action {
        match (self.old, self.new) {
            (None, _) => Action::Create,
            (_, None) if self.is_left => Action::Stay,
            (_, None) => Action::Delete,
            _ => Action::Change,
        }
    }
}

impl Plan {
    /// Compares, and asks `trials`, if there are any, which values are behind what changed.
    pub(crate) fn new(old: Documents, new: Documents, trials: Option<&Trials<'_>>) -> Self {
        let passed_over = [&old, &new].map(|side| side.passed_over.clone()).concat();
        let mut sides = Sides::new(old.resources, new.resources);
        let not_read = passed_over
            .into_iter()
            .map(|found| format!("{found}: skipped"));
        sides.notes.extend(not_read);
        let (old, new) = (&sides.old, &sides.new);
        let changes = changes(old, new);
        let explained = trials
            .map(|trials| trials.explain(old, new, &changes))
            .unwrap_or_default();
        let secrets = Secrets::of(old.iter().chain(new));
        let consequences = consequences::consequences(&sides, &changes);
        let shown = changes
            .iter()
            .filter_map(|raw| shown(raw, &secrets, &explained))
            .collect();
        let is_unexplained = |change: &&Change| {
            change.causes.is_empty()
                && (change.paths.is_empty()
                    || change.paths.iter().any(|path| path.causes.is_empty()))
        };
        let shown: Vec<Change> = shown;
        let unexplained: Vec<String> = match trials {
            Some(_) => shown
                .iter()
                .filter(is_unexplained)
                .map(|change| change.id.to_string())
                .collect(),
            None => Vec::new(),
        };
        let mut notes = sides.notes;
        if !unexplained.is_empty() {
            notes.push(format!(
                "no value explains what has no `because`: {}",
                unexplained.join(", ")
            ));
        }
        Self {
            title: title(new).or_else(|| title(old)).unwrap_or_default(),
            changes: shown,
            consequences,
            causes: explained.causes,
            unseen: sides.unseen,
            notes,
        }
    }

    /// The same where no values are known that could be behind it.
    #[must_use]
    pub fn between(old: Documents, new: Documents) -> Self {
        Self::new(old, new, None)
    }

    /// For who looks at what is shown and nothing else: snapshots are always redacted.
    pub(crate) fn without_unseen(mut self) -> Self {
        self.unseen.clear();
        self.consequences
            .retain(|found| found.rule != Rule::NotCompared);
        self
    }

    /// Whether both sides are known to be the same.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.unseen.is_empty()
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

/// Every resource that is not the same on both sides, in the order of `cpln apply`.
fn changes<'a>(old: &'a [Resource], new: &'a [Resource]) -> Vec<Raw<'a>> {
    let (before, after) = (Index::new(old), Index::new(new));
    let mut changes: Vec<Raw<'a>> = Vec::new();
    for new in new {
        let old = before.find(new);
        let differences = old
            .map(|old| diff::differences(&old.data, &new.data))
            .unwrap_or_default();
        if old.is_none() || !differences.is_empty() {
            changes.push(Raw {
                old,
                new: Some(new),
                differences,
                is_left: false,
            });
        }
    }
    let gvcs: BTreeSet<&str> = new.iter().filter_map(|new| new.gvc.as_deref()).collect();
    for old in old.iter().filter(|old| after.find(old).is_none()) {
        let is_left = match (&old.gvc, old.id.kind.as_str()) {
            (None, "gvc") => !gvcs.is_empty(),
            (Some(gvc), _) => !gvcs.is_empty() && !gvcs.contains(gvc.as_str()),
            (None, _) => false,
        };
        changes.push(Raw {
            old: Some(old),
            new: None,
            differences: Vec::new(),
            is_left,
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
    // a tag may be any text
    let release = resources.iter().find_map(Resource::instance);
    let release = release.filter(|release| normalize::is_name(release));
    let gvc = resources.iter().find(|resource| resource.id.kind == "gvc");
    release
        .or_else(|| gvc.map(|gvc| gvc.id.name.as_str()))
        .map(str::to_owned)
}
