//! Links to workloads that may connect.

use serde::Serialize;
use serde_json::{Value, json};

use super::name::GvcName;
use super::scalar::{Parse, not_allowed, read_as, shorten};
use crate::decode::Invalid;

/// A workload in this org: `//gvc/GVC_NAME/workload/WORKLOAD_NAME`. The platform checks the form, never that it exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WorkloadLink(String);

impl WorkloadLink {
    /// The link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for WorkloadLink {
    const ALLOWED: &str =
        "a link such as //gvc/shop/workload/api, with the names of a GVC and of a workload";
    const EXAMPLES: &[&str] = &["//gvc/shop/workload/api", "//gvc/shop/workload/jobs"];

    fn rule() -> Value {
        let name = "[a-z][a-z0-9-]{1,61}[a-z0-9]";
        json!({ "pattern": format!("^//gvc/{name}/workload/{name}$") })
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            // a workload's name follows the same rule as a GVC's
            ["", "", "gvc", gvc, "workload", workload]
                if GvcName::parse(gvc).is_ok() && GvcName::parse(workload).is_ok() =>
            {
                Ok(Self(text.to_owned()))
            }
            _ if text.contains("GVC_NAME") || text.contains("WORKLOAD_NAME") => Err(Invalid::new(
                format!("{} is the placeholder of the documentation", shorten(text)),
                Self::ALLOWED,
            )
            .fix("write the names of a GVC and of a workload of your own")),
            _ => Err(not_allowed::<Self>(text)),
        }
    }
}

read_as!(text: WorkloadLink);
