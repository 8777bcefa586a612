//! For people: the source line with a caret, what is allowed, how to put it right.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Extent;
use super::mask::Masked;
use super::places::{Places, Spot};
use super::shown::Shown;
use crate::plain::is_hidden;
use crate::problem::{Code, Severity};

/// Wider than any line that is shown: longer ones are shown in part.
const NO_LIMIT: usize = 10_000;
/// Nobody reads more than that.
const MOST: usize = 100;
/// Longer pieces of source are shown only around each place; the renderer would read all of them.
const LONG: usize = 4000;
/// Two places farther apart than that, in lines, are shown apart.
const NEAR: usize = 40;

/// Writes as much as is asked for, and how many there are.
pub(super) fn write(
    problems: &[Shown],
    places: &Places<'_>,
    extent: Extent<'_>,
    width: Option<usize>,
) -> String {
    let is_told = |problem: &&Shown| match (problem.severity, extent) {
        (Severity::Error, _) | (Severity::Warning, Extent::All | Extent::Problems) => true,
        (Severity::Warning, Extent::Brief(codes)) => {
            !problem.is_default() || codes.contains(&problem.code)
        }
        (Severity::Warning, Extent::Errors) | (Severity::Allowed, _) => false,
    };
    let told: Vec<&Shown> = problems.iter().filter(is_told).collect();
    let renderer = Renderer::styled().term_width(width.unwrap_or(NO_LIMIT));
    let mut out = String::new();
    for problem in told.iter().take(MOST) {
        let mut placed_at = Vec::new();
        let report = renderer.render(&[group(problem, places, width, &mut placed_at)]);
        out.push_str(&seen(placed(report, &placed_at)));
        out.push_str("\n\n");
    }
    let allowed = |problem: &&Shown| problem.severity == Severity::Allowed;
    match extent {
        Extent::All => out.extend(problems.iter().filter(allowed).map(known)),
        Extent::Problems | Extent::Brief(_) | Extent::Errors => {}
    }
    if !told.is_empty() {
        let _ = writeln!(out, "{}", summary(&told));
    }
    if let Extent::Brief(_) = extent {
        out.push_str(&untold(problems, |problem| {
            problem.severity == Severity::Warning && !is_told(&problem)
        }));
    }
    out
}

/// A warning that is allowed, in one line.
fn known(problem: &Shown) -> String {
    let place = problem
        .spot
        .as_ref()
        .map(|spot| format!(" ({})", spot.words()));
    let place = place.unwrap_or_default();
    let reason = problem.reason.as_deref().unwrap_or_default();
    let (code, message) = (problem.code, problem.message());
    seen(format!("allowed[{code}]: {message}{place}: {reason}\n"))
}

/// That the defaults bring warnings of their own.
fn untold(problems: &[Shown], is_untold: impl Fn(&Shown) -> bool) -> String {
    let untold = problems.iter().filter(|problem| is_untold(problem));
    let mut codes: Vec<&str> = untold.map(|problem| problem.code.text()).collect();
    let count = codes.len();
    codes.dedup();
    let codes = codes.join(", ");
    match count {
        0 => String::new(),
        1 => format!("note: 1 warning about a default ({codes}): `pgedge-tpl lint` shows it\n"),
        _ => {
            format!(
                "note: {count} warnings about defaults ({codes}): `pgedge-tpl lint` shows them\n"
            )
        }
    }
}

/// Lays a problem out; `told` gets how the renderer will tell its places, and how it should.
fn group<'a>(
    problem: &'a Shown,
    places: &'a Places<'_>,
    width: Option<usize>,
    told: &mut Vec<(String, String)>,
) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning | Severity::Allowed => Level::WARNING,
    };
    let code = problem.code.text();
    let title_width = width.map(|width| width.saturating_sub(code.len() + 4));
    let title = wrapped(&problem.message(), problem.severity.text(), title_width);
    let mut group = Group::with_title(level.primary_title(title).id(code));
    for (spots, text) in neighbours(problem, places) {
        group = group.element(snippet(&spots, text, told));
    }
    if let Some(allowed) = &problem.allowed {
        group = group.element(
            Level::NOTE
                .with_name("allowed")
                .message(wrapped(allowed, "allowed", width)),
        );
    }
    if let Some(fix) = &problem.fix {
        group = group.element(Level::HELP.message(wrapped(fix, "help", width)));
    }
    group
}

/// The renderer counts columns in the piece of source that it gets, and knows no flags, so the places are told anew.
fn placed(report: String, told: &[(String, String)]) -> String {
    told.iter().fold(report, |report, (counted, right)| {
        if counted == right {
            report
        } else {
            report.replacen(counted, right, 1)
        }
    })
}

/// Of what is not seen in a line of source, the renderer shows control characters only.
fn seen(report: String) -> String {
    let is_hidden = |c: char| !matches!(c, '\u{1b}' | '\n' | '\t') && is_hidden(c);
    match report.contains(is_hidden) {
        true => report.replace(is_hidden, "\u{fffd}"),
        false => report,
    }
}

type Marked<'a> = (&'a Spot, AnnotationKind, &'a str);

/// The places of a problem, those together that fit into one piece of source.
fn neighbours<'a>(
    problem: &'a Shown,
    places: &'a Places<'_>,
) -> Vec<(Vec<Marked<'a>>, &'a Masked)> {
    let label = match problem.code {
        Code::DuplicateKey => "given again here",
        _ => "",
    };
    let mut pieces: Vec<(Vec<Marked<'a>>, &Masked)> = Vec::new();
    let main = problem
        .spot
        .iter()
        .map(|spot| (spot, AnnotationKind::Primary, label));
    let also = problem.also.iter().filter_map(|(spot, label)| {
        Some((spot.as_ref()?, AnnotationKind::Context, label.as_str()))
    });
    for marked in main.chain(also) {
        let Some(text) = places.text(marked.0) else {
            continue;
        };
        let is_near = |spot: &Spot| {
            let (first, last) = (spot.line.min(marked.0.line), spot.line.max(marked.0.line));
            spot.source == marked.0.source
                && last - first <= NEAR
                && text.lines(first - 1, last - 1).len() <= LONG
        };
        let near = pieces
            .iter_mut()
            .find(|(spots, _)| spots.iter().all(|(spot, ..)| is_near(spot)));
        match near {
            Some((spots, _)) => spots.push(marked),
            None => pieces.push((vec![marked], text)),
        }
    }
    pieces
}

/// The lines from the first place to the last.
fn snippet<'a>(
    spots: &[Marked<'a>],
    text: &'a Masked,
    told: &mut Vec<(String, String)>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let lines = spots.iter().map(|(spot, ..)| spot.line - 1);
    let (first, last) = (lines.clone().min().unwrap_or(0), lines.max().unwrap_or(0));
    let mut window = text.lines(first, last);
    if let (true, [(spot, ..)]) = (window.len() > LONG, spots) {
        window = text.around(&window, spot.span.start, LONG / 2);
    }
    let is_flag = spots.iter().any(|(spot, ..)| spot.is_in_flag());
    let name = spots.first().map(|(spot, ..)| spot.name.as_str());
    let source = text.text.get(window.clone()).unwrap_or_default();
    let snippet = Snippet::source(source)
        .path(name)
        .line_start(first + 1)
        .line_numbering(!is_flag);
    if let Some((spot, ..)) = spots.first() {
        let line = text
            .lines(spot.line - 1, spot.line - 1)
            .start
            .max(window.start);
        let column = text.column(spot.span.start) + 1 - text.column(line);
        told.push((
            format!("{}:{}:{column}", spot.name, spot.line),
            spot.words(),
        ));
    }
    spots.iter().fold(snippet, |snippet, (spot, kind, label)| {
        let within = |at: usize| at.saturating_sub(window.start).min(source.len());
        let annotation = kind.span(within(spot.span.start)..within(spot.span.end));
        snippet.annotation(annotation.label((!label.is_empty()).then_some(*label)))
    })
}

/// Breaks a long text into lines; the first stands behind `  = name: `.
fn wrapped(text: &str, name: &str, width: Option<usize>) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let room = width.saturating_sub(name.len() + 10);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn summary(problems: &[&Shown]) -> String {
    let count = |severity| {
        problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    let some = |count: usize, noun: &str| match count {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{count} {noun}s")),
    };
    let parts = [
        some(count(Severity::Error), "error"),
        some(count(Severity::Warning), "warning"),
    ];
    let counts: Vec<String> = parts.into_iter().flatten().collect();
    let hidden = match problems.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("; {more} of them not shown"),
    };
    format!("{}{hidden}", counts.join(", "))
}
