//! The typed mirror of `values.yaml`: same names, same order. Whoever holds a [`Values`] holds values that each are
//! allowed by themselves; how they go together is the [`cluster`](crate::cluster)'s business.

pub mod credential;
pub mod image;
pub mod link;
pub mod name;
pub mod number;
pub mod quantity;
pub mod scalar;
pub mod schedule;
pub mod setting;
pub mod storage;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decode::{self, Decoded};
use crate::layers::Node;
use crate::problem::{Path, Problem};
use credential::{Database, Password, Username};
use image::Image;
use link::WorkloadLink;
use name::{
    AwsRegion, BackupPrefix, Bucket, CloudAccountName, GvcName, LocationName, PolicyName,
    ReleaseName, SecretName,
};
use number::{Clients, Gib, Percent, PoolSize, PoolerReplicas, Replicas, ScalingFactor};
use quantity::{Cpu, Memory};
use schedule::Schedule;
use setting::{HbaLine, ParameterName, ParameterValue};
use storage::{Retention, SnapshotSchedule, TagKey, TagValue};

/// The documented defaults, word for word.
pub const BUILT_IN: &str = include_str!("../../values.yaml");

/// All values.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Values {
    /// Prefix of every resource name; left out, it is `gvc.name`.
    pub release: Option<ReleaseName>,
    /// Tags of your own on every resource, text to text.
    #[serde(default)]
    pub tags: BTreeMap<TagKey, TagValue>,
    /// The GVC and the locations it spans.
    pub gvc: Gvc,
    /// Image of the pgEdge nodes: PostgreSQL 17 with Spock 5.
    pub image: Image,
    /// CPU and memory of each pgEdge node.
    pub resources: NodeResources,
    /// The database and its superuser.
    pub postgres: Postgres,
    /// Spread the replicas of a location over its availability zones.
    pub multi_zone: bool,
    /// The volume of each pgEdge node.
    pub volumeset: VolumeSet,
    /// The connection pooler.
    pub pgcat: Pgcat,
    /// Who may connect to the nodes and the pooler from inside the org.
    #[serde(rename = "internal_access")]
    pub internal_access: InternalAccess,
    /// The scheduled dump to a bucket.
    pub backup: Backup,
}

/// The GVC and the locations it spans.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gvc {
    /// Name of the GVC; each cluster needs one of its own.
    pub name: GvcName,
    /// Whether the GVC is rendered; `false` deploys into one that exists.
    pub create: Option<bool>,
    /// Where the cluster runs. The first location holds the preferred primary and runs the backup.
    pub locations: Vec<Location>,
}

/// One location of the cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Name of the location, as the org lists it.
    pub name: LocationName,
    /// pgEdge nodes in this location: 1 to try it out, 3 for production.
    pub replicas: Replicas,
}

/// CPU and memory of each pgEdge node: reserved (min) and limit (max).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeResources {
    /// CPU that is reserved.
    pub min_cpu: Cpu,
    /// Memory that is reserved.
    pub min_memory: Memory,
    /// The most CPU: at most 4 times and 4000m above `minCpu`.
    pub max_cpu: Cpu,
    /// The most memory: at most 4 times and 4096Mi above `minMemory`.
    pub max_memory: Memory,
}

/// The database and its superuser.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Postgres {
    /// Name of the superuser.
    pub username: Option<Username>,
    /// Its password.
    pub password: Option<Password>,
    /// The database that replicates.
    pub database: Option<Database>,
    /// A dictionary secret that holds `username`, `password` and `database` instead of the three keys above.
    pub credentials_secret_name: Option<SecretName>,
    /// Parameters for postgresql.conf. The ones that replication rests on are not yours to set.
    #[serde(default)]
    pub parameters: BTreeMap<ParameterName, ParameterValue>,
    /// Lines for pg_hba.conf, before the cluster's own.
    #[serde(default)]
    pub extra_hba: Vec<HbaLine>,
}

/// The volume of each pgEdge node.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeSet {
    /// Size of a new volume in GiB.
    pub capacity: Gib,
    /// Growth of the volumes.
    pub autoscaling: VolumeAutoscaling,
    /// Snapshots of the volumes.
    pub snapshots: Option<Snapshots>,
}

/// Growth of the volumes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeAutoscaling {
    /// Whether volumes grow by themselves.
    pub enabled: bool,
    /// The size in GiB beyond which they do not.
    pub max_capacity: Gib,
    /// They grow when less than this percentage is free.
    pub min_free_percentage: Percent,
    /// By how much: the new size is the old one times this.
    pub scaling_factor: ScalingFactor,
}

/// Snapshots of the volumes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshots {
    /// How long a snapshot is kept, such as `7d`, `36h` or `90m`.
    pub retention: Option<Retention>,
    /// When snapshots are taken, at most once an hour; without it, only when a volume is deleted.
    pub schedule: Option<SnapshotSchedule>,
}

/// The connection pooler.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pgcat {
    /// Image of the pooler; its configuration is for pgcat 1.2.
    pub image: Image,
    /// When a server connection goes back to the pool.
    pub pool_mode: PoolMode,
    /// Connections to one node that each pooler replica keeps.
    pub default_pool_size: PoolSize,
    /// No effect: pgcat has no such limit.
    pub max_client_conn: Option<Clients>,
    /// Which nodes answer reads.
    pub reads: Option<Reads>,
    /// CPU and memory of each pooler replica.
    pub resources: Resources,
    /// The fewest pooler replicas in a location.
    pub min_replicas: PoolerReplicas,
    /// The most pooler replicas in a location.
    pub max_replicas: PoolerReplicas,
}

/// When a server connection goes back to the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PoolMode {
    /// When the client disconnects.
    Session,
    /// At the end of each transaction.
    Transaction,
    /// Documented, but pgcat has no such mode.
    Statement,
}

/// Which nodes answer reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reads {
    /// Every ready node; a read may not yet see the write before it.
    #[default]
    All,
    /// The primary only: a client reads its own writes.
    Primary,
}

/// CPU and memory of a container.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// The most CPU.
    pub cpu: Cpu,
    /// The most memory.
    pub memory: Memory,
}

/// Who may connect from inside the org.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InternalAccess {
    /// Which workloads.
    #[serde(rename = "type")]
    pub kind: AccessType,
    /// The workloads of `workload-list`.
    pub workloads: Option<Vec<WorkloadLink>>,
}

/// Which workloads may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessType {
    /// Every workload of the GVC.
    SameGvc,
    /// Every workload of the org.
    SameOrg,
    /// Those of `internal_access.workloads`.
    WorkloadList,
}

/// The scheduled dump to a bucket.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// Whether there is one.
    pub enabled: bool,
    /// Stops the schedule and keeps everything else.
    pub suspend: Option<bool>,
    /// Image that dumps and uploads.
    pub image: Image,
    /// When it runs, in UTC.
    pub schedule: Schedule,
    /// CPU and memory of the backup job.
    pub resources: Resources,
    /// Where the bucket is.
    pub provider: Provider,
    /// The bucket at AWS; read when `provider` is `aws`.
    pub aws: Option<Aws>,
    /// The bucket at Google Cloud; read when `provider` is `gcp`.
    pub gcp: Option<Gcp>,
}

/// Where the bucket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// AWS S3.
    Aws,
    /// Google Cloud Storage.
    Gcp,
}

/// A bucket at AWS S3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Aws {
    /// Name of the bucket.
    pub bucket: Bucket,
    /// Its region.
    pub region: AwsRegion,
    /// The org's cloud account for AWS.
    pub cloud_account_name: CloudAccountName,
    /// The IAM policy that lets the backup write to the bucket.
    pub policy_name: PolicyName,
    /// Folder in the bucket.
    pub prefix: BackupPrefix,
}

/// A bucket at Google Cloud Storage.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gcp {
    /// Name of the bucket.
    pub bucket: Bucket,
    /// The org's cloud account for Google Cloud.
    pub cloud_account_name: CloudAccountName,
    /// Folder in the bucket.
    pub prefix: BackupPrefix,
}

/// Reads the effective values. `built_in` is the tree of [`BUILT_IN`].
pub fn read(tree: &Node, built_in: &Node) -> Decoded<Values> {
    let mut decoded = decode::decode::<Values>(tree, built_in);
    if let Some(values) = &decoded.value {
        let other = match values.backup.provider {
            Provider::Aws => Path::of("backup.gcp"),
            Provider::Gcp => Path::of("backup.aws"),
        };
        // a bucket at the provider that was not chosen is nobody's business
        let matters = |problem: &Problem| !decode::concerns(problem, &other);
        decoded.problems = decoded.problems.into_iter().filter(matters).collect();
    }
    decoded
}
