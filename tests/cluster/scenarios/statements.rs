//! Where a real pgcat sends what.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};

use super::pooler::{reads_go_to, wait_for_primary};
use super::{FIRST, SECOND, THIRD, note, running, three_nodes};
use crate::bundle::Values;
use crate::client::Client;
use crate::platform::Platform;

/// The promise, statement by statement.
const TABLE: &str = include_str!("../statements.txt");

/// Each statement is sent so many times in each way: chance must not hide a way to the wrong node.
const ROUNDS: usize = 8;

/// Whether it is the last release, whose parser and routing are others than those of the newest source.
fn is_old(client: &Client) -> Result<bool> {
    Ok(client.run(&["pgcat", "--version"])?.ends_with(" 1.2.0"))
}

/// Pseudo-randomly chosen nodes took DDL, locks and sequences.
pub fn each_goes_where_it_belongs(platform: &mut Platform) -> Result<()> {
    if std::env::var_os("PGEDGE_TEST_PGCAT").is_none() {
        return Ok(()); // what stands in for pgcat does not look into statements
    }
    running(
        platform,
        &Values {
            poolers: 1,
            pooling: vec![("reads", "all")],
            parameters: vec![("log_statement", "all")],
            ..three_nodes()
        },
    )?;
    wait_for_primary(platform, &["pooler_0"], FIRST, 60)?;
    reads_go_to(platform, "pooler_0", &[FIRST, SECOND, THIRD])?;
    let client = platform.get("pooler_0")?.client()?;
    let is_old = is_old(&client)?;
    let rows: Vec<(&str, &str)> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (newest, rest) = line.split_once(' ')?;
            let (old, statement) = rest.trim().split_once(' ')?;
            Some((if is_old { old } else { newest }, statement.trim()))
        })
        .collect();
    let mut script = String::new();
    for (number, (_, statement)) in rows.iter().enumerate() {
        for _ in 0..ROUNDS {
            writeln!(script, "\\c\n{statement} /* first {number}. */;")?;
            writeln!(script, "\\c\nSELECT 1;\n{statement} /* later {number}. */;")?;
        }
    }
    client.feed(&["psql", "-XAtq"], &script)?;
    let mut wrong = String::new();
    // the way out, which notes name, holds for the rest of the session
    client.feed(
        &["psql", "-XAtq"],
        &("SET SERVER ROLE TO 'primary';\n".to_owned()
            + &"SELECT nextval('nosuch') /* asked. */;\n".repeat(20)),
    )?;
    let asked = reached(platform, "/* asked. */")?;
    if asked != BTreeSet::from([FIRST]) {
        writeln!(wrong, "SET SERVER ROLE: {asked:?}")?;
    }
    for (number, (way, statement)) in rows.iter().enumerate() {
        let first = reached(platform, &format!("/* first {number}. */"))?;
        let later = reached(platform, &format!("/* later {number}. */"))?;
        let is_primary = |nodes: &BTreeSet<&str>| nodes.len() == 1 && nodes.contains(FIRST);
        let found = match (is_primary(&first), is_primary(&later)) {
            (true, true) => "primary",
            (true, false) => "like",
            (false, false) => "elsewhere",
            (false, true) => "odd",
        };
        note(&format!(
            "{way:8} {found:10} {}/{} {statement}",
            first.len(),
            later.len()
        ));
        // that the others reach other nodes too is chance
        let is_kept = match *way {
            "primary" => found == "primary",
            "like" => is_primary(&first),
            _ => true,
        };
        // what the server cannot parse it does not log
        if !is_kept || first.is_empty() || later.is_empty() {
            writeln!(
                wrong,
                "{statement}: {way} is promised, found {found}: {first:?}, then {later:?}"
            )?;
        }
    }
    ensure!(wrong.is_empty(), "{wrong}");
    Ok(())
}

/// The nodes whose log has a client's statement with this mark.
fn reached(platform: &mut Platform, mark: &str) -> Result<BTreeSet<&'static str>> {
    let mut found = BTreeSet::new();
    for name in [FIRST, SECOND, THIRD] {
        let log = platform.get(name)?.log().context("no log")?;
        if log
            .lines()
            .any(|line| line.contains(" LOG:  statement: ") && line.contains(mark))
        {
            found.insert(name);
        }
    }
    Ok(found)
}

/// A read right after a write came from a node that did not have it yet.
pub fn clients_read_their_own_writes(platform: &mut Platform) -> Result<()> {
    if std::env::var_os("PGEDGE_TEST_PGCAT").is_none() {
        return Ok(());
    }
    let by_default = Values {
        poolers: 1,
        ..three_nodes()
    };
    let all = Values {
        pooling: vec![("reads", "all")],
        ..by_default.clone()
    };
    running(platform, &by_default)?;
    wait_for_primary(platform, &["pooler_0"], FIRST, 60)?;
    platform.sql("pooler_0", "CREATE TABLE others (id int)")?;
    for (way, begin, end) in WAYS {
        let (missed, spread) = write_and_read(platform, &format!("by default {way}"), begin, end)?;
        ensure!(
            missed == 0 && spread == [1000],
            "{missed} of 1000 rows were not there, other tables were read from {spread:?}"
        );
    }

    platform.apply(&all)?;
    let pooler = platform.get("pooler_0")?;
    pooler.stop()?;
    pooler.start()?;
    reads_go_to(platform, "pooler_0", &[FIRST, SECOND, THIRD])?;
    std::thread::sleep(std::time::Duration::from_secs(7));
    let client = platform.get("pooler_0")?.client()?;
    let is_old = is_old(&client)?;
    for (way, begin, end) in WAYS {
        let (missed, spread) = write_and_read(platform, way, begin, end)?;
        ensure!(
            spread.len() == 3,
            "reads of another table went to {spread:?}"
        );
        ensure!(
            missed == 0 || way != "alone" || is_old,
            "{missed} of 1000 rows were not there"
        );
    }
    // pgcat does not look at the table of a DELETE
    std::thread::sleep(std::time::Duration::from_secs(7));
    let mut script = String::new();
    for number in 0..1000 {
        writeln!(
            script,
            "DELETE FROM items WHERE id = 'alone {number}';\nSELECT 'row ' || count(*) FROM items WHERE id = 'alone {number}';"
        )?;
    }
    let said = client.feed(&["psql", "-XAtq"], &script)?;
    let missed = said.lines().filter(|line| *line == "row 1").count();
    note(&format!("deleted alone: {missed} of 1000 missed"));
    Ok(())
}

/// How a row is written: what it is called, and what stands around the statement.
const WAYS: [(&str, &str, &str); 2] = [
    ("in a transaction", "BEGIN;\n", "COMMIT;\n"),
    ("alone", "", ""),
];

/// Of 1,000 rows, how many were not there right after they were written; and how many reads of another table each node
/// got.
fn write_and_read(
    platform: &mut Platform,
    way: &str,
    begin: &str,
    end: &str,
) -> Result<(usize, Vec<usize>)> {
    let mut script = String::new();
    for number in 0..1000 {
        writeln!(
            script,
            "{begin}INSERT INTO items VALUES ('{way} {number}');\n{end}SELECT 'row ' || count(*) FROM items WHERE id = '{way} {number}';"
        )?;
        writeln!(
            script,
            "SELECT 'other ' || host(inet_server_addr()) FROM (SELECT count(*) FROM others) o;"
        )?;
    }
    let client = platform.get("pooler_0")?.client()?;
    let said = client.feed(&["psql", "-XAtq"], &script)?;
    let missed = said.lines().filter(|line| *line == "row 0").count();
    let mut nodes: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("other "))
        .collect();
    nodes.sort_unstable();
    let spread: Vec<usize> = nodes
        .chunk_by(|one, two| one == two)
        .map(<[_]>::len)
        .collect();
    note(&format!(
        "written {way}: {missed} of 1000 missed, reads of another table: {spread:?}"
    ));
    Ok((missed, spread))
}
