//! What is in effect where nothing is given: settings of PostgreSQL that follow from other values.

use serde_json::{Value as Json, json};

use crate::cluster;
use crate::merge;
use crate::schema::Field;
use crate::values;

/// One setting with its value, and why.
#[derive(Clone, Debug)]
pub struct InEffect {
    /// As a line of postgresql.conf.
    pub line: String,
    /// What it follows from.
    pub why: &'static str,
}

impl InEffect {
    /// The same as JSON.
    pub(super) fn to_json(&self) -> Json {
        json!({ "line": self.line, "why": self.why })
    }
}

/// The settings that follow from the built-in values, for the key that they stand in for.
pub(super) fn of(field: &Field) -> Vec<InEffect> {
    if field.path != "postgres.parameters" {
        return Vec::new();
    }
    let (built_in, _) = merge::built_in(values::BUILT_IN);
    let decoded = values::read(built_in.tree(), built_in.built_in());
    let computed = decoded
        .value
        .as_ref()
        .map_or_else(Vec::new, cluster::computed);
    let line = |setting: cluster::Computed| InEffect {
        line: format!("{} = {}", setting.name, setting.value),
        why: setting.why,
    };
    computed.into_iter().map(line).collect()
}
