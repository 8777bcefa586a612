//! CPU and memory, as far as the platform gives them together.

use crate::cluster::pooler::Pooler;
use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::Values;
use crate::values::quantity::{Cpu, Memory};

/// A number without a unit counts cores: what no machine has was meant as millicores.
pub(super) fn cores(values: &Values, pooler: &Pooler, problems: &mut Problems) {
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
pub(super) fn spread_of_nodes(values: &Values, problems: &mut Problems) {
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
pub(super) fn memory_for_cpu(values: &Values, pooler: &Pooler, problems: &mut Problems) {
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
