//! What goes wrong in a night: the outcome is a whole dump or an honest failure, never a file that looks whole.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{SECOND, THIRD, running, three_nodes};
use crate::bucket::{self, Bucket};
use crate::bundle::Values;
use crate::platform::Platform;
use crate::sandbox::run;
use crate::wait;

/// What names of dumps begin with: the workload, and the begin of a checksum of `test/test-gvc/test-gvc-pgedge`.
const STEM: &str = "test-gvc-pgedge-db1ae88c";

/// Rows that do not get smaller when they are packed.
const LARGE: &str =
    "INSERT INTO items SELECT gen_random_uuid(), string_agg(md5(random()::text), '')
    FROM generate_series(1, 600) n, generate_series(1, 1000) GROUP BY n";

/// A node that was down meant no dump; one that was joining, half a dump; one that died, a part in the bucket.
pub fn nodes(platform: &mut Platform) -> Result<()> {
    let mut values = three_nodes();
    let bucket = Bucket::gs(platform)?;
    values.backup = bucket.values();
    running(platform, &values)?;
    platform.sql(SECOND, LARGE)?;
    platform.wait_equal(600, 60)?;

    // killed in the middle
    bucket.fault("pause", true)?;
    let mut job = bucket::start(platform, &values, &bucket, &[])?;
    wait_for_rows(platform, SECOND)?;
    platform.get(SECOND)?.kill()?;
    bucket.fault("pause", false)?;
    let log = job.finish()?.ok()?.log;
    ensure!(
        log.contains(&format!("the dump of {SECOND} broke off")),
        "{log}"
    );
    ensure!(log.contains(&format!("dumping {THIRD}")), "{log}");
    expect(&bucket, 1)?;

    // what is emptied and filled again at that time is dumped full; and the role has a limit for its statements
    for node in [super::FIRST, THIRD] {
        platform.sql(
            node,
            "SET spock.enable_ddl_replication = off; ALTER ROLE app SET statement_timeout = '2s'",
        )?;
    }
    let client = platform.get(THIRD)?.client()?;
    let reload = std::thread::spawn(move || {
        client.sql(
            "SET statement_timeout = 0; BEGIN; CREATE TEMP TABLE kept AS SELECT * FROM items; TRUNCATE items;
            SELECT pg_sleep(6); INSERT INTO items SELECT * FROM kept; COMMIT",
        )
    });
    wait::until(30, "the table is being filled anew", || {
        let locked = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'items'::regclass";
        Ok((platform.sql(THIRD, locked)? == "0").then(|| "it is not".to_owned()))
    })?;
    bucket::run(platform, &values, &bucket, &[])?.ok()?;
    reload
        .join()
        .map_err(|_| anyhow::anyhow!("the reload panicked"))??;
    let newest = bucket.dumps()?.pop().context("no dump")?;
    let manifest = bucket.read(&newest.replace(".dump", ".json"))?;
    ensure!(manifest.contains("\"rows\": 600"), "{manifest}");
    expect(&bucket, 2)?;

    // down
    let log = bucket::run(platform, &values, &bucket, &[])?.ok()?.log;
    ensure!(log.contains(&format!("{SECOND} does not answer")), "{log}");
    expect(&bucket, 3)?;

    // joining: half a database
    let second = platform.get(SECOND)?;
    second.empty_volume()?;
    second.start()?;
    wait::until(60, "the node answers", || {
        let state = platform.sql(SECOND, "SELECT current_setting('pgedge.state', true)");
        Ok(state.err().map(|error| error.to_string()))
    })?;
    let log = bucket::run(platform, &values, &bucket, &[])?.ok()?.log;
    ensure!(
        log.contains(&format!("{SECOND} is not ready"))
            || log.contains(&format!("{SECOND} does not answer"))
            || platform.get(SECOND)?.is_ready(),
        "{log}"
    );
    expect(&bucket, 4)
}

/// A dump that broke off lay in the bucket like any other.
pub fn bucket(platform: &mut Platform) -> Result<()> {
    let mut values = Values::new(&[("aws-us-west-2", 1)]);
    let bucket = Bucket::gs(platform)?;
    values.backup = bucket.values();
    running(platform, &values)?;
    platform.sql(super::FIRST, LARGE)?;

    bucket.fault("refuse", true)?;
    bucket::run(platform, &values, &bucket, &[])?.failed("the bucket did not take the dump")?;
    bucket.fault("refuse", false)?;
    bucket.fault("truncate", true)?;
    bucket::run(platform, &values, &bucket, &[])?
        .failed("what the bucket gives back is not what was sent")?;
    bucket.fault("truncate", false)?;
    expect(&bucket, 0)?;

    // the container's own disk is full: when it begins, and later on
    let mut job = on_a_small_disk(platform, &values, &bucket, "4k")?;
    job.finish()?.failed("there is no room")?;
    bucket.fault("pause", true)?;
    let mut job = on_a_small_disk(platform, &values, &bucket, "1200k")?;
    wait_for_rows(platform, super::FIRST)?;
    // what writes there is told that nothing is left, or is not
    let _ = fs::write(platform.directory().join("small/filler"), vec![1; 1 << 20]);
    bucket.fault("pause", false)?;
    job.finish()?.failed("is there room")?;
    expect(&bucket, 0)?;

    // the platform ends a run that takes too long
    bucket.fault("pause", true)?;
    let mut job = bucket::start(platform, &values, &bucket, &[])?;
    wait_for_rows(platform, super::FIRST)?;
    job.0.stop()?;
    ensure!(job.0.log()?.contains("told to stop"), "{}", job.0.log()?);
    expect(&bucket, 0)?;

    // two at once, and what older runs have left
    for left in ["20200101T000000Z-0000", "20990101T000000Z-0000"] {
        bucket.write(&format!("unfinished/{STEM}-{left}.dump"), b"half")?;
        bucket.write(&format!("{STEM}-{left}.json"), b"{}")?;
    }
    let mut one = bucket::start(platform, &values, &bucket, &[])?;
    let mut other = bucket::start(platform, &values, &bucket, &[])?;
    wait_for_rows(platform, super::FIRST)?;
    bucket.fault("pause", false)?;
    one.finish()?.ok()?;
    other.finish()?.ok()?;
    let names = bucket.names()?;
    ensure!(!names.iter().any(|name| name.contains("2020")), "{names:?}");
    let young = names.iter().filter(|name| name.contains("2099")).count();
    ensure!(
        young == 2,
        "what may belong to a run at work went: {names:?}"
    );
    expect(&bucket, 2)?;

    // what cannot be read is not taken for what is not there
    let restore = [("PGEDGE_ACTION", "restore")];
    bucket.fault("silent", true)?;
    bucket::run(platform, &values, &bucket, &restore)?.failed("the bucket cannot be read")?;
    bucket.fault("silent", false)?;
    let newest = bucket.dumps()?.pop().context("no dump")?;
    bucket.remove(&newest.replace(".dump", ".roles.sql"))?;
    bucket::run(platform, &values, &bucket, &restore)?.failed("roles.sql cannot be read")?;
    Ok(())
}

/// A run whose temporary files have no more room than this.
fn on_a_small_disk(
    platform: &mut Platform,
    values: &Values,
    bucket: &Bucket,
    size: &str,
) -> Result<bucket::Job> {
    let small = platform.directory().join("small");
    fs::create_dir_all(&small)?;
    let (place, options) = (small.display().to_string(), format!("size={size}"));
    run("mount", &["-t", "tmpfs", "-o", &options, "tmpfs", &place])?;
    let mut job = bucket::prepare(platform, values, bucket, &[("TMPDIR", "/small")])?;
    job.0.container.mounts.push((small, "/small".into()));
    job.0.start()?;
    Ok(job)
}

/// An upload that is cut off ends, and with a failure.
pub fn network(platform: &mut Platform) -> Result<()> {
    let mut values = Values::new(&[("aws-us-west-2", 1)]);
    let bucket = Bucket::s3(platform)?;
    values.backup = bucket.values();
    running(platform, &values)?;
    for _ in 0..3 {
        platform.sql(super::FIRST, LARGE)?;
    }
    let mut job = bucket::start(platform, &values, &bucket, &[("AWS_MAX_ATTEMPTS", "1")])?;
    wait_for_rows(platform, super::FIRST)?;
    bucket.cut(true)?;
    job.finish()?.failed("FAILED")?;
    bucket.cut(false)?;
    expect(&bucket, 0)?;

    // killed at the deadline, or the machine fails: parts of an upload lie there, and a later run clears them away
    let mut job = bucket::start(platform, &values, &bucket, &[])?;
    wait::until(60, "there are parts", || {
        Ok((bucket.uploads()? == 0).then(|| "there are none".to_owned()))
    })?;
    job.0.kill()?;
    expect(&bucket, 0)?;
    std::thread::sleep(std::time::Duration::from_secs(2));
    values.backup["activeDeadlineSeconds"] = json!(1);
    bucket::run(platform, &values, &bucket, &[])?.ok()?;
    ensure!(bucket.uploads()? == 0, "parts of an upload are left");
    ensure!(bucket.dumps()?.len() == 1, "{:?}", bucket.names()?);
    Ok(())
}

/// Old dumps stayed for ever. A bucket lists a thousand names at a time, and here are more.
pub fn retention(platform: &mut Platform) -> Result<()> {
    let mut values = Values::new(&[("aws-us-west-2", 1)]);
    let bucket = Bucket::s3(platform)?;
    values.backup = bucket.values();
    values.backup["keep"] = json!({"daily": 7, "weekly": 4, "monthly": 12});
    running(platform, &values)?;
    // one a day in the years before this program, at 02:00
    let days = platform.sql(
        super::FIRST,
        "SELECT to_char(day, 'YYYYMMDD') FROM generate_series('2023-01-01'::date, '2023-12-31', '1 day') day",
    )?;
    let mut files = Vec::new();
    let mut dump = |stem: &str, day: &str, cluster: &str| {
        let file = format!("{stem}-{day}T020000Z-0000");
        let taken_at = format!("{}-{}-{}T02:00:00Z", &day[..4], &day[4..6], &day[6..]);
        let manifest = json!({"file": file, "cluster": cluster, "taken_at": taken_at});
        files.push((format!("{file}.json"), manifest.to_string()));
        files.push((format!("{file}.dump"), "dump".to_owned()));
        files.push((format!("{file}.roles.sql"), String::new()));
    };
    let cluster = "test/test-gvc/test-gvc-pgedge";
    for day in days.lines() {
        dump(STEM, day, cluster);
    }
    // of others: by the manifest, by the name, by a name that goes on; and one whose manifest nobody can read
    dump(STEM, "20220101", "test/other/test-gvc-pgedge");
    dump("test-gvc-pgedge-00000000", "20230102", cluster);
    dump(&format!("{STEM}-more"), "20230102", cluster);
    dump(STEM, "20220102", cluster);
    files.retain(|(name, _)| !name.ends_with("20220102T020000Z-0000.json"));
    files.push((format!("{STEM}-20220102T020000Z-0000.json"), "{".to_owned()));
    let before = files.len();
    bucket.write_all(&files)?;
    bucket::run(platform, &values, &bucket, &[])?.ok()?;
    let dumps = bucket.dumps()?;
    let kept: Vec<&str> = dumps
        .iter()
        .filter_map(|name| Some(&name.strip_prefix(STEM)?.strip_prefix('-')?[..8]))
        .filter(|day| day.starts_with("202") && *day < "2024")
        .collect();
    // today's is the newest of its day, week and month
    let expected = [
        "20220101", "20220102", "20230228", "20230331", "20230430", "20230531", "20230630",
        "20230731", "20230831", "20230930", "20231031", "20231130", "20231217", "20231224",
        "20231226", "20231227", "20231228", "20231229", "20231230", "20231231",
    ];
    ensure!(kept == expected, "{kept:?}");
    ensure!(dumps.len() == expected.len() + 3, "{dumps:?}");
    let names = bucket.names()?.len();
    ensure!(
        names == 3 * dumps.len(),
        "{names} files of {} dumps, {before} before",
        dumps.len()
    );
    Ok(())
}

/// Waits until the dump reads rows of a node.
fn wait_for_rows(platform: &mut Platform, node: &str) -> Result<()> {
    wait::until(60, "the dump is at work", || {
        let reading =
            "SELECT count(*) FROM pg_stat_progress_copy p JOIN pg_stat_activity USING (pid)
            WHERE application_name = 'pgedge-backup' AND p.tuples_processed > 0";
        Ok((platform.sql(node, reading)? == "0").then(|| "it is not".to_owned()))
    })
    .map(drop)
}

/// So many dumps look whole, and each is: as large as its manifest says.
fn expect(bucket: &Bucket, dumps: usize) -> Result<()> {
    let found = bucket.dumps()?;
    ensure!(
        found.len() == dumps,
        "{dumps} dumps were expected: {:?}",
        bucket.names()?
    );
    for dump in found {
        let manifest: Value = serde_json::from_str(&bucket.read(&dump.replace(".dump", ".json"))?)?;
        let told = manifest["size"].as_u64().context("no size")?;
        ensure!(bucket.size(&dump)? == told, "{dump} is not whole");
    }
    Ok(())
}
