//! Tables come and go.

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, THIRD, agree, rows, running, three_nodes};
use crate::platform::Platform;

/// A table that was made on one node existed there only; temporary and key-less ones were refused.
pub fn ddl(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    // temporary and unlogged tables are nobody else's business, and no error
    platform.sql(FIRST, "CREATE TEMPORARY TABLE scratch (x int)")?;
    platform.sql(FIRST, "CREATE UNLOGGED TABLE heap (x int)")?;

    platform.sql(SECOND, "CREATE TABLE plain (x int)")?;
    agree(platform, "SELECT count(*) FROM plain", "0")?;
    platform.sql(
        THIRD,
        "ALTER TABLE items ADD COLUMN extra text DEFAULT 'none'",
    )?;
    agree(platform, "SELECT count(extra) FROM items", "0")?;
    platform.sql(FIRST, "CREATE INDEX by_note ON items (note)")?;
    agree(
        platform,
        "SELECT count(*) FROM pg_indexes WHERE indexname = 'by_note'",
        "1",
    )?;

    // the documented way, second step included
    let documented =
        "SELECT spock.replicate_ddl('CREATE TABLE public.orders (id int PRIMARY KEY)')";
    platform.sql(SECOND, documented)?;
    agree(platform, "SELECT count(*) FROM orders", "0")?;
    platform.sql(
        SECOND,
        "SELECT spock.repset_add_table('default', 'orders'::regclass)",
    )?;

    for (number, name) in [FIRST, SECOND, THIRD].into_iter().enumerate() {
        platform.sql(name, "INSERT INTO plain VALUES (1)")?;
        platform.sql(
            name,
            "INSERT INTO items (id, extra) VALUES (gen_random_uuid(), 'some')",
        )?;
        platform.sql(name, &format!("INSERT INTO orders VALUES ({number})"))?;
    }
    agree(platform, "SELECT count(*) FROM plain", "3")?;
    agree(
        platform,
        "SELECT count(*) FROM items WHERE extra = 'some'",
        "3",
    )?;
    agree(platform, "SELECT count(*) FROM orders", "3")?;

    platform.sql(THIRD, "DROP TABLE plain CASCADE")?;
    agree(
        platform,
        "SELECT count(*) FROM pg_tables WHERE tablename = 'plain'",
        "0",
    )?;
    platform.check_mesh()
}

/// A backup could be taken, but went back into one node only.
pub fn dump_and_restore(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(SECOND, &rows(1_000))?;
    let before = platform.wait_equal(1_000, 30)?;
    let dump = platform.get(FIRST)?.client()?.run(&["pg_dump"])?;

    for replica in &mut platform.replicas {
        replica.kill()?;
        replica.empty_volume()?;
    }
    for replica in &mut platform.replicas {
        replica.start()?;
    }
    platform.wait_ready(90)?;
    // what the new database has of itself, the dump has too: only those statements fail
    platform
        .get(FIRST)?
        .client()?
        .feed(&["psql", "-Xq"], &dump)?;
    let after = platform.wait_equal(1_000, 60)?;
    ensure!(after == before, "{before} were dumped, {after} restored");
    platform.check_mesh()
}
