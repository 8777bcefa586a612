//! The fields of a secret, and what it holds.

use super::rule::*;
use super::*;

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

const ENCODING: Field = may("encoding", Shape::Word(&["plain", "base64"])).or(r#""plain""#);
const ACCESS_KEY: Field = must("accessKey", ANY_TEXT);
const SECRET_ACCESS_KEY: Field = must("secretKey", ANY_TEXT);
const ROLE_ARN: Field = may("roleArn", ANY_TEXT);
const EXTERNAL_ID: Field = may("externalId", ANY_TEXT);

/// What a secret of each type holds.
pub(super) const SECRET_DATA: &[Field] = &[
    must("dictionary", Shape::Map(&SECRET_KEY, &ANY_TEXT)),
    must(
        "opaque",
        Shape::Object(&[ENCODING, must("payload", ANY_TEXT)]),
    ),
    must(
        "userpass",
        Shape::Object(&[
            must("username", ANY_TEXT),
            must("password", ANY_TEXT),
            ENCODING,
        ]),
    ),
    must(
        "tls",
        Shape::Object(&[
            must("cert", ANY_TEXT),
            may("key", ANY_TEXT),
            may("chain", ANY_TEXT),
        ]),
    ),
    must(
        "keypair",
        Shape::Object(&[
            must("secretKey", ANY_TEXT),
            may("publicKey", ANY_TEXT),
            may("passphrase", ANY_TEXT),
        ]),
    ),
    must(
        "aws",
        Shape::Object(&[ACCESS_KEY, SECRET_ACCESS_KEY, ROLE_ARN, EXTERNAL_ID]),
    ),
    must(
        "ecr",
        Shape::Object(&[
            ACCESS_KEY,
            SECRET_ACCESS_KEY,
            ROLE_ARN,
            EXTERNAL_ID,
            must("repos", Shape::List(&ANY_TEXT, 1, 20)),
        ]),
    ),
    must("gcp", ANY_TEXT),
    must("docker", ANY_TEXT),
    must("azure-sdk", ANY_TEXT),
    must(
        "azure-connector",
        Shape::Object(&[must("url", ANY_TEXT), must("code", ANY_TEXT)]),
    ),
    must(
        "nats-account",
        Shape::Object(&[must("accountId", ANY_TEXT), must("privateKey", ANY_TEXT)]),
    ),
];
