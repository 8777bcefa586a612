//! Workflow commands that GitHub shows beside the lines of a change.

use super::shown::Shown;
use crate::problem::Severity;

/// Writes one command a line.
pub(super) fn write(problems: &[Shown]) -> String {
    let is_allowed = |problem: &&Shown| problem.severity == Severity::Allowed;
    problems
        .iter()
        .filter(|problem| !is_allowed(problem))
        .map(command)
        .collect()
}

fn command(problem: &Shown) -> String {
    let name = problem.severity.text();
    let mut properties = Vec::new();
    let mut message = problem.message();
    if let Some(spot) = &problem.spot {
        match spot.file() {
            Some(file) => {
                properties.push(format!("file={}", property(file)));
                properties.push(format!("line={}", spot.line));
                properties.push(format!("col={}", spot.column));
                properties.push(format!("endColumn={}", spot.end_column));
            }
            None => message = format!("{}: {message}", spot.words()),
        }
    }
    properties.push(format!("title={}", problem.code));
    if let Some(allowed) = &problem.allowed {
        message = format!("{message}\nallowed: {allowed}");
    }
    if let Some(fix) = &problem.fix {
        message = format!("{message}\nhelp: {fix}");
    }
    format!("::{name} {}::{}\n", properties.join(","), data(&message))
}

/// Text behind the `::` of a command.
pub(crate) fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text of a property of a command.
pub(crate) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
