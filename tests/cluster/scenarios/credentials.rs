//! Names and passwords that need quotes somewhere.

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, running, two_nodes};
use crate::bundle::Values;
use crate::platform::Platform;

/// A quote in the password broke the mesh in silence; the old password stayed valid when the secret had a new one.
pub fn odd_and_rotated(platform: &mut Platform) -> Result<()> {
    let mut values = Values {
        username: "app User".into(),
        password: r#" p@ss w'ord"\ $x `id` & @PG_DATABASE@ ü "#.into(),
        database: "o'db my.Db=x".into(),
        poolers: 1,
        ..two_nodes()
    };
    running(platform, &values)?;
    platform.check_mesh()?;
    platform.sql(
        "pooler_0",
        "INSERT INTO items VALUES ('through the pooler', '')",
    )?;
    check_secrecy(platform, &values)?;

    let old = std::mem::replace(&mut values.password, r#"n'ew"\$"#.into());
    platform.apply(&values)?;
    for name in [FIRST, SECOND, "pooler_0"] {
        let replica = platform.get(name)?;
        replica.stop()?;
        replica.start()?;
    }
    platform.wait_ready(120)?;
    platform.check_mesh()?;
    platform.sql(
        "pooler_0",
        "INSERT INTO items VALUES ('with the new one', '')",
    )?;
    for name in [FIRST, SECOND] {
        // over TCP, for a node trusts whoever reaches its socket
        let stranger = platform.get(name)?.client()?.with_password(&old);
        ensure!(
            stranger.sql("SELECT 1").is_err(),
            "{name} still takes the old password"
        );
    }
    check_secrecy(platform, &values)
}

fn check_secrecy(platform: &Platform, values: &Values) -> Result<()> {
    let password = values.password.trim();
    for replica in &platform.replicas {
        let words =
            replica
                .client()?
                .run(&["bash", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])?;
        ensure!(
            !words.contains(password),
            "the password is on a command line in {}",
            replica.name()
        );
        ensure!(
            !replica.log()?.contains(password),
            "the password is in the log of {}",
            replica.name()
        );
    }
    Ok(())
}
