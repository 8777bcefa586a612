//! More nodes and poolers, fewer nodes, and more again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{FIRST, SECOND, THIRD, note, rows, running, three_nodes, two_nodes};
use crate::bundle::Values;
use crate::platform::Platform;
use crate::wait;
use crate::writer::Writer;

const POOLERS: [&str; 4] = ["pooler_0", "pooler_1", "pooler_2", "pooler_3"];

fn cluster(west: u64, europe: u64, poolers: u64) -> Values {
    Values {
        poolers,
        pooling: vec![("reads", "all")],
        ..Values::new(&[("aws-us-west-2", west), ("aws-eu-central-1", europe)])
    }
}

/// A longer list, and sizes that followed from it, restarted every node of every location at once.
pub fn growing(platform: &mut Platform) -> Result<()> {
    running(platform, &cluster(2, 1, 2))?;
    let numbers = numbers(platform)?;
    let started = start_times(platform)?;
    let manifests = environments(platform);
    let writers = [FIRST, THIRD, "pooler_0"]
        .into_iter()
        .map(|name| Ok(Writer::start(platform.get(name)?.client()?)))
        .collect::<Result<Vec<_>>>()?;

    // those that run do not even see the new files
    platform.refreshes_files = false;
    platform.apply(&cluster(3, 2, 4))?;
    let mut added = Duration::ZERO;
    for name in ["aws_us_west_2_2", "aws_eu_central_1_1"] {
        let node = platform.get(name)?;
        node.wait_ready(180)?;
        let address = node.container.addresses[0].clone();
        // 10 s are promised; a machine that runs other tests beside this one may take longer
        let took = wait::until(30, &format!("every pooler reads from {name}"), || {
            pooler_without(platform, &address)
        })?;
        added = added.max(took);
    }
    note(&format!(
        "poolers use a new node {added:?} after it is ready"
    ));
    let now = environments(platform);
    for (name, environment) in &manifests {
        ensure!(
            now.get(name) == Some(environment),
            "the platform would replace {name}"
        );
    }
    is_kept(platform, &started, &numbers)?;

    // fewer, and they do see the new files
    platform.refreshes_files = true;
    platform.apply(&cluster(2, 2, 4))?;
    wait_links(platform, 3)?;
    is_kept(platform, &started, &numbers)?;

    // fewer still, and only one that starts knows
    platform.refreshes_files = false;
    platform.apply(&cluster(2, 1, 4))?;
    let second = platform.get(SECOND)?;
    second.stop()?;
    second.start()?;
    wait_links(platform, 2)?;
    let mut written = 0;
    for writer in writers {
        written += writer.stop()?;
    }
    let content = platform.wait_equal(written, 60)?;
    note(&format!("{written} rows written all the while, {content}"));
    let mut others = started;
    others.remove(SECOND);
    is_kept(platform, &others, &numbers)?;
    platform.check_mesh()
}

/// Nobody was restarted, and all have the numbers that they had.
fn is_kept(
    platform: &Platform,
    started: &BTreeMap<String, String>,
    before: &BTreeMap<String, String>,
) -> Result<()> {
    let now = start_times(platform)?;
    for (name, time) in started {
        ensure!(now.get(name) == Some(time), "{name} was restarted");
    }
    let now = numbers(platform)?;
    for (name, number) in before {
        let number_now = now.get(name);
        ensure!(
            number_now == Some(number),
            "{name} was number {number}, and is {number_now:?}"
        );
    }
    Ok(())
}

fn start_times(platform: &Platform) -> Result<BTreeMap<String, String>> {
    let ask = |node: &crate::replica::Replica| {
        Ok((
            node.name().to_owned(),
            node.sql("SELECT pg_postmaster_start_time()")?,
        ))
    };
    platform.nodes().map(ask).collect()
}

/// What tells the platform that a container has to be replaced.
fn environments(platform: &Platform) -> BTreeMap<String, Vec<(String, String)>> {
    let of = |replica: &crate::replica::Replica| {
        (
            replica.name().to_owned(),
            replica.container.environment.clone(),
        )
    };
    platform.replicas.iter().map(of).collect()
}

/// The numbers of all nodes for sequences and large objects: no two are alike.
pub fn numbers(platform: &Platform) -> Result<BTreeMap<String, String>> {
    let mut numbers = BTreeMap::new();
    for node in platform.nodes() {
        let number = node.sql(
            "SELECT current_setting('snowflake.node') || ' ' || current_setting('lolor.node')",
        )?;
        let (first, second) = number.split_once(' ').context("two numbers")?;
        ensure!(first == second && first != "0", "{number}");
        numbers.insert(node.name().to_owned(), first.to_owned());
    }
    let different: BTreeSet<&String> = numbers.values().collect();
    ensure!(different.len() == numbers.len(), "{numbers:?}");
    Ok(numbers)
}

/// The complaint that a pooler does not list this address.
fn pooler_without(platform: &mut Platform, address: &str) -> Result<Option<String>> {
    for name in POOLERS {
        let config = platform
            .get(name)?
            .client()?
            .run(&["cat", "/tmp/pooler.conf"])?;
        if !config.contains(address) {
            return Ok(Some(format!("{name} does not")));
        }
    }
    Ok(None)
}

fn wait_links(platform: &Platform, count: usize) -> Result<()> {
    for node in platform.nodes() {
        let what = format!("{} has {count} links", node.name());
        wait::until(90, &what, || {
            let links = node.sql(LINKS)?;
            let wanted = format!("{count}|{count}|{count}");
            Ok((links != wanted).then_some(links))
        })?;
    }
    Ok(())
}

const LINKS: &str =
    "SELECT (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM spock.subscription),
    (SELECT count(*) FROM pg_replication_origin)";

/// The slots for a removed node held back WAL for ever; a node that returned came with its stale data.
pub fn in_and_out(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(THIRD, &rows(300))?;
    platform.wait_equal(300, 60)?;
    let before = numbers(platform)?;

    platform.apply(&two_nodes())?;
    for name in [FIRST, SECOND] {
        let node = platform.get(name)?;
        wait::until(60, &format!("{name} has one link left"), || {
            let links = node.sql(LINKS)?;
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
    let after = numbers(platform)?;
    ensure!(after == before, "numbers changed: {before:?}, {after:?}");
    platform.check_mesh()
}
