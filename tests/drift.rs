//! The commands of `notes --only drift`, run as they stand, with the real client before a platform that fills in its
//! own defaults: what somebody changed by hand is found, and nothing else.

mod common;

use std::fs;
use std::path::Path;

use common::Result;
use common::recorder::Recorder;
use serde_json::{Value, json};

/// The link of a resource, what somebody does to it, and what is told of that.
type Hand = (&'static str, fn(&mut Value), &'static str);

/// What is printed, and the exit status.
fn drift(platform: &Recorder, folder: &Path, commands: &str) -> Result<(String, Option<i32>)> {
    let _ = fs::remove_dir_all(folder.join("live"));
    let output = platform.run(folder, "bash", &["-euo", "pipefail", "-c", commands], b"")?;
    let said = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
    Ok((said, output.status.code()))
}

#[test]
fn what_somebody_changed_by_hand_is_found() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let flags = "--set gvc.name=shop";
    let words: Vec<&str> = flags.split(' ').collect();
    let notes = common::stdout(&[&["notes", "--only", "drift"], &words[..]].concat())?;
    let commands: String = notes
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .map(|line| format!("{line}\n"))
        .collect();
    let commands = commands.replace("YOUR_ORG", "o").replace(
        "--output-dir manifests",
        "--output-dir manifests 2>/dev/null",
    );
    let platform = Recorder::start()?;
    let apply = format!("pgedge-tpl render {flags} 2>/dev/null | cpln apply --file -");
    let (said, status) = drift(&platform, folder.path(), &apply)?;
    assert_eq!(status, Some(0), "{said}");

    let (said, status) = drift(&platform, folder.path(), &commands)?;
    assert_eq!(
        (said.as_str(), status),
        ("shop: nothing changes\n", Some(0))
    );
    assert!(
        platform
            .requests()
            .iter()
            .any(|request| request.path.ends_with("workload?dryRun=true"))
    );

    let hands: [Hand; 5] = [
        (
            "/org/o/gvc/shop/workload/shop-pgcat",
            |pooler| pooler["spec"]["containers"][0]["memory"] = json!("512Mi"),
            "spec.containers[pgcat].memory   512Mi → 256Mi",
        ),
        (
            "/org/o/gvc/shop/volumeset/shop-pgedge-vs",
            |volumes| volumes["spec"]["initialCapacity"] = json!(20),
            "spec.initialCapacity   20 → 10",
        ),
        (
            "/org/o/gvc/shop",
            |gvc| {
                gvc["spec"]["staticPlacement"]["locationLinks"] =
                    json!(["//location/aws-us-west-2"])
            },
            "+ //location/aws-us-east-2",
        ),
        (
            "/org/o/policy/shop-pgedge-policy",
            |policy| policy["bindings"][0]["permissions"] = json!(["reveal", "manage"]),
            "~ policy shop-pgedge-policy",
        ),
        (
            "/org/o/secret/shop-pgedge-config",
            |secret| secret["data"]["password"] = json!("other-marker"),
            "data.password   changed",
        ),
    ];
    for (link, change, _) in &hands {
        platform.change(link, change);
    }
    let (said, status) = drift(&platform, folder.path(), &commands)?;
    assert_eq!(status, Some(3), "{said}");
    assert!(
        said.starts_with("shop: 0 to create, 5 to change, 0 to delete\n")
            && !said.contains("marker"),
        "{said}"
    );
    for (_, _, told) in hands {
        assert!(said.contains(told), "{told}\nis not in\n{said}");
    }
    Ok(())
}
