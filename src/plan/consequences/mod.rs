//! What a change does to a running cluster. Each rule has a name, and says where the platform's behaviour is known
//! from: `control-plane` with a section is the project's collection of platform facts.

mod credentials;
mod nodes;
mod resources;
mod volumes;

use super::diff::Difference;
use super::resource::Resource;
use super::{Action, Raw};

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
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal $severity:ident $find:path,)*) => {
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
    NewCluster "new-cluster" Danger resources::new_cluster,
    /// The platform refuses to change a workload's type, a volume set's file system or class, a policy's target kind.
    /// Source: the vendor's Terraform provider marks them as replacing, the API answers 400 (control-plane 4).
    Immutable "immutable" Danger resources::immutable,
    /// The replicas of a location that goes are terminated.
    /// Source: vendor reference for GVCs (control-plane 4).
    LocationRemoved "location-removed" Danger nodes::location_removed,
    /// The highest replicas of a location are terminated; peers drop their slots for a node that is listed no longer.
    /// Source: stateful workloads scale down from the highest replica (control-plane 4); the start script of the nodes.
    ReplicasRemoved "replicas-removed" Danger nodes::replicas_removed,
    /// User and database are made when a volume is filled for the first time.
    /// Source: README of the public template, 1.1.1 (control-plane 4).
    FirstBootOnly "first-boot-only" Danger credentials::first_boot_only,
    /// Any change of its spec restarts every replica of a workload, in every location at once.
    /// Source: measured by the vendor's maintainers, 66 to 117 seconds of outage (control-plane 4).
    Restart "restart" Warning resources::restart,
    /// The first node of the first location is the preferred primary, and the backup runs there.
    /// Source: the start script of the pooler, the script of the backup.
    FirstLocation "first-location" Warning nodes::first_location,
    /// A smaller volume set changes no volume that exists: only `shrink` does.
    /// Source: vendor reference for volume sets (control-plane 4).
    CapacityDown "capacity-down" Warning volumes::capacity_down,
    /// The platform merges identities: a provider's block that is sent no longer stays attached.
    /// Source: measured live by the vendor's maintainers (control-plane 4).
    ProviderStays "provider-stays" Warning resources::provider_stays,
    /// A changed secret restarts nothing, and the manifests cannot either.
    /// Source: `cpln apply` sends no checksum of a secret (control-plane 7).
    Credentials "credentials" Warning credentials::credentials,
    /// `cpln apply` never deletes.
    /// Source: vendor CLI 3.10.1 (control-plane 7).
    NotDeleted "not-deleted" Warning resources::not_deleted,
    /// A larger initial capacity is that of new volumes only.
    /// Source: vendor reference for volume sets (control-plane 4).
    NewVolumesOnly "new-volumes-only" Notice volumes::new_volumes_only,
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
