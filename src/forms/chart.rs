//! A Helm chart that prints the documents as they are: `cpln helm install` keeps revisions, removes what is rendered no
//! longer, and rolls back.

use super::document::{KEPT, with_tag};
use super::{File, checksum};
use crate::cluster::Cluster;
use crate::manifests::{Manifest, yaml_scalar};

/// Uninstalling leaves what carries this tag.
const KEEP: (&str, &str) = ("helm.sh/resource-policy", "keep");

/// What stands beside the documents.
pub(super) const FILES: [&str; 2] = ["Chart.yaml", "templates/manifests.yaml"];

/// The folder of the documents, before each of their names.
pub(super) const DOCUMENTS: &str = "manifests/";

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
            false => manifest.yaml(),
        };
        let file = File::of(manifest, text);
        File {
            name: format!("{DOCUMENTS}{}", file.name),
            ..file
        }
    };
    let documents: Vec<File> = manifests.iter().map(document).collect();
    let head = [
        File::new(FILES[0], about(cluster, &documents)),
        File::new(FILES[1], TEMPLATE),
    ];
    head.into_iter().chain(documents).collect()
}

/// The version follows from what is rendered: the same input gives the same chart, any other another one,
/// but for secrets: the version is there for everybody to read.
fn about(cluster: &Cluster, documents: &[File]) -> String {
    let texts = documents
        .iter()
        .flat_map(|file| [file.name.as_str(), file.text.as_str()]);
    let digest = checksum(texts);
    let description = format!(
        "The pgEdge cluster {} as pgedge-tpl renders it",
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
