//! `volumeset`: the volumes of the nodes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::name::LocationName;
use super::number::{Gib, Percent, ScalingFactor};
use super::storage::{EncryptionKey, Retention, SnapshotSchedule};

/// The volume of each pgEdge node.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeSet {
    /// Size of a new volume in GiB.
    ///
    /// The WAL that is kept for a node that is away follows from it (40 percent). Volumes that exist keep their size:
    /// `cpln volumeset expand` grows them.
    pub capacity: Gib,
    /// Kind of the disks.
    ///
    /// It cannot be changed: volumes that exist keep theirs.
    pub performance_class: Option<PerformanceClass>,
    /// Keys of your own to encrypt with.
    ///
    /// A key of AWS KMS for each location, by its ARN. It cannot be changed on volumes that exist.
    #[serde(default)]
    pub custom_encryption: BTreeMap<LocationName, EncryptionKey>,
    /// Growth of the volumes.
    pub autoscaling: VolumeAutoscaling,
    /// Snapshots of the volumes.
    pub snapshots: Option<Snapshots>,
}

/// Kind of the disks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PerformanceClass {
    /// For almost everything.
    #[default]
    GeneralPurposeSsd,
    /// For much and large input and output; from 200 GiB on.
    HighThroughputSsd,
}

/// Growth of the volumes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeAutoscaling {
    /// Whether volumes grow by themselves.
    pub enabled: bool,
    /// The largest size in GiB.
    ///
    /// Read when `enabled` is true; at least `volumeset.capacity`.
    pub max_capacity: Gib,
    /// They grow when less is free.
    ///
    /// In percent of the volume. Read when `enabled` is true.
    pub min_free_percentage: Percent,
    /// To how many times the size.
    ///
    /// Read when `enabled` is true.
    pub scaling_factor: ScalingFactor,
}

/// Snapshots of the volumes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshots {
    /// How long a snapshot is kept.
    pub retention: Option<Retention>,
    /// When snapshots are taken.
    ///
    /// At most once an hour, in UTC. Empty takes one only when a volume is deleted.
    pub schedule: Option<SnapshotSchedule>,
}
