//! Many clients before few connections, and what they do with them.

use anyhow::{Result, ensure};

use super::pooler::wait_for_primary;
use super::{FIRST, SECOND, THIRD, running, three_nodes};
use crate::bundle::Values;
use crate::client::Client;
use crate::platform::Platform;

/// A slow database was taken for a dead one: clients that waited for a connection got errors.
pub fn a_busy_pool_makes_clients_wait(platform: &mut Platform) -> Result<()> {
    if std::env::var_os("PGEDGE_TEST_PGCAT").is_none() {
        return Ok(()); // what stands in for pgcat has no pool
    }
    load(platform, "pgcat")
}

/// The same of PgBouncer, and what only it can do: reads of their own, and prepared statements that it knows.
pub fn pgbouncer_under_load(platform: &mut Platform) -> Result<()> {
    load(platform, "pgbouncer")?;
    reads_go_everywhere(platform)?;
    let client = platform.get("pooler_0")?.client()?;
    bench(
        &client,
        &["-M", "extended", "-c", "50", "-j", "50", "-t", "20"],
        TOUCH,
    )?;
    // prepared statements hold in transaction mode from 1.21 on
    let version = client.run(&["pgbouncer", "--version"])?;
    if !version.starts_with("PgBouncer 1.18") {
        bench(
            &client,
            &["-M", "prepared", "-c", "50", "-j", "50", "-t", "20"],
            TOUCH,
        )?;
    }
    Ok(())
}

const SLOW: &str = "SELECT pg_sleep(0.25) FROM items;";
const TOUCH: &str =
    "\\set id random(1, 100000)\nUPDATE items SET note = note || 'x' WHERE id = (:id)::text;";

fn load(platform: &mut Platform, pooler: &'static str) -> Result<()> {
    running(
        platform,
        &Values {
            pooler,
            poolers: 1,
            ..three_nodes()
        },
    )?;
    wait_for_primary(platform, &["pooler_0"], FIRST, 60)?;
    platform.sql("pooler_0", "TRUNCATE items")?;
    platform.sql("pooler_0", "INSERT INTO items VALUES ('1', '')")?;
    let pooler = platform.get("pooler_0")?;
    let client = pooler.client()?;
    // 200 clients, 5 connections, a quarter of a second each: the last one waits for ten seconds
    let waiting = client.clone();
    let load =
        std::thread::spawn(move || bench(&waiting, &["-c", "200", "-j", "4", "-t", "1"], SLOW));
    std::thread::sleep(std::time::Duration::from_secs(4));
    ensure!(
        pooler.is_ready() && pooler.is_alive(),
        "busy, and not ready"
    );
    load.join()
        .map_err(|_| anyhow::anyhow!("the load panicked"))?
}

/// pgbench with a script; no transaction may fail.
fn bench(client: &Client, arguments: &[&str], script: &str) -> Result<()> {
    let run = "cat >/tmp/bench.$$ && exec /usr/pgsql-17/bin/pgbench -n -f /tmp/bench.$$ \"$@\"";
    let words = [&["sh", "-c", run, "bench"], arguments].concat();
    let report = client.feed(&words, script)?;
    ensure!(
        report.contains("number of failed transactions: 0 (0.000%)"),
        "{report}"
    );
    Ok(())
}

/// The second database of PgBouncer: every ready node answers, none takes a write.
fn reads_go_everywhere(platform: &mut Platform) -> Result<()> {
    let mut expected = Vec::new();
    for name in [FIRST, SECOND, THIRD] {
        expected.push(platform.get(name)?.link.address.clone());
    }
    expected.sort();
    let client = platform.get("pooler_0")?.client()?;
    let asks: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            std::thread::spawn(move || {
                client.run(&[
                    "psql",
                    "-XAtq",
                    "-d",
                    "mydb_read",
                    "-c",
                    "SELECT host(inet_server_addr()) FROM pg_sleep(2)",
                ])
            })
        })
        .collect();
    let mut reached = Vec::new();
    for ask in asks {
        reached.push(
            ask.join()
                .map_err(|_| anyhow::anyhow!("a read panicked"))??,
        );
    }
    reached.sort();
    reached.dedup();
    ensure!(reached == expected, "reads went to {reached:?}");
    let write = client.run(&[
        "psql",
        "-XAtq",
        "-d",
        "mydb_read",
        "-c",
        "DELETE FROM items",
    ]);
    let refused = write
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    ensure!(refused.contains("read-only transaction"), "{refused}");
    Ok(())
}
