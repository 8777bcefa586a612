//! Every form as a folder: what holds for manifests holds for the others too.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::common::{Result, render_into as render};

/// Every form that is a folder.
const FORMS: [&[&str]; 4] = [
    &["-o", "yaml"],
    &["-o", "terraform"],
    &["-o", "chart"],
    &["-o", "crd", "--org", "acme", "--namespace", "db"],
];

/// The files below a folder, by their path in it.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.file_type()?.is_dir() {
            true => {
                let below = files(&entry.path())?;
                found.extend(below.iter().map(|below| format!("{name}/{below}")));
            }
            false => found.push(name),
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn every_form_keeps_its_secrets_and_what_was_edited() -> Result<()> {
    for form in FORMS {
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("out");
        let with = |flags: &[&str]| render(folder.path(), &[form, flags].concat());
        let password = |text: &str| with(&["--set", &format!("postgres.password={text}")]);
        assert!(password("first")?.status.success(), "{form:?}");
        let mut edited = 0;
        for name in files(&out)? {
            let path = out.join(&name);
            let mode = fs::metadata(&path)?.permissions().mode() & 0o777;
            let is_secret = name.contains("secret");
            assert_eq!(mode, if is_secret { 0o600 } else { 0o644 }, "{name}");
            if name.contains("workload-shop-pgcat") || name == "main.tf" {
                let text = fs::read_to_string(&path)?;
                fs::write(&path, format!("{text}# mine\n"))?;
                edited += 1;
            }
        }
        assert_eq!(edited, 1, "{form:?}");
        let list = fs::read_to_string(out.join(".pgedge-tpl.sha256"))?;
        let output = password("second")?;
        assert_eq!(output.status.code(), Some(3), "{form:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("was edited by hand"));
        assert_eq!(list, fs::read_to_string(out.join(".pgedge-tpl.sha256"))?);
        assert!(with(&["--force"])?.status.success());
        assert!(with(&["--check"])?.status.success());
        // another form takes the place of this one, and nothing is left of it
        assert!(
            render(folder.path(), &["--only", "gvc", "--force"])?
                .status
                .success()
        );
        assert!(render(folder.path(), &[])?.status.success());
        let left = files(&out)?;
        assert!(
            left.iter()
                .all(|name| !name.contains('/') && !name.ends_with(".tf"))
        );
    }
    Ok(())
}

#[test]
fn what_is_redacted_can_be_applied_in_no_form() -> Result<()> {
    let secret = r"postgres.parameters.myapp\.conninfo=password\=first";
    for form in FORMS {
        let folder = tempfile::tempdir()?;
        let flags = [form, &["--redact", "--set", secret]].concat();
        assert!(render(folder.path(), &flags)?.status.success(), "{form:?}");
        let out = folder.path().join("out");
        let mut marked = 0;
        for name in files(&out)? {
            let text = fs::read_to_string(out.join(name))?;
            marked += usize::from(text.lines().any(|line| line.starts_with("redacted")));
        }
        assert!(marked > 0, "{form:?}");
    }
    Ok(())
}

#[test]
fn a_link_inside_the_folder_is_not_followed_either() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere)?;
    fs::create_dir(folder.path().join("out"))?;
    symlink("../elsewhere", folder.path().join("out/manifests"))?;
    let output = render(folder.path(), &["-o", "chart"])?;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_dir(&elsewhere)?.count(), 0);
    Ok(())
}
