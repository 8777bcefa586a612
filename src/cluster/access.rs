//! Who may connect from inside the org.

use serde::Serialize;

use super::names::Names;
use crate::values::{AccessType, Values};

/// The internal side of a workload's firewall.
#[derive(Clone, Debug, Serialize)]
pub struct Firewall {
    /// Which workloads.
    pub allow_type: AccessType,
    /// Links of the workloads, with `workload-list`.
    pub workloads: Vec<String>,
}

impl Firewall {
    /// The user's rule.
    pub(super) fn of_pooler(values: &Values) -> Self {
        let access = &values.internal_access;
        let workloads = match access.kind {
            AccessType::WorkloadList => access
                .workloads
                .iter()
                .flatten()
                .map(|link| link.as_str().to_owned())
                .collect(),
            AccessType::SameGvc | AccessType::SameOrg => Vec::new(),
        };
        Self {
            allow_type: access.kind,
            workloads,
        }
    }

    /// The user's rule, and what the cluster itself cannot do without: nodes reach each other through this firewall,
    /// and so do the pooler and the backup.
    pub(super) fn of_nodes(values: &Values, names: &Names) -> Self {
        let mut firewall = Self::of_pooler(values);
        if firewall.allow_type == AccessType::WorkloadList {
            let backup = values.backup.enabled.then_some(&names.backup);
            let own = [&names.pgedge, &names.pooler]
                .into_iter()
                .chain(backup)
                .map(|workload| names.workload_link(workload));
            for link in own {
                if !firewall.workloads.contains(&link) {
                    firewall.workloads.push(link);
                }
            }
        }
        firewall
    }
}
