//! Clients whose changes depend on what they have seen of each other's, while things happen to the nodes.

use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use crate::platform::Platform;
use crate::wait;

const TABLES: &str = include_str!("order.sql");

/// What a node holds that it should not, once all changes are answered: the rows that were deleted after they had been
/// seen, those that were changed and are as before, and batches that were truncated.
const WRONG: &str = "SELECT count(*) FILTER (WHERE value = 'written' AND id % 4 = 0) || ' resurrected, '
      || count(*) FILTER (WHERE value = 'written' AND id % 4 > 0) || ' regressed, '
      || (SELECT greatest(count(DISTINCT batch) - 1, 0) FROM batches) || ' batches too many'
      || coalesce(' (written from ' || (min(at) FILTER (WHERE value = 'written'))::time(1) || ' to '
           || (max(at) FILTER (WHERE value = 'written'))::time(1) || ', way '
           || string_agg(DISTINCT way, ' ') FILTER (WHERE value = 'written') || ')', '') FROM pairs";

const CONTENT: &str = "SELECT (SELECT md5(string_agg(t::text, ' ' ORDER BY way, id)) FROM pairs t)
      || (SELECT coalesce(md5(string_agg(t::text, ' ' ORDER BY id)), '-') FROM batches t)";

/// Two clients for each of three ways between nodes, and two that fill and empty a table in turn.
pub struct Order {
    clients: Vec<JoinHandle<Result<String>>>,
}

impl Order {
    /// Makes the tables and starts writing: on `a` what `b` answers, on `b` what `a` answers, on `b` what `c` answers.
    pub fn start(platform: &mut Platform, a: &str, b: &str, c: &str) -> Result<Self> {
        platform.sql(a, TABLES)?;
        for name in [b, c] {
            wait::until(30, "the tables are everywhere", || {
                let rows = platform.get(name)?.sql("SELECT count(*) FROM pairs")?;
                Ok((rows != "30000").then_some(rows))
            })?;
        }
        let calls = [
            (a, "write_pairs('a')"),
            (b, "answer_pairs('a')"),
            (b, "write_pairs('b')"),
            (a, "answer_pairs('b')"),
            (b, "write_pairs('c')"),
            (c, "answer_pairs('c')"),
            (a, "fill_batches()"),
            (b, "empty_batches()"),
        ];
        let mut clients = Vec::new();
        for (node, call) in calls {
            let client = platform.get(node)?.client()?.patient(900);
            let call = format!("CALL {call}");
            clients.push(std::thread::spawn(move || client.sql(&call)));
        }
        Ok(Self { clients })
    }

    /// Stops writing, waits for the answers, and sees whether every node holds what it should.
    pub fn finish(self, platform: &mut Platform, on: &str) -> Result<String> {
        platform.sql(on, "INSERT INTO stopped VALUES ('writers')")?;
        for client in self.clients {
            client
                .join()
                .map_err(|_| anyhow!("a client panicked"))?
                .context("a client")?;
        }
        settle(platform)
    }
}

/// Waits until all nodes hold the same, and says what is wrong if they do not, or hold what they should not.
fn settle(platform: &Platform) -> Result<String> {
    std::thread::sleep(Duration::from_secs(2));
    let equal = wait::until(60, "every node holds the same pairs", || {
        let contents: Vec<String> = platform
            .nodes()
            .map(|node| node.sql(CONTENT))
            .collect::<Result<_>>()?;
        Ok(contents
            .iter()
            .any(|content| *content != contents[0])
            .then(|| "they differ".to_owned()))
    });
    let wrong: Vec<String> = platform
        .nodes()
        .map(|node| Ok(format!("{}: {}", node.name(), node.sql(WRONG)?)))
        .collect::<Result<_>>()?;
    let clean = wrong
        .iter()
        .all(|line| line.ends_with("0 resurrected, 0 regressed, 0 batches too many"));
    ensure!(clean && equal.is_ok(), "{}", wrong.join("; "));
    let first = platform.nodes().next().context("no nodes")?;
    first.sql("SELECT count(*) FILTER (WHERE value = 'answered') || ' pairs answered' FROM pairs")
}
