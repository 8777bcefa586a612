//! Containers that end and begin again with their volume.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::pooler::wait_for_primary;
use super::{FIRST, SECOND, THIRD, note, rows, running, three_nodes};
use crate::bundle::Values;
use crate::outage;
use crate::platform::Platform;
use crate::wait;
use crate::writer::Writer;

/// A restarted node dropped the inactive slots of its peers: what they had not received yet was lost.
pub fn one_by_one(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    let mut written = 0;

    // each in turn, crashed and stopped, while another one writes
    for (name, other) in [(FIRST, SECOND), (THIRD, FIRST)] {
        let writer = Writer::start(platform.get(other)?.client()?);
        let node = platform.get(name)?;
        node.kill()?;
        node.start()?;
        node.wait_ready(120)?;
        node.stop()?;
        node.start()?;
        node.wait_ready(120)?;
        written += writer.stop()?;
    }
    platform.wait_equal(written, 60)?;

    // the rows wait on one node for a peer that is down, and the node itself crashes meanwhile; what that peer wrote
    // last is here alone, and it does not come back soon
    let link = format!("'{SECOND}_sub_from_{THIRD}'");
    platform.sql(SECOND, &format!("SELECT spock.sub_disable({link})"))?;
    platform.sql(THIRD, "CALL pgedge.beat()")?;
    platform.sql(THIRD, "INSERT INTO items VALUES ('the last', 'row')")?;
    written += 1;
    wait::until(30, "one node has what the other one wrote last", || {
        let found = platform.sql(FIRST, "SELECT count(*) FROM items WHERE id = 'the last'")?;
        Ok((found != "1").then_some(found))
    })?;
    platform.get(THIRD)?.kill()?;
    platform.sql(SECOND, &format!("SELECT spock.sub_enable({link})"))?;
    platform.sql(FIRST, &rows(500))?;
    for _ in 0..2 {
        platform.get(FIRST)?.kill()?;
        platform.get(FIRST)?.start()?;
        platform.get(FIRST)?.wait_ready(120)?;
    }
    platform.get(THIRD)?.start()?;
    platform.wait_equal(written + 500, 60)?;
    platform.check_mesh()
}

/// After a crash of all nodes each one waited for the others, or the first one up dropped the others' slots.
pub fn all_at_once(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    let mut written = 0;
    for order in [[THIRD, FIRST, SECOND], [SECOND, THIRD, FIRST]] {
        let writers =
            [FIRST, SECOND, THIRD].map(|name| Ok(Writer::start(platform.get(name)?.client()?)));
        std::thread::sleep(std::time::Duration::from_secs(2));
        for name in order {
            platform.get(name)?.kill()?;
        }
        for writer in writers {
            let writer: Result<Writer> = writer;
            written += writer?.stop()?;
        }
        for name in order {
            platform.get(name)?.start()?;
        }
        platform.wait_ready(120)?;
        platform.wait_equal(written, 60)?;
    }
    platform.check_mesh()
}

/// With one node in each location the platform restarts all of them together: nobody took writes until one was back.
pub fn rollout(platform: &mut Platform) -> Result<()> {
    let locations = [
        ("aws-us-west-2", 1),
        ("aws-eu-central-1", 1),
        ("gcp-us-east1", 1),
    ];
    let poolers = ["pooler_0", "pooler_1"];
    let values = Values {
        poolers: 2,
        ..Values::new(&locations)
    };
    running(platform, &values)?;
    wait_for_primary(platform, &poolers, FIRST, 60)?;
    // what the platform takes to begin the next container
    let pause = std::env::var("PGEDGE_TEST_ROLLOUT_PAUSE").unwrap_or_default();
    let pause = Duration::from_secs(pause.parse().unwrap_or(10));
    let outage = outage::measure(platform, &poolers, FIRST, |platform| {
        roll_out(platform, &[FIRST, THIRD, "gcp_us_east1_0"], pause)
    })?;
    note(&format!(
        "all were told to stop at once, {pause:?}: {outage:?}"
    ));
    platform.wait_equal(outage.written, 60)?;
    platform.check_mesh()
}

/// All are told to stop at the same moment, and each is started again so long after it has ended.
fn roll_out(platform: &mut Platform, names: &[&str], pause: Duration) -> Result<()> {
    let start = Instant::now();
    for name in names {
        platform.get(name)?.tell_to_stop()?;
    }
    let mut ended = BTreeMap::new();
    let mut waiting = names.to_vec();
    while !waiting.is_empty() {
        for name in waiting.clone() {
            let node = platform.get(name)?;
            if node.runs()? {
                anyhow::ensure!(
                    start.elapsed() < node.container.grace,
                    "{name} does not stop"
                );
                continue;
            }
            let end = *ended.entry(name).or_insert_with(Instant::now);
            if end.elapsed() >= pause {
                node.start()?;
                note(&format!("{name} stopped after {:?}", end - start));
                waiting.retain(|other| *other != name);
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    platform.wait_ready(180)?;
    note(&format!("all are ready again after {:?}", start.elapsed()));
    Ok(())
}
