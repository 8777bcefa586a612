//! What depends on the order of changes, and on each being applied once.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, agree, rows, running, three_nodes, two_nodes};
use crate::bundle::Values;
use crate::order::Order;
use crate::platform::Platform;
use crate::wait;

const FOURTH: &str = "aws_eu_central_1_1";

fn four_nodes() -> Values {
    Values::new(&[("aws-us-west-2", 2), ("aws-eu-central-1", 2)])
}

/// Of changes that depended on each other during a join, the new node had some twice and some in the wrong order.
pub fn join(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    let order = Order::start(platform, FIRST, SECOND, THIRD)?;
    // what was there before is not recent any more
    std::thread::sleep(Duration::from_secs(20));
    platform.apply(&four_nodes())?;
    platform.get(FOURTH)?.wait_ready(180)?;
    std::thread::sleep(Duration::from_secs(2));
    order.finish(platform, FIRST)?;
    platform.check_mesh()
}

/// Changes that depend on each other, and nothing else happens: what the other scenarios are measured by.
pub fn order(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    let order = Order::start(platform, FIRST, SECOND, THIRD)?;
    std::thread::sleep(Duration::from_secs(20));
    order.finish(platform, FIRST)?;
    Ok(())
}

/// A join that was broken off left slots, or was not taken up again.
pub fn broken_join(platform: &mut Platform) -> Result<()> {
    running(platform, &two_nodes())?;
    platform.sql(FIRST, &rows(2_000))?;
    platform.apply(&three_nodes())?;
    for pause in [300, 1_500, 2_500, 3_500, 4_500, 6_000] {
        std::thread::sleep(Duration::from_millis(pause));
        let node = platform.get(THIRD)?;
        node.kill()?;
        node.start()?;
    }
    // and the one that is copied
    std::thread::sleep(Duration::from_secs(3));
    platform.get(FIRST)?.kill()?;
    platform.get(FIRST)?.start()?;
    platform.wait_ready(180)?;
    platform.wait_equal(2_000, 60)?;
    for name in [FIRST, SECOND, THIRD] {
        let node = platform.get(name)?;
        wait::until(30, &format!("{name} has a slot for each peer"), || {
            let slots = node
                .sql("SELECT count(*), count(*) FILTER (WHERE active) FROM pg_replication_slots")?;
            Ok((slots != "2|2").then_some(slots))
        })?;
    }
    platform.check_mesh()
}

/// Two nodes that crashed together: one asked the other for old changes again, and deleted newer rows.
pub fn crash_of_two(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(FIRST, "CREATE TABLE emptied (id int PRIMARY KEY)")?;
    platform.sql(FIRST, "CREATE TABLE made_again (id int PRIMARY KEY)")?;
    platform.sql(FIRST, &rows(200))?;
    platform.wait_equal(200, 30)?;
    platform.sql(FIRST, "INSERT INTO emptied SELECT generate_series(1, 50)")?;
    for (round, together) in [[FIRST, SECOND], [FIRST, THIRD], [SECOND, FIRST]]
        .into_iter()
        .enumerate()
    {
        // positions are saved now, and not before the crash
        for name in together {
            platform.sql(name, "CHECKPOINT")?;
        }
        platform.sql(FIRST, "DELETE FROM items")?;
        platform.sql(FIRST, "TRUNCATE emptied")?;
        platform.sql(FIRST, "DROP TABLE made_again CASCADE")?;
        platform.sql(FIRST, "CREATE TABLE made_again (id int PRIMARY KEY)")?;
        agree(platform, "SELECT count(*) FROM items", "0")?;
        agree(platform, "SELECT count(*) FROM made_again", "0")?;
        platform.sql(THIRD, &rows(50))?;
        platform.sql(THIRD, "INSERT INTO emptied SELECT generate_series(1, 100)")?;
        platform.sql(
            THIRD,
            "INSERT INTO made_again SELECT generate_series(1, 100)",
        )?;
        agree(platform, "SELECT count(*) FROM made_again", "100")?;
        for name in together {
            platform.get(name)?.kill()?;
        }
        for name in together {
            platform.get(name)?.start()?;
        }
        platform.wait_ready(120)?;
        std::thread::sleep(Duration::from_secs(3));
        let counts = "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM emptied), (SELECT count(*) FROM made_again)";
        for node in platform.nodes() {
            let found = node.sql(counts)?;
            ensure!(
                found == "50|100|100",
                "round {round}: {} has {found} rows, not 50|100|100",
                node.name()
            );
        }
    }
    // PostgreSQL restarts itself when one of its processes crashes
    platform.sql(SECOND, "CHECKPOINT")?;
    platform.sql(FIRST, "DELETE FROM items")?;
    agree(platform, "SELECT count(*) FROM items", "0")?;
    platform.sql(THIRD, &rows(70))?;
    agree(platform, "SELECT count(*) FROM items", "70")?;
    platform
        .get(SECOND)?
        .client()?
        .run(&["bash", "-c", "kill -SEGV $(psql -XAtc \"SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'\")"])?;
    platform.get(FIRST)?.kill()?;
    platform.get(FIRST)?.start()?;
    std::thread::sleep(Duration::from_secs(5));
    platform.wait_ready(120)?;
    agree(platform, "SELECT count(*) FROM items", "70")?;
    platform.check_mesh()
}

/// One link stood still while the others went on: changes came before the rows they belong to, and were skipped.
pub fn one_link_behind(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(
        FIRST,
        "CREATE TABLE causes (id int PRIMARY KEY, value text, long text); CREATE TABLE filled (id int PRIMARY KEY);
         CREATE TABLE made_again (id int PRIMARY KEY, round int); CREATE TABLE refilled (id int PRIMARY KEY)",
    )?;
    agree(
        platform,
        "SELECT count(*) FROM spock.tables WHERE relname IN ('causes', 'filled', 'made_again', 'refilled') AND set_name = 'default'",
        "4",
    )?;
    platform.sql(FIRST, "INSERT INTO made_again SELECT id, -1 FROM generate_series(1, 30) id; INSERT INTO refilled VALUES (-1)")?;
    agree(
        platform,
        "SELECT count(*), (SELECT count(*) FROM refilled) FROM made_again",
        "30|1",
    )?;
    for round in 0..2 {
        let link = format!("'{THIRD}_sub_from_{FIRST}'");
        platform.sql(THIRD, &format!("SELECT spock.sub_disable({link})"))?;
        // long enough to be kept outside the row, and not to be sent with a change of another column
        platform.sql(
            FIRST,
            "INSERT INTO causes SELECT id, 'written', (SELECT string_agg(md5(id::text || i), '') FROM generate_series(1, 300) i)
               FROM generate_series(1, 40) id",
        )?;
        platform.sql(FIRST, "INSERT INTO filled SELECT generate_series(1, 50)")?;
        platform.sql(FIRST, "DELETE FROM made_again")?;
        platform.sql(FIRST, "TRUNCATE refilled")?;
        platform.sql(
            FIRST,
            &format!("CREATE TABLE made_there_{round} (id int PRIMARY KEY)"),
        )?;
        wait::until(30, "the second node has what the first one wrote", || {
            let found = platform.get(SECOND)?.sql(&format!(
                "SELECT count(*), (SELECT count(*) FROM filled), to_regclass('made_there_{round}') FROM causes"
            ))?;
            Ok((found != format!("40|50|made_there_{round}")).then_some(found))
        })?;
        platform.sql(SECOND, "DELETE FROM causes WHERE id % 4 = 0")?;
        platform.sql(
            SECOND,
            "UPDATE causes SET value = 'changed' WHERE id % 4 = 1",
        )?;
        platform.sql(SECOND, "UPDATE causes SET id = id + 100 WHERE id % 4 = 2")?;
        platform.sql(SECOND, "TRUNCATE filled")?;
        platform.sql(
            SECOND,
            &format!("INSERT INTO made_again SELECT id, {round} FROM generate_series(1, 30) id"),
        )?;
        platform.sql(
            SECOND,
            &format!(
                "INSERT INTO refilled SELECT {round} * 100 + id FROM generate_series(1, 20) id"
            ),
        )?;
        platform.sql(
            SECOND,
            &format!("INSERT INTO made_there_{round} SELECT generate_series(1, 30)"),
        )?;
        platform.sql(SECOND, &format!("CREATE TABLE marker_{round} ()"))?;
        wait::until(60, "the third node has what the second one wrote", || {
            let found = platform
                .get(THIRD)?
                .sql(&format!("SELECT to_regclass('marker_{round}')"))?;
            Ok(found.is_empty().then(|| "not yet".to_owned()))
        })?;
        platform.sql(THIRD, &format!("SELECT spock.sub_enable({link})"))?;
        agree(
            platform,
            &format!(
                "SELECT count(*), count(long), count(*) FILTER (WHERE value = 'changed'), count(*) FILTER (WHERE id > 100),
                        (SELECT count(*) FROM filled), (SELECT count(*) FROM made_there_{round}),
                        (SELECT count(*) FROM made_again WHERE round = {round}), (SELECT count(*) FROM refilled) FROM causes"
            ),
            "30|30|10|10|0|30|30|20",
        )?;
        platform.sql(FIRST, "DELETE FROM causes")?;
        agree(platform, "SELECT count(*) FROM causes", "0")?;
    }
    agree(
        platform,
        "SELECT coalesce(string_agg(DISTINCT operation || ': ' || error_message, ' '), 'nothing') FROM spock.exception_log",
        "nothing",
    )?;
    platform.check_mesh()
}

/// A deletion that came late, by less than anybody notices, took along a row that others had made and changed again
/// since: the node went back to what it was made as.
pub fn late_deletion(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(
        FIRST,
        "CREATE TABLE remade (id int PRIMARY KEY, value text)",
    )?;
    platform.sql(
        FIRST,
        "INSERT INTO remade SELECT id, 'old' FROM generate_series(1, 40) id",
    )?;
    agree(platform, "SELECT count(*) FROM remade", "40")?;
    agree(
        platform,
        "SELECT count(*) FROM pg_trigger WHERE tgname = 'pgedge_deletion' AND tgrelid = 'remade'::regclass",
        "1",
    )?;
    let workers = format!(
        "SELECT pid FROM pg_stat_activity JOIN spock.subscription ON application_name LIKE 'spock apply %:' || sub_id
          WHERE sub_name = '{THIRD}_sub_from_{FIRST}'"
    );
    let worker = platform.sql(THIRD, &workers)?;
    let signal = |platform: &mut Platform, name: &str| -> Result<()> {
        let client = platform.get(THIRD)?.client()?;
        client.run(&["kill", name, &worker]).map(drop)
    };
    signal(platform, "-STOP")?;
    platform.sql(FIRST, "DELETE FROM remade")?;
    platform.sql(
        FIRST,
        "INSERT INTO remade SELECT id, 'made again' FROM generate_series(1, 40) id",
    )?;
    let has = |platform: &mut Platform, name: &str, value: &str, count: &str| {
        let question = format!("SELECT count(*) FROM remade WHERE value = '{value}'");
        wait::until(10, &format!("{name} has rows that were {value}"), || {
            let found = platform.get(name)?.sql(&question)?;
            Ok((found != count).then_some(found))
        })
    };
    has(platform, SECOND, "made again", "40")?;
    platform.sql(SECOND, "UPDATE remade SET value = 'changed' WHERE id <= 30")?;
    platform.sql(SECOND, "DELETE FROM remade WHERE id > 20 AND id <= 30")?;
    has(platform, THIRD, "changed", "20")?;
    // what is lost may be the node's own
    platform.sql(
        THIRD,
        "UPDATE remade SET value = 'changed there' WHERE id <= 10",
    )?;
    has(platform, FIRST, "changed there", "10")?;
    signal(platform, "-CONT")?;
    agree(
        platform,
        "SELECT string_agg(count || ' ' || value, ', ' ORDER BY value)
           FROM (SELECT value, count(*) FROM remade GROUP BY value) found",
        "10 changed, 10 changed there, 10 made again",
    )?;
    agree(platform, "SELECT count(*) FROM pgedge.deleted", "0")?;
    platform.check_mesh()
}

/// What a node had received when it was killed was lost to it: a worker had restarted since, and its provider had heard
/// that all was on disk.
pub fn kill_after_receipt(platform: &mut Platform) -> Result<()> {
    running(platform, &two_nodes())?;
    for round in 0..3 {
        let table = format!("received_{round}");
        platform.sql(FIRST, &format!("CREATE TABLE {table} (id int PRIMARY KEY)"))?;
        platform.sql(
            FIRST,
            &format!("INSERT INTO {table} SELECT generate_series(1, 100)"),
        )?;
        wait::until(30, "the rows arrive", || {
            let found = platform.get(SECOND)?.sql(&format!(
                "SELECT CASE WHEN to_regclass('{table}') IS NOT NULL THEN
                   (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM {table}', false, true, '')))[1]::text END"
            ))?;
            Ok((found != "100").then_some(found))
        })?;
        // a worker that restarts says that all is on disk which it finds received
        let walsender = "SELECT active_pid FROM pg_replication_slots WHERE active";
        let before = platform.sql(FIRST, walsender)?;
        platform.sql(
            SECOND,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'spock apply %'",
        )?;
        wait::until(30, "the worker is back", || {
            let now = platform.sql(FIRST, walsender)?;
            Ok((now.is_empty() || now == before).then(|| "not yet".to_owned()))
        })?;
        let node = platform.get(SECOND)?;
        node.kill()?;
        node.start()?;
        node.wait_ready(120)?;
        let found = node.sql(&format!("SELECT count(*) FROM {table}"))?;
        ensure!(found == "100", "round {round}: {found} of 100 rows");
    }
    platform.check_mesh()
}

/// Origins that earlier releases numbered by themselves are given the numbers that a crash recovers.
pub fn earlier_release(platform: &mut Platform) -> Result<()> {
    running(platform, &two_nodes())?;
    platform.sql(FIRST, &rows(100))?;
    platform.wait_equal(100, 60)?;
    let node = platform.get(SECOND)?;
    node.stop()?;
    let file = node.volume().join("pgdata/pgedge_state.conf");
    let state = std::fs::read_to_string(&file)?;
    let lines = state
        .lines()
        .filter(|line| !line.starts_with("pgedge.origins"));
    std::fs::write(
        &file,
        lines.map(|line| format!("{line}\n")).collect::<String>(),
    )?;
    node.start()?;
    node.wait_ready(120)?;
    ensure!(
        node.log()?.contains("numbers that a crash recovers"),
        "nothing was aligned"
    );
    platform.check_mesh()
}

/// Volumes of the public template, crashed: their links have the password in the catalogue, and origins with numbers that
/// a crash does not recover.
pub fn public_template(platform: &mut Platform) -> Result<()> {
    running(platform, &two_nodes())?;
    platform.sql(FIRST, &rows(100))?;
    platform.wait_equal(100, 60)?;
    for (name, other) in [(FIRST, SECOND), (SECOND, FIRST)] {
        let link = format!("'{name}_sub_from_{other}'");
        platform.sql(name, &format!("SELECT spock.sub_disable({link})"))?;
        wait::until(20, "the link is idle", || {
            // PostgreSQL gives the origin a number of its own choice
            let made = platform.get(name)?.sql(
                "DO $$ DECLARE link record; BEGIN
                   SELECT slot, position INTO link FROM pgedge.position;
                   PERFORM pg_replication_origin_drop(link.slot);
                   PERFORM pg_replication_origin_create(link.slot);
                   PERFORM pg_replication_origin_advance(link.slot, link.position);
                 END $$",
            );
            Ok(made.err().map(|error| format!("{error:#}")))
        })?;
        platform.sql(
            name,
            "UPDATE spock.node_interface SET if_dsn = if_dsn || ' password=secret'",
        )?;
        platform.sql(name, &format!("SELECT spock.sub_enable({link})"))?;
    }
    wait::until(30, "the links are up", || {
        let down: Vec<String> = platform
            .nodes()
            .map(|node| {
                node.sql(
                    "SELECT count(*) FROM spock.sub_show_status() WHERE status = 'replicating'",
                )
            })
            .collect::<Result<_>>()?;
        Ok(down.iter().any(|up| up != "1").then(|| format!("{down:?}")))
    })?;
    platform.sql(FIRST, "CHECKPOINT")?;
    platform.sql(SECOND, "CHECKPOINT")?;
    platform.sql(FIRST, "DELETE FROM items")?;
    agree(platform, "SELECT count(*) FROM items", "0")?;
    platform.sql(SECOND, &rows(50))?;
    platform.wait_equal(50, 30)?;
    for name in [FIRST, SECOND] {
        platform.sql(
            name,
            "SET spock.enable_ddl_replication = off; DROP SCHEMA pgedge CASCADE",
        )?;
        let node = platform.get(name)?;
        node.kill()?;
        std::fs::remove_file(node.volume().join("pgdata/pgedge_state.conf"))?;
    }
    for name in [FIRST, SECOND] {
        platform.get(name)?.start()?;
    }
    platform.wait_ready(120)?;
    for node in platform.nodes() {
        let found = node.sql(
            "SELECT count(*) FROM spock.subscription JOIN pg_replication_origin ON roname = sub_slot_name
              WHERE roident = sub_origin",
        )?;
        ensure!(found == "1", "{} was not aligned", node.name());
    }
    agree(platform, "SELECT count(*) FROM items", "50")?;
    platform.sql(FIRST, &rows(20))?;
    platform.wait_equal(70, 60)?;
    platform.check_mesh()
}

/// A volume that went back to an older snapshot stayed behind for ever, and said that it was ready.
pub fn set_back(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(THIRD, &rows(100))?;
    platform.wait_equal(100, 30)?;
    std::thread::sleep(Duration::from_secs(6));
    platform.get(THIRD)?.snapshot()?;
    platform.sql(FIRST, &rows(100))?;
    platform.sql(
        SECOND,
        "DELETE FROM items WHERE id IN (SELECT id FROM items LIMIT 20)",
    )?;
    platform.sql(THIRD, &rows(50))?;
    platform.wait_equal(230, 30)?;
    std::thread::sleep(Duration::from_secs(12));
    let node = platform.get(THIRD)?;
    node.kill()?;
    node.restore()?;
    node.start()?;
    let before = node.log()?.len();
    node.wait_ready(120)?;
    let content = node.sql("SELECT count(*) FROM items")?;
    ensure!(content == "230", "ready with {content} of 230 rows");
    ensure!(
        node.log()?[before.saturating_sub(2000)..].contains("was set back"),
        "it does not say why it joined afresh"
    );
    platform.wait_equal(230, 30)?;
    platform.check_mesh()
}
