//! The fields of every kind but workloads.

use super::rule::*;
use super::*;

const QUERY: Shape = Shape::Object(&[
    may("kind", ANY_TEXT),
    may("context", Shape::Any),
    may("fetch", Shape::Word(&["items", "links"])),
    may("spec", Shape::Any),
]);

pub(super) const SECRET: &[Field] = &[
    KIND,
    must("name", NAME_SHAPE),
    DESCRIBED,
    TAGS,
    must(
        "type",
        Shape::Word(&[
            "opaque",
            "tls",
            "gcp",
            "aws",
            "ecr",
            "userpass",
            "keypair",
            "azure-sdk",
            "azure-connector",
            "docker",
            "dictionary",
            "nats-account",
        ]),
    ),
    must("data", Shape::Any),
];

pub(super) const GVC_FIELDS: &[Field] = &[
    KIND,
    must("name", NAME_SHAPE),
    DESCRIBED,
    TAGS,
    may(
        "spec",
        Shape::Object(&[
            may("domain", ANY_TEXT),
            may(
                "endpointNamingFormat",
                Shape::Word(&["default", "legacy", "org"]),
            )
            .or(r#""org""#),
            may("env", VARIABLES),
            may(
                "keda",
                Shape::Object(&[
                    may("enabled", Shape::Bool),
                    may("identityLink", Shape::Text(&IDENTITY_LINK)),
                    may("secrets", Shape::List(&Shape::Text(&LINK), 0, usize::MAX)),
                ]),
            ),
            may(
                "loadBalancer",
                Shape::Object(&[
                    may("dedicated", Shape::Bool),
                    may("ipSet", ANY_TEXT),
                    may("multiZone", ENABLED),
                    may(
                        "redirect",
                        Shape::Object(&[may(
                            "class",
                            Shape::Object(&[
                                may("status401", ANY_TEXT),
                                may("status5xx", ANY_TEXT),
                            ]),
                        )]),
                    ),
                    may("trustedProxies", Shape::Whole(0, 2)),
                ]),
            ),
            may(
                "pullSecretLinks",
                Shape::List(&Shape::Text(&SECRET_LINK), 0, usize::MAX),
            ),
            may("sidecar", ENVOY),
            may(
                "staticPlacement",
                Shape::Object(&[
                    may(
                        "locationLinks",
                        Shape::List(&Shape::Text(&LOCATION_LINK), 0, usize::MAX),
                    ),
                    may(
                        "locationOptions",
                        Shape::List(
                            &Shape::Object(&[
                                must("locationLink", Shape::Text(&LOCATION_LINK)),
                                may("latencyOffsetMs", Shape::Whole(-MANY, MANY)),
                                may("latencyToleranceMs", Shape::Whole(0, MANY)),
                                may("routingTier", Shape::Whole(0, MANY)),
                            ]),
                            0,
                            usize::MAX,
                        ),
                    ),
                    may("locationQuery", QUERY),
                ]),
            ),
            may(
                "tracing",
                Shape::Object(&[
                    may("sampling", Shape::Number(0.0, 100.0)),
                    may("provider", Shape::Any),
                    may("lightstep", Shape::Any),
                    may("customTags", Shape::Any),
                ]),
            ),
        ]),
    )
    .or("{}"),
];

pub(super) const IDENTITY: &[Field] = &[
    KIND,
    must("name", NAME_SHAPE),
    GVC,
    DESCRIBED,
    TAGS,
    may(
        "aws",
        Shape::Object(&[
            must("cloudAccountLink", Shape::Text(&CLOUD_ACCOUNT_LINK)),
            may(
                "policyRefs",
                Shape::List(&Shape::Text(&POLICY_REF), 0, usize::MAX),
            ),
            may("roleName", Shape::Text(&ROLE_NAME)),
            may("trustPolicy", Shape::Any),
        ]),
    ),
    may(
        "azure",
        Shape::Object(&[
            must("cloudAccountLink", Shape::Text(&CLOUD_ACCOUNT_LINK)),
            may(
                "roleAssignments",
                Shape::List(
                    &Shape::Object(&[
                        may("scope", ANY_TEXT),
                        may("roles", Shape::List(&ANY_TEXT, 1, usize::MAX)),
                    ]),
                    0,
                    usize::MAX,
                ),
            ),
        ]),
    ),
    may(
        "gcp",
        Shape::Object(&[
            must("cloudAccountLink", Shape::Text(&CLOUD_ACCOUNT_LINK)),
            may("scopes", TEXTS).or(r#"["https://www.googleapis.com/auth/cloud-platform"]"#),
            may("serviceAccount", ANY_TEXT),
            may(
                "bindings",
                Shape::List(
                    &Shape::Object(&[
                        may("resource", ANY_TEXT),
                        may("roles", Shape::List(&Shape::Text(&GCP_ROLE), 1, usize::MAX)),
                    ]),
                    0,
                    usize::MAX,
                ),
            ),
        ]),
    ),
    may("ngs", Shape::Any),
    may("memcacheAccess", Shape::Any),
    may("spicedbAccess", Shape::Any),
    may(
        "networkResources",
        Shape::List(
            &Shape::Object(&[
                must("name", ANY_TEXT),
                may("agentLink", Shape::Text(&LINK)),
                may("FQDN", ANY_TEXT),
                may("fQDN", ANY_TEXT),
                may("resolverIP", ANY_TEXT),
                may("IPs", Shape::List(&ANY_TEXT, 1, 5)),
                may("iPs", Shape::List(&ANY_TEXT, 1, 5)),
                must("ports", Shape::List(&Shape::Whole(1, 65_535), 1, 10)),
            ]),
            0,
            50,
        ),
    ),
    may(
        "nativeNetworkResources",
        Shape::List(
            &Shape::Object(&[
                must("name", ANY_TEXT),
                may("FQDN", ANY_TEXT),
                may("fQDN", ANY_TEXT),
                must("ports", Shape::List(&Shape::Whole(1, 65_535), 1, 10)),
                may("awsPrivateLink", Shape::Any),
                may("gcpServiceConnect", Shape::Any),
            ]),
            0,
            50,
        ),
    ),
];

pub(super) const POLICY: &[Field] = &[
    KIND,
    must("name", NAME_SHAPE),
    DESCRIBED,
    TAGS,
    must("targetKind", Shape::Word(KINDS)),
    may("gvc", NAME_SHAPE),
    may("target", Shape::Word(&["all"])),
    may("targetLinks", Shape::List(&Shape::Text(&LINK), 0, 200)),
    may("targetQuery", QUERY),
    may(
        "bindings",
        Shape::List(
            &Shape::Object(&[
                must("permissions", Shape::List(&ANY_TEXT, 1, usize::MAX)),
                must(
                    "principalLinks",
                    Shape::List(&Shape::Text(&PRINCIPAL_LINK), 1, 200),
                ),
            ]),
            0,
            50,
        ),
    ),
];

pub(super) const VOLUMESET: &[Field] = &[
    KIND,
    must("name", NAME_SHAPE),
    GVC,
    DESCRIBED,
    TAGS,
    must(
        "spec",
        Shape::Object(&[
            must("initialCapacity", Shape::Whole(10, 65_536)),
            may("fileSystemType", Shape::Word(&["ext4", "xfs", "shared"])).or(r#""ext4""#),
            may(
                "performanceClass",
                Shape::Word(&["general-purpose-ssd", "high-throughput-ssd", "shared"]),
            ),
            may("storageClassSuffix", Shape::Text(&STORAGE_CLASS)),
            may(
                "autoscaling",
                Shape::Object(&[
                    may("maxCapacity", Shape::Whole(10, 65_536)),
                    may("minFreePercentage", Shape::Whole(1, 100)),
                    may("scalingFactor", Shape::Number(1.1, f64::INFINITY)),
                    may(
                        "predictive",
                        Shape::Object(&[
                            may("enabled", Shape::Bool),
                            may("lookbackHours", Shape::Number(1.0, 168.0)),
                            may("minDataPoints", Shape::Whole(2, 100)),
                            may("minGrowthRateGBPerHour", Shape::Number(0.0, f64::INFINITY)),
                            may("projectionHours", Shape::Number(1.0, 72.0)),
                            may("scalingFactor", Shape::Number(1.1, f64::INFINITY)),
                        ]),
                    ),
                ]),
            ),
            may(
                "snapshots",
                Shape::Object(&[
                    may("createFinalSnapshot", Shape::Bool).or("true"),
                    may("retentionDuration", Shape::Text(&RETENTION)),
                    may("schedule", Shape::Text(&SNAPSHOT_SCHEDULE)),
                ]),
            ),
            may(
                "mountOptions",
                Shape::Object(&[may(
                    "resources",
                    Shape::Object(&[
                        may("minCpu", Shape::Scalar(&CPU)),
                        may("maxCpu", Shape::Scalar(&CPU)),
                        may("minMemory", Shape::Scalar(&MEMORY)),
                        may("maxMemory", Shape::Scalar(&MEMORY)),
                    ]),
                )]),
            ),
            may(
                "customEncryption",
                Shape::Object(&[must(
                    "regions",
                    Shape::Map(&ANY, &Shape::Object(&[must("keyId", ANY_TEXT)])),
                )]),
            ),
        ]),
    ),
];

pub(super) const DICTIONARY: Shape = Shape::Map(&SECRET_KEY, &ANY_TEXT);

pub(super) const OPAQUE: Shape = Shape::Object(&[
    may("encoding", Shape::Word(&["plain", "base64"])).or(r#""plain""#),
    must("payload", ANY_TEXT),
]);
