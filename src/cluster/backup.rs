//! The scheduled dump, and what the identity may reach for it.

use serde::Serialize;

use super::names::{cloud_account_link, config_secret, location_link, node_address, secret_key};
use crate::values::image::Image;
use crate::values::name::ReleaseName;
use crate::values::quantity::{Cpu, Memory};
use crate::values::schedule::Schedule;
use crate::values::{Aws, Gcp, Provider, Values};

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
    /// Name of the cloud account.
    pub cloud_account: String,
    /// Name of the IAM policy at AWS.
    pub policy: Option<String>,
    /// The node that is dumped.
    pub host: String,
    /// The location it runs in, as a link.
    pub location_link: String,
    #[serde(skip)]
    entries: Vec<(&'static str, String)>,
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
    pub(super) fn new(values: &Values, release: &ReleaseName) -> Option<Self> {
        let target = target(values)?;
        let first = values.gvc.locations.first()?;
        let (bucket, region, prefix) = match target {
            Target::Aws(aws) => (&aws.bucket, Some(&aws.region), &aws.prefix),
            Target::Gcp(gcp) => (&gcp.bucket, None, &gcp.prefix),
        };
        let (account, policy) = match target {
            Target::Aws(aws) => (&aws.cloud_account_name, Some(&aws.policy_name)),
            Target::Gcp(gcp) => (&gcp.cloud_account_name, None),
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
            prefix: prefix.as_str().to_owned(),
            bucket_name: bucket.as_str().to_owned(),
            region_name: region.map(|region| region.as_str().to_owned()),
            cloud_account: account.to_string(),
            policy: policy.map(|policy| policy.as_str().to_owned()),
            host: node_address(release, &values.gvc.name, &first.name, 0),
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
        let prefix = self.prefix.trim_end_matches('/');
        format!("{scheme}://{}/{prefix}/", self.bucket_name)
    }

    /// What the config secret holds for it.
    pub(super) fn entries(&self) -> impl Iterator<Item = (String, String)> {
        self.entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
    }
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
