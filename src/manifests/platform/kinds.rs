//! The fields of GVCs, identities, policies and volume sets.

use super::rule::*;
use super::*;

const TERM: Shape = Shape::Object(&[
    may(
        "op",
        Shape::Word(&[
            "=", ">", ">=", "<", "<=", "!=", "~", "=~", "exists", "!exists", "contains",
        ]),
    ),
    may("property", ANY_TEXT),
    may("rel", ANY_TEXT),
    may("tag", ANY_TEXT),
    may("value", ANY_TEXT),
]);

const QUERY: Shape = Shape::Object(&[
    may("kind", ANY_TEXT),
    may("context", Shape::Map(&ANY, &ANY_TEXT)),
    may("fetch", Shape::Word(&["items", "links"])),
    may(
        "spec",
        Shape::Object(&[
            may("match", Shape::Word(&["all", "any", "none"])),
            may("sort", Shape::Any),
            may("terms", Shape::List(&TERM, 0, usize::MAX)),
        ]),
    ),
]);

/// Subjects of NATS.
const SUBJECTS: Shape = Shape::Object(&[may("allow", TEXTS), may("deny", TEXTS)]);

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
            may(
                "trustPolicy",
                Shape::Object(&[
                    may("version", ANY_TEXT),
                    may(
                        "statement",
                        Shape::List(&Shape::Map(&ANY, &Shape::Any), 0, usize::MAX),
                    ),
                ]),
            ),
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
    may(
        "ngs",
        Shape::Object(&[
            must("cloudAccountLink", Shape::Text(&CLOUD_ACCOUNT_LINK)),
            may("pub", SUBJECTS),
            may("sub", SUBJECTS),
            may(
                "resp",
                Shape::Object(&[may("max", Shape::Whole(-MANY, MANY)), may("ttl", ANY_TEXT)]),
            ),
            may("subs", Shape::Whole(-MANY, MANY)),
            may("data", Shape::Whole(-MANY, MANY)),
            may("payload", Shape::Whole(-MANY, MANY)),
        ]),
    ),
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
                may(
                    "awsPrivateLink",
                    Shape::Object(&[must("endpointServiceName", ANY_TEXT)]),
                ),
                may(
                    "gcpServiceConnect",
                    Shape::Object(&[must("targetService", ANY_TEXT)]),
                ),
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
