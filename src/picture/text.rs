//! In characters that every terminal has.

use std::fmt::Write as _;

use super::{Box, Picture};
use crate::plain::plain;

/// Columns of a page.
const WIDTH: usize = 76;

/// Draws it.
#[must_use]
pub fn write(picture: &Picture) -> String {
    let mut out = format!("{}: {}\n\n", plain(&picture.title), picture.summary());
    let arrow = |out: &mut String, words: &str| {
        let _ = writeln!(out, "      |  {words}");
    };
    if let Some(pooler) = &picture.pooler {
        out.push_str("  applications\n");
        arrow(&mut out, "port 5432");
        out.push_str("      v\n");
        let _ = writeln!(out, "  {}", said(pooler));
        for words in &picture.routing {
            arrow(&mut out, words);
        }
        out.push_str("      v\n");
    }
    let boxes: Vec<Vec<String>> = picture
        .locations
        .iter()
        .map(|location| {
            let mut lines = vec![plain(&location.name).into_owned(), String::new()];
            lines.extend(
                location
                    .nodes
                    .iter()
                    .map(|node| plain(&node.name).into_owned()),
            );
            framed(&lines)
        })
        .collect();
    for row in rows(&boxes) {
        let height = row.iter().map(Vec::len).max().unwrap_or_default();
        for line in 0..height {
            let mut text = String::from(" ");
            for lines in row {
                let width = lines.first().map_or(0, |line| line.chars().count());
                let line = lines.get(line).map_or("", String::as_str);
                let _ = write!(text, " {line:width$}");
            }
            let _ = writeln!(out, "{}", text.trim_end());
        }
    }
    let _ = writeln!(out, "  <-- {} -->", picture.mesh());
    if let Some(backup) = &picture.backup {
        out.push_str("      |\n      v\n");
        let _ = writeln!(out, "  {}", said(backup));
        if let Some(bucket) = &picture.bucket {
            arrow(&mut out, "dumps");
            let _ = writeln!(out, "      v\n  {}", plain(bucket));
        }
    }
    out
}

fn said(what: &Box) -> String {
    match what.about.as_str() {
        "" => plain(&what.name).into_owned(),
        about => format!("{} ({})", plain(&what.name), plain(about)),
    }
}

/// As many boxes beside each other as a page takes.
fn rows(boxes: &[Vec<String>]) -> Vec<&[Vec<String>]> {
    let width = |lines: &Vec<String>| 1 + lines.first().map_or(0, |line| line.chars().count());
    let widest = boxes.iter().map(width).max().unwrap_or(1);
    boxes.chunks((WIDTH / widest).max(1)).collect()
}

fn framed(lines: &[String]) -> Vec<String> {
    let width = lines
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or_default();
    let edge = format!("+-{}-+", "-".repeat(width));
    let inside = lines.iter().map(|line| format!("| {line:width$} |"));
    std::iter::once(edge.clone())
        .chain(inside)
        .chain([edge])
        .collect()
}
