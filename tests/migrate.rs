//! What `migrate` writes renders, keeps every line, tells no password, and has nothing left to migrate.

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use common::{Result, program, stdout};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
const PASSWORD: &str = "only-for-this-test";

/// Files in the shape of the public template's values.
fn old_files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in fs::read_dir(CASES)? {
        let file = folder?.path().join("old.yaml");
        if file.exists() {
            files.push(file);
        }
    }
    assert!(files.len() >= 6, "{files:?}");
    Ok(files)
}

fn migrate(file: &str, flags: &[&str]) -> Result<Output> {
    program(&[&["migrate", file], flags].concat())
}

#[test]
fn the_result_renders_and_needs_no_second_migration() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let new = folder.path().join("new.yaml").display().to_string();
    for file in old_files()? {
        let file = file.display().to_string();
        for flags in [
            &[][..],
            &["--credentials-secret", "shop-login"],
            &["--release", "shop-db"],
        ] {
            let said = migrate(&file, flags)?;
            assert!(
                said.status.success(),
                "{file}: {}",
                String::from_utf8_lossy(&said.stderr)
            );
            fs::write(&new, &said.stdout)?;
            let documents = stdout(&["render", "-f", &new])?;
            let workload = if flags.contains(&"--release") {
                "shop-db-pgedge"
            } else {
                "shop-pgedge"
            };
            assert!(
                documents.contains(&format!("name: {workload}\n")),
                "{file} {flags:?}"
            );
            let again = migrate(&new, &[flags, &["--check"]].concat())?;
            assert_eq!(
                again.status.code(),
                Some(0),
                "{file}: {}",
                String::from_utf8_lossy(&again.stderr)
            );
            assert!(again.stdout.is_empty());
        }
    }
    Ok(())
}

#[test]
fn credentials_leave_the_text_and_are_never_told() -> Result<()> {
    for file in old_files()? {
        let has_password = fs::read_to_string(&file)?.contains(PASSWORD);
        let said = migrate(
            &file.display().to_string(),
            &["--credentials-secret", "shop-login"],
        )?;
        let told = String::from_utf8(said.stderr)?;
        assert!(!told.contains(PASSWORD), "{told}");
        assert!(
            !String::from_utf8(said.stdout)?.contains(PASSWORD),
            "{}",
            file.display()
        );
        assert_eq!(
            told.contains("cpln secret create-dictionary --name shop-login"),
            has_password
        );
    }
    Ok(())
}

#[test]
fn every_line_is_kept_as_it_was_or_as_a_comment() -> Result<()> {
    for file in old_files()? {
        // this one has lines that mean something else here
        if file.to_string_lossy().contains("odd") {
            continue;
        }
        let old = fs::read_to_string(&file)?;
        let new = String::from_utf8(migrate(&file.display().to_string(), &[])?.stdout)?;
        let mut left = new.lines();
        for line in old.lines() {
            let is_kept = |new: &str| {
                new == line
                    || new.replacen('#', "", 1) == line
                    || new.replace("transaction", "statement") == line
            };
            assert!(left.any(is_kept), "{}: `{line}` is lost", file.display());
        }
    }
    Ok(())
}

#[test]
fn values_that_are_ours_already_stay_byte_for_byte() -> Result<()> {
    let mut compared = 0;
    for folder in fs::read_dir(CASES)? {
        let file = folder?.path().join("values.yaml");
        let Ok(text) = fs::read(&file) else { continue };
        let path = file.display().to_string();
        let is_right = program(&["lint", "-f", &path])?.status.success();
        if is_right && !String::from_utf8_lossy(&text).contains("maxClientConn") {
            let said = migrate(&path, &[])?;
            let same = said.stdout == text || String::from_utf8_lossy(&text).contains("statement");
            assert!(same, "{path}");
            compared += 1;
        }
    }
    assert!(compared >= 10, "{compared}");
    Ok(())
}

#[test]
fn line_endings_of_windows_are_kept() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("old.yaml");
    fs::write(
        &file,
        "gvc:\r\n  name: shop\r\npgcat:\r\n  maxClientConn: 5\r\n  minReplicas: 1\r\n",
    )?;
    let said = migrate(&file.display().to_string(), &["--release", "shop"])?;
    let text = String::from_utf8(said.stdout)?;
    assert_eq!(
        text.matches('\n').count(),
        text.matches("\r\n").count(),
        "{text:?}"
    );
    assert!(text.contains("\r\n  #maxClientConn: 5\r\n"), "{text:?}");
    Ok(())
}

#[test]
fn twice_through_stdin_is_the_same_as_once() -> Result<()> {
    let script = format!(
        "{0} migrate {CASES}/migrate-odd/old.yaml --release shop 2>/dev/null > one; {0} migrate - < one 2>/dev/null | cmp - one",
        env!("CARGO_BIN_EXE_pgedge-tpl")
    );
    let folder = tempfile::tempdir()?;
    let said = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder)
        .output()?;
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stdout)
    );
    Ok(())
}

#[test]
fn the_release_stands_before_a_first_key_that_goes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("old.yaml");
    fs::write(&file, "cpln:\n  org: acme\ngvc:\n  name: shop\n")?;
    let said = migrate(&file.display().to_string(), &["--release", "shop-db"])?;
    let text = String::from_utf8(said.stdout)?;
    let expected = "release: shop-db\n# `cpln helm` adds it, and nothing reads it\n#cpln:\n#  org: acme\ngvc:\n  name: shop\n";
    assert_eq!(text, expected);
    Ok(())
}
