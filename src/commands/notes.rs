//! `notes`: what to do before and after applying.

use std::path::Path;

use anyhow::Result;

use super::pipeline::Input;
use super::{Exit, print};
use crate::cli::{self, NotesDocument, NotesShape};
use crate::cluster::{Backup, Cluster};
use crate::layers::{SourceKind, Sources};
use crate::manifests::{Templates, shell_word};
use crate::notes::{self, Told, Topics};
use crate::picture::{self, Picture};
use crate::plan;
use crate::problem::Problems;

/// Runs it.
pub(super) fn run(args: &cli::Notes) -> Result<Exit> {
    let mut input = Input::read(&args.cluster.values);
    let text = write(args, &mut input);
    if let Some(refused) = input.report(&args.cluster.report, &[])? {
        return Ok(refused);
    }
    print(&text.unwrap_or_default())?;
    Ok(Exit::Done)
}

/// What is asked for; `None` when the problems, old and new, forbid it.
fn write(args: &cli::Notes, input: &mut Input) -> Option<String> {
    let templates = input.templates(&args.cluster.templates)?;
    // no template gets to see the password, not even one of the user's own
    let cluster = input.cluster()?.clone().redacted();
    if args.document == Some(NotesDocument::IamPolicy) {
        let policy = notes::policy(&cluster);
        let policy = policy.map_err(|found| input.problems.push(found)).ok()?;
        return Some(format!("{policy:#}\n"));
    }
    let manifests = input.render(&templates, true)?;
    let documents = plan::rendered(&manifests);
    let documents = documents.map_err(|found| input.problems.push(found)).ok()?;
    let picture = drawn(&cluster, &documents);
    match args.output {
        NotesShape::Mermaid => return Some(picture::mermaid(&picture)),
        NotesShape::Svg => return Some(picture::svg(&picture)),
        NotesShape::Text | NotesShape::Json => {}
    }
    let flags = typed(
        input.merged.sources(),
        args.cluster.templates.templates.as_deref(),
    );
    let written = topics(args, &cluster, &templates, &flags, &picture);
    written.map_err(|found| input.problems.extend(found)).ok()
}

fn topics(
    args: &cli::Notes,
    cluster: &Cluster,
    templates: &Templates,
    flags: &[String],
    picture: &Picture,
) -> Result<String, Problems> {
    let topics = match (args.output, args.only.as_slice()) {
        (_, [_, ..]) => Topics::Only(&args.only),
        (NotesShape::Json, []) => Topics::All,
        (_, []) if args.all => Topics::All,
        (_, []) => Topics::First,
    };
    let picture = picture::text(picture);
    let told = Told {
        flags,
        picture: &picture,
    };
    let found = notes::notes(cluster, topics, templates, told)?;
    Ok(match (args.output, topics) {
        (NotesShape::Json, _) => format!("{:#}\n", notes::to_json(cluster, &found)),
        (_, Topics::First) => notes::page(&found) + &notes::more(),
        _ => notes::page(&found),
    })
}

/// The cluster as a picture, with what its manifests do not say.
fn drawn(cluster: &Cluster, manifests: &plan::Documents) -> Picture {
    let picture = Picture::of(manifests).unwrap_or_default();
    let bucket = cluster.backup.as_ref().map(Backup::url);
    picture.with(cluster.pooler.routing_in_words(), bucket)
}

/// The flags that gave the values, as they are typed in a shell: what is secret in them is left out.
fn typed(sources: &Sources, templates: Option<&Path>) -> Vec<String> {
    let mut flags: Vec<(&str, String)> = Vec::new();
    for (_, source) in sources.iter() {
        match source.kind {
            SourceKind::File => flags.push(("-f", source.name.clone())),
            SourceKind::Stdin => flags.push(("-f", "-".to_owned())),
            SourceKind::Flag(kind) => flags.push((kind.name(), source.without_secrets())),
            SourceKind::BuiltIn | SourceKind::Template => {}
        }
    }
    flags.extend(templates.map(|folder| ("--templates", folder.display().to_string())));
    let word = |(flag, value): (&str, String)| {
        let mut typed = format!("{flag} ");
        // writing to a text cannot fail
        _ = shell_word(&mut typed, &value);
        typed
    };
    flags.into_iter().map(word).collect()
}
