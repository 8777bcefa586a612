//! Dumps, and clusters that come back from them.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, agree, note, three_nodes};
use crate::bucket::{self, Bucket};
use crate::bundle::Values;
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
    let before = everything(platform)?;

    let started = Instant::now();
    let run = bucket::run(platform, &values, &bucket, &[])?.ok()?;
    note(&format!(
        "dumped in {} s\n{}",
        started.elapsed().as_secs(),
        run.log
    ));
    ensure!(
        run.log.contains(&format!("dumping {SECOND}")),
        "{}",
        run.log
    );
    ensure!(bucket.names()?.len() == 3, "{:?}", bucket.names()?);
    if !postgres::installed()?.is_stand_in {
        let started = Instant::now();
        bucket::run(platform, &values, &bucket, &[("PGEDGE_ACTION", "verify")])?.ok()?;
        note(&format!("verified in {} s", started.elapsed().as_secs()));
        let databases = "SELECT count(*) FROM pg_database WHERE datname LIKE 'pgedge%'";
        ensure!(
            platform.sql(SECOND, databases)? == "0",
            "the throw-away database is still there"
        );
    }
    // nothing is restored over what is there
    let restore = [("PGEDGE_ACTION", "restore")];
    bucket::run(platform, &values, &bucket, &restore)?.failed("nothing was changed")?;

    platform.lose_everything()?;
    // that would be the newest one
    bucket::run(platform, &values, &bucket, &[])?.failed("its database is empty")?;
    let missing = [restore[0], ("RESTORE_FILE", "missing")];
    bucket::run(platform, &values, &bucket, &missing)?.failed("there is no s3://dumps/")?;
    // two at once: one does it, and the other one nothing
    let started = Instant::now();
    let mut one = bucket::start(platform, &values, &bucket, &restore)?;
    let mut other = bucket::start(platform, &values, &bucket, &restore)?;
    let (one, other) = (one.finish()?, other.finish()?);
    note(&format!("restored in {} s", started.elapsed().as_secs()));
    let (done, refused) = if one.succeeded {
        (one, other)
    } else {
        (other, one)
    };
    done.ok()?;
    refused.failed("nothing was changed")?;
    for name in [FIRST, SECOND, THIRD] {
        ensure!(
            platform.sql(name, SEQUENCES)? == "t",
            "a sequence of {name} is behind"
        );
    }
    same(&before, &everything(platform)?)?;

    if mebibytes()? > 1 {
        return Ok(());
    }
    if !postgres::installed()?.is_stand_in {
        empty_as_told(platform, &values)?;
        bucket::run(platform, &values, &bucket, &restore)?.ok()?;
        same(&before, &everything(platform)?)?;
    }

    // fewer nodes, another user, another name of the database
    values.locations = vec![("aws-us-west-2", 2)];
    values.is_referenced = true;
    platform.begin_anew(&values)?;
    bucket::run(platform, &values, &bucket, &restore)?.ok()?;
    same(&before, &everything(platform)?)?;
    Ok(())
}

/// Empties the database with the statements of `notes --only restore`.
fn empty_as_told(platform: &mut Platform, values: &Values) -> Result<()> {
    let notes = values.run(&["notes", "--only", "restore"])?;
    let statements: Vec<&str> = notes
        .lines()
        .map(str::trim)
        .filter(|line| line.ends_with(';'))
        .collect();
    ensure!(statements.len() == 4, "{statements:?}");
    for statement in [
        "DROP PUBLICATION \"what's new\"",
        "DROP SCHEMA shop CASCADE",
    ]
    .iter()
    .chain(&statements)
    {
        platform.sql(FIRST, statement)?;
    }
    agree(
        platform,
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        "0",
    )
}

/// A dump as text, as the image that was the default before made it; and a restore that broke off.
pub fn text(platform: &mut Platform) -> Result<()> {
    let mut values = three_nodes();
    let bucket = Bucket::gs(platform)?;
    values.backup = bucket.values();
    platform.apply(&values)?;
    platform.wait_ready(90)?;
    make_content(platform)?;
    let before = everything(platform)?;
    let script = |text: &str| format!("{text} | gzip | base64");
    let mut text = |name: &str, command: &str| -> Result<Vec<u8>> {
        let client = platform.get(FIRST)?.client()?;
        let dump = base64(&client.run(&["bash", "-c", &script(command)])?)?;
        bucket.write(name, &dump)?;
        Ok(dump)
    };
    let old = text("old.sql.gz", "pg_dump")?;
    bucket.write("half.sql.gz", &old[..old.len() / 2])?;
    // as a dump that broke off was packed
    text("cut.sql.gz", "pg_dump | head -n 200")?;
    text("server.sql.gz", "pg_dumpall")?;
    text(
        "wrong.sql.gz",
        "pg_dump | sed '/^CREATE INDEX by_line/s/line)/lime)/'",
    )?;
    // into more nodes
    values.locations[1].1 = 2;
    platform.begin_anew(&values)?;
    // such a dump has no roles
    make_roles(platform)?;

    let restore = ("PGEDGE_ACTION", "restore");
    for (file, why) in [
        ("half.sql.gz", "could not be read to its end"),
        ("cut.sql.gz", "ends before its end"),
        ("server.sql.gz", "is a dump of a whole server"),
    ] {
        bucket::run(
            platform,
            &values,
            &bucket,
            &[restore, ("RESTORE_FILE", file)],
        )?
        .failed(why)?
        .failed("othing was changed")?;
    }
    let wrong = [restore, ("RESTORE_FILE", "wrong.sql.gz")];
    bucket::run(platform, &values, &bucket, &wrong)?
        .failed("1 statements of wrong.sql.gz failed")?;
    // half a database is not dumped, and not taken for an empty one
    bucket::run(platform, &values, &bucket, &[])?.failed("a restore has not been completed")?;
    ensure!(bucket.dumps()?.is_empty(), "{:?}", bucket.names()?);
    let old = [restore, ("RESTORE_FILE", "old.sql.gz")];
    bucket::run(platform, &values, &bucket, &old)?.failed("that of wrong.sql.gz broke off")?;
    let again = [old[0], old[1], ("RESTORE_BEGIN_AGAIN", "true")];
    bucket::run(platform, &values, &bucket, &again)?.ok()?;
    same(&before, &everything(platform)?)?;
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

/// What is of the server or the database does not replicate.
fn make_roles(platform: &mut Platform) -> Result<()> {
    for node in platform.nodes() {
        node.sql(
            "SET spock.enable_ddl_replication = off; CREATE ROLE reader CONNECTION LIMIT 3 IN ROLE pg_monitor;
             ALTER ROLE reader SET statement_timeout = '1min'",
        )?;
        let database = node.sql("SELECT quote_ident(current_database())")?;
        node.sql(&format!(
            "SET spock.enable_ddl_replication = off;
             ALTER DATABASE {database} SET search_path = public, \"$user\", shop;
             ALTER ROLE reader IN DATABASE {database} SET work_mem = '5MB';
             GRANT CREATE ON DATABASE {database} TO reader",
        ))?;
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

/// Everything in a database, the same on every node: all that a dump says, in the order of the alphabet, its rows as one
/// number; not sequences, what is the node's own, and the words of a condition, which PostgreSQL writes anew. The roles;
/// the settings of the database and the rights on it; the replication sets.
fn everything(platform: &Platform) -> Result<BTreeSet<String>> {
    let script = r#"dump() { pg_dump -N spock -N pglogical -N pgedge "$@"; }
        dump --schema-only | grep -vE '^(--|$|.(un)?restrict )|EXTENSION|EVENT TRIGGER pgedge_|CONSTRAINT parcel_status_check'
        dump --data-only | grep -vE '^(--|$|.(un)?restrict |SELECT pg_catalog.setval)' | sort | md5sum
        pg_dumpall --roles-only | grep reader | sed 's/ GRANTED BY .*//'
        psql -XAtq -c "SELECT nspname, relname, set_name FROM spock.tables" \
          -c "SELECT 'check', count(*) FROM pg_constraint WHERE conname = 'parcel_status_check'" \
          -c "SELECT setrole::regrole, setconfig FROM pg_db_role_setting
              JOIN pg_database d ON d.oid = setdatabase AND datname = current_database()" \
          -c "SELECT grantee::regrole, privilege_type FROM pg_database, aclexplode(datacl)
              WHERE datname = current_database() AND grantee::regrole::text = 'reader'""#;
    let mut all = Vec::new();
    for node in platform.nodes() {
        let text = node.client()?.patient(300).run(&["bash", "-c", script])?;
        all.push(
            text.lines()
                .map(str::to_owned)
                .collect::<BTreeSet<String>>(),
        );
    }
    for node in &all {
        same(&all[0], node)?;
    }
    Ok(all.remove(0))
}

fn same(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Result<()> {
    let lines: Vec<&String> = before.symmetric_difference(after).collect();
    ensure!(lines.is_empty(), "only before or only after: {lines:#?}");
    Ok(())
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

/// How much there is to dump: `PGEDGE_TEST_DUMP_MIB`, 1 MiB when it is not set.
fn mebibytes() -> Result<u32> {
    Ok(match std::env::var("PGEDGE_TEST_DUMP_MIB") {
        Ok(given) => given.parse()?,
        Err(_) => 1,
    })
}

/// Rows that do not get smaller when they are packed.
fn fill(platform: &mut Platform) -> Result<()> {
    let mebibytes = mebibytes()?;
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
