//! Whatever comes from outside takes little time and memory, ends in words, and never in a panic.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::Result;
use tempfile::TempDir;

/// In seconds of the processor, however busy the machine is. What is not optimised takes several times as long.
const LONGEST: u64 = if cfg!(debug_assertions) { 5 } else { 1 };
/// In KiB, of what the program writes to.
const MOST_MEMORY: u64 = 100 << 10;

fn folder() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("values.yaml"), "gvc: {name: shop}\n")?;
    Ok(folder)
}

/// Runs it within bounds of memory; what it takes too much is an abort.
fn run(folder: &Path, arguments: &str, redirect: &str) -> Result<Output> {
    let program = env!("CARGO_BIN_EXE_pgedge-tpl");
    let command = format!(
        "ulimit -d {MOST_MEMORY}; ulimit -t {LONGEST}; exec timeout 300 {program} {arguments} {redirect}"
    );
    let output = Command::new("/bin/sh")
        .args(["-c", &command])
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .output()?;
    let code = output.status.code();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(code, Some(0 | 1 | 3)) && output.status.signal().is_none(),
        "{arguments}: {:?}\n{said}",
        output.status
    );
    Ok(output)
}

/// Runs it, which must refuse with these words.
fn refuses(folder: &Path, arguments: &str, words: &str) -> Result<()> {
    let output = run(folder, arguments, "")?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{arguments}: {said}");
    assert!(
        said.contains(words),
        "{arguments}: {words}\nis not in\n{said}"
    );
    Ok(())
}

#[test]
fn nesting() -> Result<()> {
    let folder = folder()?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("objects.json"), "{\"a\":".repeat(20_000))?;
    fs::write(path("lists.json"), "[".repeat(1 << 20))?;
    fs::write(path("dashes.yaml"), "- ".repeat(2 << 20))?;
    for file in ["objects.json", "lists.json", "dashes.yaml"] {
        for command in [
            "plan {} -f values.yaml",
            "render -f {}",
            "migrate {}",
            "plan {} values.yaml",
        ] {
            refuses(folder.path(), &command.replace("{}", file), "")?;
        }
    }
    Ok(())
}

#[test]
fn many_documents() -> Result<()> {
    let folder = folder()?;
    let document = |at: usize| format!("---\nkind: secret\nname: s{at}\n");
    for (name, count) in [("many.yaml", 10_000), ("more.yaml", 50_000)] {
        let many: String = (0..count).map(document).collect();
        fs::write(folder.path().join(name), many)?;
    }
    run(folder.path(), "plan many.yaml many.yaml", "")?;
    run(folder.path(), "plan many.yaml -f values.yaml", "")?;
    for plan in ["plan more.yaml more.yaml", "plan more.yaml -f values.yaml"] {
        refuses(folder.path(), plan, "more than 10000 manifests")?;
    }
    Ok(())
}

#[test]
fn long_texts_and_large_folders() -> Result<()> {
    let folder = folder()?;
    // no two runs of lines are alike, and none is unlike all others
    let text = |step: usize| -> String {
        (0..200_000_usize)
            .map(|at| format!("    l{}\n", at * step % 1_009))
            .collect()
    };
    for (file, step) in [("old.yaml", 17), ("new.yaml", 31)] {
        let head = "kind: secret\nname: shop-startup\ntype: opaque\n\
                    tags: {app.cpln.io/instance: shop, app.cpln.io/managed-by: pgedge-tpl}\n\
                    data:\n  encoding: plain\n  payload: |\n";
        fs::write(folder.path().join(file), format!("{head}{}", text(step)))?;
    }
    run(folder.path(), "plan old.yaml new.yaml", "")?;
    let many = folder.path().join("many");
    fs::create_dir(&many)?;
    let large = format!(
        "kind: secret\nname: a\ndescription: {}\n",
        "x".repeat(4_000_000)
    );
    for at in 0..9 {
        fs::write(
            many.join(format!("{at}.yaml")),
            large.replacen("name: a", &format!("name: a{at}"), 1),
        )?;
    }
    refuses(
        folder.path(),
        "plan many -f values.yaml",
        "more than 32 MiB of manifests",
    )
}

#[test]
fn many_tags_are_a_rule() -> Result<()> {
    let folder = folder()?;
    let tags: String = (0..500).map(|at| format!("  tag{at}: x\n")).collect();
    fs::write(folder.path().join("tags.yaml"), format!("tags:\n{tags}"))?;
    fs::write(folder.path().join("old.yaml"), common::stdout(&["render"])?)?;
    refuses(
        folder.path(),
        "plan old.yaml -f tags.yaml",
        "the platform takes 50",
    )
}

#[test]
fn a_folder_that_leads_to_itself() -> Result<()> {
    let folder = folder()?;
    let manifests = folder.path().join("manifests");
    fs::create_dir(&manifests)?;
    for name in ["a", "b", "c"] {
        symlink(".", manifests.join(name))?;
    }
    fs::write(manifests.join("gvc.yaml"), "kind: gvc\nname: shop\n")?;
    run(folder.path(), "plan manifests -f values.yaml", "")?;
    Ok(())
}

#[test]
fn stars() -> Result<()> {
    let folder = folder()?;
    let name = "a".repeat(30);
    let only = format!(
        "render --set gvc.name={name} --only 'workload/{}x'",
        "*a".repeat(28)
    );
    refuses(folder.path(), &only, "matches no resource")
}

#[test]
fn templates() -> Result<()> {
    let folder = folder()?;
    let own = folder.path().join("own/manifests");
    fs::create_dir_all(&own)?;
    let gvc = own.join("gvc.yaml.j2");
    let doubled = "{% set a = a ~ a %}".repeat(30);
    for hostile in [
        format!("{{% set a = 'x' %}}{doubled}{{{{ a }}}}"),
        "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}"
            .to_owned(),
        "{{ 'x' * 99999999 }}".to_owned(),
        "{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}{{ f('x') }}".to_owned(),
    ] {
        fs::write(&gvc, hostile)?;
        refuses(folder.path(), "render --templates own", "error[template]")?;
    }
    fs::remove_file(&gvc)?;
    symlink("/dev/zero", &gvc)?;
    refuses(folder.path(), "render --templates own", "larger than 4 MiB")
}

#[test]
fn pipes_and_devices() -> Result<()> {
    let folder = folder()?;
    let made = Command::new("mkfifo")
        .arg(folder.path().join("pipe.yaml"))
        .status()?;
    assert!(made.success());
    symlink("/dev/zero", folder.path().join("zero.yaml"))?;
    for (file, words) in [
        ("pipe.yaml", "a named pipe"),
        ("zero.yaml", "larger than 4 MiB"),
    ] {
        for command in [
            "plan {} -f values.yaml",
            "render -f {}",
            "migrate {}",
            "render --set-file postgres.password={}",
        ] {
            refuses(folder.path(), &command.replace("{}", file), words)?;
        }
    }
    fs::create_dir_all(folder.path().join("tests/cases"))?;
    fs::create_dir_all(folder.path().join("tests/snapshots"))?;
    fs::copy(
        folder.path().join("values.yaml"),
        folder.path().join("tests/cases/shop.yaml"),
    )?;
    symlink("/dev/zero", folder.path().join("tests/snapshots/shop.yaml"))?;
    refuses(folder.path(), "test", "is a link")?;
    // those of a shell are read
    let plan = "plan /dev/fd/3 -f values.yaml 3<<END\nkind: gvc\nname: shop\nEND\n";
    let output = run(folder.path(), plan, "")?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[test]
fn a_key_far_to_the_right() -> Result<()> {
    let folder = folder()?;
    let far = " ".repeat(70_000);
    fs::write(
        folder.path().join("far.yaml"),
        format!("postgres:\n{far}username: app\n{far}password: x\n{far}unknown: y\n"),
    )?;
    run(
        folder.path(),
        "migrate far.yaml --credentials-secret login",
        "",
    )?;
    run(folder.path(), "render -f far.yaml", "")?;
    run(folder.path(), "values -f far.yaml --origin", "")?;
    Ok(())
}

#[test]
fn nobody_can_be_told() -> Result<()> {
    let folder = folder()?;
    for (command, status) in [
        ("render", 0),
        ("render -f missing.yaml", 1),
        ("plan missing.yaml", 1),
        ("migrate values.yaml", 0),
        ("lint", 0),
        ("test", 1),
        ("render --output-dir values.yaml", 1),
    ] {
        let output = run(folder.path(), command, "2>/dev/full")?;
        assert_eq!(output.status.code(), Some(status), "{command}");
    }
    Ok(())
}
