//! What a newcomer sees first: the program without a command, and the first typo.

mod common;

use common::{Result, program};

#[test]
fn without_a_command_it_says_what_it_can_do() -> Result<()> {
    let output = program(&[])?;
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8(output.stderr)?);
    Ok(())
}

#[test]
fn a_typo_is_told_at_its_place() -> Result<()> {
    let output = program(&["lint", "--set", "pgcat.poolmode=session"])?;
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stdout)?);
    Ok(())
}
