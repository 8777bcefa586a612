//! What the manifests promise of the pooler, read as the platform reads them.

mod common;

use common::{Result, documents};
use serde_json::Value;

const POOLERS: [&[&str]; 2] = [&[], &["--set-json", "pgbouncer={}"]];

fn workloads(flags: &[&str]) -> Result<Vec<Value>> {
    let documents = documents(flags)?;
    let workloads = documents.into_iter().filter(|it| it["kind"] == "workload");
    Ok(workloads.collect())
}

/// How many replicas the platform may run in a location: what `localOptions` says of it, else what `defaultOptions` says.
fn replicas(workload: &Value, location: &str) -> u64 {
    let spec = &workload["spec"];
    let link = format!("//location/{location}");
    let local = spec["localOptions"].as_array().into_iter().flatten();
    let own = local
        .clone()
        .find(|options| options["location"] == link.as_str());
    let options = own.unwrap_or(&spec["defaultOptions"]);
    match options["suspend"].as_bool() {
        Some(true) => 0,
        _ => options["autoscaling"]["maxScale"].as_u64().unwrap_or(5),
    }
}

#[test]
fn nothing_runs_where_nobody_asked() -> Result<()> {
    for pooler in POOLERS {
        let flags = ["--set", "gvc.create=false", "--set", "backup.enabled=true"];
        for workload in workloads(&[pooler, &flags].concat())? {
            let name = &workload["name"];
            // somebody added it to the GVC
            assert_eq!(replicas(&workload, "aws-ap-south-1"), 0, "{name}");
            assert!(replicas(&workload, "aws-us-west-2") > 0, "{name}");
        }
    }
    Ok(())
}

#[test]
fn every_probe_speaks() -> Result<()> {
    for pooler in POOLERS {
        let all = serde_json::to_string(&workloads(pooler)?)?;
        assert!(
            !all.contains("tcpSocket"),
            "a port that is open says nothing"
        );
        assert_eq!(all.matches("Probe\":{\"exec\"").count(), 4);
    }
    Ok(())
}

fn max_connections(flags: &[&str]) -> Result<u64> {
    let script = common::payload(&documents(flags)?, "-pgedge-startup")?;
    let line = script
        .split_once("max_connections = ")
        .ok_or("the nodes have no max_connections")?
        .1;
    let digits: String = line
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    Ok(digits.parse()?)
}

#[test]
fn one_more_pooler_or_node_restarts_no_node() -> Result<()> {
    for (pooler, key) in POOLERS.iter().zip(["pgcat", "pgbouncer"]) {
        let more = format!("{key}.minReplicas=3,{key}.maxReplicas=5");
        let restarts = |documents: Vec<Value>| -> Vec<Value> {
            let is_nodes = |it: &Value| {
                it["name"]
                    .as_str()
                    .is_some_and(|name| name.contains("-pgedge"))
            };
            documents.into_iter().filter(is_nodes).collect()
        };
        let before = restarts(documents(pooler)?);
        let after = restarts(documents(
            &[pooler, &["--set", more.as_str()][..]].concat(),
        )?);
        assert!(before.len() > 3);
        assert_eq!(before, after, "{key}");
    }
    let usual = max_connections(&[])?;
    for change in ["pgcat.maxReplicas=5", "gvc.locations[0].replicas=4"] {
        assert_eq!(max_connections(&["--set", change])?, usual, "{change}");
    }
    let many = ["--set", "pgcat.maxReplicas=100,pgcat.defaultPoolSize=430"];
    assert_eq!(max_connections(&many)?, 262_143);
    Ok(())
}

#[test]
fn the_pooler_scales_by_what_the_platform_can_see() -> Result<()> {
    for pooler in POOLERS {
        let workloads = workloads(pooler)?;
        let standard = workloads
            .iter()
            .filter(|it| it["spec"]["type"] == "standard");
        for options in
            standard.flat_map(|it| it["spec"]["localOptions"].as_array().into_iter().flatten())
        {
            assert_eq!(options["autoscaling"]["metric"], "cpu");
            assert_eq!(options["autoscaling"]["minScale"], 2);
            assert_eq!(options["autoscaling"]["maxScale"], 4);
        }
    }
    Ok(())
}
