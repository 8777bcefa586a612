//! The pooler before the nodes.

use serde::Serialize;

use super::access::Firewall;
use crate::values::image::Image;
use crate::values::number::{PoolSize, PoolerReplicas};
use crate::values::quantity::{Cpu, Memory};
use crate::values::{PoolMode, Reads, Values};

/// pgcat.
#[derive(Clone, Debug, Serialize)]
pub struct Pooler {
    /// Image of the container.
    pub image: Image,
    /// The most CPU.
    pub cpu: Cpu,
    /// The most memory.
    pub memory: Memory,
    /// The fewest replicas in a location.
    pub min_replicas: PoolerReplicas,
    /// The most replicas in a location.
    pub max_replicas: PoolerReplicas,
    /// As pgcat writes it.
    pub pool_mode: &'static str,
    /// Connections to one node that each replica keeps.
    pub pool_size: PoolSize,
    /// Which nodes answer reads.
    pub reads: Reads,
    /// Whether pgcat reads the queries, to send them to a node by what they do.
    pub splits_reads: bool,
    /// Who may connect.
    pub firewall: Firewall,
}

impl Pooler {
    pub(super) fn new(values: &Values) -> Self {
        let pgcat = &values.pgcat;
        let reads = pgcat.reads.unwrap_or_default();
        Self {
            image: pgcat.image.clone(),
            cpu: pgcat.resources.cpu.clone(),
            memory: pgcat.resources.memory.clone(),
            min_replicas: pgcat.min_replicas,
            max_replicas: pgcat.max_replicas,
            pool_mode: match pgcat.pool_mode {
                PoolMode::Session => "session",
                // pgcat has no mode `statement` and would not start with it; `transaction` is the nearest it has
                PoolMode::Transaction | PoolMode::Statement => "transaction",
            },
            pool_size: pgcat.default_pool_size,
            reads,
            splits_reads: reads == Reads::All,
            firewall: Firewall::of_pooler(values),
        }
    }

    /// Connections that all pooler replicas together may hold to one node. The workload scales in each location.
    pub(super) fn connections(values: &Values) -> u64 {
        let pgcat = &values.pgcat;
        Self::replicas(values) * u64::from(pgcat.default_pool_size.get())
    }

    /// Pooler replicas in all locations, at most.
    pub(super) fn replicas(values: &Values) -> u64 {
        values.gvc.locations.len() as u64 * u64::from(values.pgcat.max_replicas.get())
    }
}
