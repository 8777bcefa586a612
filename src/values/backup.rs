//! `backup`: the scheduled dump.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Resources;
use super::image::Image;
use super::name::{
    AwsRegion, BackupPrefix, Bucket, CloudAccountName, Endpoint, KmsKey, PolicyName, SecretName,
};
use super::number::{Deadline, Dumps};
use super::schedule::Schedule;

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
    /// Nothing of the database is kept on its disk. The memory is that of the bucket's client. `aws` holds several parts
    /// of an upload at once, and they grow with the database: 116 MiB were measured for 1 GiB, 159 for 100 GiB, 201 for
    /// 200 GiB and 353 for 500 GiB, and some 15 MiB for the rest. 128Mi were not enough for an upload to Google Cloud.
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
    /// A policy of the AWS account, by its name; `pgedge-tpl notes iam-policy` prints what it must hold.
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
    /// A secret of type `aws` with `accessKey` and `secretKey`, made before applying. It takes the place of
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
