//! The nodes: every replica of every location.

use serde::Serialize;

use super::names::{location_link, node_address};
use crate::values::Values;
use crate::values::name::{LocationName, ReleaseName};

/// One pgEdge node.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    /// Its name in Spock: the location with `_` for `-`, then the replica.
    pub name: String,
    /// The location it runs in.
    pub location: LocationName,
    /// Which of the location's replicas it is, from 0.
    pub replica: u32,
    /// Where it answers, on port 5432.
    pub address: String,
}

/// What the platform is told about one location.
#[derive(Clone, Debug, Serialize)]
pub struct LocationOptions {
    /// The location, as a link.
    pub link: String,
    /// Nodes in it.
    pub replicas: u32,
}

/// Every node, in the order of the values: the first is the preferred primary.
pub(super) fn nodes(values: &Values, release: &ReleaseName) -> Vec<Node> {
    let replicas = values.gvc.locations.iter().flat_map(|location| {
        (0..location.replicas.get()).map(move |replica| (&location.name, replica))
    });
    replicas
        .map(|(location, replica)| Node {
            name: format!("{}_{replica}", location.as_str().replace('-', "_")),
            location: location.clone(),
            replica,
            address: node_address(release, &values.gvc.name, location, replica),
        })
        .collect()
}

/// Every location, in the order of the values.
pub(super) fn location_options(values: &Values) -> Vec<LocationOptions> {
    let options = |location: &crate::values::Location| LocationOptions {
        link: location_link(&location.name),
        replicas: location.replicas.get(),
    };
    values.gvc.locations.iter().map(options).collect()
}

/// Links of the locations, sorted as the platform stores them.
pub(super) fn location_links(values: &Values) -> Vec<String> {
    let mut links: Vec<String> = values
        .gvc
        .locations
        .iter()
        .map(|location| location_link(&location.name))
        .collect();
    links.sort();
    links
}
