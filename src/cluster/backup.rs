//! The scheduled dump, and what the identity may reach for it.

use serde::Serialize;

use super::names::{cloud_account_link, config_secret, location_link, secret_key};
use crate::values::image::Image;
use crate::values::name::{ReleaseName, SecretName};
use crate::values::number::{Deadline, Dumps};
use crate::values::quantity::{Cpu, Memory};
use crate::values::schedule::Schedule;
use crate::values::{Aws, Gcp, Keep, Provider, Values};

/// The backup workload.
#[derive(Clone, Debug, Serialize)]
pub struct Backup {
    /// Image of the container.
    pub image: Image,
    /// The most CPU.
    pub cpu: Cpu,
    /// The most memory.
    pub memory: Memory,
    /// When it runs.
    pub schedule: Schedule,
    /// Whether the schedule is stopped.
    pub suspend: bool,
    /// Where the bucket is.
    pub provider: Provider,
    /// The bucket, as the value of an environment variable.
    pub bucket: String,
    /// The bucket's AWS region, as the value of an environment variable.
    pub region: Option<String>,
    /// Folder in the bucket.
    pub prefix: String,
    /// Name of the bucket.
    pub bucket_name: String,
    /// Name of the AWS region.
    pub region_name: Option<String>,
    /// Name of the cloud account; `None` when a secret holds keys of the store.
    pub cloud_account: Option<String>,
    /// Name of the IAM policy at AWS.
    pub policy: Option<String>,
    /// Where another store than AWS answers.
    pub endpoint: Option<String>,
    /// The keys of the store, as the values of environment variables.
    pub keys: Option<Keys>,
    /// The KMS key that encrypts the dumps.
    pub kms_key: Option<String>,
    /// Seconds after which a run is ended.
    pub deadline: Deadline,
    /// Whether each dump is read back.
    pub verify: bool,
    /// How many dumps are kept: of days, weeks and months; empty when all are.
    pub keep: Vec<u32>,
    /// Whether passwords of roles are dumped.
    pub role_passwords: bool,
    /// What renders it, for the manifests of the dumps.
    pub program: &'static str,
    /// The location it runs in, as a link.
    pub location_link: String,
    #[serde(skip)]
    entries: Vec<(&'static str, String)>,
}

/// Keys of a store with the S3 API.
#[derive(Clone, Debug, Serialize)]
pub struct Keys {
    /// Name of the secret.
    pub secret: String,
    /// The access key.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
}

impl Keys {
    fn of(secret: &SecretName) -> Self {
        Self {
            secret: secret.as_str().to_owned(),
            access_key: secret_key(secret.as_str(), "accessKey"),
            secret_key: secret_key(secret.as_str(), "secretKey"),
        }
    }
}

/// Keys of the config secret that only the backup needs.
const BUCKET: &str = "backup-bucket";
const REGION: &str = "aws-region";

/// The bucket that was chosen.
#[derive(Clone, Copy)]
enum Target<'v> {
    Aws(&'v Aws),
    Gcp(&'v Gcp),
}

fn target(values: &Values) -> Option<Target<'_>> {
    let backup = values.backup.enabled.then_some(&values.backup)?;
    match backup.provider {
        Provider::Aws => backup.aws.as_ref().map(Target::Aws),
        Provider::Gcp => backup.gcp.as_ref().map(Target::Gcp),
    }
}

impl Backup {
    /// What the config secret holds for it; none of it is a credential.
    pub const CONFIG_KEYS: &[&str] = &[BUCKET, REGION];

    pub(super) fn new(values: &Values, release: &ReleaseName) -> Option<Self> {
        let target = target(values)?;
        let first = values.gvc.locations.first()?;
        let (bucket, region, prefix) = match target {
            Target::Aws(aws) => (&aws.bucket, Some(&aws.region), &aws.prefix),
            Target::Gcp(gcp) => (&gcp.bucket, None, &gcp.prefix),
        };
        let aws = match target {
            Target::Aws(aws) => Some(aws),
            Target::Gcp(_) => None,
        };
        let keys = keys_secret(values).map(Keys::of);
        let (account, policy) = match target {
            _ if keys.is_some() => (None, None),
            Target::Aws(aws) => (Some(&aws.cloud_account_name), Some(&aws.policy_name)),
            Target::Gcp(gcp) => (Some(&gcp.cloud_account_name), None),
        };
        let secret = config_secret(release);
        let backup = &values.backup;
        Some(Self {
            image: backup.image.clone(),
            cpu: backup.resources.cpu.clone(),
            memory: backup.resources.memory.clone(),
            schedule: backup.schedule.clone(),
            suspend: backup.suspend.unwrap_or(false),
            provider: backup.provider,
            bucket: secret_key(&secret, BUCKET),
            region: region.map(|_| secret_key(&secret, REGION)),
            prefix: prefix.as_str().trim_end_matches('/').to_owned(),
            bucket_name: bucket.as_str().to_owned(),
            region_name: region.map(|region| region.as_str().to_owned()),
            cloud_account: account.map(ToString::to_string),
            policy: policy.map(|policy| policy.as_str().to_owned()),
            endpoint: aws.and_then(|aws| Some(aws.endpoint.as_ref()?.as_str().to_owned())),
            kms_key: aws.and_then(|aws| Some(aws.kms_key_id.as_ref()?.as_str().to_owned())),
            keys,
            deadline: backup.active_deadline_seconds,
            verify: backup.verify,
            keep: backup.keep.as_ref().map_or_else(Vec::new, kept),
            role_passwords: backup.role_passwords.unwrap_or(false),
            program: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
            location_link: location_link(&first.name),
            entries: std::iter::once((BUCKET, bucket.as_str().to_owned()))
                .chain(region.map(|region| (REGION, region.as_str().to_owned())))
                .collect(),
        })
    }

    /// The folder of the dumps, as the tools of the provider write it.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = match self.provider {
            Provider::Aws => "s3",
            Provider::Gcp => "gs",
        };
        format!("{scheme}://{}/{}/", self.bucket_name, self.prefix)
    }

    /// What the config secret holds for it.
    pub(super) fn entries(&self) -> impl Iterator<Item = (String, String)> {
        self.entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
    }
}

/// The secret with the keys of the store, when there is one.
pub(super) fn keys_secret(values: &Values) -> Option<&SecretName> {
    match target(values)? {
        Target::Aws(aws) => aws.keys_secret_name.as_ref(),
        Target::Gcp(_) => None,
    }
}

fn kept(keep: &Keep) -> Vec<u32> {
    [keep.daily, keep.weekly, keep.monthly]
        .map(|dumps| dumps.map_or(0, Dumps::get))
        .to_vec()
}

/// What the workloads may reach outside the org: the bucket, if there is one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Identity {
    /// At AWS.
    pub aws: Option<AwsAccess>,
    /// At Google Cloud.
    pub gcp: Option<GcpAccess>,
}

/// Access to AWS.
#[derive(Clone, Debug, Serialize)]
pub struct AwsAccess {
    /// The cloud account, as a link.
    pub cloud_account_link: String,
    /// Policies of the account: the connector's own, and the bucket's. Not `aws::ReadOnlyAccess`, which reads all of it.
    pub policies: [String; 2],
}

/// Access to Google Cloud.
#[derive(Clone, Debug, Serialize)]
pub struct GcpAccess {
    /// The cloud account, as a link.
    pub cloud_account_link: String,
    /// The bucket, as Google Cloud names it.
    pub resource: String,
}

impl Identity {
    pub(super) fn new(values: &Values) -> Self {
        match target(values) {
            None => Self::default(),
            Some(Target::Aws(aws)) if aws.keys_secret_name.is_some() => Self::default(),
            Some(Target::Aws(aws)) => Self {
                aws: Some(AwsAccess {
                    cloud_account_link: cloud_account_link(aws.cloud_account_name.as_str()),
                    policies: [
                        "cpln-connector".to_owned(),
                        aws.policy_name.as_str().to_owned(),
                    ],
                }),
                gcp: None,
            },
            Some(Target::Gcp(gcp)) => Self {
                aws: None,
                gcp: Some(GcpAccess {
                    cloud_account_link: cloud_account_link(gcp.cloud_account_name.as_str()),
                    resource: format!(
                        "//storage.googleapis.com/projects/_/buckets/{}",
                        gcp.bucket.as_str()
                    ),
                }),
            },
        }
    }
}
