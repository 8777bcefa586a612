//! A Terraform module for the vendor's provider, as a person would have written it: references instead of names,
//! credentials as variables, and nothing that holds data goes with a plain `destroy`.
//!
//! It is made of the checked documents, so that templates of the user's own reach it too.

mod argument;
mod hcl;
mod reference;
mod resource;

use std::collections::BTreeMap;

use hcl::{Body, Value};
use reference::{References, label, resource_type};
use resource::{Writer, data};
use serde_json::{Map, Value as Json};

use super::File;
use crate::cluster::{Cluster, Credentials};
use crate::manifests::{Manifest, REDACTED_KIND};
use crate::problem::Problems;

/// The files of a module.
pub(super) const FILES: [&str; 6] = [
    "versions.tf",
    "variables.tf",
    "main.tf",
    SECRETS,
    "outputs.tf",
    "imports.tf",
];

/// Scripts and configuration, where parameters may hold what nobody else should read.
const SECRETS: &str = "secrets.tf";

/// The port that nodes and pooler answer on.
const PORT: &str = "5432";

/// What a module is made of, beside the cluster.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether it takes over the resources that `cpln apply` made.
    pub import: bool,
}

/// Values that stand in no file: the texts are left to who applies.
#[derive(Default)]
struct Variables {
    /// The secret of the credentials.
    config: String,
    names: BTreeMap<String, String>,
}

impl Variables {
    /// A value of a secret: a variable, but for what is no secret in the one that holds the credentials.
    fn take(&mut self, secret: &str, key: &str, text: &str) -> Value {
        let is_config = secret == self.config;
        if is_config && !Credentials::KEYS.contains(&key) {
            return Value::text(text);
        }
        let (name, what) = match is_config {
            true => (format!("postgres_{key}"), describe(key)),
            false => (
                format!("{}_{}", label(secret), label(key)),
                format!("`{key}` of the secret `{secret}`"),
            ),
        };
        let value = Value::Plain(format!("var.{name}"));
        self.names.insert(name, what);
        value
    }

    fn blocks(&self) -> Body {
        let mut blocks = Body::default();
        for (name, what) in &self.names {
            let mut body = Body::default();
            body.attribute("description", Value::text(what));
            body.attribute("type", Value::Plain("string".to_owned()));
            body.attribute("sensitive", Value::Plain("true".to_owned()));
            body.attribute("nullable", Value::Plain("false".to_owned()));
            blocks.block("variable", &[name], body);
        }
        blocks
    }
}

fn describe(key: &str) -> String {
    let what = match key {
        "username" => "Name of the superuser; the nodes are made with it",
        "database" => "The database that replicates; the nodes are made with it",
        _ => "Password of the superuser",
    };
    what.to_owned()
}

/// The files of the module, in the order in which they read best one after the other.
///
/// # Errors
///
/// Fields that the provider does not have; only templates of the user's own can hold them.
pub fn module(
    cluster: &Cluster,
    manifests: &[Manifest],
    options: Options,
) -> Result<Vec<File>, Problems> {
    let references = References::new(manifests);
    let mut variables = Variables {
        config: cluster.names.config.clone(),
        ..Variables::default()
    };
    let mut problems = Problems::default();
    let documents: Vec<Json> = manifests
        .iter()
        .map(Manifest::data)
        .collect::<Result<_, _>>()?;
    let shared_tags = shared_tags(&documents);
    let mut main = locals(&shared_tags);
    let mut secrets = Body::default();
    for (manifest, document) in manifests.iter().zip(&documents) {
        let resource_type = resource_type(manifest.kind);
        let mut writer = Writer {
            kind: manifest.kind,
            name: &manifest.name,
            references: &references,
            variables: &mut variables,
            shared_tags: &shared_tags,
            problems: &mut problems,
        };
        let mut body = document
            .as_object()
            .map_or_else(Body::default, |document| writer.body(document));
        order(manifest.kind, &references, &mut body);
        let is_secret = manifest.kind == "secret";
        let file = if is_secret { &mut secrets } else { &mut main };
        let name = label(&manifest.name);
        file.block(block_type(manifest), &[&resource_type, &name], body);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let imported = || imports(cluster, manifests);
    let bodies = [
        versions(),
        variables.blocks(),
        main,
        secrets,
        outputs(cluster, &references),
        options.import.then(imported).unwrap_or_default(),
    ];
    let is_redacted = manifests.iter().any(Manifest::is_redacted);
    let file = |(name, body): (&str, Body)| File {
        holds_secret: name == SECRETS && !is_redacted,
        ..File::new(name, body.write(0))
    };
    let files = FILES.into_iter().zip(bodies);
    Ok(files
        .filter(|(_, body)| !body.0.is_empty())
        .map(file)
        .collect())
}

/// Of what is redacted, a block of no known type: Terraform refuses the module.
fn block_type(manifest: &Manifest) -> &'static str {
    match manifest.is_redacted() {
        true => REDACTED_KIND,
        false => "resource",
    }
}

/// Tags that every resource has.
fn shared_tags(documents: &[Json]) -> Map<String, Json> {
    let first = documents
        .first()
        .and_then(|document| document["tags"].as_object());
    let mut shared = first.cloned().unwrap_or_default();
    shared.retain(|key, value| {
        documents
            .iter()
            .all(|document| document["tags"][&*key] == *value)
    });
    shared
}

fn locals(tags: &Map<String, Json>) -> Body {
    let mut locals = Body::default();
    if !tags.is_empty() {
        let mut body = Body::default();
        body.attribute("tags", data(&Json::Object(tags.clone()), false));
        locals.block("locals", &[], body);
    }
    locals
}

/// What must not happen before, or at all.
fn order(kind: &str, references: &References, body: &mut Body) {
    let policies: Vec<Value> = references
        .of("policy")
        .map(|policy| Value::Plain(policy.to_owned()))
        .collect();
    // nothing else refers to it, and a workload that starts before it may not read its secrets
    if kind == "workload" && !policies.is_empty() {
        body.attribute("depends_on", Value::List(policies));
    }
    // the volumes go with either of them
    if matches!(kind, "gvc" | "volumeset") {
        let mut lifecycle = Body::default();
        lifecycle.attribute("prevent_destroy", Value::Plain("true".to_owned()));
        body.block("lifecycle", &[], lifecycle);
    }
}

fn versions() -> Body {
    let provider = [
        ("source", "controlplane-com/cpln"),
        // from here on, links beginning with // make no false difference
        ("version", ">= 1.2.28"),
    ];
    let provider = provider.map(|(key, value)| (key.to_owned(), Value::text(value)));
    let mut providers = Body::default();
    providers.attribute("cpln", Value::Map(provider.into()));
    let mut terraform = Body::default();
    terraform.attribute("required_version", Value::text(">= 1.5"));
    terraform.block("required_providers", &[], providers);
    let mut versions = Body::default();
    versions.block("terraform", &[], terraform);
    versions
}

fn outputs(cluster: &Cluster, references: &References) -> Body {
    let nodes = cluster
        .nodes
        .iter()
        .map(|node| references.address(&node.address));
    let outputs = [
        (
            "host",
            "Where applications connect, inside the GVC",
            references.address(&cluster.names.pooler_address),
        ),
        (
            "port",
            "Port of the host and of every node",
            Value::Plain(PORT.to_owned()),
        ),
        (
            "node_addresses",
            "Where each node answers, inside the GVC",
            Value::List(nodes.collect()),
        ),
    ];
    let mut blocks = Body::default();
    for (name, what, value) in outputs {
        let mut body = Body::default();
        body.attribute("description", Value::text(what));
        body.attribute("value", value);
        blocks.block("output", &[name], body);
    }
    blocks
}

fn imports(cluster: &Cluster, manifests: &[Manifest]) -> Body {
    let mut blocks = Body::default();
    for manifest in manifests {
        let id = match manifest.kind {
            "gvc" | "policy" | "secret" => manifest.name.clone(),
            _ => format!("{}:{}", cluster.names.gvc, manifest.name),
        };
        let to = format!("{}.{}", resource_type(manifest.kind), label(&manifest.name));
        let mut body = Body::default();
        body.attribute("to", Value::Plain(to));
        body.attribute("id", Value::text(id));
        blocks.block("import", &[], body);
    }
    blocks
}
