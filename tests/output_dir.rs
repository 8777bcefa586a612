//! `render --output-dir`: a folder that holds exactly what was rendered, and nothing of the user's is lost.

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use common::{Result, render_into as render};

const PGCAT: &str = "workload-shop-pgcat.yaml";
const BACKUP: &str = "workload-shop-pgedge-backup.yaml";

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("out"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// What is said about the folder, rather than the values.
fn said(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    stderr
        .lines()
        .filter(|line| line.contains("out/") || line.contains("`out`"))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn it_holds_one_file_for_each_resource() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let output = render(folder.path(), &[])?;
    assert!(output.status.success() && output.stdout.is_empty());
    let expected = [
        ".pgedge-tpl.sha256",
        "gvc-shop.yaml",
        "identity-shop-pgedge-identity.yaml",
        "policy-shop-pgedge-policy.yaml",
        "secret-shop-pgcat-config.yaml",
        "secret-shop-pgcat-startup.yaml",
        "secret-shop-pgedge-config.yaml",
        "secret-shop-pgedge-startup.yaml",
        "volumeset-shop-pgedge-vs.yaml",
        PGCAT,
        "workload-shop-pgedge.yaml",
    ];
    assert_eq!(names(folder.path())?, expected);
    let stream = common::stdout(&["render", "--set", "gvc.name=shop"])?;
    let pgcat = fs::read_to_string(folder.path().join("out").join(PGCAT))?;
    assert!(stream.contains(&format!("---\n{pgcat}---\n")) || stream.ends_with(&pgcat));
    Ok(())
}

#[test]
fn its_own_stale_files_go_and_the_users_stay() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let backup = [
        "--set",
        "backup.enabled=true,backup.aws.bucket=dumps,backup.aws.cloudAccountName=account,backup.aws.policyName=dumps",
    ];
    assert!(render(folder.path(), &backup)?.status.success());
    assert!(out.join(BACKUP).exists());
    fs::write(out.join("workload-mine.yaml"), "kind: workload\n")?;
    fs::write(out.join("README.md"), "mine\n")?;
    assert!(render(folder.path(), &[])?.status.success());
    assert!(!out.join(BACKUP).exists());
    assert!(out.join("workload-mine.yaml").exists() && out.join("README.md").exists());
    Ok(())
}

#[test]
fn a_stale_file_that_was_edited_stays_and_is_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pgcat = folder.path().join("out").join(PGCAT);
    assert!(render(folder.path(), &[])?.status.success());
    fs::write(&pgcat, "edited\n")?;
    let output = render(folder.path(), &["--release", "other"])?;
    assert!(output.status.success());
    assert!(said(&output).contains(&format!("`out/{PGCAT}` is no longer rendered")));
    assert_eq!(fs::read_to_string(&pgcat)?, "edited\n");
    // the next run knows it no more
    assert!(
        render(folder.path(), &["--release", "other", "--check"])?
            .status
            .success()
    );
    Ok(())
}

#[test]
fn a_users_file_is_not_overwritten() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    fs::create_dir(&out)?;
    fs::write(out.join(PGCAT), "mine\n")?;
    let output = render(folder.path(), &[])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("no earlier run wrote it"),
        "{}",
        said(&output)
    );
    assert_eq!(names(folder.path())?, [PGCAT], "nothing else was written");
    assert_eq!(fs::read_to_string(out.join(PGCAT))?, "mine\n");
    Ok(())
}

#[test]
fn only_a_part_leaves_the_rest_alone() -> Result<()> {
    let folder = tempfile::tempdir()?;
    assert!(render(folder.path(), &[])?.status.success());
    let before = names(folder.path())?;
    let part = ["--only", "workload", "--set", "multiZone=true"];
    let check = [&part[..], &["--check"]].concat();
    let output = render(folder.path(), &check)?;
    assert_eq!(output.status.code(), Some(3));
    assert!(!said(&output).contains("removed"), "{}", said(&output));
    assert!(render(folder.path(), &part)?.status.success());
    assert_eq!(names(folder.path())?, before);
    assert!(render(folder.path(), &check)?.status.success());
    Ok(())
}

#[test]
fn check_lists_what_differs_and_writes_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let output = render(folder.path(), &["--check"])?;
    assert_eq!(output.status.code(), Some(3));
    assert!(!folder.path().join("out").exists());
    assert!(render(folder.path(), &[])?.status.success());
    assert!(render(folder.path(), &["--check"])?.status.success());
    let out = folder.path().join("out");
    let gvc = fs::read_to_string(out.join("gvc-shop.yaml"))?;
    fs::remove_file(out.join("volumeset-shop-pgedge-vs.yaml"))?;
    fs::write(out.join("gvc-shop.yaml"), format!("{gvc}#"))?;
    let change = [
        "--check",
        "--set",
        "backup.enabled=false",
        "--set",
        "gvc.create=false",
    ];
    let output = render(folder.path(), &change)?;
    assert_eq!(output.status.code(), Some(3));
    let expected = "added    out/volumeset-shop-pgedge-vs.yaml\n\
        added    out/policy-shop-pgedge-gvc-policy.yaml\n\
        `out` is not what the values say; the same command without --check makes it so\n";
    assert_eq!(said(&output), expected, "an edited file is not removed");
    fs::write(out.join("gvc-shop.yaml"), gvc)?;
    let output = render(folder.path(), &change)?;
    assert!(
        said(&output).contains("removed  out/gvc-shop.yaml\n"),
        "{}",
        said(&output)
    );
    let output = render(folder.path(), &["--check", "--set", "pgcat.minReplicas=3"])?;
    assert!(said(&output).contains(&format!("changed  out/{PGCAT}\n")));
    assert!(out.join("gvc-shop.yaml").exists());
    Ok(())
}

#[test]
fn a_file_is_whole_or_not_there() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pgcat = folder.path().join("out").join(PGCAT);
    assert!(render(folder.path(), &[])?.status.success());
    let before = names(folder.path())?;
    // whoever has the old file open keeps all of it: the new one takes its place, and is not written into it
    let open = folder.path().join("open");
    fs::hard_link(&pgcat, &open)?;
    let old = fs::read_to_string(&pgcat)?;
    let change = ["--set", "pgcat.minReplicas=3"];
    assert!(render(folder.path(), &change)?.status.success());
    assert_ne!(fs::read_to_string(&pgcat)?, old);
    assert_eq!(fs::read_to_string(&open)?, old);
    assert_eq!(names(folder.path())?, before, "nothing is left over");
    Ok(())
}

#[test]
fn no_name_in_the_list_leads_out_of_the_folder() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    fs::create_dir(&out)?;
    let mine = folder.path().join("mine.yaml");
    fs::write(&mine, "")?;
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    fs::write(
        out.join(".pgedge-tpl.sha256"),
        format!("{empty}  ../mine.yaml\n"),
    )?;
    assert!(render(folder.path(), &[])?.status.success());
    assert!(mine.exists());
    Ok(())
}

#[test]
fn secrets_are_for_their_owner_and_the_list_tells_nothing_of_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let modes = |redacted: bool| -> Result<Vec<u32>> {
        let mut modes = Vec::new();
        for name in names(folder.path())? {
            let mode = fs::metadata(out.join(&name))?.permissions().mode() & 0o777;
            let is_secret =
                name.starts_with("secret-") && !(redacted && name.ends_with("-pgedge-config.yaml"));
            assert_eq!(mode, if is_secret { 0o600 } else { 0o644 }, "{name}");
            modes.push(mode);
        }
        Ok(modes)
    };
    let secrets = "postgres.parameters.myapp\\.conninfo=password";
    let list = |password: &str| -> Result<String> {
        let setting = format!("{secrets}\\={password}");
        let password = format!("postgres.password={password}");
        let output = render(folder.path(), &["--set", &password, "--set", &setting])?;
        assert!(output.status.success(), "{output:?}");
        let list = fs::read_to_string(out.join(".pgedge-tpl.sha256"))?;
        // a script's checksum is in its workload
        Ok(list
            .lines()
            .filter(|line| line.contains("  secret-"))
            .collect())
    };
    assert_eq!(list("first")?, list("second")?);
    assert!(modes(false)?.contains(&0o600));
    assert!(render(folder.path(), &["--redact"])?.status.success());
    modes(true)?;
    Ok(())
}

#[test]
fn a_list_of_somebody_else_removes_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    assert!(render(folder.path(), &[])?.status.success());
    fs::write(folder.path().join("outside.yaml"), "x\n")?;
    let sum = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac";
    let mut list = fs::read_to_string(out.join(".pgedge-tpl.sha256"))?;
    for name in [
        "CODEOWNERS",
        "../outside.yaml",
        "gvc-../../outside.yaml",
        ".git",
        "notes.yaml",
    ] {
        list += &format!("{sum}  {name}\n");
        if !name.contains("..") {
            fs::write(out.join(name), "x\n")?;
        }
    }
    fs::write(out.join(".pgedge-tpl.sha256"), list)?;
    assert!(render(folder.path(), &[])?.status.success());
    for name in ["CODEOWNERS", ".git", "notes.yaml", "../outside.yaml"] {
        assert!(out.join(name).exists(), "{name}");
    }
    Ok(())
}

#[test]
fn links_are_not_followed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere)?;
    symlink("elsewhere", folder.path().join("out"))?;
    let output = render(folder.path(), &[])?;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_dir(&elsewhere)?.count(), 0);
    fs::remove_file(folder.path().join("out"))?;
    assert!(render(folder.path(), &[])?.status.success());
    let gvc = folder.path().join("out/gvc-shop.yaml");
    fs::rename(&gvc, elsewhere.join("theirs.yaml"))?;
    symlink("../elsewhere/theirs.yaml", &gvc)?;
    let output = render(folder.path(), &["--set", "tags.team=a"])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(!fs::read_to_string(elsewhere.join("theirs.yaml"))?.contains("team"));
    Ok(())
}

#[test]
fn what_was_edited_is_kept_unless_forced() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pgcat = folder.path().join("out").join(PGCAT);
    assert!(render(folder.path(), &[])?.status.success());
    let edited = fs::read_to_string(&pgcat)?.replace("suspend: false", "suspend: true");
    fs::write(&pgcat, &edited)?;
    for _ in 0..2 {
        let output = render(folder.path(), &["--set", "multiZone=true"])?;
        assert_eq!(output.status.code(), Some(3));
        assert!(
            said(&output).contains("was edited by hand"),
            "{}",
            said(&output)
        );
        assert_eq!(fs::read_to_string(&pgcat)?, edited);
    }
    let other = fs::read_to_string(folder.path().join("out/workload-shop-pgedge.yaml"))?;
    assert!(other.contains("enabled: true"), "the others are written");
    assert!(
        render(folder.path(), &["--set", "multiZone=true", "--force"])?
            .status
            .success()
    );
    assert!(fs::read_to_string(&pgcat)?.contains("suspend: false"));
    assert!(
        render(folder.path(), &["--set", "multiZone=true", "--check"])?
            .status
            .success()
    );
    Ok(())
}

#[test]
fn other_line_ends_are_no_difference() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    assert!(render(folder.path(), &[])?.status.success());
    for name in names(folder.path())? {
        let text = fs::read_to_string(out.join(&name))?;
        fs::write(out.join(&name), text.replace('\n', "\r\n"))?;
    }
    assert!(render(folder.path(), &["--check"])?.status.success());
    let plan = ["plan", "out", "--set", "gvc.name=shop", "--exit-code"];
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(plan)
        .current_dir(folder.path())
        .output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(
        render(folder.path(), &["--set", "multiZone=true"])?
            .status
            .success()
    );
    Ok(())
}

#[test]
fn a_second_run_at_once_is_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    assert!(render(folder.path(), &[])?.status.success());
    let held = fs::File::open(folder.path().join("out"))?;
    held.lock()?;
    let output = render(folder.path(), &["--set", "multiZone=true"])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("another run writes into"),
        "{}",
        said(&output)
    );
    drop(held);
    assert!(
        render(folder.path(), &["--set", "multiZone=true"])?
            .status
            .success()
    );
    Ok(())
}
