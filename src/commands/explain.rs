//! `explain`: one value, or the list of all.

use anyhow::Result;
use serde_json::{Value, json};

use super::pipeline::{self, Input};
use super::{Exit, print};
use crate::cli::{self, Format, Shape, ValueFlags};
use crate::explain::{self, Explained};
use crate::manifests::{Renderer, Templates};
use crate::plan::Rule;

/// The word for the rules of `plan`; no value has it as its path.
const PLAN: &str = "plan";

/// Runs it.
pub(super) fn run(args: &cli::Explain) -> Result<Exit> {
    if args.templates {
        return templates(args.output);
    }
    if args.path.as_deref() == Some(PLAN) {
        return rules(args.output);
    }
    let explained = match &args.path {
        None => Explained::all(),
        Some(path) => match Explained::of(path) {
            Ok(explained) => explained,
            Err(problem) => return pipeline::refuse(&problem.into(), Format::Text),
        },
    };
    print(&match (args.output, &explained.field) {
        (Shape::Json, _) => format!("{:#}\n", explained.to_json()),
        (Shape::Text, Some(field)) => explain::page(field, &explained),
        (Shape::Text, None) => explain::tree(&explained.below),
    })?;
    Ok(Exit::Done)
}

/// Every rule of `plan`, the most severe first.
fn rules(shape: Shape) -> Result<Exit> {
    let mut out = String::new();
    let mut all = Vec::new();
    for rule in Rule::ALL {
        let (name, severity, meaning) = (rule.text(), rule.severity().text(), rule.meaning());
        out += &format!("{name} ({severity})\n{}\n", explain::indented(&meaning));
        all.push(json!({ "rule": name, "severity": severity, "meaning": meaning }));
    }
    match shape {
        Shape::Text => print(&out)?,
        Shape::Json => print(&format!("{:#}\n", Value::from(all)))?,
    }
    Ok(Exit::Done)
}

/// What a template sees for the defaults with a backup, for which most is there.
fn templates(shape: Shape) -> Result<Exit> {
    let flags = ValueFlags {
        set: vec!["backup.enabled=true".to_owned()],
        ..ValueFlags::default()
    };
    let templates = Templates::default();
    let input = Input::read(&flags);
    let names = input.cluster().and_then(|cluster| {
        Renderer::new(&templates)
            .ok()?
            .names(&cluster.clone().redacted())
            .ok()
    });
    let names = names.unwrap_or_default();
    print(&match shape {
        Shape::Json => format!("{names:#}\n"),
        Shape::Text => explain::names(&names),
    })?;
    Ok(Exit::Done)
}
