//! Nodes that do not hear of each other for long.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, note, rows, running, three_nodes};
use crate::platform::Platform;
use crate::wait;

/// Reconciliation gave up on a peer that was away for longer than its deadline; nothing but a restart mended it.
pub fn long_partition(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, "INSERT INTO items VALUES ('shared', 'at first')")?;
    platform.wait_equal(1, 30)?;
    wait::until(30, "a beat has come", || {
        let beats = format!("SELECT count(*) FROM pgedge.heartbeat WHERE node = '{THIRD}'");
        let beats = platform.sql(FIRST, &beats)?;
        Ok((beats == "0").then_some(beats))
    })?;
    platform.get(THIRD)?.link.cut()?;
    platform.sql(THIRD, &rows(100))?;
    platform.sql(THIRD, "UPDATE items SET note = 'older' WHERE id = 'shared'")?;
    // longer than PostgreSQL waits for a silent peer
    std::thread::sleep(Duration::from_secs(40));
    platform.sql(FIRST, &rows(100))?;
    platform.sql(
        SECOND,
        "UPDATE items SET note = 'newer' WHERE id = 'shared'",
    )?;
    let before = platform.sql(FIRST, "SELECT count(*) FROM items")?;
    ensure!(
        before == "101",
        "the cable was cut, and yet {before} rows are here"
    );
    // what a person looks at, as the notes show it
    let question = "SELECT * FROM pgedge.cluster ORDER BY peer LIMIT 1";
    let client = platform.get(FIRST)?.client()?;
    let shown = client.run(&["psql", "-Xx", "-c", question])?;
    note(&shown);
    let told = |name: &str| {
        let pairs = shown.lines().filter_map(|line| line.split_once('|'));
        let mut found = pairs.filter(|(key, _)| key.trim() == name);
        found.next().map_or("", |(_, value)| value.trim())
    };
    let lag: f64 = told("lag_seconds").parse().unwrap_or_default();
    ensure!(
        [told("peer"), told("state"), told("slot")] == [THIRD, "unreachable", "reserved"]
            && lag > 30.0,
        "{shown}"
    );

    platform.get(THIRD)?.link.heal()?;
    platform.wait_equal(201, 90)?;
    let winner = platform.sql(THIRD, "SELECT note FROM items WHERE id = 'shared'")?;
    ensure!(winner == "newer", "the last update lost against `{winner}`");
    platform.check_mesh()
}

/// A subscription whose slot was gone stayed down for ever, and its node diverged in silence.
pub fn lost_slot(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, &rows(100))?;
    platform.wait_equal(100, 30)?;

    platform.get(THIRD)?.kill()?;
    platform.sql(FIRST, "ALTER SYSTEM SET max_slot_wal_keep_size = '48MB'")?;
    platform.sql(FIRST, "SELECT pg_reload_conf()")?;
    for _ in 0..8 {
        platform.sql(FIRST, &rows(10))?;
        platform.sql(FIRST, "SELECT pg_switch_wal()")?;
        // the other one's slot keeps up
        platform.sql(FIRST, "CHECKPOINT")?;
        std::thread::sleep(Duration::from_secs(1));
    }
    let lost = platform.sql(
        FIRST,
        "SELECT count(*) FROM pg_replication_slots WHERE wal_status = 'lost'",
    )?;
    ensure!(lost == "1", "{lost} slots were lost, and should be one");
    platform.sql(FIRST, "ALTER SYSTEM RESET max_slot_wal_keep_size")?;
    platform.sql(FIRST, "SELECT pg_reload_conf()")?;

    platform.get(THIRD)?.start()?;
    // it gets the rows from the other one first, by comparison, and serves until all is well enough to begin again
    wait::until(240, "the node has copied anew", || {
        let links = platform.sql(
            FIRST,
            "SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical' AND active AND wal_status <> 'lost'",
        )?;
        Ok((links != "2").then(|| format!("{links} of 2 slots are in use")))
    })?;
    platform.wait_ready(120)?;
    platform.wait_equal(180, 60)?;
    platform.check_mesh()
}
