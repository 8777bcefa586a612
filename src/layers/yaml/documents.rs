//! Documents that are no values: manifests and exports, read by the same reader.

use std::collections::HashMap;

use granit_parser::Parser;
use serde_json::Value as Json;

use super::{Reader, Stop, options};
use crate::layers::{secret, trap};
use crate::place::SourceId;
use crate::problem::{Problem, Problems};

/// How many values the manifests of one file may hold: a thousand resources and more.
const MAX_MANIFEST_NODES: usize = 400_000;

/// Reads documents that are no values, whatever they are: exports, manifests. Their problems have a line in words, as
/// no report shows their text.
pub(in crate::layers) fn read_documents(text: &str) -> Result<Vec<Json>, Problem> {
    let mut reader = Reader {
        source: SourceId::NONE,
        is_shown: false,
        takes_any: true,
        text,
        parser: Parser::new_from_str_with_options(text, options()),
        anchors: HashMap::new(),
        max_nodes: MAX_MANIFEST_NODES,
        nodes_left: MAX_MANIFEST_NODES,
        problems: Problems::default(),
        secrets: Vec::new(),
        path: Vec::new(),
        in_secret: false,
    };
    let mut documents = Vec::new();
    match reader.documents(|root| documents.push(root.into_json())) {
        Err(stop) => Err(match *stop {
            Stop::Problem(problem) => problem,
            Stop::Syntax(error) => {
                let secrets = secret::join(secret::in_broken_yaml(text, None), text.len());
                trap::explain(SourceId::NONE, text, &error, &secrets)
            }
        }),
        Ok(()) => match reader.problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(documents),
        },
    }
}
