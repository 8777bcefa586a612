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
    let input = Input::read(&args.values);
    if let Some(refused) = input.report(&args.report)? {
        return Ok(refused);
    }
    let merged = &input.merged;
    let text = match (args.origin, args.output) {
        (true, Output::Yaml) => origin::text(merged),
        (true, Output::Json) => origin::json(merged),
        (false, Output::Yaml) => yaml::write(&redacted(merged.tree())),
        (false, Output::Json) => format!("{:#}\n", redacted(merged.tree()).to_json()),
    };
    print(&text)?;
    Ok(Exit::Done)
}

/// The same values without secrets: no output of this command holds one.
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
