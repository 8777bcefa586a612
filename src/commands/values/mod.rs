//! `values`: what is in effect, and where each value comes from.

mod origin;
mod yaml;

use anyhow::Result;

use super::pipeline::Input;
use super::{Exit, print};
use crate::cli::{self, Output};
use crate::layers::secret::REDACTED;
use crate::layers::{Node, Scalar, Value, secret};
use crate::values;

/// Runs it.
pub(super) fn run(args: &cli::Values) -> Result<Exit> {
    if args.defaults {
        print(values::BUILT_IN)?;
        return Ok(Exit::Done);
    }
    let mut input = Input::read(&args.values);
    if let Some(refused) = input.report(&args.report, &[])? {
        return Ok(refused);
    }
    let merged = &input.merged;
    let text = match (args.origin, args.output) {
        (true, Output::Yaml) => origin::text(merged),
        (true, Output::Json) => origin::json(merged),
        (false, output) => effective(merged.tree(), output, args.show_secrets),
    };
    print(&text)?;
    Ok(Exit::Done)
}

/// What is in effect. Without its secrets it looks like a values file and is none: so it says.
fn effective(tree: &Node, output: Output, with_secrets: bool) -> String {
    const FOR_READING: &str = "# for reading only: each [redacted] is a secret. With --show-secrets this can be rendered.\n";
    let shown = match with_secrets {
        true => tree.clone(),
        false => redacted(tree),
    };
    match output {
        Output::Json => format!("{:#}\n", shown.to_json()),
        Output::Yaml if with_secrets => yaml::write(&shown),
        Output::Yaml => {
            let text = yaml::write(&shown);
            let note = if text.contains(REDACTED) {
                FOR_READING
            } else {
                ""
            };
            format!("{note}{text}")
        }
    }
}

/// The same values without secrets.
fn redacted(node: &Node) -> Node {
    let value = match &node.value {
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|entry| {
                    let mut entry = entry.clone();
                    entry.node = if secret::is_secret(&entry.key) {
                        Node {
                            value: Value::Scalar(Scalar::text(REDACTED)),
                            ..entry.node
                        }
                    } else {
                        redacted(&entry.node)
                    };
                    entry
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(redacted).collect()),
        Value::Scalar(scalar) if secret::is_pasted(&scalar.text) => {
            Value::Scalar(Scalar::text(REDACTED))
        }
        value => value.clone(),
    };
    Node {
        value,
        ..node.clone()
    }
}
