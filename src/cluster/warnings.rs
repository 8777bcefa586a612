//! What is allowed and probably not meant. One function, one rule; each says why.

use super::Origins;
use crate::problem::{Code, Path, Problem, Problems};
use crate::values::image::Image;
use crate::values::{AccessType, PoolMode, Provider, Values};

/// Every doubt about the values.
pub(super) fn check(values: &Values, origins: &dyn Origins) -> Problems {
    let mut problems = Problems::default();
    builtin_password(values, origins, &mut problems);
    floating_images(values, &mut problems);
    locations(values, &mut problems);
    pool_mode(values, &mut problems);
    no_effect(values, origins, &mut problems);
    placeholders(values, &mut problems);
    problems
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
            "the built-in password is in use, which everybody knows",
        );
        problems.push(problem.fix("set `postgres.password`, or name a secret that holds it: `postgres.credentialsSecretName`"));
    }
}

fn floating_images(values: &Values, problems: &mut Problems) {
    let mut check = |path: &str, image: &Image| {
        if image.floats() {
            let found = format!(
                "`{}` may be another image tomorrow, and after each restart",
                image.as_str()
            );
            problems.push(
                Problem::of_value(Code::FloatingImage, Path::of(path), found)
                    .fix("name a tag other than `latest`, or a digest"),
            );
        }
    };
    check("image", &values.image);
    check("pgcat.image", &values.pgcat.image);
    if values.backup.enabled {
        check("backup.image", &values.backup.image);
    }
}

fn locations(values: &Values, problems: &mut Problems) {
    for (index, location) in values.gvc.locations.iter().enumerate() {
        let path = Path::of("gvc.locations").index(index);
        if location.replicas.get() == 1 {
            let found = format!(
                "one replica: `{}` has no node left when it is lost",
                location.name
            );
            problems.push(
                Problem::of_value(Code::SingleReplica, path.key("replicas"), found)
                    .fix("3 replicas for production"),
            );
        }
        if !location.name.looks_built_in() {
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
        let found =
            format!("`{name}` is a placeholder: the backup would be made and fail every night");
        problems.push(
            Problem::of_value(Code::Placeholder, path, found).fix("write the name of your own"),
        );
    }
}
