//! The one list of the values: what it may have been.

use super::candidates::like;
use super::{Candidate, Cause, Trials};
use crate::layers::{Entry, Node, Scalar, Value};
use crate::place::{Path, Place};
use crate::plan::resource::{Resource, link_name};
use crate::plan::shown::Side;

impl Trials<'_> {
    /// The locations of the older manifests: which they are and their order, then each number of replicas by itself.
    pub(super) fn locations(&self, old: &[Resource]) -> Vec<Candidate> {
        let list = Path::of("gvc.locations");
        let Some(Value::List(items)) = self.merged.node(&list).map(|node| &node.value) else {
            return Vec::new();
        };
        let before = locations_of(old);
        if before.is_empty() {
            return Vec::new();
        }
        let name = |item: &Node| item.get("name").and_then(Node::as_text).map(str::to_owned);
        let mut candidates = Vec::new();
        let mut put_back = Vec::new();
        let mut is_other_list = before.len() != items.len();
        for (then, (location, replicas)) in before.iter().enumerate() {
            let there = items
                .iter()
                .position(|item| name(item).as_ref() == Some(location));
            is_other_list |= there != Some(then);
            let known = there.and_then(|at| items.get(at).map(|item| (at, item)));
            let Some((at, item)) = known else {
                put_back.push(self.location(location, *replicas));
                continue;
            };
            put_back.push(Some(item.clone()));
            let count = item.get("replicas");
            if let Some(Value::Scalar(scalar)) = count.map(|node| &node.value)
                && scalar.text != replicas.to_string()
                && let Some(node) = count
            {
                let replicas = like(scalar, replicas.to_string(), node.span);
                candidates.push(Candidate {
                    path_then: Some(list.index(then).key("replicas")),
                    ..Candidate::new(list.index(at).key("replicas"), Some(replicas))
                });
            }
        }
        let put_back: Option<Vec<Node>> = put_back.into_iter().collect();
        if let (true, Some(items), Some(node)) = (is_other_list, put_back, self.merged.node(&list))
        {
            let list_then = Node::new(Value::List(items), node.span);
            let whole = Candidate {
                told: self.told_locations(&before),
                ..Candidate::new(list, Some(list_then))
            };
            candidates.insert(0, whole);
        }
        candidates
    }

    fn location(&self, name: &str, replicas: u64) -> Option<Node> {
        let list = self.merged.node(&Path::of("gvc.locations"))?;
        let entry = |key: &str, scalar: Scalar| Entry {
            key: key.to_owned(),
            key_span: list.span,
            node: Node::new(Value::Scalar(scalar), list.span),
        };
        Some(Node::new(
            Value::Map(vec![
                entry("name", Scalar::text(name)),
                entry("replicas", Scalar::plain(replicas.to_string())?),
            ]),
            list.span,
        ))
    }

    /// The locations that came and went, or, if they are the same, the one that is the first now.
    fn told_locations(&self, before: &[(String, u64)]) -> Vec<Cause> {
        let list = Path::of("gvc.locations");
        let Some(Value::List(items)) = self.merged.node(&list).map(|node| &node.value) else {
            return Vec::new();
        };
        let now: Vec<&str> = items
            .iter()
            .filter_map(|item| item.get("name").and_then(Node::as_text))
            .collect();
        let some = |name: &str| Side::Value(serde_json::json!({ "name": name }));
        // where the layer wrote that put another in its place, or the list without it
        let place_of = |at: usize| match now.get(at) {
            Some(_) => Place::Value(list.index(at).key("name")),
            None => Place::Key(list.clone()),
        };
        let gone = before
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| !now.contains(&name.as_str()))
            .map(|(at, (name, _))| Cause {
                path: format!("{list}[{name}]"),
                before: some(name),
                after: Side::Absent,
                place: match before.len() == now.len() {
                    true => place_of(at),
                    false => Place::Key(list.clone()),
                },
            });
        let come = now
            .iter()
            .enumerate()
            .filter(|(_, name)| !before.iter().any(|(known, _)| known == *name))
            .map(|(at, name)| Cause {
                path: format!("{list}[{name}]"),
                before: Side::Absent,
                after: some(name),
                place: Place::Value(list.index(at).key("name")),
            });
        let mut told: Vec<Cause> = gone.chain(come).collect();
        let moved = before
            .iter()
            .zip(&now)
            .position(|((old, _), new)| old != new);
        if let (true, Some(at)) = (told.is_empty(), moved) {
            let names = |names: Vec<&str>| Side::Value(names.join(", ").into());
            told.push(Cause {
                path: format!("{list}, their order"),
                before: names(before.iter().map(|(name, _)| name.as_str()).collect()),
                after: names(now.clone()),
                place: place_of(at),
            });
        }
        told
    }
}

/// The locations and replicas of the older manifests, in the order of the pooler's list of nodes.
fn locations_of(old: &[Resource]) -> Vec<(String, u64)> {
    let workload = old
        .iter()
        .find(|resource| resource.workload_type() == "stateful");
    let script = old
        .iter()
        .filter(|resource| {
            let name = &resource.id.name;
            name.ends_with("-pgcat-startup") || name.ends_with("-pgbouncer-startup")
        })
        .find_map(|resource| resource.text(&["data", "payload"]))
        .unwrap_or_default();
    let Some(workload) = workload else {
        return Vec::new();
    };
    let mut locations: Vec<(String, u64)> = workload
        .items(&["spec", "localOptions"])
        .filter_map(|entry| {
            let location = link_name(entry.get("location")?.as_str()?);
            let replicas = entry.get("autoscaling")?.get("maxScale")?.as_u64()?;
            Some((location.to_owned(), replicas))
        })
        .collect();
    locations
        .sort_by_key(|(location, _)| script.find(&format!(".{location}.")).unwrap_or(usize::MAX));
    locations
}
