//! `render -o chart`, installed by Helm's own library into nowhere.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cases::{self, Case};
use crate::common::{Result, stdout};
use crate::operator::objects;
use serde_json::Value;

const KEEP: &str = "helm.sh/resource-policy";

fn rendered(folder: &Path) -> Result<String> {
    // the Python of Debian, for which `tests/run` installs the library
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers/chart.py");
    let output = Command::new("/usr/bin/python3")
        .arg(reader)
        .arg(folder)
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

fn is_the_cluster(case: &Case) -> Result<()> {
    let folder = tempfile::tempdir()?;
    case.render(&[
        "-o",
        "chart",
        "--output-dir",
        &folder.path().to_string_lossy(),
    ])?;
    let mut back = objects(&rendered(folder.path())?)?;
    for manifest in &mut back {
        let holds_data =
            ["gvc", "volumeset"].contains(&manifest["kind"].as_str().unwrap_or_default());
        let kept = manifest["tags"]
            .as_object_mut()
            .and_then(|tags| tags.remove(KEEP));
        assert_eq!(kept, holds_data.then(|| "keep".into()), "{}", case.name);
    }
    cases::same(
        &case.name,
        &cases::texts(back),
        &cases::texts(case.manifests()?),
    )
}

#[test]
fn the_chart_is_the_cluster() -> Result<()> {
    cases::all()?.iter().try_for_each(is_the_cluster)
}

fn about(flags: &[&str]) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_string_lossy().into_owned();
    stdout(&[&["render", "-o", "chart", "--output-dir", &path], flags].concat())?;
    let about = objects(&fs::read_to_string(folder.path().join("Chart.yaml"))?)?;
    Ok(about.into_iter().next().unwrap_or_default())
}

#[test]
fn the_version_follows_from_what_is_rendered() -> Result<()> {
    let version = |flags: &[&str]| -> Result<Value> { Ok(about(flags)?["version"].clone()) };
    assert_eq!(version(&[])?, version(&["--set", "pgcat.minReplicas=2"])?);
    assert_ne!(version(&[])?, version(&["--set", "pgcat.minReplicas=3"])?);
    let password = |text: &str| version(&["--set", &format!("postgres.password={text}")]);
    assert_eq!(password("first")?, password("second")?);
    let about = about(&["--release", "shop"])?;
    assert_eq!(
        (&about["apiVersion"], &about["name"]),
        (&"v2".into(), &"shop-pgedge".into())
    );
    Ok(())
}
