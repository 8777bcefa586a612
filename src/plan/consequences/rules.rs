//! The rules of what a change does: names, severities, meanings, and which function finds each.

use super::{
    Found, See, access, backup, cluster, credentials, gvc, leftovers, nodes, pooler, program,
    readable, resources, restart, settings, versions, volumes,
};

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

            /// What it means, and why it is so, in a sentence or two.
            #[must_use]
            pub fn meaning(self) -> String {
                let lines: &[&str] = match self { $(Self::$name => &[$($doc),+],)* };
                let lines = lines.iter().map(|line| line.trim());
                lines.take_while(|line| !line.starts_with("Source:")).collect::<Vec<_>>().join(" ")
            }

            pub(super) fn find(self, see: &See<'_>) -> Vec<Found> {
                match self { $(Self::$name => $find(see),)* }
            }
        }
    };
}

rules! {
    /// Something that may differ could not be compared: a redacted value, an export without the data of a secret. What
    /// other rules would say about it is not known.
    NotCompared "not-compared" Danger resources::not_compared,
    /// A new GVC or release name makes a second, empty cluster; the old one and its volumes stay, and cost.
    /// Source: names are immutable, apply never deletes, volumes belong to the volume set (control-plane 4).
    NewCluster "new-cluster" Danger cluster::new_cluster,
    /// The platform refuses to change a workload's type, a volume set's file system or class, a policy's target kind;
    /// volumes keep the key and the storage class that they were made with.
    /// Source: the vendor's Terraform provider marks the first as replacing, the API answers 400 (control-plane 4).
    Immutable "immutable" Danger resources::immutable,
    /// PostgreSQL does not start on a volume that another major version filled, and nodes with different major versions
    /// of Spock do not replicate.
    /// Source: PostgreSQL's documentation of `pg_upgrade`, Spock's of its versions.
    MajorVersion "major-version" Danger versions::major_version,
    /// A dump program refuses a server that is newer than itself.
    /// Source: PostgreSQL's documentation of `pg_dump`.
    BackupVersion "backup-version" Danger versions::backup_version,
    /// The replicas of a location that goes are terminated.
    /// Source: vendor reference for GVCs (control-plane 4).
    LocationRemoved "location-removed" Danger nodes::location_removed,
    /// A location leaves the GVC for every workload in it, those of other applications too.
    /// Source: vendor reference for GVCs (control-plane 4).
    LocationShared "location-shared" Danger gvc::location_shared,
    /// A GVC that is in use loses settings that others in it may rest on.
    /// Source: `cpln apply` takes a GVC over without a check (control-plane 9).
    GvcNarrowed "gvc-narrowed" Danger gvc::gvc_narrowed,
    /// The highest replicas of a location are terminated; peers drop their slots for a node that is listed no longer.
    /// Source: stateful workloads scale down from the highest replica (control-plane 4); the start script of the nodes.
    ReplicasRemoved "replicas-removed" Danger nodes::replicas_removed,
    /// User and database are made when a volume is filled for the first time.
    /// Source: README of the public template, 1.1.1 (control-plane 4).
    FirstBootOnly "first-boot-only" Danger credentials::first_boot_only,
    /// Containers do not start while a secret that they refer to is missing, and the manifests do not show what it holds.
    /// Source: measured by the vendor's maintainers (platform-measured 1).
    SecretMustExist "secret-must-exist" Danger credentials::secret_must_exist,
    /// The nodes find their data no longer, as they mount another volume set or look elsewhere, or volumes go with their
    /// replica.
    /// Source: volumes belong to the volume set (control-plane 4).
    DataUnreachable "data-unreachable" Danger volumes::data_unreachable,
    /// A workload may not read a secret that it refers to any more, or the secret lacks what it takes from it: what
    /// starts again does not come up.
    /// Source: a container does not start without its secrets (platform-measured 1).
    SecretUnreadable "secret-unreadable" Danger readable::secret_unreadable,
    /// Somebody gets in from outside the platform, or without a password, or may read the credentials.
    /// Source: the firewall of the workloads, policies (control-plane 5, 6); PostgreSQL's documentation of `pg_hba.conf`.
    AccessOpened "access-opened" Danger access::opened,
    /// A workload stops where the nodes go on, or does not answer at a port any more.
    /// Source: replicas and ports of a workload (control-plane 3).
    Stopped "stopped" Danger restart::stopped,
    /// Nodes do not reach each other any more, or the pooler does not reach them.
    /// Source: the firewall of the workloads (control-plane 6).
    CutOff "cut-off" Danger access::cut_off,
    /// A container starts another command, loses a probe, a variable or a file, or its script cannot be read. Only
    /// templates of one's own and edits by hand do that.
    /// Source: a node serves when its probe says so, which the start script decides.
    OtherProgram "other-program" Danger program::other_program,
    /// WAL that is kept for an absent node may fill a volume that does not grow with the bound.
    /// Source: a larger initial capacity is that of new volumes only (control-plane 4).
    WalOverVolume "wal-over-volume" Danger volumes::wal_over_volume,
    /// Volumes, nodes and the GVC that are written no longer stay, and cost; deleting them deletes the data.
    /// Source: `cpln apply` never deletes, `cpln gvc delete` takes all that is in it (control-plane 7).
    HoldsData "holds-data" Danger leftovers::holds_data,
    /// Dumps or snapshots end.
    /// Source: no snapshot is taken without a schedule (platform-measured 1).
    NoMoreBackups "no-more-backups" Danger backup::no_more_backups,
    /// Dumps or snapshots that are there are deleted, as they are kept for a shorter time from now on.
    /// Source: the script of the backup; vendor reference for volume sets (control-plane 4).
    BackupsDeleted "backups-deleted" Danger backup::backups_deleted,
    /// The other pooler has another name, and with it another address.
    /// Source: names of workloads (control-plane 4); the policy reveals the secrets of the cluster's own workloads only.
    PoolerAddress "pooler-address" Danger pooler::pooler_address,
    /// Any change of its spec restarts every node, in all locations at once; with one node in each, none is left.
    /// Source: measured by the vendor's maintainers, 66 to 117 seconds (control-plane 4, platform-measured 1).
    Outage "outage" Warning restart::outage,
    /// A pooler's replicas are replaced, which cuts every connection once.
    /// Source: any change of a workload's spec is a new version (control-plane 4).
    PoolerRestart "pooler-restart" Warning restart::pooler_restart,
    /// Writes go to one node for all locations, or to one in each: what a conflict is changes with it.
    /// Source: the start script of the pooler.
    Routing "routing" Warning pooler::routing,
    /// More may connect than before, with a password.
    /// Source: the firewall of the workloads (control-plane 6).
    AccessWidened "access-widened" Warning access::widened,
    /// Fewer may connect than before.
    /// Source: the firewall of the workloads (control-plane 6).
    AccessNarrowed "access-narrowed" Warning access::narrowed,
    /// New nodes have new volumes, and copy the whole database.
    /// Source: the start script of the nodes.
    AddedNodes "added-nodes" Warning nodes::added_nodes,
    /// The first node of the first location is the preferred primary, and the backup runs there.
    /// Source: the start script of the pooler, the script of the backup.
    FirstLocation "first-location" Warning nodes::first_location,
    /// Dumps or snapshots are taken at another time, go elsewhere, or are kept otherwise.
    /// Source: vendor reference for volume sets and cron workloads (control-plane 4).
    BackupsChange "backups-change" Warning backup::backups_change,
    /// A smaller volume set changes no volume that exists: only `shrink` does.
    /// Source: vendor reference for volume sets (control-plane 4).
    CapacityDown "capacity-down" Warning volumes::capacity_down,
    /// Volumes that grew by themselves do so no longer, or not as far.
    /// Source: vendor reference for volume sets (control-plane 4).
    NoMoreGrowth "no-more-growth" Warning volumes::no_more_growth,
    /// A resource loses the tag that keeps it from being deleted.
    /// Source: vendor reference for tags (platform-measured 1).
    Unprotected "unprotected" Warning resources::unprotected,
    /// The platform merges identities: a provider's block that is sent no longer stays attached.
    /// Source: measured live by the vendor's maintainers (control-plane 4).
    ProviderStays "provider-stays" Warning resources::provider_stays,
    /// A changed secret restarts nothing, and the manifests cannot either.
    /// Source: `cpln apply` sends no checksum of a secret (control-plane 7).
    Credentials "credentials" Warning credentials::credentials,
    /// `cpln apply` never deletes.
    /// Source: vendor CLI 3.10.1 (control-plane 7).
    NotDeleted "not-deleted" Warning leftovers::not_deleted,
    /// The GVC stays; from now on somebody else manages it.
    /// Source: `cpln apply` never deletes (control-plane 7).
    GvcLeft "gvc-left" Notice gvc::gvc_left,
    /// Who belongs to the cluster is learnt at run time: only what starts anew starts.
    /// Source: the start scripts. That the platform leaves replicas alone when only their number changes follows from
    /// what it is built on; it has not been measured.
    TakenUp "taken-up" Notice restart::taken_up,
    /// Which of the changed settings PostgreSQL would take up without a restart. The nodes restart all the same.
    /// Source: the server's own table of its settings; the start script.
    Settings "settings" Notice settings::settings,
    /// A larger initial capacity is that of new volumes only.
    /// Source: vendor reference for volume sets (control-plane 4).
    NewVolumesOnly "new-volumes-only" Notice volumes::new_volumes_only,
}

impl Rule {
    /// The rules that a word after `--deny` or `--allow` names; none when there is no such word.
    #[must_use]
    pub fn named(text: &str) -> Vec<Self> {
        match text {
            // whatever restarts
            "restart" => vec![Self::Outage, Self::PoolerRestart],
            text => Self::ALL
                .iter()
                .copied()
                .filter(|rule| rule.text() == text)
                .collect(),
        }
    }

    /// Whether it looks at what may be redacted: where that could not be compared, it has not spoken.
    #[must_use]
    pub fn is_about_secrets(self) -> bool {
        matches!(self, Self::FirstBootOnly | Self::Credentials)
    }
}
