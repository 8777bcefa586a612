//! The namespaces around the whole test: nothing in it is seen outside, and all of it ends with it.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// Set for the process that runs inside.
const INSIDE: &str = "PGEDGE_TEST_SANDBOX";

/// Everything that a test writes is here: a file system in memory, which ends with the sandbox.
pub const DIRECTORY: &str = "/run";

/// The programs that the harness calls, and the Debian package that brings each.
const PROGRAMS: [(&str, &str); 8] = [
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
    ("mount", "mount"),
    ("chroot", "coreutils"),
    ("bash", "bash"),
    ("ip", "iproute2"),
    ("python3", "python3"),
];

/// Runs this program again inside, unless it already is there.
pub fn enter() -> Result<()> {
    if std::env::var_os(INSIDE).is_some() {
        run(
            "mount",
            &["-t", "tmpfs", "-o", "mode=755", "tmpfs", DIRECTORY],
        )?;
        std::fs::create_dir(Path::new(DIRECTORY).join("netns"))?;
        return run("ip", &["link", "set", "lo", "up"]);
    }
    check_prerequisites()?;
    let namespaces = [
        "--net",
        "--mount",
        "--pid",
        "--ipc",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ];
    let error = Command::new("unshare")
        .args(namespaces)
        .arg(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(INSIDE, "yes")
        .exec();
    Err(error).context("cannot run unshare")
}

fn check_prerequisites() -> Result<()> {
    for (program, package) in PROGRAMS {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let found =
            std::env::split_paths(&paths).any(|directory| directory.join(program).is_file());
        ensure!(
            found,
            "the cluster tests need `{program}`: install the Debian package `{package}`"
        );
    }
    let user = Command::new("id").arg("-u").output()?.stdout;
    ensure!(
        user == b"0\n",
        "the cluster tests make namespaces: run them as root"
    );
    Ok(())
}

/// Runs a program that is expected to succeed.
pub fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
