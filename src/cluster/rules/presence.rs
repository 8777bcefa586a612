//! What must be given, and what stands against it.

use crate::cluster::Origins;
use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::{AccessType, Provider, Values};

pub(super) fn access(values: &Values, problems: &mut Problems) {
    let access = &values.internal_access;
    let empty = access.workloads.as_ref().is_none_or(Vec::is_empty);
    if access.kind == AccessType::WorkloadList && empty {
        let path = Path::of("internal_access.workloads");
        let problem = Problem::of_key(
            Code::Conflict,
            path,
            "the list is empty, so nobody could connect",
        )
        .allowed("at least one link such as //gvc/shop/workload/api")
        .fix("list the workloads, or use `type: same-gvc`");
        problems.push(problem.also(
            Place::Value(Path::of("internal_access.type")),
            "asks for the list",
        ));
    }
}

pub(super) fn backup(values: &Values, problems: &mut Problems) {
    let backup = &values.backup;
    let (key, given) = match backup.provider {
        Provider::Aws => ("aws", backup.aws.is_some()),
        Provider::Gcp => ("gcp", backup.gcp.is_some()),
    };
    if backup.enabled && !given {
        let here = Path::of("backup");
        let mut problem = Problem::of_key(Code::MissingKey, here.key(key), "this key is required");
        problem.place = Place::Key(here.clone());
        let problem = problem.fix(format!(
            "add `{key}:` with the bucket, or choose the other provider"
        ));
        problems.push(problem.also(Place::Value(here.key("provider")), "chosen here"));
    }
}

/// The built-in credentials step aside for a secret; the user's own contradict it.
pub(super) fn credentials(values: &Values, origins: &dyn Origins, problems: &mut Problems) {
    let postgres = Path::of("postgres");
    if values.postgres.credentials_secret_name.is_none() {
        let missing = [
            ("username", values.postgres.username.is_none()),
            ("password", values.postgres.password.is_none()),
            ("database", values.postgres.database.is_none()),
        ];
        for (key, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            let mut problem =
                Problem::of_key(Code::MissingKey, postgres.key(key), "this key is required");
            problem.place = Place::Key(postgres.clone());
            problems.push(problem.fix(format!(
                "add `{key}:` here, or name a secret that holds it: `credentialsSecretName`"
            )));
        }
        return;
    }
    for key in ["username", "password", "database"]
        .map(|key| postgres.key(key))
        .into_iter()
        .filter(|key| origins.is_given(key))
    {
        let problem = Problem::of_key(
            Code::Conflict,
            key,
            "given besides `credentialsSecretName`, which holds the credentials",
        )
        .fix("remove one of the two");
        problems.push(problem.also(
            Place::Key(postgres.key("credentialsSecretName")),
            "the secret is named here",
        ));
    }
}
