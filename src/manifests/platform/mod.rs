//! What the platform accepts, field by field, as data: a document that fits has no unknown field, no wrong type, nothing
//! out of range.
//!
//! Fields and types are those of the vendor's Kubernetes operator (f341a3e, `chart/templates/crd`), the bounds those of
//! its Terraform provider 1.2.31 (`internal/provider/resource_*.go`), which mirror the API's. The platform itself
//! answers a wrong document with status 400, after the documents before it were sent.

mod check;
mod container;
mod defaults;
mod kinds;
mod refusal;
mod resources;
mod rule;
mod secret;
mod together;
mod workload;

use rule::*;

pub(super) use check::check;
pub use defaults::fill as fill_defaults;

/// One field.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    is_needed: bool,
    pub(crate) shape: Shape,
    /// What the platform fills in where it is left out, as JSON.
    default: Option<&'static str>,
}

impl Field {
    const fn or(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        is_needed: true,
        shape,
        default: None,
    }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        is_needed: false,
        shape,
        default: None,
    }
}

/// What a field holds.
pub(crate) enum Shape {
    Bool,
    /// A whole number.
    Whole(i64, i64),
    /// A port that the platform does not take itself.
    Port(i64, i64),
    /// A number.
    Number(f64, f64),
    Text(&'static Rule),
    /// A text, or a number that stands for it.
    Scalar(&'static Rule),
    Word(&'static [&'static str]),
    /// At least so many, at most so many.
    List(&'static Shape, usize, usize),
    Object(&'static [Field]),
    /// Keys of the user's own.
    Map(&'static Rule, &'static Shape),
    Any,
}

/// No bound that anybody knows.
const MANY: i64 = i64::MAX;
const ANY_TEXT: Shape = Shape::Text(&ANY);
const NAME_SHAPE: Shape = Shape::Text(&NAME);
const TEXTS: Shape = Shape::List(&ANY_TEXT, 0, usize::MAX);
const NAMED_VALUE: Shape = Shape::Object(&[
    must("name", Shape::Text(&VARIABLE)),
    must("value", Shape::Text(&VARIABLE_VALUE)),
]);
const VARIABLES: Shape = Shape::List(&NAMED_VALUE, 0, usize::MAX);
const PORT: Shape = Shape::Port(80, 65_535);
const ENABLED: Shape = Shape::Object(&[may("enabled", Shape::Bool)]);
const ENVOY: Shape = Shape::Object(&[may("envoy", Shape::Any)]);
const TAG: Shape = Shape::Any;

/// A field that every kind has.
const KIND: Field = must("kind", ANY_TEXT);
const DESCRIBED: Field = may("description", Shape::Text(&DESCRIPTION));
const TAGS: Field = may("tags", Shape::Map(&ANY, &TAG));
const GVC: Field = must("gvc", NAME_SHAPE);

/// Every kind of the platform. Documents of those that are not seen through here have a kind and a name.
pub(super) const KINDS: &[&str] = &[
    "agent",
    "auditctx",
    "cloudaccount",
    "domain",
    "group",
    "gvc",
    "identity",
    "image",
    "ipset",
    "location",
    "memcachecluster",
    "mk8s",
    "org",
    "policy",
    "quota",
    "secret",
    "serviceaccount",
    "spicedbcluster",
    "user",
    "volumeset",
    "workload",
];

const SOME_KIND: &[Field] = &[KIND, must("name", ANY_TEXT)];

/// The fields of a kind, and whether there are no others.
pub(crate) fn fields_of(kind: &str) -> (&'static [Field], bool) {
    match kind {
        "secret" => (secret::SECRET, true),
        "gvc" => (kinds::GVC_FIELDS, true),
        "identity" => (kinds::IDENTITY, true),
        "policy" => (kinds::POLICY, true),
        "volumeset" => (kinds::VOLUMESET, true),
        "workload" => (workload::WORKLOAD, true),
        _ => (SOME_KIND, false),
    }
}

/// What a secret of a type holds; `None` for types that there are not.
pub(crate) fn data_of(secret_type: &str) -> Option<&'static Shape> {
    let mut types = secret::SECRET_DATA.iter();
    let field = types.find(|field| field.name == secret_type)?;
    Some(&field.shape)
}
