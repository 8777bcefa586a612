//! The argument of `--set-json`.

use super::{Reader, steps};
use crate::layers::target::{Target, Targets};
use crate::layers::tree::{Node, Value};
use crate::layers::{Edit, json};
use crate::problem::Problem;

impl Reader<'_> {
    /// `a.b={"c": 1},d=2`, or one object for all values.
    pub(super) fn json(&mut self) {
        if let Err(problem) = self.json_pairs() {
            self.problems.push(problem);
            // What was not read may spell anything.
            if let Some(escape) = self.argument.text.find('\\') {
                self.secrets.push(escape..self.argument.text.len());
            }
        }
    }

    fn json_pairs(&mut self) -> Result<(), Problem> {
        let text = self.argument.text;
        let blank = |at: usize| at + (text[at..].len() - text[at..].trim_start().len());
        let mut at = blank(0);
        if text[at..].starts_with('{') {
            let (node, end) = self.json_value(at, &[])?;
            if blank(end) < text.len() {
                return Err(self.wrong(blank(end), "there is text after the end of the object"));
            }
            self.edits.push(Edit::Overlay(node));
            return Ok(());
        }
        while at < text.len() {
            let Targets { targets, end } = self.argument.targets(at, ",")?;
            self.hide_secret(&targets, end);
            let value = blank(end);
            let (node, end) = if text[value..].is_empty() || text[value..].starts_with(',') {
                (
                    Node::new(Value::Null { written: true }, self.argument.span(end, end)),
                    value,
                )
            } else {
                self.json_value(value, &targets)?
            };
            self.assign(targets, node, true);
            at = blank(end);
            if at < text.len() && !text[at..].starts_with(',') {
                return Err(self.wrong(at, "expected a `,` between two pairs"));
            }
            at = blank((at + 1).min(text.len()));
        }
        Ok(())
    }

    fn json_value(&mut self, start: usize, targets: &[Target]) -> Result<(Node, usize), Problem> {
        let read = json::read(
            self.argument.source,
            self.argument.text,
            start,
            steps(targets),
            self.problems,
        )?;
        self.secrets.extend(read.secrets);
        Ok((read.node, read.end))
    }
}
