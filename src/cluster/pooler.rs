//! The pooler before the nodes: pgcat, or PgBouncer where the values have it.

use serde::Serialize;

use super::access::Firewall;
use crate::problem::Path;
use crate::values::image::Image;
use crate::values::number::{Clients, PoolSize, PoolerReplicas};
use crate::values::quantity::{Cpu, Memory};
use crate::values::{PgbouncerPoolMode, PoolMode, Reads, Routing, Values};

/// The most bytes of a database's name that PgBouncer can take: it takes 63, and `_read` stands behind this one.
pub const PGBOUNCER_DATABASE: usize = 63 - "_read".len();

/// Which pooler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PoolerKind {
    /// pgcat.
    Pgcat,
    /// PgBouncer.
    Pgbouncer,
}

impl PoolerKind {
    /// The one that these values have.
    pub(super) fn of(values: &Values) -> Self {
        match values.pgbouncer {
            Some(_) => Self::Pgbouncer,
            None => Self::Pgcat,
        }
    }

    /// The key of its values, and what the names of its resources end with.
    pub fn key(self) -> &'static str {
        match self {
            Self::Pgcat => "pgcat",
            Self::Pgbouncer => "pgbouncer",
        }
    }
}

/// The pooler.
#[derive(Clone, Debug, Serialize)]
pub struct Pooler {
    /// Which one.
    pub kind: PoolerKind,
    /// As its makers write it.
    pub name: &'static str,
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
    /// As the pooler writes it.
    pub pool_mode: &'static str,
    /// Connections to one node that each replica keeps.
    pub pool_size: PoolSize,
    /// Connections of clients to each replica; `None` where the pooler knows no limit.
    pub max_clients: Option<Clients>,
    /// Which nodes answer reads.
    pub reads: Reads,
    /// Which node takes the writes of a location.
    pub routing: Routing,
    /// Who may connect.
    pub firewall: Firewall,
}

impl Pooler {
    /// Which nodes take what, for people.
    #[must_use]
    pub fn routing_in_words(&self) -> Vec<String> {
        let writes = match self.routing {
            Routing::SingleWriter => "writes: to one node, the first that is ready in this order",
            Routing::Local => "writes: to one node of their own location",
        };
        let reads = match self.reads {
            _ if self.kind == PoolerKind::Pgbouncer => {
                "reads: there too, or to every ready node by the database with _read"
            }
            Reads::Primary => "reads: there too",
            Reads::All => "reads: to every ready node",
        };
        vec![writes.to_owned(), reads.to_owned()]
    }

    pub(super) fn new(values: &Values) -> Self {
        let pgcat = &values.pgcat;
        let reads = match pgcat.pool_mode {
            // a session stays on the node of its first statement: all of them begin where writes belong
            PoolMode::Session => Reads::Primary,
            PoolMode::Transaction | PoolMode::Statement => pgcat.reads.unwrap_or_default(),
        };
        let pooler = Self {
            kind: PoolerKind::Pgcat,
            name: "pgcat",
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
            max_clients: None,
            reads,
            routing: pgcat.routing.unwrap_or_default(),
            firewall: Firewall::of_pooler(values),
        };
        match &values.pgbouncer {
            None => pooler,
            Some(_) => pooler.with_pgbouncer(values),
        }
    }

    /// PgBouncer. Its defaults are pgcat's, but for the image: nobody can have given others, because the values hold
    /// one of the two poolers.
    fn with_pgbouncer(self, values: &Values) -> Self {
        let given = values.pgbouncer.clone().unwrap_or_default();
        let resources = given.resources.unwrap_or_default();
        Self {
            kind: PoolerKind::Pgbouncer,
            name: "PgBouncer",
            image: given.image.unwrap_or_else(Image::pgbouncer),
            cpu: resources.cpu.unwrap_or(self.cpu),
            memory: resources.memory.unwrap_or(self.memory),
            min_replicas: given.min_replicas.unwrap_or(self.min_replicas),
            max_replicas: given.max_replicas.unwrap_or(self.max_replicas),
            pool_mode: match given.pool_mode.unwrap_or_default() {
                PgbouncerPoolMode::Session => "session",
                PgbouncerPoolMode::Transaction => "transaction",
                PgbouncerPoolMode::Statement => "statement",
            },
            pool_size: given.default_pool_size.unwrap_or(self.pool_size),
            max_clients: given.max_client_conn.or(values.pgcat.max_client_conn),
            reads: Reads::Primary,
            routing: given.routing.unwrap_or_default(),
            firewall: self.firewall,
        }
    }

    /// Where its values stand.
    pub(super) fn path(&self) -> Path {
        Path::of(self.kind.key())
    }

    /// The most connections that all pooler replicas together hold to one node. The workload scales in each location.
    ///
    /// Twice the pool: when pgcat's server list changes, the connections of the old pool live on beside the new ones
    /// for a while; PgBouncer has a second pool, for reads. Each replica also asks every node for its state, and its
    /// readiness probe keeps a connection of its own.
    pub(super) fn connections(&self, locations: usize) -> u64 {
        let replicas = locations as u64 * u64::from(self.max_replicas.get());
        replicas * (2 * u64::from(self.pool_size.get()) + 2)
    }
}
