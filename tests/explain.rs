//! `explain` says what rendering shows, in 80 columns.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Result, documents, program, stdout};
use serde_json::Value;

fn explained(path: &str) -> Result<Value> {
    Ok(serde_json::from_str(&stdout(&[
        "explain", path, "-o", "json",
    ])?)?)
}

fn all() -> Result<Vec<Value>> {
    Ok(serde_json::from_str(&stdout(&["explain", "-o", "json"])?)?)
}

#[test]
fn every_value_reaches_a_manifest_and_every_page_fits_a_terminal() -> Result<()> {
    let keys = all()?;
    let paths: Vec<&str> = keys.iter().filter_map(|key| key["path"].as_str()).collect();
    assert!(paths.len() > 50, "{paths:?}");
    // each page renders a dozen clusters
    let (one, other) = paths.split_at(paths.len() / 2);
    std::thread::scope(|scope| {
        let one = scope.spawn(|| check_pages(one).map_err(|error| error.to_string()));
        check_pages(other)?;
        Ok(one.join().map_err(|_| "see above")??)
    })
}

fn check_pages(paths: &[&str]) -> Result<()> {
    for path in paths {
        let page = stdout(&["explain", path])?;
        // the one that has no effect, and says so
        let reaches_nothing = page.contains("\n  reaches no manifest\n");
        assert_eq!(
            reaches_nothing,
            ["custom", "pgcat.maxClientConn"].contains(path),
            "{page}"
        );
        check_looks(&page);
    }
    Ok(())
}

fn check_looks(page: &str) {
    for line in page.lines() {
        assert!(
            line.chars().count() <= 80 && line.trim_end() == line,
            "{line}"
        );
    }
    assert!(
        !page.contains("\n\n\n") && !page.ends_with("\n\n"),
        "{page}"
    );
}

#[test]
fn the_list_of_all_values_fits_a_terminal() -> Result<()> {
    let list = stdout(&["explain"])?;
    check_looks(&list);
    assert_eq!(list.lines().count(), all()?.len());
    Ok(())
}

#[test]
fn what_a_value_reaches_is_what_rendering_changes() -> Result<()> {
    let names = ["--set", "release=release,gvc.name=gvc-name"];
    let changes: &[(&str, &[&str], &[&str])] = &[
        ("pgcat.poolMode", &[], &["pgcat.poolMode=session"]),
        ("volumeset.capacity", &[], &["volumeset.capacity=11"]),
        (
            "internal_access.type",
            &[],
            &["internal_access.type=same-org"],
        ),
        (
            "backup.schedule",
            &["backup.enabled=true"],
            &["backup.schedule=@weekly"],
        ),
        (
            "backup.gcp.cloudAccountName",
            &["backup.enabled=true,backup.provider=gcp"],
            &["backup.gcp.cloudAccountName=other"],
        ),
        (
            "volumeset.autoscaling.maxCapacity",
            &["volumeset.autoscaling.enabled=true"],
            &["volumeset.autoscaling.maxCapacity=101"],
        ),
        ("image", &[], &["image=ghcr.io/acme/image:1.4"]),
    ];
    for (path, situation, change) in changes {
        let rendered = |settings: &[&str]| -> Result<BTreeMap<String, Value>> {
            let flags: Vec<&str> = settings
                .iter()
                .flat_map(|setting| ["--set", setting])
                .collect();
            let documents = documents(&[&names[..], &flags[..]].concat())?;
            Ok(documents
                .into_iter()
                .map(|document| {
                    let name = document["name"]
                        .as_str()
                        .unwrap_or_default()
                        .replacen("release-", "RELEASE-", 1);
                    (
                        format!("{}/{name}", document["kind"].as_str().unwrap_or_default()),
                        document,
                    )
                })
                .collect())
        };
        let before = rendered(situation)?;
        let after = rendered(&[*situation, *change].concat())?;
        let changed: BTreeSet<&String> = before
            .iter()
            .filter(|(name, document)| after.get(*name) != Some(document))
            .map(|(name, _)| name)
            .collect();
        let explained = explained(path)?;
        let told: BTreeSet<String> = explained["reaches"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|reach| {
                reach["when"]
                    .as_str()
                    .is_none_or(|when| when.is_empty() == situation.is_empty())
            })
            .filter_map(|reach| reach["document"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(told.iter().collect::<BTreeSet<_>>(), changed, "{path}");
        assert!(!changed.is_empty(), "{path}");
    }
    Ok(())
}

#[test]
fn paths_are_found_with_an_index_and_below_free_mappings() -> Result<()> {
    for (given, path) in [
        ("gvc.locations[2].replicas", "gvc.locations[].replicas"),
        ("gvc.locations[0]", "gvc.locations"),
        ("postgres.parameters.work_mem", "postgres.parameters"),
        ("tags.team", "tags"),
    ] {
        assert_eq!(explained(given)?["path"], path);
    }
    Ok(())
}

#[test]
fn a_wrong_path_suggests() -> Result<()> {
    for (given, meant) in [
        ("pgcat.poolmde", "pgcat.poolMode"),
        ("poolMode", "pgcat.poolMode"),
        ("gvc.location", "gvc.locations"),
        ("gvc.locations[0].replica", "gvc.locations[].replicas"),
        ("backup.awz.bucket", "backup.aws.bucket"),
        ("something.else", "pgedge-tpl explain"),
    ] {
        let said = program(&["explain", given])?;
        assert_eq!(said.status.code(), Some(1), "{given}");
        assert!(said.stdout.is_empty());
        let told = String::from_utf8(said.stderr)?;
        assert!(
            told.contains("error[unknown-key]") && told.contains(meant),
            "{given}: {told}"
        );
    }
    Ok(())
}

#[test]
fn versions_are_those_of_the_public_template() -> Result<()> {
    let ours: BTreeSet<String> = all()?
        .iter()
        .filter(|key| key["since"].is_null())
        .filter_map(|key| key["path"].as_str().map(str::to_owned))
        .collect();
    let expected = [
        "backup.aws.endpoint",
        "backup.aws.keysSecretName",
        "backup.aws.kmsKeyId",
        "backup.keep",
        "backup.keep.daily",
        "backup.keep.monthly",
        "backup.keep.weekly",
        "backup.rolePasswords",
        "backup.suspend",
        "backup.verify",
        "custom",
        "gvc.create",
        "gvc.pullSecrets",
        "pgbouncer.defaultPoolSize",
        "pgbouncer.image",
        "pgbouncer.maxClientConn",
        "pgbouncer.maxReplicas",
        "pgbouncer.minReplicas",
        "pgbouncer.poolMode",
        "pgbouncer.resources.cpu",
        "pgbouncer.resources.memory",
        "pgbouncer.routing",
        "pgcat.reads",
        "pgcat.routing",
        "postgres.extraHba",
        "postgres.parameters",
        "postgres.preload",
        "protected",
        "release",
        "tags",
        "volumeset.customEncryption",
        "volumeset.performanceClass",
        "volumeset.snapshots",
        "volumeset.snapshots.retention",
        "volumeset.snapshots.schedule",
    ];
    assert_eq!(ours, expected.map(str::to_owned).into());
    assert_eq!(
        explained("postgres.credentialsSecretName")?["since"],
        "1.1.0"
    );
    assert_eq!(explained("postgres.password")?["since"], "1.0.0 to 1.0.2");
    assert_eq!(explained("pgcat.image")?["since"], "1.0.0");
    Ok(())
}
