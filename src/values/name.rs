//! Names of resources on the platform and at the cloud providers.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use crate::decode::Invalid;

/// Names with the platform's rule: lower-case letters, digits and `-`, a letter first, no `-` last.
macro_rules! platform_name {
    ($($(#[$doc:meta])* $name:ident($min:literal..=$max:literal; $($example:literal),+);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            /// The fewest characters.
            pub const MIN: usize = $min;
            /// The most characters.
            pub const MAX: usize = $max;

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Parse for $name {
            const ALLOWED: &str = concat!(
                $min, " to ", $max,
                " lower-case letters, digits and `-`, beginning with a letter and not ending in `-`"
            );
            const EXAMPLES: &[&str] = &[$($example),+];

            fn rule() -> Value {
                json!({ "pattern": PLATFORM_NAME, "minLength": Self::MIN, "maxLength": Self::MAX })
            }

            fn parse(text: &str) -> Result<Self, Invalid> {
                if (Self::MIN..=Self::MAX).contains(&text.len()) && is_platform_name(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(not_allowed::<Self>(text))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        read_as!(text: $name);
    )+};
}

platform_name! {
    /// Name of a GVC.
    GvcName(3..=63; "prod", "pgedge-east");
    /// Prefix of every resource name. At most 35 characters, because a workload name has at most 49 and the longest
    /// suffix (`-pgedge-backup`) has 14.
    ReleaseName(1..=35; "prod", "orders-db");
    /// Name of a location of the org, such as `aws-us-west-2`. There is no list of them: an org can bring its own.
    LocationName(3..=63; "gcp-us-east1", "aws-us-east-1");
    /// Name of a secret.
    SecretName(3..=63; "prod-credentials", "pgedge-login");
    /// Name of an org.
    OrgName(3..=63; "acme", "acme-prod");
    /// Name of a cloud account of the org.
    CloudAccountName(3..=63; "backups", "prod-account");
}

/// [`is_platform_name`] for a JSON Schema.
const PLATFORM_NAME: &str = "^[a-z](?:[a-z0-9-]*[a-z0-9])?$";

fn is_platform_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl LocationName {
    const PROVIDERS: &[&str] = &["aws", "gcp", "azure", "oci", "linode", "vultr", "equinix"];
    /// Locations that the platform's documentation and examples name. An org may have others.
    const KNOWN: &[&str] = &[
        "aws-us-east-1",
        "aws-us-east-2",
        "aws-us-west-1",
        "aws-us-west-2",
        "aws-eu-central-1",
        "aws-eu-west-1",
        "aws-eu-west-2",
        "aws-sa-east-1",
        "aws-il-central-1",
        "aws-ap-south-1",
        "aws-ap-southeast-1",
        "aws-ap-southeast-2",
        "aws-ap-northeast-1",
        "azure-centralus",
        "azure-eastus2",
        "azure-westus2",
        "gcp-me-west1",
        "gcp-us-central1",
        "gcp-us-east1",
        "gcp-us-east4",
        "gcp-us-west1",
    ];

    /// Whether the name begins as the built-in locations of a provider do.
    #[must_use]
    pub fn looks_built_in(&self) -> bool {
        self.0
            .split_once('-')
            .is_some_and(|(provider, _)| Self::PROVIDERS.contains(&provider))
    }

    /// A known location whose name differs by a letter or two, not by its number.
    #[must_use]
    pub fn meant(&self) -> Option<&'static str> {
        misspelt(&self.0, Self::KNOWN)
    }
}

impl AwsRegion {
    /// Regions of AWS as of 2026; new ones come.
    const KNOWN: &[&str] = &[
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "af-south-1",
        "ap-east-1",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-south-1",
        "eu-south-2",
        "eu-north-1",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "sa-east-1",
        "us-gov-east-1",
        "us-gov-west-1",
    ];

    /// A known region whose name differs by a letter or two, not by its number.
    #[must_use]
    pub fn meant(&self) -> Option<&'static str> {
        misspelt(&self.0, Self::KNOWN)
    }
}

/// The known name that this one is within two letters of. One that differs in its digits alone is another place.
fn misspelt(name: &str, known: &'static [&'static str]) -> Option<&'static str> {
    if known.contains(&name) {
        return None;
    }
    let letters = |text: &str| {
        text.chars()
            .filter(char::is_ascii_alphabetic)
            .collect::<String>()
    };
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let is_near = |other: &&&str| {
        digits(name) == digits(other) && strsim::damerau_levenshtein(name, other) <= 2
    };
    let near = known
        .iter()
        .filter(is_near)
        .min_by_key(|other| strsim::damerau_levenshtein(name, other))?;
    (letters(name) != letters(near) || name.len() != near.len()).then_some(*near)
}

/// Plain texts with an alphabet of their own.
macro_rules! plain_text {
    ($($(#[$doc:meta])* $name:ident($min:literal..=$max:literal $allowed:literal, $check:expr, $pattern:literal, [$($example:literal),+]);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Parse for $name {
            const ALLOWED: &str = concat!($min, " to ", $max, " ", $allowed);
            const EXAMPLES: &[&str] = &[$($example),+];

            fn rule() -> Value {
                json!({ "pattern": $pattern, "minLength": $min, "maxLength": $max })
            }

            fn parse(text: &str) -> Result<Self, Invalid> {
                let check: fn(&str) -> bool = $check;
                if ($min..=$max).contains(&text.len()) && check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(not_allowed::<Self>(text))
                }
            }
        }

        read_as!(text: $name);
    )+};
}

plain_text! {
    /// Name of a bucket at AWS S3 or Google Cloud Storage.
    Bucket(3..=63 "lower-case letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit",
        |text| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
            && !text.starts_with(['.', '_', '-']) && !text.ends_with(['.', '_', '-']),
        "^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$", ["acme-backups", "orders.dumps"]);
    /// A Kubernetes namespace.
    Namespace(1..=63 "lower-case letters, digits and `-`, beginning and ending with a letter or digit",
        |text| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-') && !text.ends_with('-'),
        "^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", ["default", "pgedge"]);
    /// An AWS region, such as `us-east-1`.
    AwsRegion(5..=30 "lower-case letters, digits and `-`, such as us-east-1",
        |text| text.contains('-') && is_platform_name(text),
        "^[a-z][a-z0-9]*-[a-z0-9-]*[a-z0-9]$", ["eu-central-1", "us-west-2"]);
    /// Name of an AWS IAM policy of the account, or `aws::NAME` for one of AWS's own. Not an ARN.
    PolicyName(1..=128 "letters, digits and `/+=,.@_-` (the policy's name, not its ARN), with `aws::` before one of AWS's own",
        |text| { let name = text.strip_prefix("aws::").unwrap_or(text);
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+=,.@_-".contains(&b)) },
        "^(?:aws::)?[A-Za-z0-9/+=,.@_-]+$", ["pgedge-backup", "aws::AmazonS3FullAccess"]);
    /// Where a store with the S3 API answers.
    Endpoint(8..=512 "`http://` or `https://`, a host, perhaps a port and a path, without spaces",
        |text| text.split_once("://").is_some_and(|(scheme, host)| ["http", "https"].contains(&scheme) && !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:/_-".contains(&b))),
        "^https?://[A-Za-z0-9.:/_-]+$", ["https://minio.example.org:9000", "https://0123abcd.r2.cloudflarestorage.com"]);
    /// A key of AWS KMS: its id, its ARN or an alias.
    KmsKey(1..=2048 "letters, digits and `:/_-`: the id of a key, its ARN or `alias/NAME`",
        |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || b":/_-".contains(&b)),
        "^[A-Za-z0-9:/_-]+$", ["alias/backups", "arn:aws:kms:us-east-1:111122223333:key/0123abcd"]);
    /// Folder in the bucket. The backup refuses an empty one, and clients of buckets read `*?[]` as patterns.
    BackupPrefix(1..=512 "characters without line breaks, control characters and `*?[]`, not only spaces and `/`",
        |text| !text.trim_matches(|c: char| c == '/' || c.is_whitespace()).is_empty()
            && !text.chars().any(|c| c.is_control() || "*?[]".contains(c)),
        "^(?=.*[^\\s/])[^*?\\[\\]\\u0000-\\u001f\\u007f-\\u009f]+$", ["orders", "dumps/prod"]);
}
