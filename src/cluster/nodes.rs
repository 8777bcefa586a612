//! The nodes: every replica of every location.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::names::{location_link, node_address};
use crate::values::Values;
use crate::values::name::{LocationName, ReleaseName};

/// One pgEdge node.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    /// Its name in Spock: the location with `_` for `-`, then the replica; at most 26 characters.
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
            name: node_name(location, replica),
            location: location.clone(),
            replica,
            address: node_address(release, &values.gvc.name, location, replica),
        })
        .collect()
}

/// The most characters of a node's name: a subscription is called `SUBSCRIBER_sub_from_PROVIDER`, and PostgreSQL cuts
/// names off at 63.
const MAX_NAME: usize = 26;

/// The location and the replica; a long location is cut, and told from others by a digest.
fn node_name(location: &LocationName, replica: u32) -> String {
    let location = location.as_str().replace('-', "_");
    let name = format!("{location}_{replica}");
    if name.len() <= MAX_NAME {
        return name;
    }
    let digest: String = Sha256::digest(&location)
        .iter()
        .take(3)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tail = format!("_{digest}_{replica}");
    let kept: String = location
        .chars()
        .take(MAX_NAME.saturating_sub(tail.len()))
        .collect();
    kept + &tail
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
