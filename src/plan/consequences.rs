//! What a change does to a running cluster. Each rule has a name, and says where the platform's behaviour is known
//! from: `control-plane` with a section is the project's collection of platform facts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::resource::{Resource, link_name};
use super::{Action, Difference, Raw};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Data or service is lost, or the platform refuses the change. `--deny-dangerous` fails on these.
    Danger,
    /// The cluster is disturbed, or something has to be done by hand.
    Warning,
    /// Good to know.
    Notice,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal $severity:ident $find:ident,)*) => {
        /// The rules. Their texts are part of the command line's contract: add, never rename.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule { $($(#[doc = $doc])+ $name,)* }

        impl Rule {
            /// Every rule, the most severe first.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable text, as in `--deny restart`.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// How bad its consequences are.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            fn find(self, see: &See<'_>) -> Vec<Found> {
                match self { $(Self::$name => $find(see),)* }
            }
        }
    };
}

rules! {
    /// A new GVC or release name makes a second, empty cluster; the old one and its volumes stay, and cost.
    /// Source: names are immutable, apply never deletes, volumes belong to the volume set (control-plane 4).
    NewCluster "new-cluster" Danger new_cluster,
    /// The platform refuses to change a workload's type, a volume set's file system or class, a policy's target kind.
    /// Source: the vendor's Terraform provider marks them as replacing, the API answers 400 (control-plane 4).
    Immutable "immutable" Danger immutable,
    /// The replicas of a location that goes are terminated.
    /// Source: vendor reference for GVCs (control-plane 4).
    LocationRemoved "location-removed" Danger location_removed,
    /// The highest replicas of a location are terminated; peers drop their slots for a node that is listed no longer.
    /// Source: stateful workloads scale down from the highest replica (control-plane 4); the start script of the nodes.
    ReplicasRemoved "replicas-removed" Danger replicas_removed,
    /// User and database are made when a volume is filled for the first time.
    /// Source: README of the public template, 1.1.1 (control-plane 4).
    FirstBootOnly "first-boot-only" Danger first_boot_only,
    /// Any change of its spec restarts every replica of a workload, in every location at once.
    /// Source: measured by the vendor's maintainers, 66 to 117 seconds of outage (control-plane 4).
    Restart "restart" Warning restart,
    /// The first node of the first location is the preferred primary and what the backup dumps.
    /// Source: the start script of the pooler, `PG_HOST` of the backup.
    FirstLocation "first-location" Warning first_location,
    /// A smaller volume set changes no volume that exists: only `shrink` does.
    /// Source: vendor reference for volume sets (control-plane 4).
    CapacityDown "capacity-down" Warning capacity_down,
    /// The platform merges identities: a provider's block that is sent no longer stays attached.
    /// Source: measured live by the vendor's maintainers (control-plane 4).
    ProviderStays "provider-stays" Warning provider_stays,
    /// A changed secret restarts nothing, and the manifests cannot either.
    /// Source: `cpln apply` sends no checksum of a secret (control-plane 7).
    Credentials "credentials" Warning credentials,
    /// `cpln apply` never deletes.
    /// Source: vendor CLI 3.10.1 (control-plane 7).
    NotDeleted "not-deleted" Warning not_deleted,
    /// A larger initial capacity is that of new volumes only.
    /// Source: vendor reference for volume sets (control-plane 4).
    NewVolumesOnly "new-volumes-only" Notice new_volumes_only,
}

/// What a change brings about.
#[derive(Clone, Debug, PartialEq)]
pub struct Consequence {
    /// The rule that says so.
    pub rule: Rule,
    /// `workload prod-pgedge`
    pub resource: String,
    /// In words.
    pub message: String,
}

/// Everything that follows from the changes, the most severe first.
#[must_use]
pub fn consequences(old: &[Resource], new: &[Resource], changes: &[Raw<'_>]) -> Vec<Consequence> {
    let see = See { old, new, changes };
    let found = |rule: &Rule| {
        let rule = *rule;
        rule.find(&see)
            .into_iter()
            .map(move |Found(resource, message)| Consequence {
                rule,
                resource,
                message,
            })
    };
    Rule::ALL.iter().flat_map(found).collect()
}

/// What rules look at.
struct See<'a> {
    old: &'a [Resource],
    new: &'a [Resource],
    changes: &'a [Raw<'a>],
}

/// A resource and what happens to it.
struct Found(String, String);

impl Found {
    fn new(resource: &Resource, message: impl Into<String>) -> Self {
        Self(resource.id.to_string(), message.into())
    }
}

impl<'a> See<'a> {
    /// Resources that are on both sides, and what differs.
    fn changed(&self) -> impl Iterator<Item = (&'a Resource, &'a Resource, &'a [Difference])> {
        self.changes
            .iter()
            .filter_map(|change| Some((change.old?, change.new?, change.differences.as_slice())))
    }

    fn of(&self, action: Action) -> impl Iterator<Item = &'a Raw<'a>> {
        self.changes
            .iter()
            .filter(move |change| change.action() == action)
    }

    /// The old volume sets, when none of them is in use any more but others are.
    fn left_behind(&self) -> Vec<&'a Resource> {
        let is_volumes = |resource: &&Resource| resource.id.kind == "volumeset";
        let old: Vec<&Resource> = self.old.iter().filter(is_volumes).collect();
        let mut new = self.new.iter().filter(is_volumes).peekable();
        let is_second =
            new.peek().is_some() && new.all(|new| !old.iter().any(|old| old.is_same(new)));
        if is_second { old } else { Vec::new() }
    }
}

fn new_cluster(see: &See<'_>) -> Vec<Found> {
    let left = see.left_behind();
    let Some(old) = left.first() else {
        return Vec::new();
    };
    let new = see
        .of(Action::Create)
        .filter_map(|change| change.new)
        .find(|resource| resource.id.kind == "volumeset");
    let Some(new) = new else { return Vec::new() };
    let place = |resource: &Resource| {
        let gvc = resource.gvc.as_deref().unwrap_or("?");
        format!("`{}` in GVC `{gvc}`", resource.id.name)
    };
    vec![Found::new(
        new,
        format!(
            "a second, empty cluster with volumes {}; the old one with {} keeps running, and no data moves",
            place(new),
            place(old),
        ),
    )]
}

fn immutable(see: &See<'_>) -> Vec<Found> {
    const FIELDS: &[(&str, &str, &str)] = &[
        ("workload", "spec.type", "delete the workload, then apply"),
        (
            "volumeset",
            "spec.fileSystemType",
            "it takes a new volume set, and the data does not follow",
        ),
        (
            "volumeset",
            "spec.performanceClass",
            "it takes a new volume set, and the data does not follow",
        ),
        ("policy", "targetKind", "delete the policy, then apply"),
    ];
    let mut found = Vec::new();
    for (_, new, differences) in see.changed() {
        for (kind, path, way) in FIELDS {
            if new.id.kind == *kind && differences.iter().any(|d| d.path == *path) {
                let message = format!("the platform refuses to change `{path}`: {way}");
                found.push(Found::new(new, message));
            }
        }
    }
    found
}

/// Replicas by location of a workload whose locations each have their own number.
fn replicas(workload: &Resource) -> BTreeMap<&str, u64> {
    let entry =
        |entry: &'_ Value| -> Option<u64> { entry.get("autoscaling")?.get("maxScale")?.as_u64() };
    workload
        .items(&["spec", "localOptions"])
        .filter_map(|item| Some((link_name(item.get("location")?.as_str()?), entry(item)?)))
        .collect()
}

fn nodes<'a>(see: &See<'a>) -> impl Iterator<Item = (&'a Resource, &'a Resource)> {
    see.changed()
        .filter(|(_, new, _)| new.workload_type() == "stateful")
        .map(|(old, new, _)| (old, new))
}

fn location_removed(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new) in nodes(see) {
        let left = replicas(new);
        for (location, count) in replicas(old) {
            if !left.contains_key(location) {
                let what = match count {
                    1 => "the replica".to_owned(),
                    _ => format!("all {count} replicas"),
                };
                found.push(Found::new(
                    old,
                    format!("{what} in {location} will be terminated, with what no other location has received"),
                ));
            }
        }
    }
    found
}

fn replicas_removed(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new) in nodes(see) {
        let left = replicas(new);
        for (location, before) in replicas(old) {
            let Some(after) = left.get(location).copied().filter(|after| *after < before) else {
                continue;
            };
            let which = match (after, before - 1) {
                (first, last) if first == last => format!("replica {first}"),
                (first, last) => format!("replicas {first} to {last}"),
            };
            found.push(Found::new(
                new,
                format!("{which} in {location} will be terminated, with what no peer has received"),
            ));
        }
    }
    found
}

/// A dictionary's keys that changed.
fn changed_keys(differences: &[Difference]) -> BTreeSet<&str> {
    differences
        .iter()
        .filter(|d| d.before.is_some() && d.after.is_some())
        .filter_map(|d| d.path.strip_prefix("data."))
        .collect()
}

/// The workloads that take a key of this secret as the value of a variable.
fn readers<'a>(see: &See<'a>, secret: &'a str, keys: &[&str]) -> Vec<&'a Resource> {
    let links: Vec<String> = keys
        .iter()
        .map(|key| format!("cpln://secret/{secret}.{key}"))
        .collect();
    let reads = |workload: &&Resource| {
        workload
            .containers()
            .filter_map(|container| container.get("env")?.as_array())
            .flatten()
            .filter_map(|variable| variable.get("value")?.as_str())
            .any(|value| links.iter().any(|link| link == value))
    };
    see.new.iter().filter(reads).collect()
}

/// Keys that PostgreSQL reads when a volume is filled for the first time.
const FIRST_BOOT: &[&str] = &["database", "username"];

fn first_boot_only(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (_, new, differences) in see.changed() {
        let keys = changed_keys(differences);
        let fixed: Vec<&str> = FIRST_BOOT
            .iter()
            .copied()
            .filter(|key| keys.contains(key))
            .collect();
        if new.id.kind == "secret"
            && !fixed.is_empty()
            && !readers(see, &new.id.name, &fixed).is_empty()
        {
            found.push(Found::new(
                new,
                format!(
                    "{} made when a volume is filled for the first time: nodes that hold data keep the old, and nothing finds the new",
                    match fixed.as_slice() {
                        [one] => format!("the {one} is"),
                        _ => "username and database are".to_owned(),
                    }
                ),
            ));
        }
    }
    found
}

fn restart(see: &See<'_>) -> Vec<Found> {
    let is_served = |kind: &str| matches!(kind, "stateful" | "standard" | "serverless");
    see.changed()
        .filter(|(old, _, _)| is_served(old.workload_type()))
        .filter(|(_, _, differences)| differences.iter().any(|d| d.path.starts_with("spec")))
        .map(|(_, new, _)| {
            let message = format!(
                "restarts every replica of {} in every location",
                new.id.name
            );
            Found::new(new, message)
        })
        .collect()
}

/// The location of the first node: the first address in the pooler's start script, or what the backup dumps.
fn first(resources: &[Resource]) -> Option<(&Resource, &str)> {
    let address = |text: &'_ str| -> Option<usize> { text.find("replica-0.") };
    let location = |text: &str| -> Option<(usize, usize)> {
        let start = address(text)?;
        let rest = text.get(start..)?;
        let mut dots = rest.match_indices('.').map(|(at, _)| start + at);
        let (second, third) = (dots.nth(1)?, dots.next()?);
        Some((second + 1, third))
    };
    let script = resources
        .iter()
        .filter(|resource| {
            resource.id.kind == "secret" && resource.id.name.ends_with("-pgcat-startup")
        })
        .find_map(|resource| Some((resource, resource.text(&["data", "payload"])?)));
    let backup = resources
        .iter()
        .filter(|resource| resource.workload_type() == "cron")
        .find_map(|resource| Some((resource, resource.variable("PG_HOST")?)));
    let (resource, text) = script.or(backup)?;
    let (start, end) = location(text)?;
    Some((resource, text.get(start..end)?))
}

fn first_location(see: &See<'_>) -> Vec<Found> {
    let (Some((_, before)), Some((resource, after))) = (first(see.old), first(see.new)) else {
        return Vec::new();
    };
    if before == after || !see.left_behind().is_empty() {
        return Vec::new();
    }
    let has_backup = see.new.iter().any(|new| new.workload_type() == "cron");
    let backup = if has_backup {
        ", and the backup with them"
    } else {
        ""
    };
    vec![Found::new(
        resource,
        format!(
            "writes move from {before} to {after}{backup}: the first location holds the preferred primary"
        ),
    )]
}

/// The capacities of a volume set before and after.
fn capacities(old: &Resource, new: &Resource) -> Option<(u64, u64)> {
    let capacity = |resource: &Resource| resource.get(&["spec", "initialCapacity"])?.as_u64();
    Some((capacity(old)?, capacity(new)?))
}

fn capacity_down(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed() {
        if let Some((before, after)) = capacities(old, new).filter(|(before, after)| after < before)
        {
            found.push(Found::new(
                new,
                format!(
                    "volumes that exist keep their {before} GiB: only new ones have {after}. `{}` shrinks one, if its data fits",
                    new.command("shrink")
                ),
            ));
        }
    }
    found
}

fn new_volumes_only(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed() {
        if let Some((before, after)) = capacities(old, new).filter(|(before, after)| after > before)
        {
            found.push(Found::new(
                new,
                format!(
                    "volumes that exist keep their {before} GiB: only new ones have {after}. `{}` grows one",
                    new.command("expand")
                ),
            ));
        }
    }
    found
}

fn provider_stays(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see
        .changed()
        .filter(|(_, new, _)| new.id.kind == "identity")
    {
        for provider in ["aws", "gcp", "azure"] {
            if old.get(&[provider]).is_some() && new.get(&[provider]).is_none() {
                found.push(Found::new(
                    new,
                    format!(
                        "its `{provider}` block stays attached: applying merges. To take the access away, `{}`, then apply",
                        new.command("delete")
                    ),
                ));
            }
        }
    }
    found
}

fn credentials(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (_, new, differences) in see.changed().filter(|(_, new, _)| new.id.kind == "secret") {
        let mut keys: Vec<&str> = changed_keys(differences).into_iter().collect();
        // a restart does not bring these: see `first_boot_only`
        keys.retain(|key| !FIRST_BOOT.contains(key));
        // a workload that restarts anyway takes the new ones along
        let restarted = |workload: &Resource| {
            see.changed().any(|(_, new, differences)| {
                new.is_same(workload) && differences.iter().any(|d| d.path.starts_with("spec"))
            })
        };
        let stale: Vec<String> = readers(see, &new.id.name, &keys)
            .into_iter()
            .filter(|workload| workload.workload_type() != "cron" && !restarted(workload))
            .map(|workload| format!("`{}`", workload.command("force-redeployment")))
            .collect();
        if !stale.is_empty() {
            found.push(Found::new(
                new,
                format!(
                    "running replicas keep the old {}: after applying, {}",
                    keys.join(" and "),
                    stale.join(" and ")
                ),
            ));
        }
    }
    found
}

fn not_deleted(see: &See<'_>) -> Vec<Found> {
    // a command that deletes a cluster is not for copying by accident
    if !see.left_behind().is_empty() {
        return Vec::new();
    }
    see.of(Action::Delete)
        .filter_map(|change| change.old)
        .map(|old| {
            let message = format!("applying never deletes: `{}`", old.command("delete"));
            Found::new(old, message)
        })
        .collect()
}
