//! `schema`: the JSON Schema of the values.

use anyhow::Result;

use super::{Exit, print};
use crate::schema;

/// Runs it.
pub(super) fn run() -> Result<Exit> {
    print(&format!("{:#}\n", schema::schema()))?;
    Ok(Exit::Done)
}
