//! The pooler and its connections to the nodes.

use crate::cluster::pooler::{PGBOUNCER_DATABASE, Pooler, PoolerKind};
use crate::cluster::{Origins, settings};
use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::Values;

/// One pooler stands before the nodes.
pub(super) fn only_one(values: &Values, origins: &dyn Origins, problems: &mut Problems) {
    let [pgcat, pgbouncer] = ["pgcat", "pgbouncer"].map(Path::of);
    if values.pgbouncer.is_none() || !origins.is_given(&pgcat) {
        return;
    }
    let problem = Problem::of_key(
        Code::Conflict,
        pgbouncer,
        "given besides `pgcat`, and a cluster has one pooler",
    )
    .fix("remove one of the two");
    problems.push(problem.also(Place::Key(pgcat), "`pgcat` is given here"));
}

pub(super) fn replicas(pooler: &Pooler, problems: &mut Problems) {
    let (min, max) = (pooler.min_replicas.get(), pooler.max_replicas.get());
    if min <= max {
        return;
    }
    let problem = Problem::of_value(
        Code::Conflict,
        pooler.path().key("minReplicas"),
        format!("`{min}` is more than `{max}`, the `maxReplicas`"),
    )
    .allowed("up to `maxReplicas`")
    .fix("lower `minReplicas` or raise `maxReplicas`");
    problems.push(problem.also(
        Place::Value(pooler.path().key("maxReplicas")),
        "`maxReplicas` is here",
    ));
}

/// Every pooler replica of every location may hold its pool to one node.
pub(super) fn connections(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    let connections = settings::asked(values, pooler);
    if connections <= settings::MAX_CONNECTIONS {
        return;
    }
    let problem = Problem::of_value(
        Code::Conflict,
        pooler.path().key("defaultPoolSize"),
        format!(
            "with `{}` the poolers of all locations may open {connections} connections to each node",
            pooler.pool_size.get()
        ),
    )
    .allowed(format!(
        "up to {} connections, PostgreSQL's limit",
        settings::MAX_CONNECTIONS
    ))
    .fix("lower `defaultPoolSize` or `maxReplicas`");
    problems.push(problem.also(
        Place::Value(pooler.path().key("maxReplicas")),
        "`maxReplicas` is here",
    ));
}

/// PgBouncer's configuration has no way to write some names.
pub(super) fn database(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    let Some(database) = &values.postgres.database else {
        return;
    };
    let database = database.as_str();
    let fits = database.len() <= PGBOUNCER_DATABASE && !database.contains('\'');
    if pooler.kind == PoolerKind::Pgcat || fits {
        return;
    }
    let problem = Problem::of_value(
        Code::Conflict,
        Path::of("postgres.database"),
        format!("PgBouncer cannot name the database `{database}`"),
    )
    .allowed(format!("up to {PGBOUNCER_DATABASE} bytes without `'`"))
    .fix("choose another name, or pgcat");
    problems.push(problem.also(Place::Key(pooler.path()), "PgBouncer is given here"));
}
