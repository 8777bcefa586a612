//! What lines of pg_hba.conf do to each other and to the cluster's own connections.

use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::Values;
use crate::values::hba::{HbaLine, Method};

/// Lines that shut the cluster out of itself, and lines that never decide.
pub(super) fn check(values: &Values, problems: &mut Problems) {
    let lines = &values.postgres.extra_hba;
    let path = |index| Path::of("postgres.extraHba").index(index);
    for (index, line) in lines.iter().enumerate() {
        let before = &lines[..index];
        if let Some(first) = before.iter().position(|first| first.covers(line)) {
            let problem = Problem::of_value(
                Code::Hba,
                path(index),
                "this line is never used: an earlier one fits the same connections",
            );
            problems.push(
                problem
                    .fix("put it before the other one, or remove it")
                    .also(Place::Value(path(first)), "fits all of them"),
            );
        } else if line.method == Method::Reject
            && may_mean_cluster(line, values)
            && !before.iter().any(|line| lets_cluster_in(line, values))
        {
            problems.push(shuts_out(line, path(index)));
        }
    }
}

fn shuts_out(line: &HbaLine, path: Path) -> Problem {
    let (code, found) = match line.address.is_everywhere() {
        true => (
            Code::Conflict,
            "this line turns away the nodes, the pooler and the backup too: they connect as the role of `postgres.username`",
        ),
        false => (
            Code::Hba,
            "where nodes, pooler or backup connect from one of these addresses, this line turns them away",
        ),
    };
    Problem::of_value(code, path, found)
        .fix("name the users or databases that it is about, or put a line before it that lets the role of `postgres.username` in")
}

/// Whether a line may be about the cluster's own connections: its role, to its database.
fn may_mean_cluster(line: &HbaLine, values: &Values) -> bool {
    let (user, database) = role_and_database(values);
    let databases = [database, Some("postgres")];
    line.users.iter().any(|word| word.may_mean(user))
        && line
            .databases
            .iter()
            .any(|word| databases.iter().any(|database| word.may_mean(*database)))
}

/// Whether a line lets the cluster's own role in from everywhere, to every database.
fn lets_cluster_in(line: &HbaLine, values: &Values) -> bool {
    let (user, _) = role_and_database(values);
    line.method != Method::Reject
        && line.address.is_everywhere()
        && line
            .users
            .iter()
            .any(|word| word.is_all() || user.is_some_and(|user| user == word.text))
        && line.databases.iter().any(|word| word.is_all())
}

/// The cluster's own role and database; unknown where a secret holds them.
fn role_and_database(values: &Values) -> (Option<&str>, Option<&str>) {
    let postgres = &values.postgres;
    match postgres.credentials_secret_name {
        Some(_) => (None, None),
        None => (
            postgres.username.as_ref().map(|name| name.as_str()),
            postgres.database.as_ref().map(|name| name.as_str()),
        ),
    }
}
