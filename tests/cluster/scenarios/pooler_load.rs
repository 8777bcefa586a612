//! Many clients before few connections, and what they do with them.

use anyhow::{Context, Result, ensure};

use super::pooler::{reads_go_to, wait_for_primary};
use super::{FIRST, SECOND, THIRD, running, three_nodes};
use crate::bundle::{Bundle, Container, Values};
use crate::client::Client;
use crate::platform::Platform;
use crate::replica::Replica;

/// A slow database was taken for a dead one: clients that waited for a connection got errors.
pub fn a_busy_pool_makes_clients_wait(platform: &mut Platform) -> Result<()> {
    if std::env::var_os("PGEDGE_TEST_PGCAT").is_none() {
        return Ok(()); // what stands in for pgcat has no pool
    }
    load(platform, "pgcat")?;
    nobody_is_banned(&platform.get("pooler_0")?.client()?)?;
    // with reads on all nodes, too
    let values = Values {
        poolers: 1,
        pooling: vec![("reads", "all")],
        ..three_nodes()
    };
    let mut spread = another_pooler(platform, &values, "spread")?;
    spread.start()?;
    spread.wait_ready(30)?;
    let client = spread.client()?;
    bench(&client, &MANY, SLOW)?;
    bench(&client, &MANY, TOUCH)?;
    nobody_is_banned(&client)?;
    spread.stop()?;
    what_applications_do(platform, "pgcat")
}

fn nobody_is_banned(client: &Client) -> Result<()> {
    let banned = client.run(&["psql", "-XAtq", "-d", "pgcat", "-c", "SHOW BANS"])?;
    ensure!(banned.is_empty(), "overload banned {banned}");
    Ok(())
}

/// Far more than there are connections.
const MANY: [&str; 6] = ["-c", "200", "-j", "4", "-t", "1"];

/// The same of PgBouncer, and what only it can do: reads of their own.
pub fn pgbouncer_under_load(platform: &mut Platform) -> Result<()> {
    load(platform, "pgbouncer")?;
    reads_go_everywhere(platform)?;
    what_applications_do(platform, "pgbouncer")
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
    let load = std::thread::spawn(move || bench(&waiting, &MANY, SLOW));
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

/// Whatever works on a direct connection works through the pooler, by fifty clients at once, but for what notes name.
fn what_applications_do(platform: &mut Platform, pooler: &'static str) -> Result<()> {
    let client = platform.get("pooler_0")?.client()?;
    let long = client.clone();
    let long =
        std::thread::spawn(move || long.feed(&["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], LONG));
    for mode in ["extended", "prepared"] {
        // PgBouncer carries prepared statements along from 1.21 on
        if mode == "prepared"
            && client
                .run(&[pooler, "--version"])?
                .starts_with("PgBouncer 1.18")
        {
            continue;
        }
        // pgbench with fewer threads than clients blocks itself at a full pool
        bench(
            &client,
            &["-M", mode, "-c", "50", "-j", "50", "-t", "20"],
            TOUCH,
        )?;
    }
    let copied = client.run(&["sh", "-c", COPY])?;
    ensure!(copied == "5000", "COPY: {copied}");
    let long = long.join().map_err(|_| anyhow::anyhow!("it panicked"))??;
    ensure!(long == "12", "a long transaction: {long}");
    heard_in_a_session(platform, pooler)
}

/// Longer than any limit of the poolers for what looks dead, busy and idle.
const LONG: &str = "BEGIN;
INSERT INTO items VALUES ('long 1', '');
\\! sleep 12
DO $$ BEGIN PERFORM pg_sleep(12); END $$;
INSERT INTO items VALUES ('long 2', '');
COMMIT;
SELECT string_agg(substr(id, 6), '' ORDER BY id) FROM items WHERE id LIKE 'long %';
";

const COPY: &str = r#"
for client in $(seq 50); do
  seq 100 | sed "s/.*/copy $client &\tx/" | psql -XAtq -v ON_ERROR_STOP=1 -c 'COPY items FROM STDIN' &
done
wait
psql -XAtq -c "COPY (SELECT FROM items WHERE id LIKE 'copy %') TO STDOUT" | wc -l
"#;

/// LISTEN needs a session: notes name it for the other modes.
fn heard_in_a_session(platform: &mut Platform, pooler: &'static str) -> Result<()> {
    let values = Values {
        pooler,
        poolers: 1,
        pooling: vec![("poolMode", "session")],
        ..three_nodes()
    };
    let mut session = another_pooler(platform, &values, "session")?;
    session.start()?;
    session.wait_ready(30)?;
    let (listener, speaker) = (session.client()?, session.client()?);
    let listener = std::thread::spawn(move || {
        listener.feed(
            &["psql", "-XAtq"],
            "LISTEN news;\nSELECT pg_sleep(4);\nSELECT 1;\n",
        )
    });
    std::thread::sleep(std::time::Duration::from_secs(2));
    speaker.sql("NOTIFY news, 'all'")?;
    let heard = listener
        .join()
        .map_err(|_| anyhow::anyhow!("it panicked"))??;
    ensure!(heard.contains("payload \"all\""), "LISTEN heard {heard}");
    session.stop().map(drop)
}

/// A pooler of other values before the same nodes.
pub fn another_pooler(platform: &mut Platform, values: &Values, name: &str) -> Result<Replica> {
    let containers = Bundle::render(values)?.containers()?;
    let container = containers.into_iter().find(|it| it.name == "pooler_0");
    platform.container(Container {
        name: name.to_owned(),
        ..container.context("no pooler")?
    })
}

/// The second database of PgBouncer: every ready node answers, none takes a write.
fn reads_go_everywhere(platform: &mut Platform) -> Result<()> {
    reads_go_to(platform, "pooler_0", &[FIRST, SECOND, THIRD])?;
    let client = platform.get("pooler_0")?.client()?;
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
