//! Fewer nodes, and more again.

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, rows, running, three_nodes, two_nodes};
use crate::platform::Platform;
use crate::wait;

/// The slots for a removed node held back WAL for ever; a node that returned came with its stale data.
pub fn in_and_out(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(THIRD, &rows(300))?;
    platform.wait_equal(300, 60)?;

    platform.apply(&two_nodes())?;
    for name in [FIRST, SECOND] {
        let node = platform.get(name)?;
        wait::until(60, &format!("{name} has one link left"), || {
            let links = node.sql(
                "SELECT (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM spock.subscription),
                        (SELECT count(*) FROM pg_replication_origin)",
            )?;
            Ok((links != "1|1|1").then(|| format!("slots, subscriptions, origins: {links}")))
        })?;
    }
    platform.sql(
        FIRST,
        "DELETE FROM items WHERE id IN (SELECT id FROM items LIMIT 100)",
    )?;
    platform.sql(SECOND, &rows(50))?;
    platform.wait_equal(250, 60)?;

    // with the volume that it had, and rows on it that are deleted elsewhere
    platform.apply(&three_nodes())?;
    let content = platform.wait_equal(250, 240)?;
    ensure!(
        content.starts_with("250 "),
        "deleted rows came back: {content}"
    );
    platform.wait_ready(120)?;
    platform.check_mesh()
}
