//! The typed mirror of `values.yaml`: same names, same order. Whoever holds a [`Values`] holds values that each are
//! allowed by themselves; how they go together is the [`cluster`](crate::cluster)'s business.

pub mod credential;
pub mod hba;
pub mod image;
pub mod library;
pub mod link;
pub mod name;
pub mod number;
pub mod quantity;
mod reading;
pub mod scalar;
pub mod schedule;
pub mod setting;
pub mod storage;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use reading::read;

use credential::{Database, Password, Username};
use hba::HbaLine;
use image::Image;
use library::Library;
use link::WorkloadLink;
use name::{
    AwsRegion, BackupPrefix, Bucket, CloudAccountName, Endpoint, GvcName, KmsKey, LocationName,
    PolicyName, ReleaseName, SecretName,
};
use number::{
    Clients, Deadline, Dumps, Gib, Percent, PoolSize, PoolerReplicas, Replicas, ScalingFactor,
};
use quantity::{Cpu, Memory};
use schedule::Schedule;
use setting::Parameters;
use storage::{EncryptionKey, Retention, SnapshotSchedule, TagKey, TagValue};

/// The documented defaults, word for word.
pub const BUILT_IN: &str = include_str!("../../values.yaml");

/// All values.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Values {
    /// Prefix of every resource name.
    ///
    /// Left out, it is `gvc.name`, which must then have at most 35 characters. Another release means other resources: a
    /// cluster that runs keeps its name, and its volumes, only with the release that it was made with.
    pub release: Option<ReleaseName>,
    /// Tags of your own on every resource.
    ///
    /// Text to text. Keys that the platform or this program uses (`cpln/`, `app.cpln.io/`) are refused.
    #[serde(default)]
    pub tags: BTreeMap<TagKey, TagValue>,
    /// Values for templates of your own.
    ///
    /// Whatever stands here, templates see it as `custom`. The built-in ones do not look at it.
    #[serde(default)]
    pub custom: BTreeMap<String, serde_json::Value>,
    /// Whether nobody can delete the data.
    ///
    /// `true` puts the tag `cpln/protected` on GVC and volume set: the platform refuses to delete them, whoever asks,
    /// until it is `false` again.
    pub protected: Option<bool>,
    /// The GVC and the locations it spans.
    pub gvc: Gvc,
    /// Image of the pgEdge nodes.
    ///
    /// It must hold PostgreSQL 17 with Spock 5; the start script and the volumes are made for them. A tag that moves, as
    /// the documented one does, gives a node that restarts another Spock than its peers have; an immutable one names all
    /// versions, such as `17.11-spock5.0.13-standard-1`.
    ///
    /// In October 2026 the documented image held PostgreSQL 17.11, Spock 5.0.13, snowflake 2.6.0, lolor 1.2.3 (that much
    /// the flavour `minimal` has too), pgaudit 17.1, PostGIS 3.6.4, pgvector 0.8.7, pgBackRest 2.59.3, pg_cron 1.6.8,
    /// pg_stat_monitor 2.4.0, pgmq, pg_tokenizer, pg_vectorize, vchord_bm25, system_stats, supautils and safesession.
    pub image: Image,
    /// CPU and memory of each pgEdge node.
    pub resources: NodeResources,
    /// The database and its superuser.
    pub postgres: Postgres,
    /// Spread replicas over availability zones.
    ///
    /// It applies to every workload, in each location. Not every location has several zones.
    pub multi_zone: bool,
    /// The volume of each pgEdge node.
    pub volumeset: VolumeSet,
    /// The connection pooler.
    pub pgcat: Pgcat,
    /// The other connection pooler, in the place of pgcat.
    ///
    /// Given, even empty, it is rendered instead. Applications then connect to another address.
    pub pgbouncer: Option<Pgbouncer>,
    /// Who may connect to nodes and pooler.
    #[serde(rename = "internal_access")]
    pub internal_access: InternalAccess,
    /// The scheduled dump to a bucket.
    pub backup: Backup,
}

/// The GVC and the locations it spans.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gvc {
    /// Name of the GVC.
    ///
    /// Each cluster needs a GVC of its own. Without `release`, every resource name begins with it too.
    pub name: GvcName,
    /// Whether the GVC is rendered.
    ///
    /// `false` deploys into a GVC that exists and spans the locations below; applying a rendered one would overwrite it.
    pub create: Option<bool>,
    /// Secrets for private images.
    ///
    /// Secrets of the org, of type docker, ecr or gcp, that the locations pull images with. They belong to the GVC,
    /// and are read when it is rendered.
    #[serde(default)]
    pub pull_secrets: Vec<SecretName>,
    /// Where the cluster runs.
    ///
    /// The order counts: the first location holds the preferred primary and runs the backup. `resources` and
    /// `volumeset` hold for every location: the platform has no other ones for one location.
    pub locations: Vec<Location>,
}

impl Gvc {
    /// How many nodes the cluster has, in all locations.
    #[must_use]
    pub fn nodes(&self) -> u64 {
        self.locations
            .iter()
            .map(|location| u64::from(location.replicas.get()))
            .sum()
    }
}

/// One location of the cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Name of the location.
    ///
    /// As the org lists it: `cpln location get`. No location stands in the list twice.
    pub name: LocationName,
    /// pgEdge nodes in this location.
    ///
    /// 1 to try it out, 3 to survive the loss of a node. Each node replicates with every other one, so that the slots
    /// and workers of all of them follow from the sum.
    pub replicas: Replicas,
}

/// CPU and memory of each pgEdge node: reserved (min) and limit (max).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeResources {
    /// CPU that is reserved.
    ///
    /// `maxCpu` may be at most 4 times and 4000m more, `minMemory` at most 8Mi for each millicore.
    pub min_cpu: Cpu,
    /// Memory that is reserved.
    ///
    /// `maxMemory` may be at most 4 times and 4096Mi more.
    pub min_memory: Memory,
    /// The most CPU.
    ///
    /// At most 4 times and 4000m above `minCpu`; `maxMemory` is at most 8Mi for each millicore of it.
    pub max_cpu: Cpu,
    /// The most memory.
    ///
    /// At most 4 times and 4096Mi above `minMemory`, and at most 8Mi for each millicore of `maxCpu`.
    pub max_memory: Memory,
}

/// The database and its superuser.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Postgres {
    /// Name of the superuser.
    ///
    /// The nodes are made with it: on volumes that hold data it cannot be changed.
    pub username: Option<Username>,
    /// Its password.
    ///
    /// A change reaches a running cluster with the next start of its nodes. To keep it out of every file and manifest,
    /// name a secret that holds it: `postgres.credentialsSecretName`.
    pub password: Option<Password>,
    /// The database that replicates.
    ///
    /// The nodes are made with it: on volumes that hold data it cannot be changed.
    pub database: Option<Database>,
    /// A secret that holds the credentials.
    ///
    /// A dictionary secret with `username`, `password` and `database`, made before applying. It stands in for the
    /// three keys above, which may not be given beside it.
    pub credentials_secret_name: Option<SecretName>,
    /// Parameters for postgresql.conf.
    ///
    /// Names and values are checked as PostgreSQL 17 reads them, units and all (`1GB`, not `1Gi`). The ones that
    /// replication, the pooler or the start script rest on are not yours to set, nor those that lose data. What follows
    /// from other values is listed below; what is given here stands in for it.
    ///
    /// Two things depend on the machine and not on a value: huge pages, which a container does not have, and parallel
    /// workers, which share memory under /dev/shm. Where a query fails with `could not resize shared memory segment`,
    /// `dynamic_shared_memory_type: mmap` puts that memory on the volume.
    #[serde(default)]
    pub parameters: Parameters,
    /// Libraries that are loaded at the start.
    ///
    /// They are added to Spock's. A node does not start with one that its image lacks.
    #[serde(default)]
    pub preload: Vec<Library>,
    /// Lines for pg_hba.conf.
    ///
    /// They stand before the cluster's own, and the first line that fits a connection decides. TLS between a client and
    /// PostgreSQL is off (the platform encrypts between workloads), and roles log in with passwords.
    #[serde(default)]
    pub extra_hba: Vec<HbaLine>,
}

/// The volume of each pgEdge node.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeSet {
    /// Size of a new volume in GiB.
    ///
    /// The WAL that is kept for a node that is away follows from it (40 percent). Volumes that exist keep their size:
    /// `cpln volumeset expand` grows them.
    pub capacity: Gib,
    /// Kind of the disks.
    ///
    /// It cannot be changed: volumes that exist keep theirs.
    pub performance_class: Option<PerformanceClass>,
    /// Keys of your own to encrypt with.
    ///
    /// A key of AWS KMS for each location, by its ARN. It cannot be changed on volumes that exist.
    #[serde(default)]
    pub custom_encryption: BTreeMap<LocationName, EncryptionKey>,
    /// Growth of the volumes.
    pub autoscaling: VolumeAutoscaling,
    /// Snapshots of the volumes.
    pub snapshots: Option<Snapshots>,
}

/// Kind of the disks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PerformanceClass {
    /// For almost everything.
    #[default]
    GeneralPurposeSsd,
    /// For much and large input and output; from 200 GiB on.
    HighThroughputSsd,
}

/// Growth of the volumes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeAutoscaling {
    /// Whether volumes grow by themselves.
    pub enabled: bool,
    /// The largest size in GiB.
    ///
    /// Read when `enabled` is true; at least `volumeset.capacity`.
    pub max_capacity: Gib,
    /// They grow when less is free.
    ///
    /// In percent of the volume. Read when `enabled` is true.
    pub min_free_percentage: Percent,
    /// To how many times the size.
    ///
    /// Read when `enabled` is true.
    pub scaling_factor: ScalingFactor,
}

/// Snapshots of the volumes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshots {
    /// How long a snapshot is kept.
    pub retention: Option<Retention>,
    /// When snapshots are taken.
    ///
    /// At most once an hour, in UTC. Empty takes one only when a volume is deleted.
    pub schedule: Option<SnapshotSchedule>,
}

/// The connection pooler.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pgcat {
    /// Image of the pooler.
    ///
    /// The configuration is for pgcat 1.2; the start script needs bash and the PostgreSQL client in the image.
    pub image: Image,
    /// When a connection returns to the pool.
    pub pool_mode: PoolMode,
    /// Connections to a node, per replica.
    ///
    /// `max_connections` of every node follows from it, `maxReplicas` and the number of locations.
    pub default_pool_size: PoolSize,
    /// No effect: pgcat has no such limit.
    pub max_client_conn: Option<Clients>,
    /// Which nodes answer reads.
    ///
    /// With `all`, pgcat sees by the text of a statement whether it writes. It cannot see what functions do, nor writes
    /// inside WITH; what it cannot parse goes where the statement before it went; a read may miss a transaction before
    /// it. `BEGIN … COMMIT` and `SET SERVER ROLE TO 'primary'` lead to the primary. With `poolMode: session` all goes
    /// to the primary, whatever stands here.
    pub reads: Option<Reads>,
    /// Which node takes the writes.
    pub routing: Option<Routing>,
    /// CPU and memory of each replica.
    pub resources: Resources,
    /// The fewest replicas in a location.
    ///
    /// At most `maxReplicas`.
    pub min_replicas: PoolerReplicas,
    /// The most replicas in a location.
    ///
    /// `max_connections` of every node follows from it, `defaultPoolSize` and the number of locations.
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
    /// Every ready node, by the text of the statement.
    All,
    /// The primary only: a client reads its own writes.
    #[default]
    Primary,
}

/// Which node takes the writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// One for all locations: the first that is ready, in the order of the values.
    #[default]
    SingleWriter,
    /// One in each location: the first of its own that is ready, then those of the others.
    Local,
}

/// PgBouncer, the other connection pooler.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pgbouncer {
    /// Image of the pooler.
    ///
    /// The start script needs PgBouncer, a shell and the PostgreSQL client in the image. From PgBouncer 1.21 on,
    /// prepared statements hold in `transaction` mode.
    pub image: Option<Image>,
    /// When a connection returns to the pool.
    pub pool_mode: Option<PgbouncerPoolMode>,
    /// Connections to a node, per replica.
    ///
    /// As many again for reads. `max_connections` of every node follows from it, `maxReplicas` and the number of
    /// locations.
    pub default_pool_size: Option<PoolSize>,
    /// Connections of clients, per replica.
    pub max_client_conn: Option<Clients>,
    /// Which node takes the writes.
    pub routing: Option<Routing>,
    /// CPU and memory of each replica.
    pub resources: Option<PgbouncerResources>,
    /// The fewest replicas in a location.
    ///
    /// At most `maxReplicas`.
    pub min_replicas: Option<PoolerReplicas>,
    /// The most replicas in a location.
    ///
    /// `max_connections` of every node follows from it, `defaultPoolSize` and the number of locations.
    pub max_replicas: Option<PoolerReplicas>,
}

/// When a server connection of PgBouncer goes back to the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PgbouncerPoolMode {
    /// When the client disconnects.
    Session,
    /// At the end of each transaction.
    #[default]
    Transaction,
    /// After each statement; transactions are refused.
    Statement,
}

/// CPU and memory of each replica of PgBouncer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PgbouncerResources {
    /// The most CPU.
    pub cpu: Option<Cpu>,
    /// The most memory.
    pub memory: Option<Memory>,
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
    ///
    /// Read with that `type` only, and not empty then. The nodes admit themselves, the pooler and the backup besides.
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
    /// Whether there is a backup.
    ///
    /// The rest of `backup` is read only then.
    pub enabled: bool,
    /// Stops the schedule, keeps the rest.
    pub suspend: Option<bool>,
    /// Image that dumps and uploads.
    ///
    /// Its tools are used, not its entry point: bash, psql, pg_dump, pg_dumpall and pg_restore of PostgreSQL 17 or newer,
    /// and aws or gsutil.
    pub image: Image,
    /// When it runs, in UTC.
    ///
    /// The platform knows no other time zone.
    pub schedule: Schedule,
    /// Seconds after which a run is ended.
    ///
    /// A run that hangs would keep all later ones from starting.
    pub active_deadline_seconds: Deadline,
    /// Whether each dump is read back.
    ///
    /// After the upload, whole, and compared with what was sent: its size, its checksum, its table of contents.
    pub verify: bool,
    /// Which dumps are kept.
    ///
    /// Without it, all of them: nothing is removed. The newest dump always stays, and so does everything that is not of
    /// this cluster.
    pub keep: Option<Keep>,
    /// Whether passwords of roles are dumped.
    ///
    /// As the hashes that PostgreSQL has. Without them the roles come back, but nobody can log in as one until it is
    /// given a password. The cluster's own user keeps that of its secret.
    pub role_passwords: Option<bool>,
    /// CPU and memory of the backup job.
    ///
    /// Nothing of the database is kept on its disk. 128Mi were not enough for an upload to Google Cloud.
    pub resources: Resources,
    /// Where the bucket is. Azure is not offered.
    ///
    /// It decides which of the two blocks below is read; the other one is not even checked.
    pub provider: Provider,
    /// The bucket at AWS.
    ///
    /// Read when `provider` is `aws`.
    pub aws: Option<Aws>,
    /// The bucket at Google Cloud.
    ///
    /// Read when `provider` is `gcp`.
    pub gcp: Option<Gcp>,
}

/// Which dumps are kept: the newest of each of the last so many periods that have one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Keep {
    /// Of so many days.
    pub daily: Option<Dumps>,
    /// Of so many weeks, from Monday on.
    pub weekly: Option<Dumps>,
    /// Of so many months.
    pub monthly: Option<Dumps>,
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
    ///
    /// `cpln cloudaccount get` lists them.
    pub cloud_account_name: CloudAccountName,
    /// The IAM policy for the bucket.
    ///
    /// A policy of the AWS account, by its name; `pgedge-tpl notes iam-policy` prints what must stand in it.
    pub policy_name: PolicyName,
    /// Folder in the bucket.
    ///
    /// The backup refuses an empty one.
    pub prefix: BackupPrefix,
    /// Where another store with the S3 API answers.
    ///
    /// Such as MinIO or R2; it then needs `keysSecretName`.
    pub endpoint: Option<Endpoint>,
    /// A secret with keys of the store.
    ///
    /// A secret of type `aws` with `accessKey` and `secretKey`, made before applying. It stands in for
    /// `cloudAccountName` and `policyName`, which are not read then.
    pub keys_secret_name: Option<SecretName>,
    /// The KMS key that encrypts the dumps.
    ///
    /// Without it, the bucket's own encryption.
    pub kms_key_id: Option<KmsKey>,
}

/// A bucket at Google Cloud Storage.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gcp {
    /// Name of the bucket.
    pub bucket: Bucket,
    /// The org's cloud account.
    ///
    /// `cpln cloudaccount get` lists them. Its service account needs the role Storage Admin.
    pub cloud_account_name: CloudAccountName,
    /// Folder in the bucket.
    pub prefix: BackupPrefix,
}
