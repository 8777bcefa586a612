//! CPU and memory, as several blocks have them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantity::{Cpu, Memory};

/// CPU and memory of each pgEdge node: reserved (min) and limit (max).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeResources {
    /// CPU that is reserved.
    ///
    /// `maxCpu` may be at most 4 times and 4000m more, `minMemory` at most 8Mi for each millicore.
    pub min_cpu: Cpu,
    /// Memory that is reserved.
    ///
    /// `maxMemory` may be at most 4 times and 4096Mi more.
    pub min_memory: Memory,
    /// The most CPU.
    ///
    /// At most 4 times and 4000m above `minCpu`; `maxMemory` is at most 8Mi for each millicore of it.
    pub max_cpu: Cpu,
    /// The most memory.
    ///
    /// At most 4 times and 4096Mi above `minMemory`, and at most 8Mi for each millicore of `maxCpu`.
    pub max_memory: Memory,
}

/// CPU and memory of a container.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// The most CPU.
    pub cpu: Cpu,
    /// The most memory.
    pub memory: Memory,
}
