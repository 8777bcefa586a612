//! The volumes of the nodes.

use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::{PerformanceClass, Values};

/// The least that the platform makes of disks with a high throughput, in GiB.
const HIGH_THROUGHPUT: u32 = 200;

pub(super) fn class(values: &Values, problems: &mut Problems) {
    let capacity = values.volumeset.capacity.get();
    let is_fast = values.volumeset.performance_class == Some(PerformanceClass::HighThroughputSsd);
    if !is_fast || capacity >= HIGH_THROUGHPUT {
        return;
    }
    let found = format!("`{capacity}` is too small for this `performanceClass`");
    let problem = Problem::of_value(Code::Conflict, Path::of("volumeset.capacity"), found)
        .allowed(format!("{HIGH_THROUGHPUT} or more"))
        .fix("raise `capacity`, or leave `performanceClass` out");
    problems.push(problem.also(
        Place::Value(Path::of("volumeset.performanceClass")),
        "`performanceClass` is here",
    ));
}

pub(super) fn encryption(values: &Values, problems: &mut Problems) {
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

pub(super) fn autoscaling(values: &Values, problems: &mut Problems) {
    let (volumes, growth) = (&values.volumeset, &values.volumeset.autoscaling);
    if !growth.enabled || growth.max_capacity >= volumes.capacity {
        return;
    }
    let (max, capacity) = (growth.max_capacity.get(), volumes.capacity.get());
    let path = Path::of("volumeset.autoscaling.maxCapacity");
    let problem = Problem::of_value(
        Code::Conflict,
        path,
        format!("`{max}` is less than `{capacity}`, the size that a volume starts with"),
    )
    .allowed(format!("{capacity} or more"))
    .fix("raise `maxCapacity` or lower `capacity`");
    problems.push(problem.also(
        Place::Value(Path::of("volumeset.capacity")),
        "`capacity` is here",
    ));
}
