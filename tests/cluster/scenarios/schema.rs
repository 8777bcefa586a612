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

/// Rows that were written between the two documented steps, on the node that ran the first, never left it.
pub fn documented_change(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    let changes = [
        "CREATE TABLE public.documented (id int PRIMARY KEY)",
        "CREATE TABLE public.without_key (id int)",
        "CREATE TABLE public.parent (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE public.low PARTITION OF public.parent FOR VALUES FROM (0) TO (1000)",
        "CREATE TABLE public.attached (id int PRIMARY KEY); ALTER TABLE public.parent ATTACH PARTITION public.attached FOR VALUES FROM (1000) TO (2000)",
        "CREATE TABLE public.keyed_later (id int NOT NULL); ALTER TABLE public.keyed_later ADD PRIMARY KEY (id)",
    ];
    for change in changes {
        let call = format!("SELECT spock.replicate_ddl($change${change}$change$)");
        platform.sql(SECOND, &call)?;
        // on the node that ran it, at once
        for table in ["documented", "without_key", "attached", "keyed_later"] {
            let _ = platform.sql(
                SECOND,
                &format!("INSERT INTO {table} SELECT 1500 WHERE NOT EXISTS (SELECT FROM {table})"),
            );
        }
    }
    let functions = [
        "CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE from_function (id int PRIMARY KEY); INSERT INTO from_function VALUES (1500); END $$",
        "SELECT make()",
        "DO $$ BEGIN CREATE TABLE from_block (id int PRIMARY KEY); INSERT INTO from_block VALUES (1500); END $$",
    ];
    let tables = [
        "documented",
        "without_key",
        "attached",
        "keyed_later",
        "from_function",
        "from_block",
        "with_rows",
        "by_no_path",
    ];
    for statement in functions {
        platform.sql(SECOND, statement)?;
    }
    platform.get(SECOND)?.client()?.feed(
        &["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"],
        "BEGIN; CREATE TABLE with_rows (id int PRIMARY KEY); INSERT INTO with_rows VALUES (1500); COMMIT;
         SET search_path = ''; CREATE TABLE public.by_no_path (id int PRIMARY KEY); INSERT INTO public.by_no_path VALUES (1500);",
    )?;
    for table in tables {
        agree(platform, &format!("SELECT count(*) FROM {table}"), "1")?;
    }
    for (number, name) in [FIRST, SECOND, THIRD].into_iter().enumerate() {
        for table in tables {
            platform.sql(
                name,
                &format!("INSERT INTO {table} VALUES ({})", 1600 + number),
            )?;
        }
        platform.sql(
            name,
            &format!("INSERT INTO parent VALUES ({number}), ({})", 1700 + number),
        )?;
    }
    for table in tables {
        let rows = if table == "attached" { "7" } else { "4" };
        agree(platform, &format!("SELECT count(*) FROM {table}"), rows)?;
    }
    agree(platform, "SELECT count(*) FROM parent", "10")?;
    platform.sql(THIRD, "DELETE FROM keyed_later WHERE id = 1500")?;
    agree(
        platform,
        "SELECT count(*) FROM keyed_later WHERE id = 1500",
        "0",
    )?;
    // the documented second step is no error, wherever it lands
    for name in [FIRST, THIRD] {
        platform.sql(
            name,
            "SELECT spock.repset_add_table('default', 'documented'::regclass)",
        )?;
    }
    platform.check_mesh()
}

/// A backup could be taken, but went back into one node only.
pub fn dump_and_restore(platform: &mut Platform) -> Result<()> {
    running(platform, &three_nodes())?;
    platform.sql(SECOND, &rows(1_000))?;
    let before = platform.wait_equal(1_000, 30)?;
    let dump = platform.get(FIRST)?.client()?.run(&["pg_dump"])?;

    platform.lose_everything()?;
    // what the new database has of itself, the dump has too: only those statements fail
    platform
        .get(FIRST)?
        .client()?
        .feed(&["psql", "-Xq"], &dump)?;
    let after = platform.wait_equal(1_000, 60)?;
    ensure!(after == before, "{before} were dumped, {after} restored");
    platform.check_mesh()
}
