//! What has to change: keys without a meaning, values that Helm reads otherwise, credentials that move to a secret.

use std::collections::BTreeMap;
use std::ops::Range;

use super::edits::{Edits, indent_of, line_end_of, line_start, lines_of_key};
use super::{Credentials, Wishes};
use crate::decode::nearest;
use crate::layers::{Entry, Kind as Type, Node, Scalar, Style, Value};
use crate::schema::{self, Kind};

/// One change, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The line of the old text.
    pub line: usize,
    /// The key.
    pub path: String,
    /// What was done, and why. Never a secret.
    pub what: String,
}

/// Everything that has to change.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) edits: Edits,
    pub(super) changes: Vec<Change>,
    pub(super) credentials: Option<Credentials>,
}

/// Keys of the public template, and of the tool that installs it, that nothing reads here.
const MEANINGLESS: &[(&str, &str)] = &[
    (
        "pgcat.maxClientConn",
        "pgcat has no limit of client connections",
    ),
    ("cpln", "given by `cpln helm`, and read by nothing"),
    ("global", "given by `cpln helm`, and read by nothing"),
    ("globals", "given by `cpln helm`, and read by nothing"),
];

const SECRET: &str = "credentialsSecretName";
const CREDENTIALS: [&str; 3] = ["username", "password", "database"];

/// Plans the changes of all documents.
pub(super) fn plan(text: &str, documents: &[&Node], wishes: &Wishes) -> Plan {
    let kinds = schema::fields()
        .into_iter()
        .map(|field| (field.path, field.kind))
        .collect();
    let mut planner = Planner {
        text,
        kinds,
        wishes,
        plan: Plan::default(),
    };
    // before everything else: the first key may become a comment
    if let Some(first) = documents.first() {
        planner.release(first);
    }
    for document in documents {
        planner.mapping(document, "");
    }
    planner.plan
}

struct Planner<'t> {
    text: &'t str,
    kinds: BTreeMap<String, Kind>,
    wishes: &'t Wishes,
    plan: Plan,
}

impl Planner<'_> {
    fn mapping(&mut self, node: &Node, path: &str) {
        let Value::Map(entries) = &node.value else {
            return;
        };
        let is_flow = self.text[self.clamp(node.span.start..node.span.end)].starts_with('{');
        if is_flow {
            return self.flow_mapping(node, entries, path);
        }
        let is_moved = self.move_credentials(entries, path);
        for entry in entries {
            if is_moved && is_credential(entry) {
                continue;
            }
            let path = join(path, &entry.key);
            match self.why_meaningless(&path, &entry.node) {
                Some(why) => self.comment_out(entry, &path, &why),
                None => self.value(&entry.node, &path),
            }
        }
    }

    /// A mapping in braces has no lines to comment out: the entries that go are cut out of it.
    fn flow_mapping(&mut self, node: &Node, entries: &[Entry], path: &str) {
        let secret = self.moves_credentials(entries, path);
        let mut goes = Vec::new();
        for entry in entries {
            let path = join(path, &entry.key);
            let why = self.why_meaningless(&path, &entry.node);
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
            self.plan.edits.insert(node.span.start + 1, named);
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
            self.plan.edits.replace(range, "");
        }
    }

    fn value(&mut self, node: &Node, path: &str) {
        match (&node.value, self.kinds.get(path)) {
            // these keys are the user's own
            (_, Some(Kind::Mapping)) => {}
            (Value::Map(_), _) => self.mapping(node, path),
            (Value::List(items), _) => {
                for item in items {
                    self.value(item, &format!("{path}[]"));
                }
            }
            (Value::Scalar(scalar), Some(kind)) => self.scalar(node, scalar, path, *kind),
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
        self.plan.edits.replace(range, with);
    }

    /// Why a key goes: nothing reads it, or everything below it goes.
    fn why_meaningless(&self, path: &str, node: &Node) -> Option<String> {
        if let Some((_, why)) = MEANINGLESS.iter().find(|(key, _)| *key == path) {
            return Some((*why).to_owned());
        }
        match (self.kinds.get(path), &node.value) {
            (None, _) => Some(match self.sibling_near(path) {
                Some(near) => {
                    format!("no such key, so Helm ignored it; perhaps `{near}` was meant")
                }
                None => "no such key, so Helm ignored it".to_owned(),
            }),
            // a section that is left without keys would be an error
            (Some(Kind::Section), Value::Map(entries)) if !entries.is_empty() => {
                let mut why = None;
                for entry in entries {
                    why = Some(self.why_meaningless(&join(path, &entry.key), &entry.node)?);
                }
                why
            }
            _ => None,
        }
    }

    /// The key of the same section that was perhaps meant.
    fn sibling_near(&self, path: &str) -> Option<&str> {
        let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
        let siblings = self.kinds.keys().filter_map(|other| {
            let (section, key) = other.rsplit_once('.').unwrap_or(("", other));
            (section == above).then_some(key)
        });
        nearest(key, siblings)
    }

    fn comment_out(&mut self, entry: &Entry, path: &str, why: &str) {
        let key = entry.key_span.start;
        let start = line_start(self.text, key);
        let before = &self.text[self.clamp(start..key)];
        if !before.trim().is_empty() {
            let what = format!("{why}; it shares its line: remove it by hand");
            return self.note(key, path, what);
        }
        let lines = lines_of_key(self.text, key, self.end_of_closed(&entry.node));
        self.plan.edits.comment_out(self.text, &lines, why);
        self.note(key, path, format!("commented out: {why}"));
    }

    /// The secret that takes the place of these credentials, if one does.
    fn moves_credentials(&self, entries: &[Entry], path: &str) -> Option<String> {
        let secret = self.wishes.secret.as_ref().filter(|_| path == "postgres")?;
        CREDENTIALS
            .iter()
            .any(|key| has(entries, key))
            .then(|| secret.to_string())
    }

    /// The password leaves the text; user and database stay as comments.
    fn move_credentials(&mut self, entries: &[Entry], path: &str) -> bool {
        let Some(secret) = self.moves_credentials(entries, path) else {
            return false;
        };
        let mut is_named = has(entries, SECRET);
        for entry in entries.iter().filter(|entry| is_credential(entry)) {
            let lines = lines_of_key(
                self.text,
                entry.key_span.start,
                self.end_of_closed(&entry.node),
            );
            let indent = indent_of(self.text, lines.start);
            let end = line_end_of(self.text);
            if !is_named {
                let line = format!("{:indent$}{SECRET}: {secret}{end}", "");
                self.plan.edits.insert(lines.start, line);
                is_named = true;
            }
            if entry.key == "password" {
                self.plan.edits.replace(
                    lines,
                    format!("{:indent$}#password: in the secret{end}", ""),
                );
            } else {
                self.plan.edits.insert(lines.start + indent, "#");
            }
            self.note(
                entry.key_span.start,
                &join(path, &entry.key),
                "moved to the secret".to_owned(),
            );
            self.take_credential(entry);
        }
        true
    }

    fn take_credential(&mut self, entry: &Entry) {
        let taken = self.plan.credentials.get_or_insert_default();
        let text = entry.node.as_text().map(str::to_owned);
        match entry.key.as_str() {
            "username" => taken.username = text,
            "database" => taken.database = text,
            _ => {}
        }
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
        let line = format!("release: {release}{}", line_end_of(self.text));
        self.plan.edits.insert(start, line);
        self.note(start, "release", format!("added: `{release}`"));
    }

    fn note(&mut self, at: usize, path: &str, what: String) {
        let before = self.text.get(..at).unwrap_or_default();
        self.plan.changes.push(Change {
            line: before.matches('\n').count() + 1,
            path: path.to_owned(),
            what,
        });
    }

    /// Where a value ends that stands in brackets or quotes; those of others are told by their indentation.
    fn end_of_closed(&self, node: &Node) -> usize {
        let range = self.clamp(node.span.start..node.span.end);
        match self.text[range.clone()].starts_with(['{', '[', '"', '\'']) {
            true => range.end,
            false => 0,
        }
    }

    /// A stretch of the text, whatever the numbers.
    fn clamp(&self, range: Range<usize>) -> Range<usize> {
        let is_between = |at: &usize| self.text.is_char_boundary(*at);
        let end = range.end.min(self.text.len());
        let end = (0..=end).rev().find(is_between).unwrap_or_default();
        let start = range.start.min(end);
        let start = (0..=start).rev().find(is_between).unwrap_or_default();
        start..end
    }
}

fn is_credential(entry: &Entry) -> bool {
    CREDENTIALS.contains(&entry.key.as_str())
}

fn has(entries: &[Entry], key: &str) -> bool {
    entries.iter().any(|entry| entry.key == key)
}

fn join(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
}
