//! Containers that end and begin again with their volume.

use anyhow::Result;

use super::{FIRST, SECOND, THIRD, rows, running, three_nodes};
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
