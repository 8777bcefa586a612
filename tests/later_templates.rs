//! `migrate` of the values of the public template 2.0.0 to 3.0.0: what it writes renders the same locations, sizes,
//! credentials and backup, and what it cannot take over stops it.

mod common;

use std::fs;
use std::process::Output;

use common::{Result, documents, program};
use serde_json::{Value, json};

const VERSIONS: &[&str] = &["2.0.0", "2.1.0", "2.2.0", "3.0.0"];

/// The keys of a version, with the defaults that the templates document.
fn defaults(version: &str) -> Value {
    let mut pooler = json!({
        "image": "registry.example/pooler:1.2",
        "poolMode": "transaction",
        "defaultPoolSize": 25,
        "resources": { "cpu": "500m", "memory": "256Mi" },
        "minReplicas": 2,
        "maxReplicas": 4,
    });
    match version {
        "2.0.0" | "3.0.0" => pooler["maxClientConn"] = 1000.into(),
        _ => pooler["routing"] = "single-writer".into(),
    }
    let mut values = json!({
        "locations": [{ "name": "aws-us-west-2", "replicas": 3 }],
        "image": "ghcr.io/pgedge/pgedge-postgres:17-spock5-standard",
        "resources": { "minCpu": "500m", "minMemory": "1Gi", "maxCpu": 2, "maxMemory": "4Gi" },
        "postgres": { "credentialsSecretName": "shop-login" },
        "multiZone": false,
        "volumeset": {
            "capacity": 10,
            "autoscaling": { "enabled": false, "maxCapacity": 100, "minFreePercentage": 10, "scalingFactor": 1.2 },
            "snapshots": { "schedule": "0 0 * * *", "retentionDuration": "7d" },
        },
        "internal_access": { "type": "same-gvc", "workloads": null },
        "backup": {
            "enabled": false,
            "image": "registry.example/backup:17",
            "schedule": "0 2 * * *",
            "activeDeadlineSeconds": 21600,
            "resources": { "cpu": "100m", "memory": "256Mi" },
            "provider": "aws",
            "aws": {
                "bucket": "shop-dumps",
                "region": "us-east-1",
                "cloudAccountName": "shop-aws",
                "policyName": "shop-dumps",
                "prefix": "pgedge/backups",
            },
        },
    });
    let pooler_key = if version == "3.0.0" {
        "pgbouncer"
    } else {
        "pgcat"
    };
    values[pooler_key] = pooler;
    match version {
        "2.2.0" => {
            values["proxy"] = json!({ "enabled": true, "image": "registry.example/proxy:3" })
        }
        "3.0.0" => {
            values["proxy"] = json!({ "image": "registry.example/proxy:3", "minReplicas": 2 })
        }
        _ => {}
    }
    values
}

/// The same with two locations and a backup.
fn larger(version: &str) -> Value {
    let mut values = defaults(version);
    values["locations"] = json!([{ "name": "aws-eu-central-1", "replicas": 3 }, { "name": "gcp-us-east1", "replicas": 1 }]);
    values["volumeset"]["capacity"] = 50.into();
    values["volumeset"]["snapshots"]["schedule"] = "0 1 * * *".into();
    values["backup"]["enabled"] = true.into();
    values["backup"]["schedule"] = "0 4 * * *".into();
    values
}

fn of_kind<'d>(documents: &'d [Value], kind: &str, suffix: &str) -> Result<&'d Value> {
    let mut found = documents.iter().filter(|document| {
        document["kind"] == kind
            && document["name"]
                .as_str()
                .is_some_and(|name| name.ends_with(suffix))
    });
    Ok(found.next().ok_or_else(|| format!("no {kind} …{suffix}"))?)
}

fn renders_the_same(version: &str, values: &Value, written: &str) -> Result<()> {
    let documents = documents(&["-f", written])?;
    assert!(
        documents.iter().all(|document| document["kind"] != "gvc"),
        "{version}"
    );
    let nodes = of_kind(&documents, "workload", "shop-pgedge")?;
    assert_eq!(nodes["gvc"], "shop-gvc", "{version}");
    let given = values["locations"].as_array().into_iter().flatten();
    let locations: Vec<Value> = given
        .map(|location| {
            json!([
                format!(
                    "//location/{}",
                    location["name"].as_str().unwrap_or_default()
                ),
                location["replicas"]
            ])
        })
        .collect();
    let options = nodes["spec"]["localOptions"]
        .as_array()
        .into_iter()
        .flatten();
    let rendered: Vec<Value> = options
        .map(|options| json!([options["location"], options["autoscaling"]["minScale"]]))
        .collect();
    assert_eq!(rendered, locations, "{version}");
    let container = &nodes["spec"]["containers"][0];
    assert_eq!(
        [&container["minCpu"], &container["memory"]],
        ["500m", "4Gi"],
        "{version}"
    );
    assert!(
        nodes
            .to_string()
            .contains("cpln://secret/shop-login.password"),
        "{version}"
    );
    let volumes = &of_kind(&documents, "volumeset", "shop-pgedge-vs")?["spec"];
    assert_eq!(
        volumes["initialCapacity"], values["volumeset"]["capacity"],
        "{version}"
    );
    let snapshots = &values["volumeset"]["snapshots"];
    assert_eq!(
        volumes["snapshots"]["retentionDuration"], snapshots["retentionDuration"],
        "{version}"
    );
    assert_eq!(
        volumes["snapshots"]["schedule"], snapshots["schedule"],
        "{version}"
    );
    if values["backup"]["enabled"] == true {
        let backup = &of_kind(&documents, "workload", "shop-pgedge-backup")?["spec"];
        assert_eq!(
            backup["job"]["schedule"], values["backup"]["schedule"],
            "{version}"
        );
        assert_eq!(backup["containers"][0]["memory"], "256Mi", "{version}");
        assert!(
            of_kind(&documents, "secret", "shop-pgedge-config")?
                .to_string()
                .contains("shop-dumps"),
            "{version}"
        );
    }
    Ok(())
}

fn migrated(old: &str) -> Result<Output> {
    let names = ["--release", "shop", "--gvc", "shop-gvc"];
    program(&[&["migrate", old], &names[..]].concat())
}

#[test]
fn it_renders_the_same_cluster() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    for version in VERSIONS {
        for values in [defaults(version), larger(version)] {
            fs::write(path("old.yaml"), serde_yaml::to_string(&values)?)?;
            let said = migrated(&path("old.yaml"))?;
            let told = String::from_utf8(said.stderr)?;
            assert!(said.status.success(), "{version}: {told}");
            assert!(
                told.contains(&format!("the public template {version}\n")),
                "{told}"
            );
            fs::write(path("new.yaml"), &said.stdout)?;
            // there it cannot be chosen
            let writes_locally = String::from_utf8_lossy(&said.stdout).contains("routing: local");
            assert_eq!(writes_locally, *version == "3.0.0", "{version}");
            renders_the_same(version, &values, &path("new.yaml"))?;
        }
    }
    Ok(())
}

#[test]
fn a_file_in_braces_is_taken_over_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("old.yaml"), defaults("2.0.0").to_string())?;
    let said = migrated(&path("old.yaml"))?;
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    fs::write(path("new.yaml"), &said.stdout)?;
    renders_the_same("2.0.0", &defaults("2.0.0"), &path("new.yaml"))
}

/// A section is not nothing because all that stands in it has another name here.
#[test]
fn what_is_renamed_is_kept() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("old.yaml").display().to_string();
    fs::write(
        &file,
        "locations: [{name: aws-us-west-2, replicas: 3}]\nvolumeset:\n  snapshots:\n    retentionDuration: 9d\n",
    )?;
    let said = program(&["migrate", &file, "--gvc", "shop-gvc"])?;
    assert!(
        String::from_utf8(said.stdout)?.ends_with("volumeset:\n  snapshots:\n    retention: 9d\n")
    );
    Ok(())
}

/// Where the cluster runs is never left out with exit 0.
#[test]
fn locations_that_are_none_stop_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("old.yaml");
    for locations in ["{name: a}", "[]", "3", "[aws-us-west-2]", "[{replicas: 3}]"] {
        fs::write(&file, format!("locations: {locations}\n"))?;
        let output = program(&["migrate", &file.display().to_string(), "--gvc", "shop"])?;
        let said = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(1), "{locations}: {said}");
        assert!(output.stdout.is_empty(), "{locations}");
        assert!(
            said.contains("not a list of locations"),
            "{locations}: {said}"
        );
    }
    Ok(())
}
