//! Whose each resource of the older side is, and what of it can be compared: decided here once, for everything behind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::resource::{Index, Resource};
use crate::layers::secret::{REDACTED, hidden};
use crate::plain::quoted;

/// Both sides, with only what is this cluster's and can be compared.
#[derive(Debug, Default)]
pub(crate) struct Sides {
    /// What is there.
    pub(crate) old: Vec<Resource>,
    /// What will be there.
    pub(crate) new: Vec<Resource>,
    /// What is there and is somebody else's, another cluster of this program among it.
    pub(crate) others: Vec<Resource>,
    /// What may differ, but cannot be seen.
    pub(crate) unseen: Vec<Unseen>,
    /// What was left out, a line each.
    pub(crate) notes: Vec<String>,
}

/// Something that is on both sides, or on the older, and was not compared: for a gate it is a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// `secret prod-pgedge-config`
    pub(crate) resource: String,
    /// Which part of it, and why.
    pub(crate) what: String,
}

/// Whose a resource of the older side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// It has the name of one that is wanted, or its tags say so.
    Ours,
    /// Its tags, or its kind and name, say so.
    Others,
    /// It has no tags, and a name that could be one of ours.
    Unknown,
}

/// Finds out whose a resource is.
struct Owners<'n> {
    wanted: Index<'n>,
    instances: BTreeSet<&'n str>,
    kinds: BTreeSet<&'n str>,
}

impl<'n> Owners<'n> {
    fn new(new: &'n [Resource]) -> Self {
        Self {
            wanted: Index::new(new),
            instances: new.iter().filter_map(Resource::instance).collect(),
            kinds: new
                .iter()
                .map(|resource| resource.id.kind.as_str())
                .collect(),
        }
    }

    fn of(&self, resource: &Resource) -> Owner {
        if self.wanted.find(resource).is_some() {
            return Owner::Ours;
        }
        match resource.instance() {
            Some(instance) if resource.is_written_here() && self.instances.contains(instance) => {
                Owner::Ours
            }
            Some(_) => Owner::Others,
            None => {
                let has_our_name = self.instances.is_empty()
                    || self.instances.iter().any(|instance| {
                        let rest = resource.id.name.strip_prefix(instance);
                        rest.is_some_and(|rest| rest.starts_with('-'))
                    });
                match has_our_name && self.kinds.contains(resource.id.kind.as_str()) {
                    true => Owner::Unknown,
                    false => Owner::Others,
                }
            }
        }
    }
}

impl Sides {
    pub(crate) fn new(old: Vec<Resource>, mut new: Vec<Resource>) -> Self {
        let mut sides = Self::default();
        let owners = Owners::new(&new);
        for resource in old {
            match owners.of(&resource) {
                Owner::Ours => sides.old.push(resource),
                Owner::Others => sides.others.push(resource),
                Owner::Unknown => sides.unseen.push(Unseen {
                    resource: resource.id.to_string(),
                    what: "has no tag that says whose it is: left out".to_owned(),
                }),
            }
        }
        sides.tell_others();
        drop(owners);
        let at: BTreeMap<_, usize> = new
            .iter()
            .enumerate()
            .filter(|(_, resource)| resource.id.kind == "secret")
            .map(|(at, resource)| (resource.id.clone(), at))
            .collect();
        for old in sides.old.iter_mut().filter(|old| old.id.kind == "secret") {
            if let Some(new) = at.get(&old.id).and_then(|at| new.get_mut(*at)) {
                sides.unseen.extend(data(old, new));
            }
        }
        sides.new = new;
        sides
    }

    fn tell_others(&mut self) {
        let of = |resource: &Resource| match (resource.is_written_here(), resource.instance()) {
            (true, Some(instance)) => format!("of the cluster {}", quoted(instance)),
            _ => "of something else".to_owned(),
        };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for resource in &self.others {
            *counts.entry(of(resource)).or_default() += 1;
        }
        self.notes
            .extend(counts.into_iter().map(|(of, count)| match count {
                1 => format!("1 resource there is {of}: left as it is"),
                _ => format!("{count} resources there are {of}: left as they are"),
            }));
    }
}

/// What is not seen of a secret's data; on both sides it is the same afterwards.
fn data(old: &mut Resource, new: &mut Resource) -> Option<Unseen> {
    let id = old.id.to_string();
    let unseen = |what: String| Unseen {
        resource: id.clone(),
        what,
    };
    match (old.get(&["data"]).is_some(), new.get(&["data"]).is_some()) {
        (true, true) => {}
        (false, false) => return None,
        _ => {
            let reveal = old.command("reveal", "-o yaml");
            let found = unseen(format!("an export is without its data; `{reveal}` has it"));
            for resource in [old, new] {
                if let Some(fields) = resource.data.as_object_mut() {
                    fields.remove("data");
                }
            }
            return Some(found);
        }
    }
    let keys = redact_both(old, new);
    (!keys.is_empty()).then(|| Unseen {
        resource: old.id.to_string(),
        what: format!("redacted, so a change cannot be seen: {}", keys.join(", ")),
    })
}

/// Redacts on both sides what is redacted on one; the keys where that was so.
fn redact_both(old: &mut Resource, new: &mut Resource) -> Vec<String> {
    let mut keys = Vec::new();
    let (Some(old), Some(new)) = (entries(old), entries(new)) else {
        return keys;
    };
    for (key, before) in old {
        let (Value::String(before), Some(Value::String(after))) = (before, new.get_mut(key)) else {
            continue;
        };
        match (before.contains(REDACTED), after.contains(REDACTED)) {
            (false, false) => continue,
            // the rest of both can be compared
            (true, true) => {}
            _ => {
                for text in [before, after] {
                    *text = redacted(text);
                }
            }
        }
        keys.push(quoted(key));
    }
    keys
}

/// A value as a redacted render has it: of a script only what is secret is left out.
pub(super) fn redacted(text: &str) -> String {
    match text.contains('\n') {
        true => text.split_inclusive('\n').map(hidden_line).collect(),
        false => REDACTED.to_owned(),
    }
}

fn hidden_line(line: &str) -> String {
    match line.strip_suffix('\n') {
        Some(line) => hidden(line) + "\n",
        None => hidden(line),
    }
}

fn entries(resource: &mut Resource) -> Option<&mut serde_json::Map<String, Value>> {
    resource.data.get_mut("data")?.as_object_mut()
}
