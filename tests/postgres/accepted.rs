//! What `lint` accepts, PostgreSQL starts with: every setting with values around its edges, and lines of pg_hba.conf, put
//! together by chance. `PGEDGE_TEST_SEED` is another chance than the usual one.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use crate::common::{Result, stdout};
use crate::server::{Server, Values};

/// Numbers at the edges of a range, in every spelling and unit; words; texts.
const VALUES: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "10",
    "16",
    "17",
    "32",
    "64",
    "100",
    "127",
    "128",
    "1000",
    "262143",
    "262144",
    "1073741823",
    "2147483647",
    "2147483648",
    "-2147483648",
    "99999999999",
    "0x10",
    "0x",
    "010",
    "08",
    "1e3",
    "1e-3",
    "1e30",
    ".5",
    "5.",
    ".",
    "-",
    "+1",
    " 1 ",
    "1.5",
    "0.1",
    "1e",
    "nan",
    "inf",
    "NaN",
    "1B",
    "1kB",
    "1KB",
    "64 kB",
    "1MB",
    "1.1GB",
    "1GB",
    "2 GB",
    "1TB",
    "0.5TB",
    "1us",
    "1ms",
    "100ms",
    "1s",
    "1.5 s",
    "1min",
    "1 h",
    "1d",
    "30d",
    "1m",
    "1Gi",
    "15 minutes",
    "75%",
    "",
    " ",
    "on",
    "off",
    "ON",
    "o",
    "of",
    "t",
    "fal",
    "yes",
    "n",
    "maybe",
    "auto",
    "none",
    "all",
    "debug",
    "DEBUG1",
    "log",
    "warning",
    "pglz",
    "lz4",
    "heap",
    "UTC",
    "utc",
    "Europe/Berlin",
    "Europe/Berlinn",
    "-3",
    "+14",
    "15",
    "EST5EDT",
    "C",
    "POSIX",
    "C.UTF-8",
    "en_US.UTF-8",
    "xx",
    "ISO",
    "ISO, DMY",
    "German, Postgres",
    "SQL,ymd",
    "set",
    "set, inherit",
    "Default",
    "India",
    "simple",
    "%m [%p] ",
    "it's",
    "\\",
    "a\\'b",
    "\"x\"",
    "$user",
    "ü",
    "read committed",
    "serializable",
    "fsync",
    "fdatasync",
    "open_datasync",
    "posix",
    "sysv",
    "mmap",
    "safe_encoding",
    "hex",
    "verbose",
    "content",
    "document",
    "cache",
    "partition",
    "regress",
    "local",
    "remote_apply",
    "force_custom_plan",
    "sql_standard",
    "posix_fallocate",
    "ddl",
    "pl",
    "syncfs",
    "try",
];

/// A number below `most` that follows from the seed and from what it is for.
fn chance(most: usize, of: impl Hash) -> usize {
    let seed = std::env::var("PGEDGE_TEST_SEED").unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    (seed, of).hash(&mut hasher);
    usize::try_from(hasher.finish() % most as u64).unwrap_or_default()
}

#[test]
fn what_lint_accepts_postgres_starts_with() -> Result<()> {
    let schema: Value = serde_json::from_str(&stdout(&["schema"])?)?;
    let settings = &schema["properties"]["postgres"]["properties"]["parameters"]["properties"];
    let is_lower = |name: &&String| !name.contains(|c: char| c.is_ascii_uppercase());
    let names: Vec<&String> = settings
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .filter(is_lower)
        .collect();
    assert!(names.len() > 200, "{}", names.len());
    let server = Server::new()?;
    let mut accepted = 0;
    for turn in 0..16 {
        let mut parameters: Vec<(String, String)> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                (
                    (*name).to_owned(),
                    VALUES[chance(VALUES.len(), (turn, at))].to_owned(),
                )
            })
            .collect();
        let values = loop {
            let values = Values::new(&parameters, &[])?;
            let refused = values.refused()?;
            if refused.is_empty() {
                break values;
            }
            let before = parameters.len();
            parameters
                .retain(|(name, _)| !refused.contains(&format!("postgres.parameters.{name}")));
            assert!(
                parameters.len() < before,
                "errors beyond the parameters: {refused:?}"
            );
        };
        accepted += parameters.len();
        server
            .start(&values.rendered("settings")?, "")
            .map_err(|log| format!("{parameters:?}: {log}"))?;
        server.stop()?;
    }
    assert!(accepted > 400, "{accepted}");
    Ok(())
}

#[test]
fn what_lint_accepts_of_pg_hba_conf_has_no_error() -> Result<()> {
    const TYPES: &[&str] = &[
        "host",
        "hostnossl",
        "hostnogssenc",
        "hostssl",
        "local",
        "\"host\"",
        "Host",
        "include",
    ];
    const NAMES: &[&str] = &[
        "all",
        "\"all\"",
        "a,b",
        "a, \"b c\"",
        "+group",
        "\"+x\"",
        "sameuser",
        "replication",
        "@file",
        "\"@x\"",
        "/^a",
        "a,",
        ",a",
        "ü",
        "o'x",
        "a\"b",
        "",
        "#x",
        "a#b",
    ];
    const ADDRESSES: &[&str] = &[
        "all",
        "samehost",
        "samenet",
        "10.0.0.0/8",
        "10.1.2.3/32",
        "0.0.0.0/0",
        "0.0.0.0/00",
        "10.0.0.0/33",
        "10.0.0.0",
        "10.0.0.0 255.0.0.0",
        "10.0.0.0/8 255.0.0.0",
        "10.0.0.0 ffff::",
        "10.1/8",
        "010.0.0.1/8",
        "::/0",
        "fe80::1/64",
        "fe80::1%lo/64",
        "::1/129",
        "fd00:: ffff::",
        "::ffff:10.0.0.1/128",
        "db.example.com",
        ".example.com",
        "db.example.com/8",
        "999.0.0.0",
        "999.0.0.0/8",
        "\"all\"",
        "\"10.0.0.0/8\"",
        "10.0.0.0/8,11.0.0.0/8",
    ];
    const METHODS: &[&str] = &[
        "scram-sha-256",
        "md5",
        "reject",
        "\"md5\"",
        "MD5",
        "trust",
        "password",
        "ident",
        "peer",
        "cert",
        "gss",
        "ldap",
        "scram-sha-256 map=x",
        "md5 # x",
        "md5 \\",
        "md5\\",
        "md5,reject",
        "",
    ];
    let mut lines = Vec::new();
    for turn in 0..300 {
        let pick = |list: &[&'static str], field: &str| list[chance(list.len(), (turn, field))];
        let (kind, database, user) = (
            pick(TYPES, "type"),
            pick(NAMES, "database"),
            pick(NAMES, "user"),
        );
        let (address, method) = (pick(ADDRESSES, "address"), pick(METHODS, "method"));
        lines.push(format!("{kind} {database}\t{user} {address}  {method}"));
        // the same with all but one field right
        lines.push(match turn % 5 {
            0 => format!("{kind} all all 10.0.0.0/8 md5"),
            1 => format!("host {database} all 10.0.0.0/8 md5"),
            2 => format!("host all {user} 10.0.0.0/8 md5"),
            3 => format!("host all all {address} md5"),
            _ => format!("host all all 10.0.0.0/8 {method}"),
        });
    }
    lines.sort();
    lines.dedup();
    let refused = Values::new(&[], &lines)?.refused()?;
    let mut index = 0..;
    lines.retain(|_| {
        !refused.contains(&format!(
            "postgres.extraHba[{}]",
            index.next().unwrap_or_default()
        ))
    });
    let values = Values::new(&[], &lines)?;
    let hba = values.rendered("hba")?;
    let server = Server::new()?;
    server.start("", &hba)?;
    let errors =
        server.sql("SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL")?;
    let told: Vec<String> = errors
        .lines()
        .map(|error| {
            let line = error
                .split('\t')
                .next()
                .and_then(|number| hba.lines().nth(number.parse::<usize>().ok()? - 2));
            format!("{error}: {line:?}")
        })
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!(
        server.sql("SELECT count(*) FROM pg_hba_file_rules")?.trim(),
        (lines.len() + 1).to_string()
    );
    assert!(lines.len() > 30, "{}", lines.len());
    Ok(())
}
