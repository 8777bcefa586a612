//! `pgcat` and `pgbouncer`: the poolers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Resources;
use super::image::Image;
use super::number::{Clients, PoolSize, PoolerReplicas};
use super::quantity::{Cpu, Memory};

/// The connection pooler.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pgcat {
    /// Image of the pooler.
    ///
    /// The configuration is for pgcat 1.2; the start script needs bash and the PostgreSQL client in the image.
    pub image: Image,
    /// When a connection returns to the pool.
    pub pool_mode: PoolMode,
    /// Connections to a node, per replica.
    ///
    /// `max_connections` of every node follows from it, `maxReplicas` and the number of locations.
    pub default_pool_size: PoolSize,
    /// No effect: pgcat has no such limit.
    pub max_client_conn: Option<Clients>,
    /// Which nodes answer reads.
    ///
    /// With `all`, pgcat sees by the text of a statement whether it writes. It cannot see what functions do, nor writes
    /// inside WITH; what it cannot parse goes where the statement before it went; a read may miss a transaction before
    /// it. `BEGIN … COMMIT` and `SET SERVER ROLE TO 'primary'` lead to the primary. With `poolMode: session` all goes
    /// to the primary, whatever is said here.
    pub reads: Option<Reads>,
    /// Which node takes the writes.
    pub routing: Option<Routing>,
    /// CPU and memory of each replica.
    pub resources: Resources,
    /// The fewest replicas in a location.
    ///
    /// At most `maxReplicas`. More follow the CPU: the platform counts requests per second of HTTP only.
    pub min_replicas: PoolerReplicas,
    /// The most replicas in a location.
    ///
    /// `max_connections` of every node follows from it, `defaultPoolSize` and the number of locations.
    pub max_replicas: PoolerReplicas,
}

/// When a server connection goes back to the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PoolMode {
    /// When the client disconnects.
    Session,
    /// At the end of each transaction.
    Transaction,
    /// Documented, but pgcat has no such mode.
    Statement,
}

/// Which nodes answer reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reads {
    /// Every ready node, by the text of the statement.
    All,
    /// The primary only: a client reads its own writes.
    #[default]
    Primary,
}

/// Which node takes the writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// One for all locations: the first that is ready, in the order of the values.
    #[default]
    SingleWriter,
    /// One in each location: the first of its own that is ready, then those of the others.
    Local,
}

/// PgBouncer, the other connection pooler.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pgbouncer {
    /// Image of the pooler.
    ///
    /// The start script needs PgBouncer, a shell and the PostgreSQL client in the image. From PgBouncer 1.21 on,
    /// prepared statements hold in `transaction` mode.
    pub image: Option<Image>,
    /// When a connection returns to the pool.
    pub pool_mode: Option<PgbouncerPoolMode>,
    /// Connections to a node, per replica.
    ///
    /// As many again for reads. `max_connections` of every node follows from it, `maxReplicas` and the number of
    /// locations.
    pub default_pool_size: Option<PoolSize>,
    /// Connections of clients, per replica.
    pub max_client_conn: Option<Clients>,
    /// Which node takes the writes.
    pub routing: Option<Routing>,
    /// CPU and memory of each replica.
    pub resources: Option<PgbouncerResources>,
    /// The fewest replicas in a location.
    ///
    /// At most `maxReplicas`. More follow the CPU: the platform counts requests per second of HTTP only.
    pub min_replicas: Option<PoolerReplicas>,
    /// The most replicas in a location.
    ///
    /// `max_connections` of every node follows from it, `defaultPoolSize` and the number of locations.
    pub max_replicas: Option<PoolerReplicas>,
}

/// When a server connection of PgBouncer goes back to the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PgbouncerPoolMode {
    /// When the client disconnects.
    Session,
    /// At the end of each transaction.
    #[default]
    Transaction,
    /// After each statement; transactions are refused.
    Statement,
}

/// CPU and memory of each replica of PgBouncer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PgbouncerResources {
    /// The most CPU.
    pub cpu: Option<Cpu>,
    /// The most memory.
    pub memory: Option<Memory>,
}
