//! `notes`: what to do before and after applying.

use anyhow::Result;

use super::pipeline::Input;
use super::{Exit, print};
use crate::cli::{self, NotesDocument, Shape};
use crate::cluster::Cluster;
use crate::manifests::Templates;
use crate::notes;
use crate::problem::Problems;

/// Runs it.
pub(super) fn run(args: &cli::Notes) -> Result<Exit> {
    let mut input = Input::read(&args.cluster.values);
    let templates = input.templates(&args.cluster.templates);
    let text = input
        .cluster()
        .zip(templates)
        .and_then(|(cluster, templates)| {
            // no template gets to see the password, not even one of the user's own
            let written = write(args, &cluster.redacted(), &templates);
            written.map_err(|found| input.problems.extend(found)).ok()
        });
    if let Some(refused) = input.report(&args.cluster.report)? {
        return Ok(refused);
    }
    print(&text.unwrap_or_default())?;
    Ok(Exit::Done)
}

fn write(args: &cli::Notes, cluster: &Cluster, templates: &Templates) -> Result<String, Problems> {
    match args.document {
        Some(NotesDocument::IamPolicy) => Ok(format!("{:#}\n", notes::policy(cluster)?)),
        None => {
            let found = notes::notes(cluster, &args.only, templates)?;
            Ok(match args.output {
                Shape::Text => notes::page(&found),
                Shape::Json => format!("{:#}\n", notes::to_json(cluster, &found)),
            })
        }
    }
}
