//! Changes that a node can no longer receive by itself.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{FIRST, SECOND, THIRD, agree, rows, running, three_nodes};
use crate::bundle::Values;
use crate::platform::Platform;
use crate::postgres;
use crate::wait;

/// Tables whose names would be commands, if they ever were read by a shell or as SQL.
const ODD_TABLES: [&str; 3] = [
    r#""n
x); ALTER ROLE intruder SUPERUSER; --""#,
    r#""k
\! touch /tmp/intruder""#,
    r#""o'x $(touch /tmp/intruder) `touch /tmp/intruder`""#,
];

/// Slots lost on both sides of a partition: updates were lost, deletes undone, a new table was gone.
pub fn slots_on_both_sides(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, "CREATE ROLE intruder")?;
    for table in ODD_TABLES {
        platform.sql(
            FIRST,
            &format!("CREATE TABLE {table} (id int PRIMARY KEY, note text)"),
        )?;
    }
    platform.sql(FIRST, "CREATE TABLE keyless (note text)")?;
    platform.sql(FIRST, "INSERT INTO keyless VALUES ('twice'), ('twice')")?;
    platform.sql(
        FIRST,
        "INSERT INTO items SELECT 'old' || i, 'at first' FROM generate_series(1, 300) i",
    )?;
    platform.wait_equal(300, 60)?;
    agree(platform, "SELECT count(*) FROM keyless", "2")?;
    std::thread::sleep(Duration::from_secs(6));
    limit_slots(platform, "32MB")?;
    platform.get(THIRD)?.link.cut()?;

    // on the smaller side: updates, deletes, new rows, a new table, rows without a key
    let alone = [
        "UPDATE items SET note = 'from the third' WHERE id IN (SELECT 'old' || i FROM generate_series(1, 100) i)",
        "DELETE FROM items WHERE id IN (SELECT 'old' || i FROM generate_series(101, 110) i)",
        "INSERT INTO items SELECT 'third' || i, 'new' FROM generate_series(1, 50) i",
        "CREATE TABLE made_alone (id int PRIMARY KEY, note text)",
        "INSERT INTO made_alone SELECT i, 'alone' FROM generate_series(1, 2000) i",
        "INSERT INTO keyless VALUES ('twice'), ('third')",
    ];
    for statement in alone {
        platform.sql(THIRD, statement)?;
    }
    for table in ODD_TABLES {
        platform.sql(THIRD, &format!("INSERT INTO {table} VALUES (1, 'odd')"))?;
    }
    std::thread::sleep(Duration::from_secs(1));
    // on the other side, later: some of the same rows
    platform.sql(FIRST, "UPDATE items SET note = 'from the first' WHERE id IN (SELECT 'old' || i FROM generate_series(91, 120) i WHERE i <> 105)")?;
    platform.sql(
        SECOND,
        "DELETE FROM items WHERE id IN (SELECT 'old' || i FROM generate_series(201, 220) i)",
    )?;
    platform.sql(
        SECOND,
        "INSERT INTO items SELECT 'second' || i, 'new' FROM generate_series(1, 50) i",
    )?;
    lose_slots(platform, &[FIRST, SECOND, THIRD])?;
    platform.get(THIRD)?.link.heal()?;

    // last update wins; a row that was updated on one side after it was deleted on the other may stay
    let question = "SELECT (SELECT count(*) FROM items WHERE note = 'from the third'), (SELECT count(*) FROM items WHERE note = 'from the first' AND id NOT IN (SELECT 'old' || i FROM generate_series(101, 110) i)),
        (SELECT count(*) FROM items WHERE id LIKE 'third%'), (SELECT count(*) FROM items WHERE id LIKE 'second%'), (SELECT count(*) FROM items WHERE id = 'old105'),
        (SELECT count(*) FROM items WHERE id IN (SELECT 'old' || i FROM generate_series(201, 220) i)), (SELECT count(*) FROM made_alone),
        (SELECT string_agg(note, ' ' ORDER BY note) FROM keyless)";
    wait::until(240, "both sides hold what either of them wrote", || {
        let answers: Vec<String> = platform
            .nodes()
            .map(|node| node.sql(question))
            .collect::<Result<_>>()?;
        let wanted = "90|20|50|50|0|0|2000|third twice twice twice";
        Ok(answers
            .iter()
            .any(|answer| answer != wanted)
            .then(|| format!("{answers:?}")))
    })?;
    platform.wait_ready(120)?;
    platform.wait_equal(300, 60)?;
    for table in ODD_TABLES {
        agree(platform, &format!("SELECT note FROM {table}"), "odd")?;
    }
    agree(
        platform,
        "SELECT count(*) FROM pg_roles WHERE rolname = 'intruder' AND rolsuper",
        "0",
    )?;
    for name in [FIRST, SECOND, THIRD] {
        let found = platform.get(name)?.client()?.run(&[
            "bash",
            "-c",
            "ls /tmp/intruder 2>/dev/null || echo none",
        ])?;
        ensure!(found == "none", "a table's name ran as a command on {name}");
    }
    platform.check_mesh()
}

fn limit_slots(platform: &mut Platform, size: &str) -> Result<()> {
    for name in [FIRST, SECOND, THIRD] {
        platform.sql(
            name,
            &format!("ALTER SYSTEM SET max_slot_wal_keep_size = '{size}'"),
        )?;
        platform.sql(name, "SELECT pg_reload_conf()")?;
    }
    Ok(())
}

/// Writes until each of the nodes has lost the slots of those that it cannot reach.
fn lose_slots(platform: &mut Platform, names: &[&str]) -> Result<()> {
    for name in names {
        wait::until(120, &format!("{name} has lost a slot"), || {
            platform.sql(name, "SELECT pg_switch_wal()")?;
            platform.sql(name, "INSERT INTO items SELECT 'filler', 'x' ON CONFLICT (id) DO UPDATE SET note = items.note")?;
            platform.sql(name, "CHECKPOINT")?;
            let lost = platform.sql(
                name,
                "SELECT count(*) FROM pg_replication_slots WHERE wal_status = 'lost'",
            )?;
            Ok((lost == "0").then(|| "none yet".to_owned()))
        })?;
    }
    for name in names {
        platform.sql(name, "ALTER SYSTEM RESET max_slot_wal_keep_size")?;
        platform.sql(name, "SELECT pg_reload_conf()")?;
    }
    Ok(())
}

/// The last changes of a node that was lost had reached one peer and not the other: those stayed unequal.
pub fn unequal_survivors(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(
        THIRD,
        "INSERT INTO items SELECT 'row' || i, 'at first' FROM generate_series(1, 200) i",
    )?;
    platform.wait_equal(200, 60)?;
    std::thread::sleep(Duration::from_secs(6));
    // the second one does not hear of what the third one writes last
    platform.get(SECOND)?.link.cut()?;
    platform.sql(
        THIRD,
        "INSERT INTO items SELECT 'last' || i, 'last' FROM generate_series(1, 100) i",
    )?;
    platform.sql(THIRD, "UPDATE items SET note = 'last' WHERE id IN (SELECT 'row' || i FROM generate_series(1, 30) i)")?;
    platform.sql(
        THIRD,
        "DELETE FROM items WHERE id IN (SELECT 'row' || i FROM generate_series(101, 120) i)",
    )?;
    let first = platform.get(FIRST)?;
    wait::until(30, "the first one has it", || {
        let rows = first.sql("SELECT count(*) FROM items")?;
        Ok((rows != "280").then_some(rows))
    })?;
    platform.get(THIRD)?.kill()?;
    platform.get(THIRD)?.empty_volume()?;
    platform.get(SECOND)?.link.heal()?;
    platform.get(THIRD)?.start()?;
    platform.get(THIRD)?.wait_ready(180)?;
    let content = platform.wait_equal(280, 60)?;
    ensure!(content.starts_with("280 "), "{content}");
    agree(
        platform,
        "SELECT count(*) FROM items WHERE note = 'last'",
        "130",
    )?;
    platform.check_mesh()
}

/// Two nodes inserted the same second key while they were cut off: each kept its own row for ever.
pub fn second_key(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(
        FIRST,
        "CREATE TABLE people (id int PRIMARY KEY, mail text UNIQUE, note text)",
    )?;
    agree(platform, "SELECT count(*) FROM people", "0")?;
    platform.get(THIRD)?.link.cut()?;
    platform.sql(FIRST, "INSERT INTO people VALUES (1, 'a@b', 'older')")?;
    std::thread::sleep(Duration::from_secs(1));
    platform.sql(THIRD, "INSERT INTO people VALUES (2, 'a@b', 'newer')")?;
    platform.get(THIRD)?.link.heal()?;
    agree(
        platform,
        "SELECT string_agg(id || note, ' ') FROM people",
        "2newer",
    )?;
    platform.sql(
        FIRST,
        "UPDATE people SET note = 'changed' WHERE mail = 'a@b'",
    )?;
    agree(
        platform,
        "SELECT string_agg(id || note, ' ') FROM people",
        "2changed",
    )
}

/// After a failover each insert into a serial key failed, for as many rows as the old primary had inserted.
pub fn sequences(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, "CREATE TABLE numbered (id serial PRIMARY KEY, code bigint GENERATED ALWAYS AS IDENTITY UNIQUE, note text)")?;
    agree(platform, "SELECT count(*) FROM numbered", "0")?;
    platform.sql(
        FIRST,
        "INSERT INTO numbered (note) SELECT 'first' FROM generate_series(1, 500)",
    )?;
    agree(platform, "SELECT count(*) FROM numbered", "500")?;
    std::thread::sleep(Duration::from_secs(7));
    platform.sql(
        FIRST,
        "INSERT INTO numbered (note) SELECT 'first' FROM generate_series(1, 200)",
    )?;
    agree(platform, "SELECT count(*) FROM numbered", "700")?;
    // failed over, and over again after a lost volume
    platform.get(FIRST)?.kill()?;
    platform.sql(
        SECOND,
        "INSERT INTO numbered (note) SELECT 'second' FROM generate_series(1, 100)",
    )?;
    platform.get(FIRST)?.empty_volume()?;
    platform.get(FIRST)?.start()?;
    platform.get(FIRST)?.wait_ready(180)?;
    platform.sql(
        FIRST,
        "INSERT INTO numbered (note) SELECT 'first again' FROM generate_series(1, 100)",
    )?;
    agree(
        platform,
        "SELECT count(*), count(DISTINCT id), count(DISTINCT code) FROM numbered",
        "900|900|900",
    )?;
    platform.check_mesh()
}

/// A node whose volume was lost took writes before it had tables; one that was retired said that it was ready.
pub fn not_ready(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, &rows(20_000))?;
    platform.wait_equal(20_000, 60)?;
    let node = platform.get(FIRST)?;
    node.kill()?;
    node.empty_volume()?;
    node.start()?;
    let mut refused = 0;
    wait::until(180, "the emptied node is ready", || {
        let ready = node.is_ready();
        if node.sql("CREATE TABLE too_early (x int)").is_ok() {
            ensure!(node.is_ready(), "it took a write before it was ready");
        } else {
            refused += 1;
        }
        Ok((!ready).then(|| "not yet".to_owned()))
    })?;
    ensure!(refused > 0, "no write came early enough");
    // it has served before, and cannot know whether it still is one of them
    platform.get(THIRD)?.link.cut()?;
    platform.get(THIRD)?.stop()?;
    platform.get(THIRD)?.start()?;
    let node = platform.get(THIRD)?;
    wait::until(30, "it answers", || {
        Ok(node.sql("SELECT 1").err().map(|error| error.to_string()))
    })?;
    for _ in 0..10 {
        ensure!(!node.is_ready(), "ready before it has looked around");
        ensure!(
            node.sql("INSERT INTO items VALUES ('too early', '')")
                .is_err(),
            "it took a write"
        );
        std::thread::sleep(Duration::from_millis(300));
    }
    platform.get(THIRD)?.link.heal()?;
    platform.get(THIRD)?.wait_ready(120)?;
    platform.check_mesh()
}

/// A full volume emptied the node's state, and it took itself for another one.
pub fn full_volume(platform: &mut Platform) -> Result<()> {
    platform.prepare(&three_nodes())?;
    platform.get(THIRD)?.limit_volume(400)?;
    platform.apply(&three_nodes())?;
    platform.wait_ready(120)?;
    platform.create_table()?;
    platform.sql(THIRD, &rows(1_000))?;
    platform.wait_equal(1_000, 60)?;
    let volume = platform.get(THIRD)?.volume();
    let filler = platform.get(THIRD)?.fill_volume()?;
    // others go on, and it goes under
    for _ in 0..10 {
        platform.sql(FIRST, &rows(1_000))?;
        let _ = platform.sql(THIRD, "INSERT INTO items SELECT gen_random_uuid(), repeat('x', 1000) FROM generate_series(1, 20000)");
    }
    let node = platform.get(THIRD)?;
    for _ in 0..3 {
        if node.runs()? {
            node.kill()?;
        }
        // what the start would remove makes no room for it
        let _ = std::fs::remove_file(volume.join("pgdata/postmaster.pid"));
        node.fill_volume()?;
        node.start()?;
        std::thread::sleep(Duration::from_secs(4));
    }
    let state =
        std::fs::read_to_string(volume.join("pgdata/pgedge_state.conf")).context("no state")?;
    ensure!(state.contains("pgedge.state = "), "the state is `{state}`");
    std::fs::remove_file(&filler)?;
    if !platform.get(THIRD)?.runs()? {
        platform.get(THIRD)?.start()?;
    }
    platform.get(THIRD)?.wait_ready(180)?;
    platform.wait_equal(11_000, 90)?;
    platform.check_mesh()
}

/// What a user set for the server or the database ended the script's own sessions, or made Spock skip rows.
pub fn settings_of_the_user(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, &rows(30_000))?;
    for name in [FIRST, SECOND, THIRD] {
        for setting in [
            "idle_session_timeout = 2000",
            "idle_in_transaction_session_timeout = 2000",
            "lock_timeout = 10",
            "statement_timeout = 1500",
            "log_min_duration_sample = 0",
            "log_statement_sample_rate = 1",
            "log_statement = 'all'",
        ] {
            platform.sql(name, &format!("ALTER DATABASE mydb SET {setting}"))?;
        }
    }
    let client = platform.get(FIRST)?.client()?;
    let busy = std::thread::spawn(move || {
        client.sql("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; BEGIN; UPDATE items SET note = 'locked'; SELECT pg_sleep(8); COMMIT")
    });
    let node = platform.get(THIRD)?;
    node.kill()?;
    node.empty_volume()?;
    node.start()?;
    node.wait_ready(180)?;
    ensure!(
        busy.join().is_ok_and(|done| done.is_ok()),
        "the client's transaction failed"
    );
    agree(
        platform,
        "SELECT count(*) FROM items WHERE note = 'locked'",
        "30000",
    )?;
    // a change that has to wait for a lock here is not skipped
    let client = platform.get(SECOND)?.client()?;
    let busy = std::thread::spawn(move || {
        client.sql("SET statement_timeout = 0; BEGIN; LOCK TABLE items IN EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT")
    });
    std::thread::sleep(Duration::from_secs(1));
    platform.sql(FIRST, "UPDATE items SET note = 'waited for'")?;
    ensure!(busy.join().is_ok_and(|done| done.is_ok()), "no lock");
    agree(
        platform,
        "SELECT count(*) FROM items WHERE note = 'waited for'",
        "30000",
    )?;
    if !postgres::is_real() {
        // under these settings a node of the stand-in does not get ready again
        return platform.check_mesh();
    }
    // nor does a new password reach a log
    let password = "n3w-and-secret";
    platform.apply(&Values {
        password: password.into(),
        ..three_nodes()
    })?;
    for name in [FIRST, SECOND, THIRD] {
        let node = platform.get(name)?;
        node.stop()?;
        node.start()?;
    }
    platform.wait_ready(120)?;
    for node in platform.nodes() {
        ensure!(
            !node.log()?.contains(password),
            "the new password stands in the log of {}",
            node.name()
        );
    }
    platform.check_mesh()
}
