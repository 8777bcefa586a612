//! End-to-end tests: rendered bundles on real PostgreSQL servers, on a platform of our own.
//!
//! ```text
//! values ─► pgedge-tpl render ─► bundle ─► platform: a container for every replica ─► scenarios
//! ```
//!
//! Each replica runs what its manifest says, in network, mount and process namespaces of its own: its command and
//! arguments, its environment and secrets, its volume, its user. The scenarios then do to it what happens to real
//! ones, and compare the rows on all nodes.
//!
//! One more run comes with faults at random, see `chaos.rs`, and one only measures, see `scenarios/pooler_bench.rs`.
//!
//! `PGEDGE_TEST_PG_BIN` names the `bin` directory of the PostgreSQL to run, by default Debian's PostgreSQL 15. If it
//! has no Spock, pglogical and the shim in `shim/` stand in for it. `PGEDGE_TEST_PGCAT` names a pgcat; without it
//! `fake_pgcat.py` reads the configuration and passes connections on. `PGEDGE_TEST_PGBOUNCER` names another PgBouncer
//! than Debian's. All of it needs root, for the namespaces.

mod bucket;
mod bundle;
mod chaos;
mod client;
mod network;
mod order;
mod outage;
mod platform;
mod postgres;
mod replica;
mod sandbox;
mod scenarios;
mod wait;
mod writer;

use std::process::ExitCode;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};

use platform::Platform;
use scenarios::Scenario;

fn main() -> Result<ExitCode> {
    let mut arguments = Arguments::from_args();
    // most of the time is waiting; with more clusters at once two cores do not keep up
    arguments.test_threads.get_or_insert(3);

    let wanted = |name: &str| {
        arguments
            .filter
            .as_ref()
            .is_none_or(|filter| name.contains(filter.as_str()))
    };
    if !arguments.list
        && (scenarios::ALL.iter().any(|(name, _)| wanted(name))
            || wanted("chaos a_large_join bench"))
    {
        sandbox::enter()?;
    }
    let mut trials: Vec<Trial> = scenarios::ALL
        .iter()
        .map(|&(name, scenario)| {
            let beyond = scenarios::REAL_SPOCK.contains(&name) && !postgres::is_real();
            Trial::test(name, move || run(scenario)).with_ignored_flag(beyond)
        })
        .collect();
    if chaos::is_wanted() {
        trials.push(Trial::test("chaos", || run(chaos::run)));
    }
    if std::env::var_os("PGEDGE_TEST_JOIN_MIB").is_some() {
        trials.push(Trial::test("a_large_join", || run(scenarios::join::large)));
    }
    if std::env::var_os(scenarios::pooler_bench::WANTED).is_some() {
        trials.push(Trial::test("bench", || {
            run(scenarios::pooler_bench::side_by_side)
        }));
    }
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// Runs a scenario on a platform of its own; if it fails, what the replicas logged last is part of the message.
fn run(scenario: Scenario) -> Result<(), Failed> {
    let mut platform = Platform::new()?;
    scenario(&mut platform).map_err(|error| Failed::from(format!("{error:#}\n{}", platform.logs())))
}
