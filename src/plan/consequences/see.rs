//! What rules look at, and what they find.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::diff::Difference;
use crate::plan::resource::{Id, Index, Resource};
use crate::plan::sides::Sides;
use crate::plan::{Action, Raw};

/// What rules look at.
pub(super) struct See<'a> {
    pub(super) sides: &'a Sides,
    pub(super) changes: &'a [Raw<'a>],
    pub(super) old: Index<'a>,
    pub(super) new: Index<'a>,
}

/// The workload of the nodes, and the GVC that it is in, where that is among the manifests.
pub(super) struct Nodes<'a> {
    pub(super) workload: &'a Resource,
    pub(super) gvc: Option<&'a Resource>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(workload: &'a Resource, side: &Index<'a>) -> Self {
        let gvc = workload
            .gvc
            .as_deref()
            .and_then(|gvc| side.named(&Id::new("gvc", gvc)));
        Self { workload, gvc }
    }

    /// Replicas by location, of the locations that the GVC has, where that is known.
    pub(super) fn running(&self) -> BTreeMap<&'a str, u64> {
        let mut running = self.workload.replicas();
        if let Some(gvc) = self.gvc {
            let locations = gvc.gvc_locations();
            running.retain(|location, _| locations.contains(location));
        }
        running
    }
}

/// A resource and what happens to it.
#[derive(Clone)]
pub(super) struct Found(pub(super) String, pub(super) String);

impl Found {
    pub(super) fn new(resource: &Resource, message: impl Into<String>) -> Self {
        Self(resource.id.to_string(), message.into())
    }
}

impl<'a> See<'a> {
    /// Resources that are on both sides, and what differs.
    pub(super) fn changed(
        &self,
    ) -> impl Iterator<Item = (&'a Resource, &'a Resource, &'a [Difference])> {
        self.changes
            .iter()
            .filter_map(|change| Some((change.old?, change.new?, change.differences.as_slice())))
    }

    /// The same, of one kind.
    pub(super) fn changed_of(
        &self,
        kind: &'static str,
    ) -> impl Iterator<Item = (&'a Resource, &'a Resource, &'a [Difference])> {
        self.changed()
            .filter(move |(_, new, _)| new.id.kind == kind)
    }

    /// A resource as it is now, where it is there.
    pub(super) fn before(&self, new: &Resource) -> Option<&'a Resource> {
        self.old.find(new)
    }

    /// The nodes, where they or the GVC that they are in change.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (Nodes<'a>, Nodes<'a>)> {
        let changed: BTreeSet<&Id> = self.changed().map(|(_, new, _)| &new.id).collect();
        let nodes = self
            .sides
            .new
            .iter()
            .filter(|new| new.workload_type() == "stateful");
        nodes.filter_map(move |new| {
            let now = Nodes::new(self.old.find(new)?, &self.old);
            let then = Nodes::new(new, &self.new);
            let gvc = then.gvc.or(now.gvc);
            let is_changed =
                changed.contains(&new.id) || gvc.is_some_and(|gvc| changed.contains(&gvc.id));
            is_changed.then_some((now, then))
        })
    }

    pub(super) fn of(&self, action: Action) -> impl Iterator<Item = &'a Raw<'a>> {
        self.changes
            .iter()
            .filter(move |change| change.action() == action)
    }

    /// The volume sets of a cluster that is there, when none of them is in use any more but others are.
    pub(super) fn left_behind(&self) -> Vec<&'a Resource> {
        let is_volumes = |resource: &&Resource| resource.id.kind == "volumeset";
        let old: Vec<&Resource> = self.sides.old.iter().filter(is_volumes).collect();
        let there = match old.is_empty() {
            // perhaps under another name of the release
            true => {
                let others = self.sides.others.iter().filter(is_volumes);
                others.filter(|other| other.is_written_here()).collect()
            }
            false => old,
        };
        let mut new = self.sides.new.iter().filter(is_volumes).peekable();
        let is_second =
            new.peek().is_some() && new.all(|new| !there.iter().any(|old| old.is_same(new)));
        if is_second { there } else { Vec::new() }
    }
}

/// `a`, `a and b`, `a, b and c`
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
