//! In the language that GitHub and others draw themselves.

use std::fmt::Write as _;

use super::{Box, Mark, Picture};

/// Draws it. What is new is green, what goes is red and dashed.
#[must_use]
pub fn write(picture: &Picture) -> String {
    let mut out = String::from("flowchart TB\n");
    let mut marked: Vec<(String, Mark)> = Vec::new();
    let mut node =
        |out: &mut String, indent: &str, id: &str, what: &Box, (open, close): (&str, &str)| {
            let (name, about) = (label(&what.name), label(&what.about));
            let between = if about.is_empty() { "" } else { "<br>" };
            let _ = writeln!(out, "{indent}{id}{open}\"{name}{between}{about}\"{close}");
            marked.push((id.to_owned(), what.mark));
        };
    if let Some(pooler) = &picture.pooler {
        out.push_str("  applications([\"applications\"])\n");
        node(&mut out, "  ", "pooler", pooler, ("[", "]"));
        out.push_str("  applications --> pooler\n");
    }
    let _ = writeln!(out, "  mesh{{{{\"{}\"}}}}", label(picture.mesh()));
    let words: Vec<String> = picture.routing.iter().map(|words| label(words)).collect();
    let words = match words.is_empty() {
        true => String::new(),
        false => format!("|\"{}\"|", words.join("<br>")),
    };
    let mut places = Vec::new();
    for (at, location) in picture.locations.iter().enumerate() {
        let _ = writeln!(
            out,
            "  subgraph location{at}[\"{}\"]",
            label(&location.name)
        );
        for (of, replica) in location.nodes.iter().enumerate() {
            let id = format!("node{at}_{of}");
            node(&mut out, "    ", &id, replica, ("[(", ")]"));
        }
        out.push_str("  end\n");
        if picture.pooler.is_some() {
            // the words stand once
            let words = if at == 0 { words.as_str() } else { "" };
            let _ = writeln!(out, "  pooler -->{words} location{at}");
        }
        let _ = writeln!(out, "  location{at} <--> mesh");
        places.push((format!("location{at}"), location.mark));
    }
    if let Some(backup) = &picture.backup {
        node(&mut out, "  ", "backup", backup, ("[", "]"));
        out.push_str("  mesh --> backup\n");
        if let Some(bucket) = &picture.bucket {
            let _ = writeln!(
                out,
                "  bucket[/\"{}\"/]\n  backup --> bucket",
                label(bucket)
            );
        }
    }
    marked.extend(places);
    out + &styles(&marked)
}

/// What is new or gone has a frame of its own.
fn styles(marked: &[(String, Mark)]) -> String {
    const GONE: &str = "stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 4";
    const NEW: &str = "stroke:#1a7f37,stroke-width:3px";
    let mut out = String::new();
    for (mark, style) in [(Mark::New, NEW), (Mark::Gone, GONE)] {
        for (id, _) in marked.iter().filter(|(_, found)| *found == mark) {
            let _ = writeln!(out, "  style {id} {style}");
        }
    }
    out
}

/// Text inside quotes: whatever is not plain is a number, so that no name ends the text, the line or the block.
fn label(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            ' ' | '.' | '-' | '_' | '/' | ':' | ',' | '*' | '(' | ')' => out.push(c),
            c if c.is_ascii_alphanumeric() => out.push(c),
            c if c.is_control() => out.push('\u{fffd}'),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}
