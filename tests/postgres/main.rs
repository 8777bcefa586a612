//! What the program accepts, a real PostgreSQL 17 starts with and understands in the same way.

mod accepted;
#[path = "../common/mod.rs"]
mod common;
mod server;
mod spellings;
mod table;
