//! `gvc`: where the cluster runs.

use schemars::JsonSchema;
use serde::Deserialize;

use super::name::{GvcName, LocationName, SecretName};
use super::number::Replicas;

/// The GVC and the locations it spans.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gvc {
    /// Name of the GVC.
    ///
    /// Each cluster needs a GVC of its own. Without `release`, every resource name begins with it too.
    pub name: GvcName,
    /// Whether the GVC is rendered.
    ///
    /// `false` deploys into a GVC that exists and spans the locations below; applying a rendered one would overwrite it.
    pub create: Option<bool>,
    /// Secrets for private images.
    ///
    /// Secrets of the org, of type docker, ecr or gcp, that the locations pull images with. They belong to the GVC,
    /// and are read when it is rendered.
    #[serde(default)]
    pub pull_secrets: Vec<SecretName>,
    /// Where the cluster runs.
    ///
    /// The order counts: the first location holds the preferred primary and runs the backup. `resources` and
    /// `volumeset` hold for every location: the platform has no other ones for one location.
    pub locations: Vec<Location>,
}

impl Gvc {
    /// How many nodes the cluster has, in all locations.
    #[must_use]
    pub fn nodes(&self) -> u64 {
        self.locations
            .iter()
            .map(|location| u64::from(location.replicas.get()))
            .sum()
    }
}

/// One location of the cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Name of the location.
    ///
    /// As the org lists it: `cpln location get`. Each location is listed once.
    pub name: LocationName,
    /// pgEdge nodes in this location.
    ///
    /// 1 to try it out, 3 to survive the loss of a node. Each node replicates with every other one, so that the slots
    /// and workers of all of them follow from the sum.
    pub replicas: Replicas,
}
