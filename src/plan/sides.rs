//! Whose each resource of the older side is, and what of it can be compared: decided here once, for everything behind.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::resource::{Id, Index, Resource};
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
        let mut at: HashMap<Id, Vec<usize>> = HashMap::with_capacity(new.len());
        for (index, resource) in new.iter().enumerate() {
            at.entry(resource.id.clone()).or_default().push(index);
        }
        for old in &mut sides.old {
            let named = at.get(&old.id).into_iter().flatten();
            let mut same = named.filter(|at| new.get(**at).is_some_and(|new| new.is_same(old)));
            if let Some(new) = same.next().and_then(|at| new.get_mut(*at)) {
                sides.unseen.extend(not_seen(old, new));
            }
        }
        sides.new = new;
        sides.tell_missing();
        sides
    }

    /// Every cluster has these, so a side that has other parts of it and not these is most often half an export: what
    /// they are now is not known.
    fn tell_missing(&mut self) {
        let is_core = |resource: &&Resource| {
            matches!(
                resource.id.kind.as_str(),
                "identity" | "policy" | "volumeset"
            ) || resource.workload_type() == "stateful"
        };
        // a GVC may be there before a cluster is
        if !self.old.iter().any(|old| old.id.kind != "gvc") {
            return;
        }
        let kind = |resource: &Resource| {
            (
                resource.id.kind.clone(),
                resource.workload_type().to_owned(),
            )
        };
        let there: BTreeSet<_> = self.old.iter().map(kind).collect();
        let missing = self.new.iter().filter(is_core);
        let missing = missing.filter(|new| new.is_written_here() && !there.contains(&kind(new)));
        self.unseen.extend(missing.map(|new| Unseen {
            resource: new.id.to_string(),
            what: "missing on the older side, which has other parts of the cluster: is the export whole?".to_owned(),
        }));
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

/// What is not seen of a resource; on both sides it is the same afterwards.
fn not_seen(old: &mut Resource, new: &mut Resource) -> Option<Unseen> {
    let id = old.id.to_string();
    let unseen = |what: String| Unseen {
        resource: id.clone(),
        what,
    };
    let has_data = |resource: &Resource| resource.get(&["data"]).is_some();
    if old.id.kind == "secret" && !(has_data(old) && has_data(new)) {
        let reveal = old.command("reveal", "-o yaml");
        let found = unseen(format!("an export does not have its data: `{reveal}` has"));
        for resource in [old, new] {
            if let Some(fields) = resource.data.as_object_mut() {
                fields.remove("data");
            }
        }
        return Some(found);
    }
    let mut places = Vec::new();
    redact_both("", &mut old.data, &mut new.data, &mut places);
    (!places.is_empty()).then(|| {
        let places = places.join(", ");
        unseen(format!("redacted, so a change cannot be seen: {places}"))
    })
}

/// Redacts on both sides what is redacted on one, and adds the places where that was so.
fn redact_both(path: &str, old: &mut Value, new: &mut Value, places: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, before) in old {
                if let Some(after) = new.get_mut(key) {
                    // the keys of a secret are known by themselves
                    let path = match path {
                        "" | "data" => key.clone(),
                        _ => format!("{path}.{key}"),
                    };
                    redact_both(&path, before, after, places);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (at, before) in old.iter_mut().enumerate() {
                let name = before.get("name").cloned();
                let after = match &name {
                    Some(name) => new.iter_mut().find(|new| new.get("name") == Some(name)),
                    None => new.get_mut(at),
                };
                if let Some(after) = after {
                    let name = name.as_ref().and_then(Value::as_str);
                    let name = name.map_or_else(|| at.to_string(), str::to_owned);
                    redact_both(&format!("{path}[{name}]"), before, after, places);
                }
            }
        }
        (before, after) => {
            let is_redacted = [&*before, &*after]
                .map(|side| side.as_str().is_some_and(|text| text.contains(REDACTED)));
            match is_redacted {
                [false, false] => return,
                // the rest of both can be compared
                [true, true] => {}
                _ => {
                    (*before, *after) = (as_redacted(before, after), as_redacted(after, before));
                }
            }
            places.push(quoted(path));
        }
    }
}

/// A value as the other side has it, of which the whole may be left out.
pub(super) fn as_redacted(value: &Value, other: &Value) -> Value {
    match value {
        Value::String(text) if other != REDACTED && value != REDACTED => redacted(text).into(),
        _ => REDACTED.into(),
    }
}

/// A value as a redacted render has it: of a script only what is secret is left out.
fn redacted(text: &str) -> String {
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
