//! Throughput through both poolers and without, side by side: figures, no verdict.
//!
//! `PGEDGE_TEST_BENCH=8 cargo test --test cluster -- --nocapture bench`, with `PGEDGE_TEST_PGCAT` and, from 1.21 on,
//! `PGEDGE_TEST_PGBOUNCER`: so many seconds for each run of pgbench, on a machine that does nothing else.

use anyhow::Result;

use super::pooler_load::another_pooler;
use super::{FIRST, note, running};
use crate::bundle::Values;
use crate::client::Client;
use crate::platform::Platform;

pub const WANTED: &str = "PGEDGE_TEST_BENCH";

const CLIENTS: [&str; 4] = ["10", "30", "50", "200"];
const PROTOCOLS: [&str; 3] = ["simple", "extended", "prepared"];

pub fn side_by_side(platform: &mut Platform) -> Result<()> {
    let seconds = std::env::var(WANTED)?;
    // connections for 200 clients without a pooler
    let nodes = Values {
        pool_size: 250,
        ..Values::new(&[("aws-us-west-2", 1)])
    };
    running(platform, &nodes)?;
    let mut poolers = Vec::new();
    for pooler in ["pgcat", "pgbouncer"] {
        let values = Values {
            pooler,
            poolers: 1,
            pool_size: 25,
            ..nodes.clone()
        };
        let mut replica = another_pooler(platform, &values, pooler)?;
        replica.start()?;
        replica.wait_ready(60)?;
        poolers.push(replica);
    }
    let [pgcat, pgbouncer] = [poolers[0].client()?, poolers[1].client()?];
    let node = platform.get(FIRST)?.link.address.clone();
    let fill = [
        "/usr/pgsql-17/bin/pgbench",
        "-i",
        "-q",
        "-s",
        "20",
        "-h",
        &node,
    ];
    pgcat.clone().patient(200).run(&fill)?;
    note(&format!(
        "{}, {}",
        version(&pgcat, "pgcat")?,
        version(&pgbouncer, "pgbouncer")?
    ));
    note("protocol  clients     direct      pgcat  pgbouncer");
    for protocol in PROTOCOLS {
        for clients in CLIENTS {
            let run = |client: &Client, host| tps(client, host, protocol, clients, &seconds);
            let (direct, pgcat) = (run(&pgcat, &node), run(&pgcat, "127.0.0.1"));
            let pgbouncer = run(&pgbouncer, "127.0.0.1");
            note(&format!(
                "{protocol:9} {clients:>7} {direct:>10} {pgcat:>10} {pgbouncer:>10}"
            ));
        }
    }
    Ok(())
}

fn version(client: &Client, program: &str) -> Result<String> {
    let said = client.run(&[program, "--version"])?;
    Ok(said.lines().next().unwrap_or_default().to_owned())
}

/// Transactions per second, or what went wrong.
fn tps(client: &Client, host: &str, protocol: &str, clients: &str, seconds: &str) -> String {
    // one thread for each client: with fewer, pgbench blocks itself at a full pool
    let bench = [
        "/usr/pgsql-17/bin/pgbench",
        "-n",
        "-M",
        protocol,
        "-c",
        clients,
        "-j",
        clients,
        "-T",
        seconds,
    ];
    let report = match client.run(&[&bench[..], &["-h", host]].concat()) {
        Ok(report) => report,
        Err(error) => return format!("{error:#}"),
    };
    let find = |begin: &str| {
        report
            .lines()
            .find_map(|line| line.strip_prefix(begin)?.split([' ', '.']).next())
    };
    match find("number of failed transactions: ") {
        Some("0") => find("tps = ").unwrap_or("?").to_owned(),
        failed => format!("{failed:?} failed"),
    }
}
