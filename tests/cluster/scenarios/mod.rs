//! What happens to clusters. The first line of each scenario names the failure that it would have caught.

mod boot;

use anyhow::Result;

use crate::platform::Platform;

pub type Scenario = fn(&mut Platform) -> Result<()>;

/// The long ones first: two run at a time.
pub const ALL: &[(&str, Scenario)] = &[
    ("first_boot", boot::first_boot),
];
