//! Workflow commands that GitHub shows beside the values that are behind a change.

use super::text::{self, arrow};
use crate::plain::plain;
use crate::plan::{Action, Cause, Change, Plan, Severity, What};
use crate::report::Places;
use crate::report::github::{data, property};

/// Paths that are listed at one value.
const MOST: usize = 20;

/// Writes one command a line.
pub(crate) fn write(plan: &Plan, mut places: Option<Places<'_>>) -> String {
    let mut out = command("notice", "", "plan", &text::summary(plan));
    for consequence in &plan.consequences {
        let level = match consequence.rule.severity() {
            Severity::Danger => "error",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        };
        let first = text::causes_of(plan, consequence).next();
        let place = match (first, places.as_mut()) {
            (Some(cause), Some(places)) => place(cause, places),
            _ => String::new(),
        };
        out.push_str(&command(
            level,
            &place,
            consequence.rule.text(),
            &consequence.message,
        ));
    }
    for (at, cause) in plan.causes.iter().enumerate() {
        let mut lines = vec![text::cause(cause, None)];
        lines.extend(plan.changes.iter().flat_map(|change| effects(change, at)));
        let more = lines.len().saturating_sub(MOST);
        lines.truncate(MOST);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        let place = places
            .as_mut()
            .map_or_else(String::new, |places| place(cause, places));
        out.push_str(&command("notice", &place, "plan", &lines.join("\n")));
    }
    out
}

/// What a value changes in a resource.
fn effects(change: &Change, cause: usize) -> Vec<String> {
    let sign = match change.action {
        Action::Create => '+',
        Action::Change => '~',
        Action::Delete => '-',
        Action::Stay => '=',
    };
    let mut lines = Vec::new();
    if change.causes.contains(&cause) {
        lines.push(format!("{sign} {}", change.id));
    }
    for path in change
        .paths
        .iter()
        .filter(|path| path.causes.contains(&cause))
    {
        let what = match &path.what {
            What::Values(before, after) => arrow(before, after),
            What::Lines(lines) => lines.words(),
        };
        lines.push(format!(
            "{sign} {}   {}   {what}",
            change.id,
            plain(&path.path)
        ));
    }
    lines
}

fn place(cause: &Cause, places: &mut Places<'_>) -> String {
    let spot = text::spot(cause, places);
    match spot.as_ref().and_then(|spot| Some((spot, spot.file()?))) {
        Some((spot, file)) => format!("file={},line={},", property(file), spot.line),
        None => String::new(),
    }
}

fn command(level: &str, place: &str, title: &str, message: &str) -> String {
    format!(
        "::{level} {place}title={}::{}\n",
        property(title),
        data(message)
    )
}
