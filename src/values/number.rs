//! Whole numbers with a range, and the scaling factor.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::scalar::{schema_is, whole_number};
use crate::decode::Invalid;

whole_number! {
    /// Replicas of the pgEdge workload in one location. Every replica replicates with every other one.
    Replicas(1..=32 " replicas");
    /// Replicas of the pooler in one location.
    PoolerReplicas(1..=100 " replicas");
    /// Size of a volume in GiB; the bounds are the platform's for general-purpose-ssd.
    Gib(10..=65_536 " GiB");
    /// A share of a volume.
    Percent(1..=100 " percent");
    /// Connections to one PostgreSQL node that each pooler replica keeps.
    PoolSize(1..=10_000 " connections");
    /// How long one run of the backup may take; the bounds are the platform's for a job.
    Deadline(1..=86_400 " seconds");
    /// Dumps that are kept.
    Dumps(1..=1_000 " dumps");
    /// Client connections; documented, but pgcat has no such limit.
    Clients(1..=1_000_000 " connections");
}

/// By how much a volume grows when it grows: at least 1.1, as the platform asks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScalingFactor(f64);

impl ScalingFactor {
    /// The least that is allowed.
    pub const MIN: f64 = 1.1;
    /// The most that is allowed: beyond it one step would pass any volume's limit.
    pub const MAX: f64 = 100.0;

    fn allowed() -> String {
        format!("{} to {}", Self::MIN, Self::MAX)
    }
}

schema_is!(
    ScalingFactor = schemars::json_schema!({
        "type": "number",
        "minimum": Self::MIN,
        "maximum": Self::MAX,
        "errorMessage": Self::allowed(),
        "examples": [1.5, 2],
    })
);

impl<'de> Deserialize<'de> for ScalingFactor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(Factor)
    }
}

struct Factor;

impl Visitor<'_> for Factor {
    type Value = ScalingFactor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&ScalingFactor::allowed())
    }

    fn visit_f64<E: Error>(self, factor: f64) -> Result<ScalingFactor, E> {
        match (ScalingFactor::MIN..=ScalingFactor::MAX).contains(&factor) {
            true => Ok(ScalingFactor(factor)),
            false => Err(E::custom(Invalid::new(
                format!("`{factor}` is out of range"),
                ScalingFactor::allowed(),
            ))),
        }
    }
}
