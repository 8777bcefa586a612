//! Dumps, and clusters that come back from them.

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, three_nodes};
use crate::bucket::{self, Bucket};
use crate::platform::Platform;
use crate::wait;

/// Of everything that a database can hold, one.
const CONTENT: &str = include_str!("backup.sql");

/// What all nodes are to hold alike that the script of the restore does not compare.
const SEQUENCES: &str = "SELECT string_agg(sequencename || '=' || last_value, ' ' ORDER BY sequencename) FROM pg_sequences
    WHERE schemaname NOT IN ('spock', 'pglogical', 'pgedge')";

/// The first node has used them, the second one is dumped.
const RESTORED: &str = "Odd 'name' % \\ $(id)_Key_seq=100 customer_id_seq=500 down=-2";

/// The documented restore doubled rows and ended as if all were well; a dump of a joining node was a success.
pub fn round_trip(platform: &mut Platform) -> Result<()> {
    let mut values = three_nodes();
    let bucket = Bucket::s3(platform)?;
    values.backup = bucket.values();
    platform.apply(&values)?;
    platform.wait_ready(90)?;
    platform
        .get(FIRST)?
        .client()?
        .feed(&["psql", "-Xq", "-v", "ON_ERROR_STOP=1"], CONTENT)?;
    settle(platform)?;

    let run = bucket::run(platform, &values, &bucket, &[])?.ok()?;
    ensure!(
        run.log.contains(&format!("dumping {SECOND}")),
        "{}",
        run.log
    );
    ensure!(bucket.names()?.len() == 3, "{:?}", bucket.names()?);
    bucket::run(platform, &values, &bucket, &[("PGEDGE_ACTION", "verify")])?.ok()?;
    let databases = platform.sql(
        SECOND,
        "SELECT count(*) FROM pg_database WHERE datname LIKE 'pgedge%'",
    )?;
    ensure!(databases == "0", "the throw-away database is still there");
    // nothing is restored over what is there
    let restore = [("PGEDGE_ACTION", "restore")];
    bucket::run(platform, &values, &bucket, &restore)?.failed("nothing was changed")?;

    lose_everything(platform)?;
    bucket::run(platform, &values, &bucket, &restore)?.ok()?;
    for name in [FIRST, SECOND, THIRD] {
        let restored = platform.sql(name, SEQUENCES)?;
        ensure!(restored == RESTORED, "{name}: {restored} for {RESTORED}");
    }
    Ok(())
}

/// A dump as text, as the image that was the default before made it; and a restore that broke off.
pub fn text(platform: &mut Platform) -> Result<()> {
    let mut values = three_nodes();
    let bucket = Bucket::gs(platform)?;
    values.backup = bucket.values();
    platform.apply(&values)?;
    platform.wait_ready(90)?;
    let client = platform.get(FIRST)?.client()?;
    client.feed(&["psql", "-Xq", "-v", "ON_ERROR_STOP=1"], CONTENT)?;
    settle(platform)?;
    let script = "pg_dump | gzip | base64";
    let dump = platform
        .get(FIRST)?
        .client()?
        .run(&["bash", "-c", script])?;
    let dump = base64(&dump)?;
    bucket.write("old.sql.gz", &dump)?;
    bucket.write("half.sql.gz", &dump[..dump.len() / 2])?;
    lose_everything(platform)?;

    let restore = ("PGEDGE_ACTION", "restore");
    let half = [restore, ("RESTORE_FILE", "half.sql.gz")];
    bucket::run(platform, &values, &bucket, &half)?.failed("could not be read to its end")?;
    // half a database is not dumped, and not taken for an empty one
    bucket::run(platform, &values, &bucket, &[])?.failed("a restore has not been completed")?;
    ensure!(bucket.dumps()?.is_empty(), "{:?}", bucket.names()?);
    let old = [restore, ("RESTORE_FILE", "old.sql.gz")];
    bucket::run(platform, &values, &bucket, &old)?.failed("that of half.sql.gz broke off")?;
    let again = [old[0], old[1], ("RESTORE_BEGIN_AGAIN", "true")];
    bucket::run(platform, &values, &bucket, &again)?.ok()?;
    for name in [FIRST, SECOND, THIRD] {
        let rows = platform.sql(
            name,
            "SELECT count(*), (SELECT count(*) FROM shop.customer) FROM shop.log",
        )?;
        ensure!(rows == "300|500", "{name}: {rows}");
    }
    Ok(())
}

fn base64(text: &str) -> Result<Vec<u8>> {
    let mut file = tempfile::NamedTempFile::new()?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    let output = std::process::Command::new("base64")
        .arg("-d")
        .arg(file.path())
        .output()?;
    Ok(output.stdout)
}

/// Every node has what the others have.
fn settle(platform: &Platform) -> Result<()> {
    wait::until(60, "every node has everything", || {
        let rows: Vec<String> = platform
            .nodes()
            .map(|node| node.sql("SELECT count(*) FROM last"))
            .collect::<Result<_>>()?;
        Ok(rows
            .iter()
            .any(|rows| rows != "1")
            .then(|| format!("{rows:?}")))
    })
    .map(drop)
}

fn lose_everything(platform: &mut Platform) -> Result<()> {
    for replica in &mut platform.replicas {
        replica.kill()?;
        replica.empty_volume()?;
    }
    for replica in &mut platform.replicas {
        replica.start()?;
    }
    platform.wait_ready(90).map(drop)
}
