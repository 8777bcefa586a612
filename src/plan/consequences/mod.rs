//! What a change does to a running cluster. Each rule has a name, and says where the platform's behaviour is known
//! from: `control-plane` with a section is the project's collection of platform facts.

mod access;
mod backup;
mod cluster;
mod credentials;
mod gvc;
mod hba;
mod leftovers;
mod nodes;
mod pooler;
mod program;
mod readable;
mod resources;
mod restart;
mod rules;
mod see;
mod settings;
mod versions;
mod volumes;

use super::Raw;
use super::resource::Index;
use super::sides::Sides;
use see::{Found, See, and};

pub use rules::{Rule, Severity};

/// What a change brings about.
#[derive(Clone, Debug, PartialEq)]
pub struct Consequence {
    /// The rule that says so.
    pub rule: Rule,
    /// `workload prod-pgedge`
    pub resource: String,
    /// In words.
    pub message: String,
}

/// Everything that follows from the changes, the most severe first.
pub(super) fn consequences(sides: &Sides, changes: &[Raw<'_>]) -> Vec<Consequence> {
    let see = See {
        sides,
        changes,
        old: Index::new(&sides.old),
        new: Index::new(&sides.new),
    };
    let found = |rule: &Rule| {
        let rule = *rule;
        rule.find(&see)
            .into_iter()
            .map(move |Found(resource, message)| Consequence {
                rule,
                resource,
                message,
            })
    };
    Rule::ALL.iter().flat_map(found).collect()
}
