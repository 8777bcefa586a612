//! The cluster as a picture: what runs where, and who talks to whom. It is read off manifests, so that two sides of a
//! plan can be laid over each other.

mod mermaid;
mod svg;
mod text;

use serde_json::Value;

use crate::plan::{Documents, Resource};

pub use mermaid::write as mermaid;
pub use svg::write as svg;
pub use text::write as text;

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The workload of the nodes.
    pub(crate) title: String,
    pub(crate) pooler: Option<Box>,
    /// How the pooler chooses nodes, where that is known.
    pub(crate) routing: Vec<String>,
    pub(crate) locations: Vec<Location>,
    pub(crate) backup: Option<Box>,
    /// The folder of the dumps, where that is known.
    pub(crate) bucket: Option<String>,
}

/// One location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) name: String,
    pub(crate) nodes: Vec<Box>,
    pub(crate) mark: Mark,
}

/// A thing that is drawn as a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Box {
    pub(crate) name: String,
    /// In a few words.
    pub(crate) about: String,
    pub(crate) mark: Mark,
}

/// What a change does to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing.
    #[default]
    Same,
    /// It comes.
    New,
    /// It goes.
    Gone,
}

impl Picture {
    /// Reads the manifests of one cluster; nothing is drawn where there are no nodes among them.
    #[must_use]
    pub fn of(documents: &Documents) -> Option<Self> {
        let workload = |endings: &[&str]| {
            documents.resources.iter().find(|resource| {
                resource.id.kind == "workload"
                    && endings
                        .iter()
                        .any(|ending| resource.id.name.ends_with(ending))
            })
        };
        let nodes = workload(&["-pgedge"])?;
        let pooler = workload(&["-pgcat", "-pgbouncer"]);
        let backup = workload(&["-pgedge-backup"]);
        let location = |(name, (count, _)): (String, (u64, u64))| Location {
            nodes: (0..count)
                .map(|at| plain_box(format!("replica-{at}"), ""))
                .collect(),
            name,
            mark: Mark::Same,
        };
        Some(Self {
            title: nodes.id.name.clone(),
            pooler: pooler.map(|pooler| plain_box(pooler.id.name.clone(), &poolers(pooler))),
            routing: Vec::new(),
            locations: scales(nodes).into_iter().map(location).collect(),
            backup: backup.map(|backup| plain_box(backup.id.name.clone(), &schedule(backup))),
            bucket: None,
        })
    }

    /// Says what manifests do not: how the pooler chooses, and where dumps go.
    #[must_use]
    pub fn with(self, routing: Vec<String>, bucket: Option<String>) -> Self {
        Self {
            routing,
            bucket,
            ..self
        }
    }

    /// This picture with what is new in it, and what was there before; `None` where both show the same.
    #[must_use]
    pub fn since(self, before: Option<Self>) -> Option<Self> {
        let before = before.unwrap_or_default();
        if before == self {
            return None;
        }
        let mut locations = self
            .locations
            .iter()
            .map(|now| {
                let old = before.locations.iter().find(|old| old.name == now.name);
                Location {
                    name: now.name.clone(),
                    nodes: changed(&now.nodes, old.map_or(&[][..], |old| &old.nodes)),
                    mark: mark(old.is_some()),
                }
            })
            .collect::<Vec<_>>();
        let is_gone = |old: &&Location| !self.locations.iter().any(|now| now.name == old.name);
        locations.extend(before.locations.iter().filter(is_gone).map(|old| Location {
            name: old.name.clone(),
            nodes: changed(&[], &old.nodes),
            mark: Mark::Gone,
        }));
        let one = |now: &Option<Box>, old: &Option<Box>| {
            let all = changed(now.as_slice(), old.as_slice());
            all.into_iter().next()
        };
        Some(Self {
            pooler: one(&self.pooler, &before.pooler),
            backup: one(&self.backup, &before.backup),
            locations,
            ..self
        })
    }

    /// `9 nodes in 3 locations`
    pub(crate) fn summary(&self) -> String {
        let stays = |mark: &Mark| *mark != Mark::Gone;
        let locations = self
            .locations
            .iter()
            .filter(|location| stays(&location.mark));
        let nodes = self.locations.iter().flat_map(|location| &location.nodes);
        let count = |count: usize, noun: &str| match count {
            1 => format!("1 {noun}"),
            _ => format!("{count} {noun}s"),
        };
        let nodes = nodes.filter(|node| stays(&node.mark)).count();
        format!(
            "{} in {}",
            count(nodes, "node"),
            count(locations.count(), "location")
        )
    }

    /// What the nodes are to each other.
    pub(crate) fn mesh(&self) -> &'static str {
        let nodes = self.locations.iter().map(|location| location.nodes.len());
        match nodes.sum::<usize>() {
            0 | 1 => "one node: nothing to replicate to",
            _ => "Spock: every node sends its changes to every other",
        }
    }
}

fn plain_box(name: String, about: &str) -> Box {
    Box {
        name,
        about: about.to_owned(),
        mark: Mark::Same,
    }
}

fn mark(was_there: bool) -> Mark {
    match was_there {
        true => Mark::Same,
        false => Mark::New,
    }
}

/// The boxes now and those that are gone, by their names.
fn changed(now: &[Box], before: &[Box]) -> Vec<Box> {
    let has = |all: &[Box], one: &Box| all.iter().any(|other| other.name == one.name);
    let new = now.iter().map(|one| Box {
        mark: mark(has(before, one)),
        ..one.clone()
    });
    let gone = before.iter().filter(|one| !has(now, one)).map(|one| Box {
        mark: Mark::Gone,
        ..one.clone()
    });
    new.chain(gone).collect()
}

/// The least and the most replicas in each location, in the order of the manifest.
fn scales(workload: &Resource) -> Vec<(String, (u64, u64))> {
    let options = workload
        .data
        .pointer("/spec/localOptions")
        .and_then(Value::as_array);
    let scale = |options: &Value| {
        let location = options.get("location")?.as_str()?;
        let name = location.rsplit('/').next().unwrap_or_default();
        let of = |key: &str| options.pointer(&format!("/autoscaling/{key}"))?.as_u64();
        Some((name.to_owned(), (of("minScale")?, of("maxScale")?)))
    };
    options.into_iter().flatten().filter_map(scale).collect()
}

/// `2 to 4 in each location`
fn poolers(workload: &Resource) -> String {
    let scales = scales(workload);
    let same = scales
        .iter()
        .all(|(_, scale)| Some(scale) == scales.first().map(|(_, first)| first));
    match scales.first() {
        Some((_, (least, most))) if same && least == most => format!("{least} in each location"),
        Some((_, (least, most))) if same => format!("{least} to {most} in each location"),
        _ => String::new(),
    }
}

fn schedule(workload: &Resource) -> String {
    let schedule = workload
        .data
        .pointer("/spec/job/schedule")
        .and_then(Value::as_str);
    let location = workload
        .data
        .pointer("/spec/localOptions/0/location")
        .and_then(Value::as_str);
    let location = location.and_then(|link| link.rsplit('/').next());
    match (schedule, location) {
        (Some(schedule), Some(location)) => format!("{schedule}, in {location}"),
        (Some(schedule), None) => schedule.to_owned(),
        _ => String::new(),
    }
}
