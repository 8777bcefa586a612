//! The pooler before the nodes: which one takes the writes, and when the pooler counts as ready.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, note, three_nodes};
use crate::bundle::Values;
use crate::client::Client;
use crate::platform::Platform;
use crate::{outage, wait};

const POOLERS: [&str; 2] = ["pooler_0", "pooler_1"];
const ALL: [&str; 3] = ["pooler_0", "pooler_1", "pooler_2"];

/// All writes failed for as long as the one primary was down, though the other nodes could have taken them.
pub fn leaves_a_dead_primary(platform: &mut Platform) -> Result<()> {
    leaves_a_dead(platform, "pgcat")
}

/// The same of PgBouncer, which has no list of servers to choose from.
pub fn pgbouncer_leaves_a_dead_primary(platform: &mut Platform) -> Result<()> {
    leaves_a_dead(platform, "pgbouncer")
}

fn leaves_a_dead(platform: &mut Platform, pooler: &'static str) -> Result<()> {
    platform.prepare(&Values {
        pooler,
        poolers: 3,
        ..three_nodes()
    })?;
    is_ready_with_the_first_node(platform)?;
    for name in [SECOND, THIRD] {
        platform.get(name)?.wait_ready(90)?;
    }
    platform.create_table()?;
    wait_for_primary(platform, &POOLERS, FIRST, 60)?;

    loses(platform, pooler, "was killed", 5, |platform| {
        platform.get(FIRST)?.kill()
    })?;
    // a pooler that starts now knows nothing of the past, and comes to the same choice
    platform.get(FIRST)?.start()?;
    platform.get(FIRST)?.wait_ready(60)?;
    platform.get("pooler_2")?.start()?;
    platform.get("pooler_2")?.wait_ready(20)?;
    wait_for_primary(platform, &ALL, SECOND, 3)?;
    // and back, when the first has been healthy for a while
    let took = wait_for_primary(platform, &ALL, FIRST, 60)?;
    ensure!(
        took > Duration::from_secs(4),
        "the writes went back at once, after {took:?}"
    );

    loses(platform, pooler, "was told to stop", 2, |platform| {
        platform.get(FIRST)?.stop().map(drop)
    })?;
    ensure!(
        platform.get(FIRST)?.log()?.contains("state: stopping"),
        "it did not say that it stops"
    );
    only_a_hung_pooler_is_restarted(platform)?;
    for name in ALL {
        let took = platform.get(name)?.stop()?;
        ensure!(
            took < Duration::from_secs(10),
            "{name} took {took:?} to stop"
        );
    }
    Ok(())
}

/// Liveness restarted poolers because the database was away, and saw nothing where one had stopped to answer.
fn only_a_hung_pooler_is_restarted(platform: &mut Platform) -> Result<()> {
    for name in [SECOND, THIRD] {
        platform.get(name)?.kill()?;
    }
    let pooler = platform.get(POOLERS[0])?;
    wait::until(20, "the pooler before dead nodes is not ready", || {
        Ok(pooler.is_ready().then(|| "it is".to_owned()))
    })?;
    ensure!(
        pooler.is_alive(),
        "it would be restarted because the database is away"
    );
    let signal = |signal: &str| {
        let line = format!(
            "kill -{signal} $(grep -la '/tmp/pooler[.]conf' /proc/[0-9]*/cmdline | cut -d/ -f3)"
        );
        pooler.client()?.run(&["sh", "-c", &line]).map(drop)
    };
    signal("STOP")?;
    ensure!(!pooler.is_alive(), "it hangs, and counts as alive");
    signal("CONT")?;
    ensure!(pooler.is_alive(), "it goes on, and counts as hung");
    Ok(())
}

/// The second node takes the writes within so many seconds after this happened to the first.
fn loses(
    platform: &mut Platform,
    pooler: &str,
    what: &str,
    seconds: u64,
    event: impl FnOnce(&mut Platform) -> Result<()>,
) -> Result<()> {
    let outage = outage::measure(platform, &POOLERS, SECOND, event)?;
    note(&format!("{pooler}: the primary {what}: {outage:?}"));
    // a machine that is busy with other clusters asks and answers more slowly
    ensure!(
        outage.back <= Duration::from_secs(3 * seconds),
        "the primary {what}, and writes are back after {:?}",
        outage.back
    );
    Ok(())
}

/// A port that is open says nothing: poolers were ready, and then restarted, before a database that was not there.
fn is_ready_with_the_first_node(platform: &mut Platform) -> Result<()> {
    // the poolers are first, and have to wait
    for name in POOLERS {
        platform.get(name)?.start()?;
    }
    let pooler = platform.get(POOLERS[0])?;
    wait::until(20, "the pooler says that it waits", || {
        Ok((!pooler.log()?.contains("waiting")).then(|| pooler.log().unwrap_or_default()))
    })?;
    for name in POOLERS {
        let pooler = platform.get(name)?;
        ensure!(!pooler.is_ready(), "{name} is ready before any node");
        ensure!(
            pooler.is_alive(),
            "{name} would be restarted because the database is away"
        );
    }
    for name in [FIRST, SECOND, THIRD] {
        platform.get(name)?.start()?;
    }
    wait::until(90, "a node is ready", || {
        let ready = platform.nodes().any(crate::replica::Replica::is_ready);
        Ok((!ready).then(|| "none is".to_owned()))
    })?;
    for name in POOLERS {
        platform.get(name)?.wait_ready(5)?;
    }
    Ok(())
}

/// A primary that vanished without a word was waited for; a node that was still copying got its share of the reads.
pub fn leaves_a_primary_that_is_cut_off(platform: &mut Platform) -> Result<()> {
    leaves_one_cut_off(platform, "pgcat")
}

/// The same of PgBouncer.
pub fn pgbouncer_leaves_a_primary_that_is_cut_off(platform: &mut Platform) -> Result<()> {
    leaves_one_cut_off(platform, "pgbouncer")
}

fn leaves_one_cut_off(platform: &mut Platform, pooler: &'static str) -> Result<()> {
    platform.apply(&Values {
        pooler,
        poolers: 2,
        ..three_nodes()
    })?;
    platform.wait_ready(90)?;
    platform.create_table()?;
    wait_for_primary(platform, &POOLERS, FIRST, 60)?;

    loses(platform, pooler, "was cut off", 12, |platform| {
        platform.get(FIRST)?.link.cut()
    })?;
    for name in POOLERS {
        let config = platform
            .get(name)?
            .client()?
            .run(&["cat", "/tmp/pooler.conf"])?;
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

/// One primary for all locations: most writes crossed an ocean.
pub fn writes_stay_in_their_location(platform: &mut Platform) -> Result<()> {
    writes_stay(platform, "pgcat")
}

/// The same of PgBouncer.
pub fn pgbouncer_writes_stay_in_their_location(platform: &mut Platform) -> Result<()> {
    writes_stay(platform, "pgbouncer")
}

fn writes_stay(platform: &mut Platform, pooler: &'static str) -> Result<()> {
    platform.apply(&Values {
        pooler,
        poolers: 2,
        // PgBouncer has a second database for reads, whatever its values say
        pooling: match pooler {
            "pgcat" => vec![("routing", "local"), ("reads", "all")],
            _ => vec![("routing", "local")],
        },
        ..three_nodes()
    })?;
    platform.wait_ready(90)?;
    platform.create_table()?;
    // the first pooler is in the first location, the second in the other one
    let [near, far] = [&POOLERS[..1], &POOLERS[1..]];
    wait_for_primary(platform, near, FIRST, 60)?;
    wait_for_primary(platform, far, THIRD, 60)?;
    reads_go_to(platform, near[0], &[FIRST, SECOND])?;
    reads_go_to(platform, far[0], &[THIRD])?;

    // its own location has no other node: over to the first of the other one, and back
    platform.get(THIRD)?.kill()?;
    wait_for_primary(platform, far, FIRST, 20)?;
    reads_go_to(platform, far[0], &[FIRST, SECOND])?;
    platform.get(THIRD)?.start()?;
    platform.get(THIRD)?.wait_ready(60)?;
    wait_for_primary(platform, far, THIRD, 90)?;
    reads_go_to(platform, far[0], &[THIRD])?;
    // its own location has another node
    platform.get(FIRST)?.kill()?;
    wait_for_primary(platform, near, SECOND, 20)?;
    wait_for_primary(platform, far, THIRD, 3)?;
    reads_go_to(platform, near[0], &[SECOND])?;
    platform.get(FIRST)?.start()?;
    platform.get(FIRST)?.wait_ready(60)?;
    wait_for_primary(platform, near, FIRST, 90)?;
    platform.wait_equal(6, 60)?;
    platform.check_mesh()
}

/// Waits until exactly these nodes answer a pooler's reads. What stands in for pgcat reads from the primary only: there,
/// the nodes on its list.
pub fn reads_go_to(platform: &mut Platform, pooler: &str, nodes: &[&str]) -> Result<()> {
    let mut wanted = BTreeSet::new();
    for name in nodes {
        wanted.insert(platform.get(name)?.link.address.clone());
    }
    let addresses: Vec<(String, String)> = platform
        .nodes()
        .map(|node| {
            (
                node.container.addresses[0].clone(),
                node.link.address.clone(),
            )
        })
        .collect();
    let client = platform.get(pooler)?.client()?;
    wait::until(20, &format!("reads of {pooler} go to {nodes:?}"), || {
        let config = client.run(&["cat", "/tmp/pooler.conf"])?;
        let reached =
            if config.contains("[pools.") && std::env::var_os("PGEDGE_TEST_PGCAT").is_none() {
                let servers = config
                    .lines()
                    .find(|line| line.starts_with("servers = "))
                    .unwrap_or("");
                let listed = addresses.iter().filter(|(name, _)| servers.contains(name));
                listed.map(|(_, address)| address.clone()).collect()
            } else {
                readers(&client, config.contains("mydb_read"))?
            };
        Ok((reached != wanted).then(|| format!("{reached:?}, not {wanted:?}")))
    })
    .map(drop)
}

/// The nodes that answer some reads at once.
fn readers(client: &Client, has_second: bool) -> Result<BTreeSet<String>> {
    let database = if has_second { "mydb_read" } else { "mydb" };
    let read = "SELECT host(inet_server_addr()) FROM pg_sleep(1)";
    let reads: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            std::thread::spawn(move || {
                client.run(&["timeout", "10", "psql", "-XAtq", "-d", database, "-c", read])
            })
        })
        .collect();
    reads
        .into_iter()
        .map(|read| {
            read.join()
                .map_err(|_| anyhow::anyhow!("a read panicked"))?
        })
        .collect()
}

/// Waits until a write through each of the poolers arrives at this node.
pub fn wait_for_primary(
    platform: &mut Platform,
    poolers: &[&str],
    node: &str,
    seconds: u64,
) -> Result<Duration> {
    let address = platform.get(node)?.link.address.clone();
    wait::until(seconds, &format!("writes go to {node}"), || {
        for name in poolers {
            // as applications do it: with a limit of their own
            let write = "INSERT INTO items VALUES (gen_random_uuid(), 'pooled') RETURNING host(inet_server_addr())";
            let client = platform.get(name)?.client()?;
            let reached = client.run(&["timeout", "3", "psql", "-XAtq", "-c", write])?;
            if reached != address {
                return Ok(Some(format!("{name} writes to {reached}, not {address}")));
            }
        }
        Ok(None)
    })
}
