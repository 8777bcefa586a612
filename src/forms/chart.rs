//! A Helm chart that prints the documents as they are: `cpln helm install` keeps revisions, removes what is rendered no
//! longer, and rolls back.

use sha2::{Digest, Sha256};

use super::File;
use super::document::{KEPT, with_tag};
use crate::cluster::Cluster;
use crate::manifests::{Manifest, yaml_scalar};

/// Uninstalling leaves what carries this tag.
const KEEP: (&str, &str) = ("helm.sh/resource-policy", "keep");

/// The one template. What stands in the documents is nobody's template.
const TEMPLATE: &str = "{{- range $path, $_ := .Files.Glob \"manifests/*.yaml\" }}
---
{{ $.Files.Get $path }}
{{- end }}
";

/// The files of the chart.
#[must_use]
pub fn chart(cluster: &Cluster, manifests: &[Manifest]) -> Vec<File> {
    let document = |manifest: &Manifest| {
        let text = match KEPT.contains(&manifest.kind) {
            true => with_tag(manifest, KEEP.0, KEEP.1),
            false => manifest.yaml.clone(),
        };
        File::new(
            format!("manifests/{}-{}.yaml", manifest.kind, manifest.name),
            text,
        )
    };
    let documents: Vec<File> = manifests.iter().map(document).collect();
    let head = [
        File::new("Chart.yaml", about(cluster, &documents)),
        File::new("templates/manifests.yaml", TEMPLATE),
    ];
    head.into_iter().chain(documents).collect()
}

/// The version follows from what is rendered: the same input gives the same chart, any other another one.
fn about(cluster: &Cluster, documents: &[File]) -> String {
    let mut digest = Sha256::new();
    for File { name, text } in documents {
        digest.update(name);
        digest.update("\n");
        digest.update(text);
    }
    let digest = format!("{:x}", digest.finalize());
    let description = format!(
        "The pgEdge cluster {}, rendered by pgedge-tpl",
        cluster.names.gvc
    );
    format!(
        "apiVersion: v2\nname: {}\ndescription: {}\ntype: application\nversion: {}+{}\nappVersion: \"17\"\n",
        cluster.names.pgedge,
        yaml_scalar(&description),
        env!("CARGO_PKG_VERSION"),
        &digest[..12],
    )
}
