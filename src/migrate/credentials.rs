//! Credentials that move from the text to a secret.

use super::edits::{indent_of, line_end_of, lines_of_key};
use super::walk::{Walk, has, join};
use crate::layers::Entry;

/// What was taken out of the text, but for the password.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The user.
    pub username: Option<String>,
    /// The database.
    pub database: Option<String>,
}

pub(super) const SECRET: &str = "credentialsSecretName";
const CREDENTIALS: [&str; 3] = ["username", "password", "database"];

impl Walk<'_> {
    /// The secret that takes the place of these credentials, if one does.
    pub(super) fn moves_credentials(&self, entries: &[Entry], path: &str) -> Option<String> {
        let secret = self.wishes.secret.as_ref().filter(|_| path == "postgres")?;
        CREDENTIALS
            .iter()
            .any(|key| has(entries, key))
            .then(|| secret.to_string())
    }

    /// The password leaves the text; user and database stay as comments.
    pub(super) fn move_credentials(&mut self, entries: &[Entry], path: &str) -> bool {
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
                self.edits.insert(lines.start, line);
                is_named = true;
            }
            if entry.key == "password" {
                self.edits.replace(
                    lines,
                    format!("{:indent$}#password: in the secret{end}", ""),
                );
            } else {
                self.edits.insert(lines.start + indent, "#");
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
        match entry.key.as_str() {
            "username" => taken.username = text,
            "database" => taken.database = text,
            _ => {}
        }
    }
}

pub(super) fn is_credential(entry: &Entry) -> bool {
    CREDENTIALS.contains(&entry.key.as_str())
}
