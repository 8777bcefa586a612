//! The files inside the secrets, held against the tools of their own language.

mod common;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{Result, documents, payload};

/// Values that put odd text into every place of the scripts that can hold it.
const ODD: &[&str] = &[
    "--set-json",
    r#"postgres.parameters={"log_line_prefix":"%m it's \\ [%p] $(id) `id` ","work_mem":"16MB"}"#,
    "--set-json",
    r#"postgres.extraHba=["host all \"o'x $(id)\" 10.0.0.0/8 scram-sha-256"]"#,
    "--set",
    "pgcat.reads=primary",
];

fn piped(program: &str, arguments: &[&str], input: &str) -> Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program}: {error}; tests/run installs it"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8(output.stdout)?.into())
    }
}

#[test]
fn scripts_pass_bash_and_shellcheck() -> Result<()> {
    for flags in [&[][..], ODD] {
        let documents = documents(flags)?;
        for secret in ["-pgedge-startup", "-pgcat-startup"] {
            let script = payload(&documents, secret)?;
            piped("bash", &["-n"], &script)?;
            piped(
                "shellcheck",
                &["--shell=bash", "--severity=style", "-"],
                &script,
            )?;
        }
    }
    Ok(())
}

/// The files that scripts are put together from, as somebody reads them.
#[test]
fn scripts_are_formatted_and_narrow() -> Result<()> {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut seen = 0;
    for folder in std::fs::read_dir(templates)? {
        for file in std::fs::read_dir(folder?.path())? {
            let path = file?.path();
            let name = path.display().to_string();
            let text = std::fs::read_to_string(&path)?;
            if name.ends_with(".sh") {
                piped("shfmt", &["-i", "2", "-ci", "-d"], &text)
                    .map_err(|difference| format!("{name}: {difference}"))?;
            }
            if [".sh", ".sql", ".sh.j2"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                seen += 1;
                let wide = text.lines().find(|line| line.chars().count() > 120);
                assert!(wide.is_none(), "{name}: wider than 120 columns: {wide:?}");
            }
        }
    }
    assert!(seen > 15, "scripts were found at all");
    Ok(())
}

#[test]
fn no_credential_stands_in_a_script_or_in_the_configuration() -> Result<()> {
    let secrets = ["sup3r-user", "sup3r-passw0rd", "sup3r-database"];
    let flags = secrets.iter().zip(["username", "password", "database"]);
    let flags: Vec<String> = flags
        .map(|(secret, key)| format!("--set-literal=postgres.{key}={secret}"))
        .collect();
    let documents = documents(&flags.iter().map(String::as_str).collect::<Vec<_>>())?;
    for document in documents
        .iter()
        .filter(|document| document["type"] != "dictionary")
    {
        let text = document.to_string();
        assert!(
            !secrets.iter().any(|secret| text.contains(secret)),
            "a credential in {text}"
        );
    }
    Ok(())
}

#[test]
fn the_users_settings_reach_postgresql_as_they_are() -> Result<()> {
    let script = payload(&documents(ODD)?, "-pgedge-startup")?;
    // run as bash reads it, so that quoting is seen through
    let lines: String = script
        .replace("\\\n", " ")
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("printf '%s\\n' '"))
        .filter_map(|line| line.split(" >\"$PGDATA").next())
        .map(|line| format!("{line}\n"))
        .collect();
    let output = Command::new("bash").args(["-c", &lines]).output()?;
    let printed = String::from_utf8(output.stdout)?;
    for line in [
        r"log_line_prefix = '%m it''s \\ [%p] $(id) `id` '",
        "work_mem = '16MB'",
        r#"host all "o'x $(id)" 10.0.0.0/8 scram-sha-256"#,
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "`{line}` is not in\n{printed}"
        );
    }
    Ok(())
}

/// Every key that pgcat 1.2 reads (`General`, `Pool`, `User` and `Shard` in its `src/config.rs`) and ours uses.
const GENERAL: &[&str] = &[
    "host",
    "port",
    "admin_username",
    "admin_password",
    "connect_timeout",
    "healthcheck_delay",
    "healthcheck_timeout",
    "ban_time",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_keepalives_count",
    "tcp_user_timeout",
    "idle_timeout",
    "server_lifetime",
    "server_round_robin",
    "shutdown_timeout",
    "autoreload",
    "server_tls",
    "dns_cache_enabled",
];
const POOL: &[&str] = &[
    "pool_mode",
    "load_balancing_mode",
    "default_role",
    "query_parser_enabled",
    "query_parser_read_write_splitting",
    "primary_reads_enabled",
    "prepared_statements_cache_size",
    "cleanup_server_connections",
    "users",
    "shards",
];
const USER: &[&str] = &[
    "username",
    "password",
    "pool_size",
    "min_pool_size",
    "statement_timeout",
];
const SHARD: &[&str] = &["database", "servers"];

#[test]
fn the_configuration_is_toml_that_pgcat_knows() -> Result<()> {
    for flags in [
        &[][..],
        ODD,
        &["--set", "pgcat.poolMode=session"],
        &["--set", "pgcat.poolMode=statement"],
    ] {
        let config: toml::Table = payload(&documents(flags)?, "-pgcat-config")?.parse()?;
        let pools = table(&config["pools"]);
        only(table(&config["general"]), GENERAL);
        for pool in pools.values().map(table) {
            only(pool, POOL);
            assert!(
                ["transaction", "session"]
                    .contains(&pool["pool_mode"].as_str().unwrap_or_default())
            );
            table(&pool["users"])
                .values()
                .for_each(|user| only(table(user), USER));
            table(&pool["shards"])
                .values()
                .for_each(|shard| only(table(shard), SHARD));
        }
    }
    Ok(())
}

fn table(value: &toml::Value) -> &toml::Table {
    static EMPTY: std::sync::LazyLock<toml::Table> = std::sync::LazyLock::new(toml::Table::new);
    value.as_table().unwrap_or(&EMPTY)
}

fn only(table: &toml::Table, known: &[&str]) {
    let unknown: BTreeSet<&String> = table
        .keys()
        .filter(|key| !known.contains(&key.as_str()))
        .collect();
    assert!(
        !table.is_empty() && unknown.is_empty(),
        "pgcat does not know {unknown:?}"
    );
}
