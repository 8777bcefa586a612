//! From nothing to a mesh.

use std::time::Duration;

use anyhow::Result;

use crate::bundle::Values;
use crate::platform::Platform;

/// A node that was killed on the way, in initdb or after, never came up again; one that came late was left out.
pub fn first_boot(platform: &mut Platform) -> Result<()> {
    platform.prepare(&Values::new(&[("aws-us-west-2", 2), ("aws-eu-central-1", 1)]))?;
    // the last one first, each killed at another point of its way, twice
    for pause in [700, 1800] {
        for name in ["aws_eu_central_1_0", "aws_us_west_2_1"] {
            let node = platform.get(name)?;
            node.start()?;
            std::thread::sleep(Duration::from_millis(pause));
            node.kill()?;
        }
    }
    for name in ["aws_eu_central_1_0", "aws_us_west_2_1", "aws_us_west_2_0"] {
        platform.get(name)?.start()?;
        std::thread::sleep(Duration::from_millis(500));
    }
    platform.wait_ready(90)?;
    platform.create_table()?;
    platform.check_mesh()
}
