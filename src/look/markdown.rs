//! For the comment of a pull request: the summary, what it does, a table, and the details folded.

use std::fmt::Write as _;

use super::text::{self, arrow};
use crate::picture::{self, Picture};
use crate::plain::{plain, plain_lines};
use crate::plan::{Action, Change, Plan, Severity, What};
use crate::report::Places;

/// A sign for what happens to a resource, and what it is in a word or two.
fn signed(change: &Change) -> (&'static str, String) {
    match (change.action, change.paths.as_slice()) {
        (Action::Create, _) => ("+", "new".to_owned()),
        (Action::Delete, _) => ("-", "gone".to_owned()),
        (Action::Stay, _) => ("=", "stays".to_owned()),
        (Action::Change, [one]) => ("~", code(&plain(&one.path))),
        (Action::Change, all) => ("~", format!("{} changes", all.len())),
    }
}

/// Writes everything.
pub(crate) fn write(
    plan: &Plan,
    mut places: Option<Places<'_>>,
    picture: Option<&Picture>,
) -> String {
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
        let (sign, what) = signed(change);
        let _ = writeln!(
            out,
            "| `{sign}` | {} `{}` | {} | {} |",
            change.id.kind,
            change.id.name,
            what,
            because(plan, change, places.as_mut())
        );
    }
    if let Some(picture) = picture {
        let _ = write!(out, "\n```mermaid\n{}```\n", picture::mermaid(picture));
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
        said.push(code(&text::cause(cause, places.as_deref_mut())));
    }
    said.join("<br>")
}

fn details(change: &Change) -> String {
    let mut out = String::new();
    for path in &change.paths {
        match &path.what {
            What::Values(before, after) => {
                let _ = writeln!(out, "{}   {}", plain(&path.path), arrow(before, after));
            }
            What::Lines(lines) => {
                let text = lines.text();
                let _ = write!(
                    out,
                    "{}   {}\n{}",
                    plain(&path.path),
                    lines.words(),
                    plain_lines(&text)
                );
            }
        }
    }
    out
}

/// A fence longer than any inside.
fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}diff\n{text}{fence}\n")
}

/// Text that is shown as it is, in a table too: a code span with more backticks than the text has in a row.
fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    let edge = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    let text = text.replace('\n', " ").replace('|', "\\|");
    format!("{ticks}{edge}{text}{edge}{ticks}")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// Words of this program, what is not of it in backticks, as they can stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace('\n', " ")
}
