//! Nodes without data come into a running cluster.

use std::io::Write as _;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, rows, running, three_nodes, two_nodes};
use crate::bundle::Values;
use crate::platform::Platform;
use crate::wait;
use crate::writer::Writer;

/// A new node had neither tables nor rows and served reads all the same; the old ones had to be restarted for it.
pub fn two_at_once(platform: &mut Platform) -> Result<()> {
    running(platform, &two_nodes())?;
    platform.sql(FIRST, &rows(20_000))?;
    platform.wait_equal(20_000, 60)?;
    let started = platform.sql(FIRST, "SELECT pg_postmaster_start_time()")?;
    let writers = [
        platform.get(FIRST)?.client()?,
        platform.get(SECOND)?.client()?,
    ]
    .map(Writer::start);

    platform.apply(&Values::new(&[
        ("aws-us-west-2", 2),
        ("aws-eu-central-1", 2),
    ]))?;
    for name in [THIRD, "aws_eu_central_1_1"] {
        let node = platform.get(name)?;
        node.wait_ready(120)?;
        let rows: usize = node.sql("SELECT count(*) FROM items")?.parse()?;
        ensure!(rows >= 20_000, "{name} was ready with {rows} of 20000 rows");
    }
    let mut written = 20_000;
    for writer in writers {
        written += writer.stop()?;
    }
    platform.wait_equal(written, 60)?;
    ensure!(
        platform.sql(FIRST, "SELECT pg_postmaster_start_time()")? == started,
        "{FIRST} was restarted"
    );
    platform.check_mesh()
}

/// A node with a lost volume came up without tables and discarded what it received; its peers' links to it stayed dead.
pub fn emptied(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    let mut written = 5_000;
    platform.sql(THIRD, &rows(written))?;
    platform.wait_equal(written, 60)?;
    let numbers = super::scale::numbers(platform)?;
    // the first one too, which is everyone's preferred source
    for (name, others) in [(THIRD, [FIRST, SECOND]), (FIRST, [SECOND, THIRD])] {
        let writers = [
            platform.get(others[0])?.client()?,
            platform.get(others[1])?.client()?,
        ]
        .map(Writer::start);
        let node = platform.get(name)?;
        node.kill()?;
        node.empty_volume()?;
        node.start()?;
        node.wait_ready(120)?;
        for writer in writers {
            written += writer.stop()?;
        }
        platform.wait_equal(written, 60)?;
        let now = super::scale::numbers(platform)?;
        ensure!(now == numbers, "numbers changed: {numbers:?}, {now:?}");
    }
    platform.check_mesh()
}

/// A transaction that was open for long, a lock session that ended, WAL that was gone, a volume with a second copy on it:
/// each of them made a join begin again and again.
pub fn patient(platform: &mut Platform) -> Result<()> {
    running(platform, &two_nodes())?;
    platform.sql(FIRST, &rows(20_000))?;
    platform.wait_equal(20_000, 60)?;
    // longer than a node waits for one slot
    let client = platform.get(SECOND)?.client()?.patient(120);
    let busy = std::thread::spawn(move || {
        client.sql("BEGIN; UPDATE items SET note = 'for long' WHERE id = (SELECT min(id) FROM items); SELECT pg_sleep(45); COMMIT")
    });
    platform.apply(&three_nodes())?;
    for _ in 0..20 {
        std::thread::sleep(Duration::from_secs(1));
        platform.sql(
            FIRST,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7333001",
        )?;
    }
    platform.get(THIRD)?.wait_ready(180)?;
    let log = platform.get(THIRD)?.log()?;
    ensure!(
        log.contains("does not make a slot yet"),
        "it was never waited for"
    );
    ensure!(
        busy.join().is_ok_and(|done| done.is_ok()),
        "the transaction failed"
    );
    platform.wait_equal(20_000, 60)?;

    // the copy stands still while its source removes the WAL that it needs
    platform.sql(FIRST, "ALTER SYSTEM SET max_slot_wal_keep_size = '32MB'")?;
    platform.sql(FIRST, "ALTER SYSTEM SET max_wal_size = '64MB'")?;
    platform.sql(FIRST, "SELECT pg_reload_conf()")?;
    let node = platform.get(THIRD)?;
    node.kill()?;
    node.empty_volume()?;
    node.start()?;
    wait::until(60, "it copies", || {
        let slots = platform
            .get(FIRST)?
            .sql("SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical'")?;
        Ok((slots != "1").then_some(slots))
    })?;
    platform.get(THIRD)?.kill()?;
    wait::until(60, "its WAL is gone", || {
        let source = platform.get(FIRST)?;
        source.sql("SELECT count(pg_logical_emit_message(false, '', repeat(md5(i::text), 2000))) FROM generate_series(1, 1000) i")?;
        source.sql("CHECKPOINT")?;
        let lost = source.sql("SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical' AND wal_status = 'lost'")?;
        Ok((lost != "1").then_some(lost))
    })?;
    platform.sql(FIRST, "ALTER SYSTEM RESET ALL")?;
    platform.sql(FIRST, "SELECT pg_reload_conf()")?;
    platform.get(THIRD)?.start()?;
    platform.wait_ready(240)?;
    platform.wait_equal(20_000, 60)?;

    // there is no room for a copy beside what was set aside
    let node = platform.get(THIRD)?;
    node.stop()?;
    node.empty_volume()?;
    node.limit_volume(400)?;
    std::fs::create_dir(node.volume().join("pgdata.replaced"))?;
    std::fs::write(
        node.volume().join("pgdata.replaced/old"),
        vec![1; 250 << 20],
    )?;
    node.own_volume()?;
    node.start()?;
    node.wait_ready(180)?;
    ensure!(
        node.log()?.contains("removing that"),
        "it does not say what it removed"
    );
    platform.wait_equal(20_000, 60)?;
    platform.check_mesh()
}

/// How long a join takes: `PGEDGE_TEST_JOIN_MIB` says how much there is to copy. Says what it saw.
pub fn large(platform: &mut Platform) -> Result<()> {
    let size: u64 = std::env::var("PGEDGE_TEST_JOIN_MIB")?.parse()?;
    running(platform, &two_nodes())?;
    platform.sql(
        FIRST,
        "CREATE TABLE large (id bigint PRIMARY KEY, filler text)",
    )?;
    for part in 0..size / 64 {
        let fill = format!(
            "INSERT INTO large SELECT {part} * 65536 + i, repeat(md5(i::text), 30) FROM generate_series(1, 65536) i"
        );
        platform.get(FIRST)?.client()?.patient(300).sql(&fill)?;
    }
    let rows = size / 64 * 65536;
    let second = platform.get(SECOND)?;
    wait::until(600, "the other node has it", || {
        let found = second.sql("SELECT count(*) FROM large")?;
        Ok((found != rows.to_string()).then_some(found))
    })?;
    let writers = [
        platform.get(FIRST)?.client()?,
        platform.get(SECOND)?.client()?,
    ]
    .map(Writer::start);
    let start = std::time::Instant::now();
    platform.apply(&three_nodes())?;
    let watched = platform.get(FIRST)?.client()?;
    let (mut gap, mut kept, mut waits, mut last) = (0.0_f64, 0_u64, 0_u64, 0_u64);
    let mut since = std::time::Instant::now();
    while !platform.get(THIRD)?.is_ready() {
        ensure!(start.elapsed().as_secs() < 900, "no end to it");
        let seen = watched.sql(
            "SELECT (SELECT count(*) FROM items), (SELECT coalesce(max(pg_current_wal_lsn() - restart_lsn), 0)::bigint FROM pg_replication_slots),
                    (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock')",
        )?;
        let numbers: Vec<u64> = seen.split('|').map(str::parse).collect::<Result<_, _>>()?;
        if numbers[0] != last {
            gap = gap.max(since.elapsed().as_secs_f64());
            since = std::time::Instant::now();
            last = numbers[0];
        }
        kept = kept.max(numbers[1] >> 20);
        waits += numbers[2];
    }
    let took = start.elapsed().as_secs();
    let mut written = 0;
    for writer in writers {
        written += writer.stop()?;
    }
    platform.wait_equal(written, 60)?;
    writeln!(
        std::io::stderr(),
        "{size} MiB joined in {took} s under {written} rows of writes; longest time without a new row at the source \
         {gap:.1} s, WAL kept {kept} MiB, sessions seen waiting for a lock {waits}"
    )?;
    platform.check_mesh()
}
