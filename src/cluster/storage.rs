//! The volumes of the nodes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::values::name::LocationName;
use crate::values::number::{Gib, Percent, ScalingFactor};
use crate::values::storage::EncryptionKey;
use crate::values::{self, PerformanceClass};

/// The volume set: one volume for each node.
#[derive(Clone, Debug, Serialize)]
pub struct VolumeSet {
    /// Size of a new volume in GiB.
    pub capacity: Gib,
    /// Growth, when it is on.
    pub autoscaling: Option<Autoscaling>,
    /// How long a snapshot is kept.
    pub retention: String,
    /// When snapshots are taken, beside the last one.
    pub schedule: Option<String>,
    /// Kind of the disks.
    pub performance_class: PerformanceClass,
    /// Keys to encrypt with, by location; empty for the platform's own.
    pub encryption_keys: BTreeMap<String, String>,
}

/// Growth of a volume.
#[derive(Clone, Debug, Serialize)]
pub struct Autoscaling {
    /// In GiB.
    pub max_capacity: Gib,
    /// Free space below which a volume grows.
    pub min_free_percentage: Percent,
    /// New size in relation to the old one.
    pub scaling_factor: ScalingFactor,
}

fn encryption_key((location, key): (&LocationName, &EncryptionKey)) -> (String, String) {
    (location.to_string(), key.as_str().to_owned())
}

impl VolumeSet {
    const RETENTION: &str = "7d";

    pub(super) fn new(values: &values::VolumeSet) -> Self {
        let autoscaling = &values.autoscaling;
        let snapshots = values.snapshots.clone().unwrap_or_default();
        Self {
            capacity: values.capacity,
            autoscaling: autoscaling.enabled.then_some(Autoscaling {
                max_capacity: autoscaling.max_capacity,
                min_free_percentage: autoscaling.min_free_percentage,
                scaling_factor: autoscaling.scaling_factor,
            }),
            retention: snapshots
                .retention
                .map_or(Self::RETENTION.to_owned(), |retention| {
                    retention.as_str().to_owned()
                }),
            schedule: snapshots
                .schedule
                .and_then(|schedule| Some(schedule.line()?.to_owned())),
            performance_class: values.performance_class.unwrap_or_default(),
            encryption_keys: values
                .custom_encryption
                .iter()
                .map(encryption_key)
                .collect(),
        }
    }
}
