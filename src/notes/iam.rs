//! What the backup may do with its bucket at AWS.

use serde_json::{Value as Json, json};

use crate::cluster::Cluster;
use crate::problem::{Code, Path, Problem};

/// What the backup calls, multipart uploads included. Without one of them it fails in the middle of a dump.
const ACTIONS: [&str; 10] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:GetObjectVersion",
    "s3:DeleteObjectVersion",
    "s3:GetBucketLocation",
    "s3:AbortMultipartUpload",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
];

/// The policy, as AWS IAM reads it.
///
/// # Errors
///
/// There is no backup, or its bucket is not at AWS.
pub fn policy(cluster: &Cluster) -> Result<Json, Problem> {
    let at_aws = cluster
        .backup
        .as_ref()
        .filter(|backup| backup.policy.is_some())
        .and_then(|backup| Some((backup, backup.region_name.as_ref()?)));
    let Some((backup, region)) = at_aws else {
        let problem = Problem::of_key(
            Code::Conflict,
            Path::of("backup"),
            "there is no backup to a bucket at AWS, so there is no policy",
        );
        return Err(problem.fix("set `backup.enabled: true` and `backup.provider: aws`"));
    };
    let bucket = format!("arn:{}:s3:::{}", partition(region), backup.bucket_name);
    let mut statements = vec![json!({
        "Effect": "Allow",
        "Action": ACTIONS,
        "Resource": [bucket, format!("{bucket}/*")],
    })];
    // a key may be named in other ways than the one that policies know
    statements.extend(backup.kms_key.as_ref().map(|key| {
        json!({
            "Effect": "Allow",
            "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
            "Resource": if key.starts_with("arn:") { key } else { "*" },
        })
    }));
    Ok(json!({ "Version": "2012-10-17", "Statement": statements }))
}

/// Regions in China and for governments are worlds of their own.
fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
