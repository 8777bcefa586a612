//! Nodes without data come into a running cluster.

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, rows, running, three_nodes, two_nodes};
use crate::bundle::Values;
use crate::platform::Platform;
use crate::writer::Writer;

/// A new node had neither tables nor rows and served reads all the same; the old ones had to be restarted for it.
pub fn two_at_once(platform: &mut Platform) -> Result<()> {
    running(platform, &two_nodes())?;
    platform.sql(FIRST, &rows(20_000))?;
    platform.wait_equal(20_000, 60)?;
    let started = platform.sql(FIRST, "SELECT pg_postmaster_start_time()")?;
    let writers = [
        platform.get(FIRST)?.client()?,
        platform.get(SECOND)?.client()?,
    ]
    .map(Writer::start);

    platform.apply(&Values::new(&[
        ("aws-us-west-2", 2),
        ("aws-eu-central-1", 2),
    ]))?;
    for name in [THIRD, "aws_eu_central_1_1"] {
        let node = platform.get(name)?;
        node.wait_ready(120)?;
        let rows: usize = node.sql("SELECT count(*) FROM items")?.parse()?;
        ensure!(rows >= 20_000, "{name} was ready with {rows} of 20000 rows");
    }
    let mut written = 20_000;
    for writer in writers {
        written += writer.stop()?;
    }
    platform.wait_equal(written, 60)?;
    ensure!(
        platform.sql(FIRST, "SELECT pg_postmaster_start_time()")? == started,
        "{FIRST} was restarted"
    );
    platform.check_mesh()
}

/// A node with a lost volume came up without tables and discarded what it received; its peers' links to it stayed dead.
pub fn emptied(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    let mut written = 5_000;
    platform.sql(THIRD, &rows(written))?;
    platform.wait_equal(written, 60)?;
    // the first one too, which is everyone's preferred source
    for (name, others) in [(THIRD, [FIRST, SECOND]), (FIRST, [SECOND, THIRD])] {
        let writers = [
            platform.get(others[0])?.client()?,
            platform.get(others[1])?.client()?,
        ]
        .map(Writer::start);
        let node = platform.get(name)?;
        node.kill()?;
        node.empty_volume()?;
        node.start()?;
        node.wait_ready(120)?;
        for writer in writers {
            written += writer.stop()?;
        }
        platform.wait_equal(written, 60)?;
    }
    platform.check_mesh()
}
