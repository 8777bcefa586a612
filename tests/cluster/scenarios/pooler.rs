//! The pooler before the nodes.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, three_nodes};
use crate::bundle::Values;
use crate::platform::Platform;
use crate::wait;

const POOLERS: [&str; 2] = ["pooler_0", "pooler_1"];

/// All writes failed for as long as the one primary was down, though the other nodes could have taken them.
pub fn leaves_a_dead_primary(platform: &mut Platform) -> Result<()> {
    let values = Values {
        poolers: 3,
        ..three_nodes()
    };
    platform.prepare(&values)?;
    // the poolers are first, and have to wait
    for name in POOLERS {
        platform.get(name)?.start()?;
    }
    let pooler = platform.get(POOLERS[0])?;
    wait::until(20, "the pooler says that it waits", || {
        Ok((!pooler.log()?.contains("waiting")).then(|| pooler.log().unwrap_or_default()))
    })?;
    for name in [FIRST, SECOND, THIRD] {
        platform.get(name)?.start()?;
    }
    for name in [FIRST, SECOND, THIRD] {
        platform.get(name)?.wait_ready(120)?;
    }
    platform.create_table()?;
    wait_for_primary(platform, &POOLERS, FIRST, 60)?;

    platform.get(FIRST)?.kill()?;
    wait_for_primary(platform, &POOLERS, SECOND, 20)?;
    // a pooler that starts now knows nothing of the past, and comes to the same choice
    platform.get(FIRST)?.start()?;
    platform.get(FIRST)?.wait_ready(120)?;
    platform.get("pooler_2")?.start()?;
    platform.get("pooler_2")?.wait_ready(20)?;
    let all = [POOLERS[0], POOLERS[1], "pooler_2"];
    wait_for_primary(platform, &all, SECOND, 3)?;
    // and back, when the first has been healthy for a while
    let took = wait_for_primary(platform, &all, FIRST, 60)?;
    ensure!(
        took > Duration::from_secs(4),
        "the writes went back at once, after {took:?}"
    );

    for name in all {
        let took = platform.get(name)?.stop()?;
        ensure!(
            took < Duration::from_secs(10),
            "{name} took {took:?} to stop"
        );
    }
    Ok(())
}

/// A primary that vanished without a word was waited for; a node that was still copying got its share of the reads.
pub fn leaves_a_primary_that_is_cut_off(platform: &mut Platform) -> Result<()> {
    let values = Values {
        poolers: 2,
        reads: "primary",
        ..three_nodes()
    };
    platform.apply(&values)?;
    platform.wait_ready(120)?;
    platform.create_table()?;
    wait_for_primary(platform, &POOLERS, FIRST, 60)?;

    platform.get(FIRST)?.link.cut()?;
    wait_for_primary(platform, &POOLERS, SECOND, 40)?;
    for name in POOLERS {
        let config = platform
            .get(name)?
            .client()?
            .run(&["cat", "/tmp/pgcat.toml"])?;
        ensure!(
            !config.contains(&platform.get(FIRST)?.container.addresses[0]),
            "{name} still lists {FIRST}"
        );
    }
    platform.get(FIRST)?.link.heal()?;
    let took = wait_for_primary(platform, &POOLERS, FIRST, 90)?;
    ensure!(
        took > Duration::from_secs(4),
        "the writes went back at once, after {took:?}"
    );
    platform.wait_equal(1, 60)?;
    platform.check_mesh()
}

/// Waits until a write through each of the poolers arrives at this node.
fn wait_for_primary(
    platform: &mut Platform,
    poolers: &[&str],
    node: &str,
    seconds: u64,
) -> Result<Duration> {
    let address = platform.get(node)?.link.address.clone();
    wait::until(seconds, &format!("writes go to {node}"), || {
        for name in poolers {
            let reached = platform.sql(name, "INSERT INTO items VALUES (gen_random_uuid(), 'pooled') RETURNING host(inet_server_addr())")?;
            if reached != address {
                return Ok(Some(format!("{name} writes to {reached}, not {address}")));
            }
        }
        Ok(None)
    })
}
