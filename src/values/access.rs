//! `internal_access`: who may connect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::WorkloadLink;

/// Who may connect from inside the org.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InternalAccess {
    /// Which workloads.
    #[serde(rename = "type")]
    pub kind: AccessType,
    /// The workloads of `workload-list`.
    ///
    /// Read with that `type` only, and not empty then. The nodes admit themselves, the pooler and the backup besides.
    pub workloads: Option<Vec<WorkloadLink>>,
}

/// Which workloads may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessType {
    /// Every workload of the GVC.
    SameGvc,
    /// Every workload of the org.
    SameOrg,
    /// Those of `internal_access.workloads`.
    WorkloadList,
}
