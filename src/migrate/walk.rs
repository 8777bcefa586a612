//! The walk through a values file of the public template: what stays, what goes, what is written otherwise.

use std::ops::Range;

use super::credentials::{Credentials, SECRET, is_credential};
use super::edits::{Edits, line_end_of, line_start, lines_of_key};
use super::keys::{has, join};
use super::meaning::{Meaning, RENAMED};
use super::{Change, Wishes};
use crate::layers::{Entry, Kind as Type, Node, Scalar, Style, Value};
use crate::place::floor;
use crate::schema::Kind;

/// Goes through all documents; what it finds is in the order of the walk.
pub(super) fn walk<'t>(
    text: &'t str,
    documents: &[&Node],
    wishes: &'t Wishes,
    meaning: Meaning,
) -> Walk<'t> {
    let mut walk = Walk {
        text,
        meaning,
        wishes,
        edits: Edits::default(),
        changes: Vec::new(),
        credentials: None,
        password: None,
    };
    // before everything else: the first key may become a comment
    if let Some(first) = documents.first() {
        walk.release(first);
    }
    for document in documents {
        walk.mapping(document, "");
    }
    walk
}

/// The text, and everything that has to change in it.
pub(super) struct Walk<'t> {
    pub(super) text: &'t str,
    meaning: Meaning,
    pub(super) wishes: &'t Wishes,
    pub(super) edits: Edits,
    pub(super) changes: Vec<Change>,
    pub(super) credentials: Option<Credentials>,
    /// The one that was moved.
    pub(super) password: Option<String>,
}

impl Walk<'_> {
    fn mapping(&mut self, node: &Node, path: &str) {
        let Value::Map(entries) = &node.value else {
            return;
        };
        self.local_writes(node, entries, path);
        if self.is_in_braces(node) {
            return self.flow_mapping(node, entries, path);
        }
        let is_moved = self.move_credentials(entries, path);
        for entry in entries {
            let path = join(path, &entry.key);
            if is_moved && is_credential(entry) || self.moved(entry, &path, false) {
                continue;
            }
            match self.meaning.why_none(&path, &entry.node) {
                Some(why) => self.comment_out(entry, &path, &why),
                None => self.value(&entry.node, &path),
            }
        }
    }

    fn is_in_braces(&self, node: &Node) -> bool {
        self.text[self.clamp(node.span.start..node.span.end)].starts_with('{')
    }

    /// A mapping in braces has no lines to comment out: the entries that go are cut out of it.
    fn flow_mapping(&mut self, node: &Node, entries: &[Entry], path: &str) {
        let secret = self.moves_credentials(entries, path);
        let mut goes = Vec::new();
        for entry in entries {
            let path = join(path, &entry.key);
            if self.moved(entry, &path, true) {
                goes.push(false);
                continue;
            }
            let why = self.meaning.why_none(&path, &entry.node);
            let is_moved = why.is_none() && secret.is_some() && is_credential(entry);
            if is_moved {
                self.take_credential(entry);
            }
            let why = why.or_else(|| is_moved.then(|| "moved to the secret".to_owned()));
            match &why {
                Some(why) => self.note(entry.key_span.start, &path, format!("removed: {why}")),
                None => self.value(&entry.node, &path),
            }
            goes.push(why.is_some());
        }
        let left = goes.iter().filter(|goes| !**goes).count();
        if let Some(secret) = secret.filter(|_| !has(entries, SECRET)) {
            let comma = if left > 0 { ", " } else { "" };
            let named = format!("{SECRET}: {secret}{comma}");
            self.edits.insert(node.span.start + 1, named);
        }
        let mut kept_until = None;
        let marked: Vec<(&Entry, bool)> = entries.iter().zip(goes).collect();
        for run in marked.chunk_by(|one, next| one.1 == next.1) {
            let [(first, goes), ..] = run else { continue };
            let end = run.last().map_or(0, |(entry, _)| entry.node.span.end);
            if !goes {
                kept_until = Some(end);
                continue;
            }
            // with the comma behind it, or at the end the comma before it
            let next = marked
                .iter()
                .find(|(entry, _)| entry.key_span.start >= end)
                .map(|(entry, _)| entry.key_span.start);
            let range = match (next, kept_until) {
                (Some(next), _) => first.key_span.start..next,
                (None, Some(kept)) => kept..end,
                (None, None) => first.key_span.start..end,
            };
            let range = self.clamp(range);
            self.edits.replace(range, "");
        }
    }

    fn value(&mut self, node: &Node, path: &str) {
        match (&node.value, self.meaning.kind(path)) {
            // these keys are the user's own
            (_, Some(Kind::Mapping)) => {}
            (Value::Map(_), _) => self.mapping(node, path),
            (Value::List(items), _) => {
                for item in items {
                    self.value(item, &format!("{path}[]"));
                }
            }
            (Value::Scalar(scalar), Some(kind)) => self.scalar(node, scalar, path, kind),
            _ => {}
        }
    }

    /// Helm prints a value into a manifest, where its type is read anew; here it must have the right one at once.
    fn scalar(&mut self, node: &Node, scalar: &Scalar, path: &str, kind: Kind) {
        let is_plain = scalar.style == Style::Plain;
        let (with, why) = match (kind, scalar.kind) {
            (Kind::Boolean, Type::Text) if is_plain => {
                match scalar.text.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "y" => ("true".to_owned(), "YAML 1.2 has no other word for it"),
                    "no" | "off" | "n" => ("false".to_owned(), "YAML 1.2 has no other word for it"),
                    _ => return,
                }
            }
            (Kind::Text, Type::Bool(_) | Type::Int(_) | Type::Float(_)) if is_plain => {
                (format!("\"{}\"", scalar.text), "this is text")
            }
            (Kind::Whole, Type::Text) if is_number(&scalar.text) && !is_plain => {
                (scalar.text.clone(), "this is a number")
            }
            (Kind::Choice, Type::Text)
                if path == "pgcat.poolMode" && scalar.text == "statement" =>
            {
                ("transaction".to_owned(), "pgcat has no mode `statement`")
            }
            _ => return,
        };
        let range = self.clamp(node.span.start..node.span.end);
        let is_secret = crate::layers::secret::is_secret(path);
        let what = match is_secret {
            true => format!("quoted: {why}"),
            false => format!("`{}` is now `{with}`: {why}", &self.text[range.clone()]),
        };
        self.note(node.span.start, path, what);
        self.edits.replace(range, with);
    }

    /// Whether a key stands elsewhere here, or under another name: then all is said of it.
    fn moved(&mut self, entry: &Entry, path: &str, in_braces: bool) -> bool {
        if let Some((_, name)) = RENAMED.iter().find(|(old, _)| *old == path) {
            let old = self.clamp(entry.key_span.start..entry.key_span.end);
            // in JSON a key needs its quotes
            let is_quoted = self.text[old.clone()].starts_with('"');
            let quote = if is_quoted { "\"" } else { "" };
            self.edits.replace(old, format!("{quote}{name}{quote}"));
            self.note(
                entry.key_span.start,
                path,
                format!("is called `{name}` here"),
            );
            let section = path.trim_end_matches(&*entry.key);
            self.value(&entry.node, &format!("{section}{name}"));
            return true;
        }
        let gvc = self.wishes.gvc.as_ref().filter(|_| path == "locations");
        let Some(gvc) = gvc else { return false };
        match in_braces {
            true => {
                self.edits.insert(
                    entry.key_span.start,
                    format!("gvc: {{name: {gvc}, create: false, "),
                );
                self.edits.insert(entry.node.span.end, "}");
            }
            false => self.indent_below(
                entry,
                &["gvc:", &format!("  name: {gvc}"), "  create: false"],
            ),
        }
        let what = format!("is `gvc.locations` here, in the GVC `{gvc}`, which is not rendered");
        self.note(entry.key_span.start, path, what);
        self.value(&entry.node, "gvc.locations");
        true
    }

    /// Puts a key and all below it two columns in, below other lines.
    fn indent_below(&mut self, entry: &Entry, above: &[&str]) {
        let lines = lines_of_key(
            self.text,
            entry.key_span.start,
            self.end_of_closed(&entry.node),
        );
        let end = line_end_of(self.text);
        for line in above {
            self.edits.insert(lines.start, format!("{line}{end}"));
        }
        let mut at = lines.start;
        for line in self.text[self.clamp(lines)].split_inclusive('\n') {
            if !line.trim().is_empty() {
                self.edits.insert(at, "  ");
            }
            at += line.len();
        }
    }

    fn comment_out(&mut self, entry: &Entry, path: &str, why: &str) {
        let key = entry.key_span.start;
        let start = line_start(self.text, key);
        let before = &self.text[self.clamp(start..key)];
        if !before.trim().is_empty() {
            let what = format!("{why}; it shares its line with others: remove it by hand");
            return self.note(key, path, what);
        }
        let lines = lines_of_key(self.text, key, self.end_of_closed(&entry.node));
        self.edits.comment_out(self.text, &lines, why);
        self.note(key, path, format!("commented out: {why}"));
    }

    /// In 3.0.0 each location writes to its own node, and there is no key for it.
    fn local_writes(&mut self, node: &Node, entries: &[Entry], path: &str) {
        const ROUTING: &str = "routing: local";
        let is_theirs =
            path == "pgbouncer" && self.wishes.gvc.is_some() && !has(entries, "routing");
        let is_known = self.meaning.kind("pgbouncer.routing").is_some();
        let Some(first) = entries.first().filter(|_| is_theirs && is_known) else {
            return;
        };
        let at = first.key_span.start;
        match self.is_in_braces(node) {
            true => self
                .edits
                .insert(node.span.start + 1, format!("{ROUTING}, ")),
            false => {
                let start = line_start(self.text, at);
                let line = format!(
                    "{:indent$}{ROUTING}{}",
                    "",
                    line_end_of(self.text),
                    indent = at - start
                );
                self.edits.insert(start, line);
            }
        }
        let what = "added: `local`, because 3.0.0 writes in each location";
        self.note(at, "pgbouncer.routing", what.to_owned());
    }

    /// Names the release, before everything else.
    fn release(&mut self, root: &Node) {
        let Some(release) = &self.wishes.release else {
            return;
        };
        let first = match &root.value {
            Value::Map(entries) if !has(entries, "release") => entries.first(),
            _ => return,
        };
        let Some(first) = first else { return };
        let start = line_start(self.text, first.key_span.start);
        match self.is_in_braces(root) {
            true => self
                .edits
                .insert(root.span.start + 1, format!("release: {release}, ")),
            false => {
                let line = format!("release: {release}{}", line_end_of(self.text));
                self.edits.insert(start, line);
            }
        }
        self.note(start, "release", format!("added: `{release}`"));
    }

    pub(super) fn note(&mut self, at: usize, path: &str, what: String) {
        let before = self.text.get(..at).unwrap_or_default();
        self.changes.push(Change {
            line: before.matches('\n').count() + 1,
            path: path.to_owned(),
            what,
        });
    }

    /// Where a value ends that stands in brackets or quotes; those of others are told by their indentation.
    pub(super) fn end_of_closed(&self, node: &Node) -> usize {
        let range = self.clamp(node.span.start..node.span.end);
        match self.text[range.clone()].starts_with(['{', '[', '"', '\'']) {
            true => range.end,
            false => 0,
        }
    }

    /// A stretch of the text, whatever the numbers.
    fn clamp(&self, range: Range<usize>) -> Range<usize> {
        let end = floor(self.text, range.end);
        floor(self.text, range.start.min(end))..end
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
}
