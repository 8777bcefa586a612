//! Dumps, and clusters that come back from them.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

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
    // moto holds a large dump in memory several times over
    let bucket = match mebibytes()? {
        0..=1 => Bucket::s3(platform)?,
        _ => Bucket::gs(platform)?,
    };
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
    bucket::run(platform, &values, &bucket, &missing)?
        .failed("missing.dump: nothing was changed")?;
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

/// Dumps that others made: a node of the public template, which leaves nothing out and has no manifest; an earlier
/// program, which knew less; a server of an older major release. Needs the newer one in the nodes, Debian's beside it.
pub fn another_release(platform: &mut Platform) -> Result<()> {
    let (values, bucket, before) = filled(platform)?;
    let whole = dumped(platform, "pg_dump -Fc | base64")?;
    bucket.write("whole.dump", &whole)?;
    let script = format!("{OLD_SERVER}\n{LARGE_OBJECTS};\n{CONTENT}\nEOF\n{OLD_DUMP}");
    let old = dumped(platform, &script)?;
    bucket.write("old.dump", &old)?;

    bucket::run(platform, &values, &bucket, &[])?.ok()?;
    let name = bucket
        .dumps()?
        .into_iter()
        .find(|name| name.starts_with("test"));
    let manifest = name.context("no dump")?.replace(".dump", ".json");
    let mut told: Value = serde_json::from_str(&bucket.read(&manifest)?)?;
    let keys = told.as_object_mut().context("no object")?;
    keys.remove("sequences");
    keys.remove("sets");
    keys.insert("shape".into(), "of an earlier program".into());
    let tables = keys["tables"].as_array_mut().context("no tables")?;
    tables.retain(|table| table["table"] != "large objects");
    bucket.write(&manifest, told.to_string().as_bytes())?;
    bucket::run(platform, &values, &bucket, &[("PGEDGE_ACTION", "verify")])?.ok()?;

    for (file, has_roles) in [
        (manifest.as_str(), true),
        ("whole.dump", false),
        ("old.dump", false),
    ] {
        platform.begin_anew(&values)?;
        if !has_roles {
            make_roles(platform)?;
        }
        let file = file.replace(".json", ".dump");
        let restore = [
            ("PGEDGE_ACTION", "restore"),
            ("RESTORE_FILE", file.as_str()),
        ];
        let log = bucket::run(platform, &values, &bucket, &restore)?.ok()?.log;
        note(&log);
        same(&before, &everything(platform)?)?;
    }
    Ok(())
}

/// A server beside the node's own, with what comes on standard input in it.
const OLD_SERVER: &str = r#"set -eu
exec 3>&1 >/tmp/old.log 2>&1
old=/usr/lib/postgresql/15/bin
export PGHOST=/tmp PGPORT=5433
$old/initdb -D /tmp/old -U "$PGUSER" -E UTF8 --locale=C.UTF-8
$old/pg_ctl -w -D /tmp/old -o '-p 5433 -k /tmp -c listen_addresses=' start 3>&-
psql -X -d postgres -c "CREATE DATABASE $PGDATABASE" -c "CREATE ROLE reader"
psql -Xq -v ON_ERROR_STOP=1 <<'EOF'"#;
const OLD_DUMP: &str = r"$old/pg_dump -Fc | base64 >&3
$old/pg_ctl -D /tmp/old -m immediate stop";

/// Empties the database with the statements of `notes --only restore`.
fn empty_as_told(platform: &mut Platform, values: &Values) -> Result<()> {
    let notes = values.run(&["notes", "--only", "restore"])?;
    let statements: Vec<&str> = notes
        .lines()
        .map(str::trim)
        .filter(|line| line.ends_with(';'))
        .collect();
    ensure!(statements.len() == 5, "{statements:?}");
    for statement in [
        "DROP PUBLICATION \"what's new\"",
        "DROP SCHEMA shop CASCADE",
    ]
    .iter()
    .chain(&statements[..4])
    {
        platform.sql(FIRST, statement)?;
    }
    for node in platform.nodes() {
        node.sql(statements[4])?;
    }
    agree(
        platform,
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        "0",
    )
}

/// Three nodes with all sorts of content, a bucket, and what every node holds.
fn filled(platform: &mut Platform) -> Result<(Values, Bucket, BTreeSet<String>)> {
    let mut values = three_nodes();
    let bucket = Bucket::gs(platform)?;
    values.backup = bucket.values();
    platform.apply(&values)?;
    platform.wait_ready(90)?;
    make_content(platform)?;
    let before = everything(platform)?;
    Ok((values, bucket, before))
}

/// A dump as text, as the image that was the default before made it; and a restore that broke off.
pub fn text(platform: &mut Platform) -> Result<()> {
    let (mut values, bucket, before) = filled(platform)?;
    let mut text = |name: &str, command: &str| -> Result<Vec<u8>> {
        let pack = if name.ends_with(".gz") { "gzip" } else { "cat" };
        let dump = dumped(platform, &format!("{command} | {pack} | base64"))?;
        bucket.write(name, &dump)?;
        Ok(dump)
    };
    let old = text("old.sql.gz", "pg_dump")?;
    bucket.write("half.sql.gz", &old[..old.len() / 2])?;
    // as a dump that broke off was packed
    text("cut.sql.gz", "pg_dump | head -n 200")?;
    text("server.sql.gz", "pg_dumpall")?;
    let newer = "sed 's/^-- Dumped from database version .*/-- Dumped from database version 99.1/'";
    text("newer.sql.gz", &format!("pg_dump | {newer}"))?;
    let release = "v=$(psql -XAtc 'SHOW server_version')";
    let newer = format!(r#"{release}; pg_dump -Fc | LC_ALL=C sed "s/$v/99${{v:2}}/""#);
    text("newer.dump", &newer)?;
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
        ("newer.sql.gz", "was made of PostgreSQL 99, and"),
        ("newer.dump", "was made of PostgreSQL 99, and"),
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
    ensure!(bucket.dumps()? == ["newer.dump"], "{:?}", bucket.names()?);
    let old = [restore, ("RESTORE_FILE", "old.sql.gz")];
    bucket::run(platform, &values, &bucket, &old)?.failed("that of wrong.sql.gz broke off")?;
    let again = [old[0], old[1], ("RESTORE_BEGIN_AGAIN", "true")];
    bucket::run(platform, &values, &bucket, &again)?.ok()?;
    same(&before, &everything(platform)?)?;
    Ok(())
}

/// What a script on the first node prints, which is packed with `base64`.
fn dumped(platform: &mut Platform, script: &str) -> Result<Vec<u8>> {
    let client = platform.get(FIRST)?.client()?.patient(120);
    let text = client.run(&["bash", "-c", script])?;
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
    for node in platform.nodes() {
        node.sql(LARGE_OBJECTS)?;
    }
    settle(platform)
}

/// They do not replicate: every node has its own.
const LARGE_OBJECTS: &str = "SET spock.enable_ddl_replication = off;
    SELECT lo_from_bytea(4711, decode(repeat('00fe', 5000), 'hex')), lo_create(4712);
    COMMENT ON LARGE OBJECT 4711 IS 'a picture'; GRANT SELECT ON LARGE OBJECT 4711 TO reader";

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
