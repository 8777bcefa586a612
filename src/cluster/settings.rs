//! Lines for postgresql.conf that follow from the topology, the pooler and the volume, then the user's own.

use super::pooler::Pooler;
use crate::values::Values;

/// Parameters that replication, the pooler or the start script rest on, each with what decides it instead.
pub const GUARDED: &[(&str, &str)] = &[
    ("config_file", "the start script writes it"),
    ("data_directory", "the start script decides it"),
    ("default_transaction_read_only", "every node is a writer"),
    ("external_pid_file", "the start script decides it"),
    ("hba_file", "use `postgres.extraHba`"),
    ("ident_file", "the start script decides it"),
    (
        "listen_addresses",
        "every node listens on all of its addresses",
    ),
    (
        "max_connections",
        "it follows from `maxReplicas` and `defaultPoolSize` of the pooler",
    ),
    ("max_replication_slots", "it follows from `gvc.locations`"),
    ("max_wal_senders", "it follows from `gvc.locations`"),
    ("max_worker_processes", "it follows from `gvc.locations`"),
    ("output_plugin_libraries", "replication needs Spock's"),
    ("password_encryption", "pg_hba.conf asks for scram-sha-256"),
    ("port", "everything connects to 5432"),
    (
        "session_replication_role",
        "it would switch triggers and conflict handling off",
    ),
    ("shared_preload_libraries", "replication needs Spock's"),
    (
        "tcp_user_timeout",
        "a peer that is cut off would hold up checkpoints",
    ),
    ("track_commit_timestamp", "conflicts are resolved by it"),
    ("unix_socket_directories", "the start script connects there"),
    ("wal_level", "replication needs `logical`"),
    (
        "wal_sender_timeout",
        "a stop has to end within the workload's grace period",
    ),
];

/// Families of parameters that are the cluster's own.
pub const GUARDED_PREFIXES: &[&str] = &["spock.", "pgedge.", "include"];

/// PostgreSQL takes no more.
pub(super) const MAX_CONNECTIONS: u64 = 262_143;

/// Connections beside the pooler's: people, the backup, joins, and the three that PostgreSQL keeps for superusers.
const HEADROOM: u64 = 20;

/// Every line. `nodes` is how many the cluster has.
pub(super) fn lines(values: &Values, nodes: usize) -> Vec<String> {
    // In steps, because a change restarts every node: one more pooler or node seldom is one.
    let connections = connections(values, nodes)
        .next_power_of_two()
        .min(MAX_CONNECTIONS);
    let nodes = nodes as u64;
    // A full mesh needs one slot, one sender and up to three workers for each peer. The rest is for joins, and for the
    // slots of retired nodes: PostgreSQL does not start with more slots on disk than it may have.
    let mesh = 4 * nodes + 40;
    let computed = [
        ("max_connections", connections.to_string()),
        ("max_replication_slots", mesh.to_string()),
        ("max_wal_senders", mesh.to_string()),
        ("max_worker_processes", mesh.to_string()),
        (WAL_KEPT, format!("{}MB", wal_kept_mib(values))),
    ];
    let computed = computed.iter().map(|(name, value)| (*name, value.as_str()));
    let given = values
        .postgres
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    computed
        .chain(given)
        .map(|(name, value)| line(name, value))
        .collect()
}

/// Connections that a node may be asked for: the poolers', those of each peer to copy, to join, to compare, and some.
pub(super) fn connections(values: &Values, nodes: usize) -> u64 {
    let locations = values.gvc.locations.len();
    Pooler::new(values).connections(locations) + 4 * nodes as u64 + HEADROOM
}

/// The parameter that bounds the WAL that is kept for a node that is away.
const WAL_KEPT: &str = "max_slot_wal_keep_size";

/// Its value in effect.
pub(super) fn wal_kept(values: &Values) -> String {
    let parameters = &values.postgres.parameters;
    let given = parameters
        .iter()
        .find(|(name, _)| name.as_str() == WAL_KEPT);
    given.map_or_else(
        || format!("{}MB", wal_kept_mib(values)),
        |(_, value)| value.as_str().to_owned(),
    )
}

/// WAL that is kept for a node that is away: 40 percent of a volume, so that an absent node cannot fill the others'.
fn wal_kept_mib(values: &Values) -> u64 {
    u64::from(values.volumeset.capacity.get()) * 1024 * 2 / 5
}

/// One line of postgresql.conf; the value may hold anything but a line break.
fn line(name: &str, value: &str) -> String {
    format!(
        "{name} = '{}'",
        value.replace('\\', r"\\").replace('\'', "''")
    )
}
