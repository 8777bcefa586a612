//! Every form of a cluster is the cluster: turned back by readers that nobody here wrote, each gives the manifests
//! that `render -o json` prints, document for document, for every case of `tests/cases` that renders.

#[path = "../common/mod.rs"]
mod common;

mod cases;
mod chart;
mod folder;
mod operator;
mod provider;
mod terraform;
mod turned_back;
