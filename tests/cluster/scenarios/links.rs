//! Nodes that do not hear of each other for long.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, rows, running, three_nodes};
use crate::platform::Platform;
use crate::wait;

/// Reconciliation gave up on a peer that was away for longer than its deadline; nothing but a restart mended it.
pub fn long_partition(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, "INSERT INTO items VALUES ('shared', 'at first')")?;
    platform.wait_equal(1, 30)?;
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
    let node = platform.get(THIRD)?;
    wait::until(240, "the node has copied anew", || {
        let content = node.sql("SELECT count(*) FROM items")?;
        Ok((content != "180").then(|| format!("{content} of 180 rows")))
    })?;
    platform.wait_ready(120)?;
    platform.wait_equal(180, 60)?;
    platform.check_mesh()
}
