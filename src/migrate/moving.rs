//! Credentials move from the text to a secret.

use super::credentials::{IN_SECRET, SECRET, are_among, is_credential};
use super::edits::{indent_of, line_end_of, lines_of_key};
use super::keys::{has, join};
use super::walk::Walk;
use crate::layers::{Entry, Value};

impl Walk<'_> {
    /// The secret that takes the place of these credentials, if one does.
    pub(super) fn moves_credentials(&self, entries: &[Entry], path: &str) -> Option<String> {
        let secret = self.wishes.secret.as_ref().filter(|_| path == "postgres")?;
        are_among(entries).then(|| secret.to_string())
    }

    /// The password leaves the text; user and database stay as comments.
    pub(super) fn move_credentials(&mut self, entries: &[Entry], path: &str) -> bool {
        let Some(secret) = self.moves_credentials(entries, path) else {
            return false;
        };
        let mut is_named = has(entries, SECRET);
        for entry in entries.iter().filter(|entry| is_credential(entry)) {
            // written as `? password`, the value has a line of its own
            let until = match entry.node.value {
                Value::Scalar(_) => self
                    .end_of_closed(&entry.node)
                    .max(entry.node.span.start + 1),
                _ => self.end_of_closed(&entry.node),
            };
            let lines = lines_of_key(self.text, entry.key_span.start, until);
            let indent = indent_of(self.text, lines.start);
            let end = line_end_of(self.text);
            if !is_named {
                let line = format!("{}{SECRET}: {secret}{end}", " ".repeat(indent));
                self.edits.insert(lines.start, line);
                is_named = true;
            }
            if entry.key == "password" {
                self.edits
                    .replace(lines, format!("{}#{IN_SECRET}{end}", " ".repeat(indent)));
            } else {
                self.edits.comment(self.text, &lines, indent);
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

    pub(super) fn take_credential(&mut self, entry: &Entry) {
        let taken = self.credentials.get_or_insert_default();
        let text = entry.node.as_text().map(str::to_owned);
        if entry.key == "password" {
            self.password = text;
            return;
        }
        match entry.key.as_str() {
            "username" => taken.username = text,
            "database" => taken.database = text,
            _ => {}
        }
    }
}
