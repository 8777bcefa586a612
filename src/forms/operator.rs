//! Resources of the vendor's Kubernetes operator (`cpln.io/v1`), and the secrets as native ones.
//!
//! Only what stands above a manifest differs: kind and name are told as Kubernetes has them. A native secret has no
//! place for a description and tags.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::File;
use super::document::{KEPT, without};
use crate::manifests::{Manifest, REDACTED_KIND, yaml_scalar};
use crate::problem::Problem;
use crate::values::name::{Namespace, OrgName};

/// Deleting the object deletes the resource, unless it carries this.
const KEEP: &str = "    cpln.io/resource-policy: keep\n";

/// Where the resources belong.
#[derive(Clone, Debug)]
pub struct Target {
    /// The org that the operator acts in.
    pub org: OrgName,
    /// The namespace of the objects.
    pub namespace: Namespace,
}

/// The resources, a file for each.
///
/// # Errors
///
/// A document that cannot be read back.
pub fn resources(manifests: &[Manifest], target: &Target) -> Result<Vec<File>, Problem> {
    let file = |manifest: &Manifest| {
        let text = match manifest.kind {
            "secret" => secret(manifest, target)?,
            _ => resource(manifest, target),
        };
        Ok(File::of(manifest, format!("---\n{text}")))
    };
    manifests.iter().map(file).collect()
}

fn resource(manifest: &Manifest, target: &Target) -> String {
    let (org, namespace) = (target.org.as_str(), target.namespace.as_str());
    let (kind, name) = (manifest.kind, &manifest.name);
    let mut text = format!(
        "apiVersion: cpln.io/v1\n{}: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n",
        kind_key(manifest)
    );
    if KEPT.contains(&kind) {
        text += "  annotations:\n";
        text += KEEP;
    }
    _ = writeln!(text, "org: {org}");
    text + &without(manifest, &["kind", REDACTED_KIND, "name"])
}

fn secret(manifest: &Manifest, target: &Target) -> Result<String, Problem> {
    let (org, namespace) = (target.org.as_str(), target.namespace.as_str());
    let document = manifest.data()?;
    let kind = document["type"].as_str().unwrap_or_default();
    let mut text = format!(
        "apiVersion: v1\n{}: Secret\nmetadata:\n  name: {}\n  namespace: {namespace}\n  labels:\n    \
         app.kubernetes.io/managed-by: cpln-operator\n  annotations:\n    cpln.io/org: {org}\ntype: {kind}\ndata:\n",
        kind_key(manifest),
        manifest.name
    );
    for (key, value) in document["data"].as_object().into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        _ = writeln!(text, "  {}: {}", yaml_scalar(key), STANDARD.encode(value));
    }
    Ok(text)
}

/// An object without a kind is applied by nobody.
fn kind_key(manifest: &Manifest) -> &'static str {
    match manifest.is_redacted() {
        true => REDACTED_KIND,
        false => "kind",
    }
}
