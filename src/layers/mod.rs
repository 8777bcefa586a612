//! The only way in: the built-in file, files and flags, each read into a layer that knows its text.

mod tree;

pub use tree::{Entry, Kind, Node, Scalar, SourceId, Span, Style, Value};
