//! CPU and memory of a container, as far as the platform gives them together.

use super::refusal::{items, refuse};
use crate::layers::Node;
use crate::problem::{Path, Problem, Problems};
use crate::values::quantity::{Cpu, Memory};
use crate::values::scalar::Parse;

const MIB: u64 = 1 << 20;
/// The most memory for each millicore, in MiB; and with the tag that asks for more.
const RATIO: u64 = 8;
const RELAXED_RATIO: u64 = 32;
const RELAXED: &str = "cpln/relaxMemoryToCpuRatio";
/// How far the limit of a stateful workload may be above what it reserves.
const TIMES: u64 = 4;
const CPU_GAP: u64 = 4000;
const MEMORY_GAP: u64 = 4096 * MIB;

/// A quantity of a container: its key, its text, its number of millicores or bytes.
struct Quantity<'n> {
    key: &'static str,
    text: &'n str,
    number: u64,
}

/// Everything in the containers of a workload that the platform would refuse.
pub(super) fn check(document: &Node, spec: &Node, path: &Path, problems: &mut Problems) {
    let is_relaxed = document
        .get("tags")
        .is_some_and(|tags| tags.get(RELAXED).is_some());
    let ratio = if is_relaxed { RELAXED_RATIO } else { RATIO };
    let is_stateful = spec.get("type").and_then(Node::as_text) == Some("stateful");
    for (at, container) in items(spec, "containers") {
        let here = path.key("containers").index(at);
        let cpu = |key| {
            let text = container.get(key)?.as_text()?;
            let number = Cpu::parse(text).ok()?.millicores();
            Some(Quantity { key, text, number })
        };
        let memory = |key| {
            let text = container.get(key)?.as_text()?;
            let number = Memory::parse(text).ok()?.bytes();
            Some(Quantity { key, text, number })
        };
        for (cpu, memory) in [
            (cpu("cpu"), memory("memory")),
            (cpu("minCpu"), memory("minMemory")),
        ] {
            problems.extend(memory_for_cpu(cpu, memory, ratio, &here));
        }
        if is_stateful {
            let pairs = [
                (cpu("minCpu"), cpu("cpu"), CPU_GAP, "4000m"),
                (memory("minMemory"), memory("memory"), MEMORY_GAP, "4096Mi"),
            ];
            for (min, max, gap, gap_text) in pairs {
                problems.extend(spread(min, max, (gap, gap_text), &here));
            }
        }
    }
}

fn memory_for_cpu(
    cpu: Option<Quantity>,
    memory: Option<Quantity>,
    ratio: u64,
    path: &Path,
) -> Option<Problem> {
    let (cpu, memory) = (cpu?, memory?);
    let most = cpu.number.saturating_mul(ratio * MIB);
    (memory.number > most).then(|| {
        let found = format!(
            "`{}` is more than {ratio}Mi for each millicore of `{}`, the `{}`",
            memory.text, cpu.text, cpu.key
        );
        refuse(
            path.key(memory.key),
            found,
            format!("at most {}Mi with this `{}`", most / MIB, cpu.key),
        )
    })
}

fn spread(
    min: Option<Quantity>,
    max: Option<Quantity>,
    (gap, gap_text): (u64, &str),
    path: &Path,
) -> Option<Problem> {
    let (min, max) = (min?, max?);
    let is_right =
        (min.number..=min.number.saturating_mul(TIMES).min(min.number + gap)).contains(&max.number);
    (!is_right).then(|| {
        let found = format!("`{}` with `{}`, the `{}`", max.text, min.text, min.key);
        let allowed = format!(
            "from `{}` up to {TIMES} times it, and at most {gap_text} above it",
            min.key
        );
        refuse(path.key(max.key), found, allowed)
    })
}
