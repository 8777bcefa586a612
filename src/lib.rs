//! One program, one way through it. Each module is a room on that way, in this order; a room takes only what the
//! one before it gives, and imports run one way.
//!
//! ```text
//! arguments ─► layers ─► merge ─► values ─► cluster ─► manifests ─► forms ──────► output
//!              files,    one      typed     names,     templates    Terraform,    stream,
//!              flags     tree,    mirror    topology,  rendered,    operator,     folder,
//!                        origins  of file   rules      checked      Helm chart    JSON
//! ```
//!
//! Three rooms look at manifests from outside: `plan` at what differs between two sets of them, `look` writes that down,
//! `snapshot` knows what a case gave before.
//!
//! Problems flow beside the data: each room returns its result or *all* its [`problem`]s, [`merge`] knows where a
//! path was written, and [`report`] turns both into text. Only [`commands`] prints, only `main` exits.

pub mod cli;
pub mod place;
pub mod plain;
pub mod problem;

mod cluster;
mod decode;
mod explain;
mod forms;
pub mod layers;
mod manifests;
pub mod merge;
mod migrate;
mod notes;
mod output;
mod schema;
mod values;

mod commands;
pub mod look;
pub mod plan;
pub mod report;
mod selection;
mod snapshot;

pub use commands::{Exit, is_closed_pipe, run};
