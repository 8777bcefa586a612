//! Sizes held against each other: what a node may need against its memory and its volume.

use super::pooler::Pooler;
use super::settings;
use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::Values;
use crate::values::quantity::Memory;
use crate::values::scalar::Parse;
use crate::values::setting::SLRU_BUFFERS;

const MIB: u64 = 1 << 20;
/// Memory of a connection's process that is its own. Measured: 1.6 MiB after the statements of pgbench, 4.9 MiB after a
/// query of each of 500 tables (PostgreSQL 17.2 with Spock 5.0.11, private pages of 100 and of 20 processes).
const PER_CONNECTION: u64 = 3 * MIB;
/// A lock's place in shared memory, as PostgreSQL counts it for each of `max_locks_per_transaction`.
const PER_LOCK: u64 = 270;
/// Percent of the memory above which shared buffers leave too little for everything else.
const MUCH: u64 = 40;

/// Everything that does not fit.
pub(super) fn check(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    // places in shared memory are taken for all that may connect, a process only for those that do
    let connections = settings::connections(values);
    if shared_memory(values, connections, problems) {
        memory(values, pooler, problems);
    }
    wal(values, problems);
    backup_memory(values, problems);
}

/// The value in effect of a setting that counts bytes or is a plain number; what PostgreSQL decides itself is 0.
fn amount(values: &Values, name: &str, default: u64) -> u64 {
    let given = values
        .postgres
        .parameters
        .get(name)
        .and_then(|given| given.amount());
    given.map_or(default, |amount| u64::try_from(amount).unwrap_or(0))
}

/// Settings whose memory is taken when the server starts, each with what it takes.
fn taken_at_start(values: &Values, connections: u64) -> Vec<(&'static str, u64)> {
    let amount = |name, default| amount(values, name, default);
    let prepared = amount("max_prepared_transactions", 0);
    let processes = connections + amount("autovacuum_max_workers", 3) + prepared;
    let locks = |name| {
        amount(name, 64)
            .saturating_mul(processes)
            .saturating_mul(PER_LOCK)
    };
    let mut taken = vec![
        (
            "shared_buffers",
            amount("shared_buffers", values.resources.max_memory.bytes() / 4),
        ),
        (
            "max_locks_per_transaction",
            locks("max_locks_per_transaction"),
        ),
        (
            "max_pred_locks_per_transaction",
            locks("max_pred_locks_per_transaction"),
        ),
        ("max_prepared_transactions", prepared.saturating_mul(1000)),
        (
            "track_activity_query_size",
            amount("track_activity_query_size", 1024).saturating_mul(processes),
        ),
        ("wal_buffers", amount("wal_buffers", 16 * MIB)),
        (
            "min_dynamic_shared_memory",
            amount("min_dynamic_shared_memory", 0),
        ),
    ];
    taken.extend(SLRU_BUFFERS.iter().map(|name| (*name, amount(name, 0))));
    taken
}

/// Memory that the server takes when it starts has to be there. Whether it is.
fn shared_memory(values: &Values, connections: u64, problems: &mut Problems) -> bool {
    let limit = &values.resources.max_memory;
    let taken = taken_at_start(values, connections);
    let sum = taken
        .iter()
        .fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
    let given = |name: &str| values.postgres.parameters.get(name);
    if sum >= limit.bytes() {
        // the largest of those that were given: none that follows from other values comes near
        let largest = taken
            .iter()
            .filter(|(name, _)| given(name).is_some())
            .max_by_key(|(_, bytes)| *bytes);
        if let Some((name, _)) = largest
            && let Some(parameter) = given(name)
        {
            let found = format!(
                "with `{}` a node takes {} of memory when it starts, and it has only `{limit}`: it would not start",
                parameter.text(),
                shown(sum)
            );
            let path = Path::of("postgres.parameters").key(parameter.key());
            problems.push(
                of_memory(Problem::of_value(Code::Conflict, path, found))
                    .fix("lower it, or raise `resources.maxMemory`"),
            );
        }
        return false;
    }
    if let Some(parameter) = given("shared_buffers")
        && let share = amount(values, "shared_buffers", 0).saturating_mul(100) / limit.bytes()
        && share >= MUCH
    {
        let found = format!(
            "`{}` are {share} percent of `{limit}`, the memory of a node: little is left for connections and the system's cache",
            parameter.text()
        );
        let path = Path::of("postgres.parameters").key(parameter.key());
        problems.push(
            of_memory(Problem::of_value(Code::Memory, path, found))
                .fix("a quarter is usual, and the default"),
        );
    }
    true
}

fn of_memory(problem: Problem) -> Problem {
    problem.also(
        Place::Value(Path::of("resources.maxMemory")),
        "`maxMemory` is here",
    )
}

/// Shared memory, connections and maintenance together may be more than a node has: then the kernel ends PostgreSQL.
fn memory(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    let limit = &values.resources.max_memory;
    let connections = settings::asked(values, pooler);
    let shared: u64 = taken_at_start(values, settings::connections(values))
        .iter()
        .map(|(_, bytes)| bytes)
        .sum();
    let of_connections = connections.saturating_mul(PER_CONNECTION);
    let workers = amount(values, "autovacuum_max_workers", 3);
    let maintenance = amount(
        values,
        "maintenance_work_mem",
        settings::maintenance_mib(values) * MIB,
    );
    let of_maintenance =
        workers.saturating_mul(amount(values, "autovacuum_work_mem", maintenance).max(1));
    let sum = shared
        .saturating_add(of_connections)
        .saturating_add(of_maintenance);
    if sum <= limit.bytes() {
        return;
    }
    let found = format!(
        "a node may need {}, more than `{limit}`: {} shared, {} for {connections} connections, {} for {workers} workers of autovacuum",
        shown(sum),
        shown(shared),
        shown(of_connections),
        shown(of_maintenance),
    );
    let problem = Problem::of_value(Code::Memory, Path::of("resources.maxMemory"), found);
    problems.push(
        problem
            .fix("raise `maxMemory`, or lower `defaultPoolSize` or `maxReplicas` of the pooler")
            .also(
                Place::Value(pooler.path().key("defaultPoolSize")),
                "connections of each pooler replica",
            )
            .also(
                Place::Value(pooler.path().key("maxReplicas")),
                "pooler replicas in each location",
            ),
    );
}

/// WAL that is kept, for a node that is away or between checkpoints, has to fit on the volume beside the data.
fn wal(values: &Values, problems: &mut Problems) {
    let volumes = &values.volumeset;
    let gib = |gib: u32| u64::from(gib) << 30;
    let now = gib(volumes.capacity.get());
    let most = if volumes.autoscaling.enabled {
        gib(volumes.autoscaling.max_capacity.get())
    } else {
        now
    };
    for name in [
        settings::WAL_KEPT,
        "max_wal_size",
        "wal_keep_size",
        "min_wal_size",
    ] {
        let Some(given) = values.postgres.parameters.get(name) else {
            continue;
        };
        let path = Path::of("postgres.parameters").key(given.key());
        let text = given.text();
        let (code, found) = match given.amount().map(u64::try_from) {
            Some(Err(_)) => (
                Code::Conflict,
                format!(
                    "`{text}` keeps WAL without limit: a node that is away fills every other node's volume"
                ),
            ),
            Some(Ok(bytes)) if bytes >= most => (
                Code::Conflict,
                format!("`{text}` of WAL do not fit on a volume of {}", shown(most)),
            ),
            Some(Ok(bytes)) if bytes >= now => (
                Code::Memory,
                format!(
                    "`{text}` of WAL fit only when the volume of {} has grown",
                    shown(now)
                ),
            ),
            Some(Ok(bytes)) if bytes.saturating_mul(10) > now.saturating_mul(7) => (
                Code::Memory,
                format!(
                    "`{text}` of WAL leave little of a volume of {} to the data",
                    shown(now)
                ),
            ),
            _ => continue,
        };
        let problem = Problem::of_value(code, path, found).fix(format!(
            "write at most `{}MB`, or raise `volumeset.capacity`",
            (now >> 20) * 2 / 5
        ));
        problems.push(problem.also(
            Place::Value(Path::of("volumeset.capacity")),
            "`capacity` is here",
        ));
    }
}

/// Less than the public template's makers saw a dump need.
fn backup_memory(values: &Values, problems: &mut Problems) {
    let enough = Memory::parse("256Mi").map_or(0, |memory| memory.bytes());
    let memory = &values.backup.resources.memory;
    if values.backup.enabled && memory.bytes() < enough {
        let path = Path::of("backup.resources.memory");
        let found =
            format!("`{memory}` may be too little: dumps to a bucket ran out of memory with 128Mi");
        problems.push(
            Problem::of_value(Code::Memory, path, found)
                .fix("write `256Mi`, or more for large rows"),
        );
    }
}

/// A size as people write it.
fn shown(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 30) {
        return format!("{}GiB", bytes >> 30);
    }
    #[allow(clippy::cast_precision_loss)] // for people
    let gib = bytes as f64 / f64::from(1 << 30);
    if gib >= 1.0 {
        format!("{gib:.1}GiB")
    } else {
        format!("{}MiB", bytes / MIB)
    }
}
