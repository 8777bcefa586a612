//! What values that are each allowed must not be together. One function, one rule.

use std::collections::HashMap;

use super::Origins;
use super::pooler::{PGBOUNCER_DATABASE, Pooler, PoolerKind};
use super::settings;
use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::name::ReleaseName;
use crate::values::quantity::{Cpu, Memory};
use crate::values::scalar::Parse;
use crate::values::{AccessType, PerformanceClass, Provider, Values};

/// Every rule that the values break.
pub(super) fn check(values: &Values, origins: &dyn Origins) -> Problems {
    let mut problems = Problems::default();
    let pooler = Pooler::new(values);
    problems.extend(release(values).err());
    locations(values, &mut problems);
    cores(values, &pooler, &mut problems);
    node_resources(values, &mut problems);
    memory_for_cpu(values, &pooler, &mut problems);
    volume_class(values, &mut problems);
    encryption(values, &mut problems);
    volume_autoscaling(values, &mut problems);
    one_pooler(values, origins, &mut problems);
    pooler_replicas(&pooler, &mut problems);
    pooler_connections(values, &pooler, &mut problems);
    pgbouncer_database(values, &pooler, &mut problems);
    access(values, &mut problems);
    backup(values, &mut problems);
    credentials(values, origins, &mut problems);
    tags(values, &mut problems);
    problems
}

/// The platform keeps at most this many tags of a resource (Terraform provider: bounds of `tags`).
const MOST_TAGS: usize = 50;
/// Those of this program, on the resource that has most of them.
const OWN_TAGS: usize = 5;

fn tags(values: &Values, problems: &mut Problems) {
    let count = values.tags.len();
    if count + OWN_TAGS > MOST_TAGS {
        let found = format!(
            "there are {count} tags, and {OWN_TAGS} more of this program; the platform keeps {MOST_TAGS}"
        );
        let problem = Problem::of_value(Code::InvalidValue, Path::of("tags"), found);
        problems.push(problem.allowed(format!("at most {} tags", MOST_TAGS - OWN_TAGS)));
    }
}

/// The prefix of every name: `release`, or else the GVC's name where it is short enough.
pub(super) fn release(values: &Values) -> Result<ReleaseName, Problem> {
    if let Some(release) = &values.release {
        return Ok(release.clone());
    }
    let gvc = values.gvc.name.as_str();
    ReleaseName::parse(gvc).map_err(|_| {
        Problem::of_value(
            Code::InvalidValue,
            Path::of("gvc.name"),
            format!("`{gvc}` has {} characters; without `release` it is the prefix of every resource name", gvc.len()),
        )
        .allowed(format!("at most {} characters, or a `release` of its own", ReleaseName::MAX))
        .fix("add `release: NAME`, or pass --release NAME")
    })
}

fn locations(values: &Values, problems: &mut Problems) {
    let path = Path::of("gvc.locations");
    if values.gvc.locations.is_empty() {
        let problem = Problem::of_value(Code::InvalidValue, path.clone(), "there is no location");
        problems.push(problem.allowed("at least one location with at least one replica"));
    }
    let mut seen = HashMap::new();
    for (index, location) in values.gvc.locations.iter().enumerate() {
        let here = path.index(index).key("name");
        if let Some(first) = seen.insert(&location.name, here.clone()) {
            let problem = Problem::of_value(
                Code::Conflict,
                here,
                format!("location `{}` is listed twice", location.name),
            );
            problems.push(
                problem
                    .fix("keep one of the two")
                    .also(Place::Value(first), "first listed here"),
            );
        }
    }
}

/// A number without a unit counts cores: what no machine has was meant as millicores.
fn cores(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    const MOST: u64 = 100;
    let of = |section: &str, key| Path::of(section).key(key);
    let resources = [
        (of("resources", "minCpu"), &values.resources.min_cpu),
        (of("resources", "maxCpu"), &values.resources.max_cpu),
        (pooler.path().key("resources").key("cpu"), &pooler.cpu),
        (of("backup.resources", "cpu"), &values.backup.resources.cpu),
    ];
    for (path, cpu) in resources {
        if cpu.millicores() > MOST * 1000 {
            let found = format!("`{cpu}` are {} cores", cpu.millicores() / 1000);
            let problem = Problem::of_value(Code::InvalidValue, path, found)
                .allowed(format!("at most {MOST} cores"));
            problems.push(problem.fix(format!("write `{cpu}m` for millicores")));
        }
    }
}

/// The platform refuses a stateful workload whose limits are too far above what it reserves.
fn node_resources(values: &Values, problems: &mut Problems) {
    let resources = &values.resources;
    let cpu = (
        resources.min_cpu.millicores(),
        resources.max_cpu.millicores(),
    );
    let cpu_texts = [resources.min_cpu.to_string(), resources.max_cpu.to_string()];
    spread(
        ["minCpu", "maxCpu"],
        &cpu_texts,
        cpu,
        (4000, "4000m"),
        problems,
    );
    let memory = (resources.min_memory.bytes(), resources.max_memory.bytes());
    let memory_texts = [
        resources.min_memory.to_string(),
        resources.max_memory.to_string(),
    ];
    spread(
        ["minMemory", "maxMemory"],
        &memory_texts,
        memory,
        (4096 << 20, "4096Mi"),
        problems,
    );
}

fn spread(
    keys: [&str; 2],
    texts: &[String; 2],
    (min, max): (u64, u64),
    (gap, gap_text): (u64, &str),
    problems: &mut Problems,
) {
    let [min_path, max_path] = keys.map(|key| Path::of("resources").key(key));
    let [min_text, max_text] = texts;
    let found = if min > max {
        format!("`{max_text}` is less than `{min_text}`, the `{}`", keys[0])
    } else if max > min.saturating_mul(4) {
        format!(
            "`{max_text}` is more than 4 times `{min_text}`, the `{}`",
            keys[0]
        )
    } else if max - min > gap {
        format!(
            "`{max_text}` is more than {gap_text} above `{min_text}`, the `{}`",
            keys[0]
        )
    } else {
        return;
    };
    let problem = Problem::of_value(Code::Conflict, max_path, found)
        .allowed(format!(
            "from `{}` up to 4 times it, and at most {gap_text} above it",
            keys[0]
        ))
        .fix(if min > max {
            format!("raise `{}` or lower `{}`", keys[1], keys[0])
        } else {
            format!("raise `{}` too", keys[0])
        });
    problems.push(problem.also(Place::Value(min_path), format!("`{}` is here", keys[0])));
}

/// The platform gives at most 8 MiB of memory for each millicore.
fn memory_for_cpu(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    let resources = &values.resources;
    let mut check =
        |section: &str, [cpu_key, memory_key]: [&str; 2], cpu: &Cpu, memory: &Memory| {
            if memory.bytes() <= cpu.millicores().saturating_mul(8 << 20) {
                return;
            }
            let section = Path::of(section);
            let found = format!(
                "`{memory}` is more than 8Mi for each millicore of `{cpu}`, the `{cpu_key}`"
            );
            let problem = Problem::of_value(Code::Conflict, section.key(memory_key), found)
                .allowed(format!(
                    "at most {}Mi with this `{cpu_key}`",
                    cpu.millicores().saturating_mul(8)
                ))
                .fix(format!("raise `{cpu_key}` or lower `{memory_key}`"));
            problems.push(problem.also(
                Place::Value(section.key(cpu_key)),
                format!("`{cpu_key}` is here"),
            ));
        };
    check(
        "resources",
        ["minCpu", "minMemory"],
        &resources.min_cpu,
        &resources.min_memory,
    );
    check(
        "resources",
        ["maxCpu", "maxMemory"],
        &resources.max_cpu,
        &resources.max_memory,
    );
    check(
        &format!("{}.resources", pooler.kind.key()),
        ["cpu", "memory"],
        &pooler.cpu,
        &pooler.memory,
    );
    check(
        "backup.resources",
        ["cpu", "memory"],
        &values.backup.resources.cpu,
        &values.backup.resources.memory,
    );
}

/// The least that the platform makes of disks with a high throughput, in GiB.
const HIGH_THROUGHPUT: u32 = 200;

fn volume_class(values: &Values, problems: &mut Problems) {
    let capacity = values.volumeset.capacity.get();
    let is_fast = values.volumeset.performance_class == Some(PerformanceClass::HighThroughputSsd);
    if !is_fast || capacity >= HIGH_THROUGHPUT {
        return;
    }
    let found = format!("`{capacity}` is less than a volume of this `performanceClass` has");
    let problem = Problem::of_value(Code::Conflict, Path::of("volumeset.capacity"), found)
        .allowed(format!("{HIGH_THROUGHPUT} or more"))
        .fix("raise `capacity`, or leave `performanceClass` out");
    problems.push(problem.also(
        Place::Value(Path::of("volumeset.performanceClass")),
        "`performanceClass` is here",
    ));
}

fn encryption(values: &Values, problems: &mut Problems) {
    for location in values.volumeset.custom_encryption.keys() {
        if values
            .gvc
            .locations
            .iter()
            .all(|known| known.name != *location)
        {
            let path = Path::of("volumeset.customEncryption").key(location.as_str());
            let problem = Problem::of_key(Code::Conflict, path, "it is not among `gvc.locations`");
            problems.push(problem.fix("add the location, or take the key out"));
        }
    }
}

fn volume_autoscaling(values: &Values, problems: &mut Problems) {
    let (volumes, growth) = (&values.volumeset, &values.volumeset.autoscaling);
    if !growth.enabled || growth.max_capacity >= volumes.capacity {
        return;
    }
    let (max, capacity) = (growth.max_capacity.get(), volumes.capacity.get());
    let path = Path::of("volumeset.autoscaling.maxCapacity");
    let problem = Problem::of_value(
        Code::Conflict,
        path,
        format!("`{max}` is less than `{capacity}`, the size that a volume begins with"),
    )
    .allowed(format!("{capacity} or more"))
    .fix("raise `maxCapacity` or lower `capacity`");
    problems.push(problem.also(
        Place::Value(Path::of("volumeset.capacity")),
        "`capacity` is here",
    ));
}

fn pooler_replicas(pooler: &Pooler, problems: &mut Problems) {
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
fn pooler_connections(values: &Values, pooler: &Pooler, problems: &mut Problems) {
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

/// One pooler stands before the nodes.
fn one_pooler(values: &Values, origins: &dyn Origins, problems: &mut Problems) {
    let [pgcat, pgbouncer] = ["pgcat", "pgbouncer"].map(Path::of);
    if values.pgbouncer.is_none() || !origins.is_given(&pgcat) {
        return;
    }
    let problem = Problem::of_key(
        Code::Conflict,
        pgbouncer,
        "given beside `pgcat`: one pooler stands before the nodes",
    )
    .fix("remove one of the two");
    problems.push(problem.also(Place::Key(pgcat), "`pgcat` is given here"));
}

/// PgBouncer's configuration has no way to write some names.
fn pgbouncer_database(values: &Values, pooler: &Pooler, problems: &mut Problems) {
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

fn access(values: &Values, problems: &mut Problems) {
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

fn backup(values: &Values, problems: &mut Problems) {
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
fn credentials(values: &Values, origins: &dyn Origins, problems: &mut Problems) {
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
            "given beside `credentialsSecretName`, which holds the credentials",
        )
        .fix("remove one of the two");
        problems.push(problem.also(
            Place::Key(postgres.key("credentialsSecretName")),
            "the secret is named here",
        ));
    }
}
