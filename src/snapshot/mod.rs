//! Cases of values and what they gave before.
//!
//! ```text
//! DIR/cases/prod.yaml       a values file; flags in its first comment
//! DIR/cases/eu/shop.yaml    another, with the name `eu/shop`
//! DIR/snapshots/prod.yaml   what `render --redact` printed for it
//! DIR/snapshots/typo.err    the problems of a case that is refused
//! ```

mod case;
mod folder;
pub(crate) mod junit;

pub(crate) use case::{Case, Opened};
pub(crate) use folder::{Folder, Given, Kind};
