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
//!
//! Other programs have [`render`]. What else is public is for `main` and the tests, and may change with any version.

#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod layers;
#[doc(hidden)]
pub mod look;
#[doc(hidden)]
pub mod merge;
#[doc(hidden)]
pub mod place;
#[doc(hidden)]
pub mod plain;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod problem;
#[doc(hidden)]
pub mod report;

mod cluster;
mod commands;
mod decode;
mod explain;
mod forms;
mod manifests;
mod migrate;
mod notes;
mod output;
mod picture;
mod schema;
mod selection;
mod snapshot;
mod values;

pub use commands::library::render;
pub use manifests::Manifest;

#[doc(hidden)]
pub use commands::{Exit, is_closed_pipe, misuse::tell as misused, run};
