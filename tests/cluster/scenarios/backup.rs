//! Dumps, and clusters that come back from them.

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, three_nodes};
use crate::bucket::{self, Bucket};
use crate::platform::Platform;
use crate::postgres;
use crate::wait;

/// Of everything that a database can hold, one.
const CONTENT: &str = include_str!("backup.sql");

/// Whether each sequence is where it was used up to, or further on. The first node has used them, the second is dumped.
const SEQUENCES: &str = "SELECT count(*) = 3 AND bool_and(CASE sequencename
      WHEN 'down' THEN last_value <= -2 WHEN 'customer_id_seq' THEN last_value >= 500 ELSE last_value >= 100 END)
    FROM pg_sequences WHERE schemaname NOT IN ('spock', 'pglogical', 'pgedge')";

/// The documented restore doubled rows and ended as if all were well; a dump of a joining node was a success.
pub fn round_trip(platform: &mut Platform) -> Result<()> {
    let mut values = three_nodes();
    let bucket = Bucket::s3(platform)?;
    values.backup = bucket.values();
    platform.apply(&values)?;
    platform.wait_ready(90)?;
    make_content(platform)?;
    fill(platform)?;
    let before = fingerprint(platform)?;

    let run = bucket::run(platform, &values, &bucket, &[])?.ok()?;
    ensure!(
        run.log.contains(&format!("dumping {SECOND}")),
        "{}",
        run.log
    );
    ensure!(bucket.names()?.len() == 3, "{:?}", bucket.names()?);
    if !postgres::installed()?.is_stand_in {
        bucket::run(platform, &values, &bucket, &[("PGEDGE_ACTION", "verify")])?.ok()?;
        let databases = "SELECT count(*) FROM pg_database WHERE datname LIKE 'pgedge%'";
        ensure!(
            platform.sql(SECOND, databases)? == "0",
            "the throw-away database is still there"
        );
    }
    // nothing is restored over what is there
    let restore = [("PGEDGE_ACTION", "restore")];
    bucket::run(platform, &values, &bucket, &restore)?.failed("nothing was changed")?;

    lose_everything(platform)?;
    bucket::run(platform, &values, &bucket, &restore)?.ok()?;
    for name in [FIRST, SECOND, THIRD] {
        ensure!(
            platform.sql(name, SEQUENCES)? == "t",
            "a sequence of {name} is behind"
        );
    }
    let after = fingerprint(platform)?;
    ensure!(after == before, "{before} was dumped, {after} restored");
    Ok(())
}

/// A dump as text, as the image that was the default before made it; and a restore that broke off.
pub fn text(platform: &mut Platform) -> Result<()> {
    let mut values = three_nodes();
    let bucket = Bucket::gs(platform)?;
    values.backup = bucket.values();
    platform.apply(&values)?;
    platform.wait_ready(90)?;
    make_content(platform)?;
    let before = fingerprint(platform)?;
    let script = "pg_dump | gzip | base64";
    let dump = platform
        .get(FIRST)?
        .client()?
        .run(&["bash", "-c", script])?;
    let dump = base64(&dump)?;
    bucket.write("old.sql.gz", &dump)?;
    bucket.write("half.sql.gz", &dump[..dump.len() / 2])?;
    lose_everything(platform)?;
    // such a dump has no roles
    make_roles(platform)?;

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
    let after = fingerprint(platform)?;
    ensure!(after == before, "{before} was dumped, {after} restored");
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

fn make_roles(platform: &mut Platform) -> Result<()> {
    for name in [FIRST, SECOND, THIRD] {
        platform.sql(
            name,
            "SET spock.enable_ddl_replication = off; CREATE ROLE reader CONNECTION LIMIT 3 IN ROLE pg_monitor",
        )?;
    }
    Ok(())
}

fn make_content(platform: &mut Platform) -> Result<()> {
    make_roles(platform)?;
    platform
        .get(FIRST)?
        .client()?
        .feed(&["psql", "-Xq", "-v", "ON_ERROR_STOP=1"], CONTENT)?;
    settle(platform)
}

/// Everything in a database as one number, the same on every node: all that a dump says, whatever its order, but for
/// sequences and what is the node's own; the roles; the replication sets.
fn fingerprint(platform: &Platform) -> Result<String> {
    let script = r"{ pg_dump -N spock -N pglogical -N pgedge | grep -vE '^(--|$|.(un)?restrict |SELECT pg_catalog.setval)|EXTENSION'
        pg_dumpall --roles-only | grep reader
        psql -XAtqc 'SELECT nspname, relname, set_name FROM spock.tables'; } | sort | md5sum";
    let mut numbers: Vec<String> = platform
        .nodes()
        .map(|node| node.client()?.run(&["bash", "-c", script]))
        .collect::<Result<_>>()?;
    numbers.dedup();
    ensure!(numbers.len() == 1, "the nodes differ: {numbers:?}");
    Ok(numbers.remove(0))
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

/// Rows that do not get smaller when they are packed: `PGEDGE_TEST_DUMP_MIB` is how much, 1 MiB when it is not set.
fn fill(platform: &mut Platform) -> Result<()> {
    let mebibytes: u32 = match std::env::var("PGEDGE_TEST_DUMP_MIB") {
        Ok(given) => given.parse()?,
        Err(_) => 1,
    };
    for mebibyte in 0..mebibytes {
        let rows = format!(
            "INSERT INTO shop.bulk SELECT {mebibyte} * 32 + n, string_agg(md5(random()::text), '')
                FROM generate_series(1, 32) n, generate_series(1, 1024) GROUP BY n"
        );
        platform.sql(FIRST, &rows)?;
    }
    let expected = (32 * mebibytes).to_string();
    wait::until(600, "every node has the rows", || {
        let counts: Vec<String> = platform
            .nodes()
            .map(|node| node.sql("SELECT count(*) FROM shop.bulk"))
            .collect::<Result<_>>()?;
        Ok(counts
            .iter()
            .any(|count| *count != expected)
            .then(|| format!("{counts:?}")))
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
