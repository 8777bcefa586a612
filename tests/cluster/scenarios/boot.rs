//! From nothing to a mesh.

use std::time::Duration;

use anyhow::Result;

use super::{FIRST, SECOND, THIRD, three_nodes};
use crate::platform::Platform;

/// A node that was killed on the way, in initdb or after, never came up again; one that came late was left out.
pub fn first_boot(platform: &mut Platform) -> Result<()> {
    platform.prepare(&three_nodes())?;
    for pause in [700, 1800] {
        for name in [THIRD, SECOND] {
            let node = platform.get(name)?;
            node.start()?;
            std::thread::sleep(Duration::from_millis(pause));
            node.kill()?;
        }
    }
    // the last one first
    for name in [THIRD, SECOND, FIRST] {
        platform.get(name)?.start()?;
        std::thread::sleep(Duration::from_millis(500));
    }
    platform.wait_ready(120)?;
    platform.create_table()?;
    platform.check_mesh()
}
