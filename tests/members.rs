//! Nodes with old and with new lists, in time that is made up: see `members/run.sh`.
//!
//! `PGEDGE_TEST_MEMBERS=SEED:SECONDS cargo test --test members` makes up as much time as one likes.

mod common;

use std::fs;
use std::process::Command;

use common::{Result, documents, payload};

#[test]
fn no_live_node_is_ever_pruned_and_all_agree_in_the_end() -> Result<()> {
    let wanted = std::env::var("PGEDGE_TEST_MEMBERS").unwrap_or("2:600".to_owned());
    let (seed, seconds) = wanted
        .split_once(':')
        .ok_or("PGEDGE_TEST_MEMBERS is SEED:SECONDS")?;
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("start.sh");
    fs::write(&script, payload(&documents(&[])?, "-pgedge-startup")?)?;
    let output = Command::new("bash")
        .arg("tests/members/run.sh")
        .arg(&script)
        .args([seed, seconds])
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    assert!(
        output.status.success(),
        "seed {seed}: {said}{}",
        String::from_utf8(output.stderr)?
    );
    Ok(())
}
