//! For the comment of a pull request: the summary, what it does, a table, and the details folded.

use std::fmt::Write as _;

use super::consequences::Severity;
use super::shown::What;
use super::text::{self, arrow};
use super::{Action, Change, Plan};
use crate::report::Places;

/// Writes everything.
pub(crate) fn write(plan: &Plan, mut places: Option<Places<'_>>) -> String {
    let mut out = format!("### {}\n", cell(&text::summary(plan)));
    if !plan.consequences.is_empty() {
        out.push('\n');
    }
    for consequence in &plan.consequences {
        let label = match consequence.rule.severity() {
            Severity::Danger => "**dangerous**: ",
            Severity::Warning => "**careful**: ",
            Severity::Notice => "",
        };
        let _ = writeln!(
            out,
            "- {label}{} (`{}`)",
            cell(&consequence.message),
            consequence.rule.text()
        );
    }
    if !plan.changes.is_empty() {
        out.push_str("\n| | resource | what | because |\n|---|---|---|---|\n");
    }
    for change in &plan.changes {
        let (sign, what) = match (change.action, change.paths.as_slice()) {
            (Action::Create, _) => ("+", "new".to_owned()),
            (Action::Delete, _) => ("-", "gone".to_owned()),
            (Action::Stay, _) => ("=", "stays".to_owned()),
            (Action::Change, [one]) => ("~", format!("`{}`", one.path)),
            (Action::Change, all) => ("~", format!("{} changes", all.len())),
        };
        let _ = writeln!(
            out,
            "| `{sign}` | {} `{}` | {} | {} |",
            change.id.kind,
            change.id.name,
            cell(&what),
            because(plan, change, places.as_mut())
        );
    }
    for change in plan
        .changes
        .iter()
        .filter(|change| !change.paths.is_empty())
    {
        let _ = write!(
            out,
            "\n<details><summary>{} <code>{}</code></summary>\n\n{}\n</details>\n",
            change.id.kind,
            change.id.name,
            fenced(&details(change))
        );
    }
    for note in &plan.notes {
        let _ = write!(out, "\n_{}_\n", cell(note));
    }
    out
}

fn because(plan: &Plan, change: &Change, mut places: Option<&mut Places<'_>>) -> String {
    let mut all = change.causes.clone();
    all.extend(change.paths.iter().flat_map(|path| &path.causes));
    all.sort_unstable();
    all.dedup();
    let mut said = Vec::new();
    for cause in all.iter().filter_map(|at| plan.causes.get(*at)) {
        said.push(cell(&text::cause(cause, places.as_deref_mut())));
    }
    said.join("<br>")
}

fn details(change: &Change) -> String {
    let mut out = String::new();
    for path in &change.paths {
        match &path.what {
            What::Values(before, after) => {
                let _ = writeln!(out, "{}   {}", path.path, arrow(before, after));
            }
            What::Lines(lines) => {
                let _ = write!(out, "{}   {}\n{}", path.path, lines.words(), lines.text());
            }
        }
    }
    out
}

/// A fence longer than any inside.
fn fenced(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}diff\n{text}{fence}\n")
}

/// Text that can stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace('\n', " ")
}
