//! What is allowed and probably not meant. One function, one rule; each says why.

use super::Origins;
use super::pooler::{Pooler, PoolerKind};
use crate::problem::{Code, Path, Problem, Problems};
use crate::values::{AccessType, PoolMode, Provider, Reads, Values};

/// Every doubt about the values.
pub(super) fn check(values: &Values, origins: &dyn Origins) -> Problems {
    let mut problems = Problems::default();
    builtin_password(values, origins, &mut problems);
    locations(values, &mut problems);
    pool_mode(values, &mut problems);
    session_reads(values, &mut problems);
    old_routing(values, &mut problems);
    no_effect(values, origins, &mut problems);
    placeholders(values, &mut problems);
    region(values, &mut problems);
    parameters(values, &mut problems);
    problems
}

fn region(values: &Values, problems: &mut Problems) {
    let Some(aws) = values
        .backup
        .aws
        .as_ref()
        .filter(|_| values.backup.enabled && values.backup.provider == Provider::Aws)
    else {
        return;
    };
    if let Some(meant) = aws.region.meant() {
        let found = format!("`{}` is not a known region of AWS", aws.region.as_str());
        let problem =
            Problem::of_value(Code::UnknownLocation, Path::of("backup.aws.region"), found);
        problems.push(problem.fix(format!("did you mean `{meant}`?")));
    }
}

fn parameters(values: &Values, problems: &mut Problems) {
    for parameter in values.postgres.parameters.iter() {
        let Some(rule) = parameter.warning() else {
            continue;
        };
        let path = Path::of("postgres.parameters").key(parameter.key());
        let found = format!("`{}`: {}", parameter.text(), rule.why);
        problems.push(Problem::of_value(Code::Parameter, path, found).fix(rule.fix));
    }
}

fn builtin_password(values: &Values, origins: &dyn Origins, problems: &mut Problems) {
    let path = Path::of("postgres.password");
    let postgres = &values.postgres;
    let in_use = postgres.credentials_secret_name.is_none()
        && !origins.is_given(&path)
        && postgres.password.is_some();
    // the built-in one is no better for having been copied into a file of the user's own
    let copied = postgres.credentials_secret_name.is_none()
        && postgres
            .password
            .as_ref()
            .is_some_and(|password| password.reveal() == "password");
    if in_use || copied {
        let problem = Problem::of_value(
            Code::BuiltinPassword,
            path,
            "this is the built-in password, which everybody knows",
        );
        problems.push(problem.fix("set `postgres.password`, or name a secret that holds it: `postgres.credentialsSecretName`"));
    }
}

fn locations(values: &Values, problems: &mut Problems) {
    for (index, location) in values.gvc.locations.iter().enumerate() {
        let path = Path::of("gvc.locations").index(index);
        if location.replicas.get() == 1 {
            let found = format!(
                "with one replica, `{}` has no node left when that is lost",
                location.name
            );
            problems.push(
                Problem::of_value(Code::SingleReplica, path.key("replicas"), found)
                    .fix("3 replicas for production"),
            );
        }
        if let Some(meant) = location.name.meant() {
            let found = format!("`{}` is not a known location", location.name);
            problems.push(
                Problem::of_value(Code::UnknownLocation, path.key("name"), found).fix(format!(
                    "did you mean `{meant}`? compare with `cpln location get`"
                )),
            );
        } else if !location.name.looks_built_in() {
            let found = format!(
                "`{}` does not look like a location of a known provider",
                location.name
            );
            problems.push(
                Problem::of_value(Code::UnknownLocation, path.key("name"), found).fix(
                    "compare with `cpln location get`; a location of your own may have any name",
                ),
            );
        }
    }
}

fn pool_mode(values: &Values, problems: &mut Problems) {
    if values.pgcat.pool_mode == PoolMode::Statement {
        let found =
            "pgcat has no mode `statement` and would not start with it; `transaction` is rendered";
        problems.push(
            Problem::of_value(Code::PoolMode, Path::of("pgcat.poolMode"), found)
                .fix("write transaction or session"),
        );
    }
}

fn session_reads(values: &Values, problems: &mut Problems) {
    let pgcat = &values.pgcat;
    let asks = values.pgbouncer.is_none()
        && pgcat.pool_mode == PoolMode::Session
        && pgcat.reads == Some(Reads::All);
    if asks {
        let found = "a session stays on the node of its first statement, writes too: all of them go to the primary";
        problems.push(
            Problem::of_value(Code::PoolMode, Path::of("pgcat.reads"), found)
                .fix("remove it, or choose `poolMode: transaction`"),
        );
    }
}

/// What pgcat 1.2.0 cannot parse goes to any node, and it does not keep reads near the writes before them.
const OLD_ROUTING: [u32; 3] = [1, 2, 0];

fn old_routing(values: &Values, problems: &mut Problems) {
    let pooler = Pooler::new(values);
    let is_old = pooler
        .image
        .version()
        .is_some_and(|version| version <= OLD_ROUTING);
    if pooler.kind == PoolerKind::Pgcat && pooler.reads == Reads::All && is_old {
        let found = "up to 1.2.0, pgcat sends whatever it cannot parse to any node (LOCK, NOTIFY, VACUUM, CREATE TYPE), \
            and every other read after a write misses it";
        problems.push(
            Problem::of_value(Code::PoolerRouting, Path::of("pgcat.image"), found)
                .fix("use a newer image, or `pgcat.reads: primary`"),
        );
    }
}

fn no_effect(values: &Values, origins: &dyn Origins, problems: &mut Problems) {
    let path = Path::of("pgcat.maxClientConn");
    if origins.is_given(&path) && values.pgcat.max_client_conn.is_some() {
        let problem = Problem::of_value(
            Code::NoEffect,
            path,
            "pgcat has no limit of client connections: this changes nothing",
        );
        problems.push(
            problem.fix("remove it; `pgcat.defaultPoolSize` limits the connections to the nodes"),
        );
    }
    if values.gvc.create == Some(false) && !values.gvc.pull_secrets.is_empty() {
        let path = Path::of("gvc.pullSecrets");
        let found = "they belong to the GVC, which is not rendered";
        problems.push(
            Problem::of_value(Code::NoEffect, path, found)
                .fix("give them to the GVC itself, and remove them here"),
        );
    }
    let access = &values.internal_access;
    if access.kind != AccessType::WorkloadList
        && access
            .workloads
            .as_ref()
            .is_some_and(|workloads| !workloads.is_empty())
    {
        let problem = Problem::of_value(
            Code::NoEffect,
            Path::of("internal_access.workloads"),
            "read only with `type: workload-list`",
        );
        problems.push(problem.fix("use `type: workload-list`, or remove the list"));
    }
}

fn placeholders(values: &Values, problems: &mut Problems) {
    if !values.backup.enabled {
        return;
    }
    let backup = Path::of("backup");
    let names: Vec<(Path, &str)> = match (
        values.backup.provider,
        &values.backup.aws,
        &values.backup.gcp,
    ) {
        (Provider::Aws, Some(aws), _) if aws.keys_secret_name.is_some() => {
            vec![(backup.key("aws").key("bucket"), aws.bucket.as_str())]
        }
        (Provider::Aws, Some(aws), _) => vec![
            (backup.key("aws").key("bucket"), aws.bucket.as_str()),
            (
                backup.key("aws").key("cloudAccountName"),
                aws.cloud_account_name.as_str(),
            ),
            (
                backup.key("aws").key("policyName"),
                aws.policy_name.as_str(),
            ),
        ],
        (Provider::Gcp, _, Some(gcp)) => vec![
            (backup.key("gcp").key("bucket"), gcp.bucket.as_str()),
            (
                backup.key("gcp").key("cloudAccountName"),
                gcp.cloud_account_name.as_str(),
            ),
        ],
        _ => Vec::new(),
    };
    for (path, name) in names
        .into_iter()
        .filter(|(_, name)| name.starts_with("my-"))
    {
        let found = format!("`{name}` is a placeholder: no backup can be made with it");
        problems.push(
            Problem::of_value(Code::Placeholder, path, found).fix("write your own name here"),
        );
    }
}
