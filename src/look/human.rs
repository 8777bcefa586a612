//! For people: the summary, each change with the values behind it, and what it does. Coloured; whoever prints it takes
//! the colours out if the reader wants none.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::text::{self, arrow};
use crate::plain::plain;
use crate::plan::{
    Action, Change, Consequence, Line, Lines, PathChange, Plan, Severity, Tag, What,
};
use crate::report::Places;

/// Lines of a script that are shown; a person looks at the file for more.
const MOST_LINES: usize = 40;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Writes everything.
pub(crate) fn write(plan: &Plan, mut places: Option<Places<'_>>, width: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}", text::summary(plan));
    let mut changes = plan.changes.iter().peekable();
    let mut goes_on = false;
    while let Some(change) = changes.next() {
        if !goes_on {
            out.push('\n');
        }
        // what is new or gone for one reason is one list
        goes_on = changes.peek().is_some_and(|next| {
            change.paths.is_empty() && next.paths.is_empty() && next.causes == change.causes
        });
        write_change(change, &mut out);
        if !goes_on {
            write_causes(plan, &change.causes, places.as_mut(), width, &mut out);
        }
        write_paths(plan, change, places.as_mut(), width, &mut out);
    }
    if !plan.consequences.is_empty() {
        out.push('\n');
    }
    for consequence in &plan.consequences {
        write_consequence(consequence, width, &mut out);
    }
    for note in &plan.notes {
        for line in wrapped(&format!("note: {note}"), width) {
            let _ = writeln!(out, "{DIM}{line}{DIM:#}");
        }
    }
    out
}

fn write_change(change: &Change, out: &mut String) {
    let (sign, style) = match change.action {
        Action::Create => ('+', GREEN),
        Action::Change => ('~', YELLOW),
        Action::Delete => ('-', RED),
        Action::Stay => ('=', DIM),
    };
    let _ = writeln!(out, "{style}{sign} {}{style:#}", change.id);
}

fn write_paths(
    plan: &Plan,
    change: &Change,
    mut places: Option<&mut Places<'_>>,
    width: usize,
    out: &mut String,
) {
    let mut paths = change.paths.iter().peekable();
    while let Some(path) = paths.next() {
        write_path(path, width, out);
        // said once below a run of paths that have it in common
        if paths.peek().is_none_or(|next| next.causes != path.causes) {
            write_causes(plan, &path.causes, places.as_deref_mut(), width, out);
        }
    }
}

fn write_path(path: &PathChange, width: usize, out: &mut String) {
    match &path.what {
        What::Values(before, after) => {
            let what = arrow(before, after);
            let line = format!("    {}   {what}", plain(&path.path));
            if line.chars().count() <= width {
                let _ = writeln!(out, "{line}");
                return;
            }
            let _ = writeln!(out, "    {}", plain(&path.path));
            match what.split_once(" → ") {
                Some((before, after)) if what.chars().count() + 8 > width => {
                    let _ = writeln!(out, "        {before}\n      → {after}");
                }
                _ => {
                    let _ = writeln!(out, "        {what}");
                }
            }
        }
        What::Lines(lines) => {
            let _ = writeln!(out, "    {}   {}", plain(&path.path), lines.words());
            write_lines(lines, width, out);
        }
    }
}

fn write_lines(lines: &Lines, width: usize, out: &mut String) {
    let mut left = MOST_LINES;
    for hunk in &lines.hunks {
        let same = common_start(hunk);
        for line in hunk.iter().take(left) {
            let style = match line.tag {
                Tag::Added => GREEN,
                Tag::Removed => RED,
            };
            let text = cut(&plain(&line.text), same, width);
            let _ = writeln!(out, "      {style}{} {text}{style:#}", line.tag.sign());
        }
        left = left.saturating_sub(hunk.len());
    }
    if left == 0 {
        let _ = writeln!(out, "      {DIM}… and more{DIM:#}");
    }
}

/// How many characters all lines of a stretch begin with, if one line takes the place of another there.
fn common_start(hunk: &[Line]) -> usize {
    match hunk {
        [before, after] if before.tag != after.tag => before
            .text
            .chars()
            .zip(after.text.chars())
            .take_while(|(before, after)| before == after)
            .count(),
        _ => 0,
    }
}

/// As much of a long line as there is room for, from shortly before the place where it changed.
fn cut(line: &str, changed: usize, width: usize) -> String {
    const BEFORE: usize = 24;
    let whole = width.saturating_sub(8);
    let length = line.chars().count();
    if length <= whole {
        return line.to_owned();
    }
    let skipped = match changed.saturating_sub(BEFORE) {
        0 | 1 => 0,
        skipped => skipped.min(length - whole + 1),
    };
    let lead = if skipped == 0 { "" } else { "…" };
    let room = whole - usize::from(skipped > 0);
    let rest: String = line.chars().skip(skipped).collect();
    match rest.chars().count() > room {
        true => format!("{lead}{}…", rest.chars().take(room - 1).collect::<String>()),
        false => format!("{lead}{rest}"),
    }
}

fn write_causes(
    plan: &Plan,
    causes: &[usize],
    mut places: Option<&mut Places<'_>>,
    width: usize,
    out: &mut String,
) {
    for (at, cause) in causes
        .iter()
        .filter_map(|at| plan.causes.get(*at))
        .enumerate()
    {
        let word = if at == 0 { "because" } else { "    and" };
        let said = text::cause(cause, places.as_deref_mut());
        let line = format!("    {word} {said}");
        if line.chars().count() <= width {
            let _ = writeln!(out, "{DIM}{line}{DIM:#}");
            continue;
        }
        let (path, rest) = said.split_once("   ").unwrap_or((&said, ""));
        let _ = writeln!(out, "{DIM}    {word} {path}{DIM:#}");
        for line in wrapped(&rest.replace("   ", " "), width - 12) {
            let _ = writeln!(out, "{DIM}            {line}{DIM:#}");
        }
    }
}

fn write_consequence(consequence: &Consequence, width: usize, out: &mut String) {
    let (sign, style, severity) = match consequence.rule.severity() {
        Severity::Danger => ('!', RED.bold(), ": dangerous"),
        Severity::Warning => ('!', YELLOW, ""),
        Severity::Notice => ('·', Style::new(), ""),
    };
    let said = format!(
        "{} ({}{severity})",
        consequence.message,
        consequence.rule.text()
    );
    for (at, line) in wrapped(&said, width - 2).iter().enumerate() {
        let lead = if at == 0 { sign } else { ' ' };
        let _ = writeln!(out, "{style}{lead} {line}{style:#}");
    }
}

/// Breaks at blanks, but not inside backticks: a command stays whole.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match pieces.last_mut() {
            Some(open) if open.matches('`').count() % 2 == 1 => {
                open.push(' ');
                open.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + piece.chars().count() <= room => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}
