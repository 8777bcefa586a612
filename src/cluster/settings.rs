//! Lines for postgresql.conf that follow from the topology, the pooler, the resources and the volume, then the user's
//! own.

use super::pooler::Pooler;
use crate::values::Values;

/// A setting that nobody gave: it follows from other values.
pub struct Computed {
    /// Its name.
    pub name: &'static str,
    /// Its value, as PostgreSQL reads it.
    pub value: String,
    /// What it follows from, for people.
    pub why: &'static str,
}

/// PostgreSQL takes no more.
pub(super) const MAX_CONNECTIONS: u64 = 262_143;

/// Connections beside the pooler's: people, the backup, joins, and the three that PostgreSQL keeps for superusers.
const HEADROOM: u64 = 20;

/// Connections that a node may be asked for: the pooler's, those of each peer to copy, to join, to compare, and some.
pub(super) fn asked(values: &Values, pooler: &Pooler) -> u64 {
    pooler.connections(values.gvc.locations.len()) + 4 * values.gvc.nodes() + HEADROOM
}

/// What every node lets connect at the same time. In wide steps, because a change restarts every node: few more poolers
/// or nodes are none. The smallest takes some 35 MiB of shared memory, of which only what is used is ever there.
pub(super) fn connections(values: &Values) -> u64 {
    let asked = asked(values, &Pooler::new(values));
    [1024, 4096, 16_384, 65_536]
        .into_iter()
        .find(|step| asked <= *step)
        .unwrap_or(MAX_CONNECTIONS)
}

/// Every line.
pub(super) fn lines(values: &Values) -> Vec<String> {
    let given = &values.postgres.parameters;
    let computed = computed(values);
    computed
        .iter()
        .filter(|computed| given.get(computed.name).is_none())
        .map(|computed| line(computed.name, &computed.value))
        .chain(
            given
                .iter()
                .map(|parameter| line(parameter.name(), parameter.text())),
        )
        .collect()
}

/// Every setting that follows from other values.
#[must_use]
pub fn computed(values: &Values) -> Vec<Computed> {
    let mut computed = of_topology(values);
    computed.extend(of_resources(values));
    computed.extend(of_libraries(values));
    computed
}

fn setting(name: &'static str, value: impl ToString, why: &'static str) -> Computed {
    Computed {
        name,
        value: value.to_string(),
        why,
    }
}

fn mib(count: u64) -> String {
    format!("{count}MB")
}

/// Connections, and what a full mesh needs: one slot, one sender and up to three workers for each peer. The rest is for
/// joins, and for the slots of retired nodes: PostgreSQL does not start with more slots on disk than it may have. One
/// number up to 22 nodes: see [`connections`].
fn of_topology(values: &Values) -> Vec<Computed> {
    let mesh = (4 * values.gvc.nodes() + 40).next_power_of_two().max(128);
    let of_mesh = |name| {
        setting(
            name,
            mesh,
            "four for each node of the mesh, and 40 for joins and retired nodes; a power of two from 128 up",
        )
    };
    vec![
        setting(
            "max_connections",
            connections(values),
            "twice the connections of all poolers, and some for peers, probes and people; 1024 or four times that, and so on",
        ),
        of_mesh("max_replication_slots"),
        of_mesh("max_wal_senders"),
        of_mesh("max_worker_processes"),
    ]
}

/// What PostgreSQL's defaults do not know: how much memory and how large a volume a node has. Measured with pgbench on
/// PostgreSQL 17.2 with Spock 5.0.11, 4 GiB of memory, 2 cores, a fast disk: pages that are read from the system for a
/// transaction fall by two thirds with 1.5 GB of data and by 7 to 25 percent with 6.6 GB, an index is built in half the
/// time, and with 2GB between checkpoints there is a fifth less WAL. `shared_buffers` made nothing faster that was
/// measured beside other load: side by side 2 percent more selects and 1 percent fewer writes with 1.5 GB, 7 and 2
/// percent fewer with 6.6 GB, which is more than there is memory; again with 1.5 GB, as many selects and as much CPU
/// for each once connections had lasted half a minute, a fifth more CPU before. On a quiet machine 900 MB gave a fifth
/// more selects. It stays for the reads that it spares a disk that is not fast, which is what a volume is. Costs of
/// random pages and concurrency of reads changed nothing that could be measured, so they keep PostgreSQL's defaults;
/// `work_mem` does because it counts for each of many connections. So does autovacuum: seven cleanings in the place of
/// one, in two minutes of 1,800 updates a second, left the table as large, and 1 percent fewer updates.
fn of_resources(values: &Values) -> Vec<Computed> {
    let memory = values.resources.max_memory.bytes() >> 20;
    let max_wal = (u64::from(values.volumeset.capacity.get()) * 1024 / 5).clamp(1024, 16 * 1024);
    vec![
        setting(
            WAL_KEPT,
            mib(wal_kept_mib(values)),
            "40 percent of `volumeset.capacity`",
        ),
        setting(
            "shared_buffers",
            mib(memory / 4),
            "a quarter of `resources.maxMemory`: a third of the reads from the system, where the data fit, and no more \
             transactions beside other load",
        ),
        setting(
            "effective_cache_size",
            mib(memory * 3 / 4),
            "three quarters of `resources.maxMemory`",
        ),
        setting(
            "maintenance_work_mem",
            mib(maintenance_mib(values)),
            "a 32nd of `resources.maxMemory`, 16MB to 1GB",
        ),
        setting(
            "max_wal_size",
            mib(max_wal),
            "a fifth of `volumeset.capacity`, 1GB to 16GB",
        ),
        setting(
            "checkpoint_timeout",
            "15min",
            "fewer checkpoints write fewer whole pages to the WAL",
        ),
    ]
}

fn of_libraries(values: &Values) -> Option<Computed> {
    let given = values
        .postgres
        .preload
        .iter()
        .map(|library| library.as_str());
    let libraries: Vec<&str> = std::iter::once("spock").chain(given).collect();
    (libraries.len() > 1).then(|| {
        setting(
            "shared_preload_libraries",
            libraries.join(", "),
            "Spock's and `postgres.preload`",
        )
    })
}

/// Memory of one build of an index, one cleaning of a table, in MiB.
pub(super) fn maintenance_mib(values: &Values) -> u64 {
    (values.resources.max_memory.bytes() >> 25).clamp(16, 1024)
}

/// The parameter that bounds the WAL that is kept for a node that is away.
pub(super) const WAL_KEPT: &str = "max_slot_wal_keep_size";

/// Its value in effect.
pub(super) fn wal_kept(values: &Values) -> String {
    values.postgres.parameters.get(WAL_KEPT).map_or_else(
        || format!("{}MB", wal_kept_mib(values)),
        |given| given.text().to_owned(),
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
