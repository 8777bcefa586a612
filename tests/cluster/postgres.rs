//! The PostgreSQL that the nodes run: one with Spock as it is, or one with pglogical made to look like Spock.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};

use crate::sandbox::{DIRECTORY, run};

const DEBIAN: &str = "/usr/lib/postgresql/15/bin";

const CONTROL: &str = include_str!("shim/spock.control");
const SHIM: &str = include_str!("shim/spock.sql");

/// pglogical makes slots with the output plugin of the first name, and leaves the schema of the second out of a copy.
const PATCHES: [(&str, &str); 2] = [
    ("pglogical_output", "spock_output"),
    ("pglogical_origin", "spock"),
];

/// Settings of the shim: Spock's way with conflicts, which is not pglogical's default.
const SETTINGS: &str = "
pglogical.conflict_resolution = 'last_update_wins'
pglogical.batch_inserts = off
";

/// Where PostgreSQL is, and where containers are to find it.
#[derive(Debug)]
pub struct PostgreSql {
    /// Pairs of a directory here and its place in a container.
    pub mounts: Vec<(PathBuf, PathBuf)>,
    /// Whether it is pglogical that looks like Spock.
    pub is_stand_in: bool,
}

/// The one that all tests share.
pub fn installed() -> Result<&'static PostgreSql> {
    static INSTALLED: OnceLock<Result<PostgreSql, String>> = OnceLock::new();
    let found = INSTALLED.get_or_init(|| find().map_err(|error| format!("{error:#}")));
    found.as_ref().map_err(|message| anyhow!("{message}"))
}

fn bin() -> PathBuf {
    PathBuf::from(std::env::var_os("PGEDGE_TEST_PG_BIN").unwrap_or(DEBIAN.into()))
}

/// Whether it is one with Spock.
pub fn is_real() -> bool {
    ask_pg_config(&bin(), "--pkglibdir").is_ok_and(|libraries| libraries.join("spock.so").is_file())
}

fn find() -> Result<PostgreSql> {
    let bin = bin();
    ensure!(
        bin.join("postgres").is_file(),
        "the cluster tests need PostgreSQL in {}: install the Debian package `postgresql-15`, or set PGEDGE_TEST_PG_BIN",
        bin.display()
    );
    let prefix = bin
        .parent()
        .context("PGEDGE_TEST_PG_BIN is no bin directory")?;
    let libraries = ask_pg_config(&bin, "--pkglibdir")?;
    let place = PathBuf::from("/usr/pgsql-17");
    if libraries.join("spock.so").is_file() {
        // its own path too: libraries may be looked up there
        let mounts = vec![(prefix.into(), place), (prefix.into(), prefix.into())];
        return Ok(PostgreSql {
            mounts,
            is_stand_in: false,
        });
    }
    ensure!(
        libraries.join("pglogical.so").is_file() && libraries.join("dblink.so").is_file(),
        "{} has neither Spock nor pglogical: install the Debian package `postgresql-15-pglogical`",
        libraries.display()
    );
    let share = ask_pg_config(&bin, "--sharedir")?;
    let own_prefix = Path::new(DIRECTORY).join("postgresql");
    let own_share = Path::new(DIRECTORY).join("share");
    copy(prefix, &own_prefix)?;
    copy(&share, &own_share)?;
    add_libraries(
        &own_prefix.join(
            libraries
                .strip_prefix(prefix)
                .context("PostgreSQL's libraries are elsewhere")?,
        ),
    )?;
    add_extension(&own_share)?;
    Ok(PostgreSql {
        mounts: vec![(own_prefix, place), (own_share, share)],
        is_stand_in: true,
    })
}

fn ask_pg_config(bin: &Path, question: &str) -> Result<PathBuf> {
    let answer = Command::new(bin.join("pg_config"))
        .arg(question)
        .output()
        .context("cannot run pg_config")?;
    Ok(PathBuf::from(String::from_utf8(answer.stdout)?.trim()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    run(
        "cp",
        &[
            "-rL",
            &from.display().to_string(),
            &to.display().to_string(),
        ],
    )
}

/// pglogical under Spock's names. Links, because PostgreSQL loads a file only once whatever its name.
fn add_libraries(libraries: &Path) -> Result<()> {
    let file = libraries.join("pglogical.so");
    let mut content = fs::read(&file)?;
    for (old, new) in PATCHES {
        patch(&mut content, old, new)?;
    }
    fs::write(&file, content)?;
    for (name, target) in [
        ("spock.so", "pglogical.so"),
        ("spock_output.so", "pglogical_output.so"),
    ] {
        std::os::unix::fs::symlink(target, libraries.join(name))?;
    }
    Ok(())
}

/// Replaces a string constant of a library by a shorter one.
fn patch(content: &mut [u8], old: &str, new: &str) -> Result<()> {
    let constant = [b"\0", old.as_bytes(), b"\0"].concat();
    let places: Vec<usize> = content
        .windows(constant.len())
        .enumerate()
        .filter(|(_, part)| *part == constant)
        .map(|(place, _)| place)
        .collect();
    ensure!(
        places.len() == 1,
        "pglogical.so has `{old}` {} times: is it another version than 2.4?",
        places.len()
    );
    for (target, source) in content[places[0] + 1..][..old.len()]
        .iter_mut()
        .zip(new.bytes().chain(std::iter::repeat(0)))
    {
        *target = source;
    }
    Ok(())
}

fn add_extension(share: &Path) -> Result<()> {
    let extensions = share.join("extension");
    let control = fs::read_to_string(extensions.join("pglogical.control"))?;
    let version = control
        .lines()
        .find_map(|line| line.strip_prefix("default_version = '")?.strip_suffix('\''))
        .context("pglogical.control names no version")?;
    let script = fs::read_to_string(extensions.join(format!("pglogical--{version}.sql")))?;
    let script: String = script
        .lines()
        .filter(|line| !line.starts_with("\\echo"))
        .flat_map(|line| [line, "\n"])
        .collect();
    fs::write(extensions.join("spock.control"), CONTROL)?;
    fs::write(
        extensions.join("spock--5.sql"),
        script + &SHIM.replace("@PGLOGICAL_VERSION@", version),
    )?;

    let sample = share.join("postgresql.conf.sample");
    let settings = fs::read_to_string(&sample)? + SETTINGS;
    Ok(fs::write(sample, settings)?)
}
