//! What credentials are, and where they may stand still after they were moved.

use super::keys::has;
use crate::layers::{Entry, secret};

/// What was taken out of the text, but for the password.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The user.
    pub username: Option<String>,
    /// The database.
    pub database: Option<String>,
}

pub(super) const SECRET: &str = "credentialsSecretName";
/// What stands where the password was.
pub(super) const IN_SECRET: &str = "password: in the secret";
const CREDENTIALS: [&str; 3] = ["username", "password", "database"];

/// The lines of a text where a password may stand still: the one that was moved, wherever it is noted, and whatever
/// stands behind a word like `password`.
pub(super) fn left_behind(text: &str, password: Option<&str>) -> Vec<usize> {
    /// Shorter ones are found in words that have nothing to do with them.
    const LONG: usize = 4;
    let password = password.filter(|password| password.len() >= LONG);
    let holds = |line: &str| {
        let bare = line.trim_start_matches([' ', '#']);
        bare.trim_end() != IN_SECRET
            && (password.is_some_and(|password| line.contains(password))
                || secret::masked(line, secret::REDACTED) != line)
    };
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| holds(line))
        .map(|(at, _)| at + 1)
        .collect()
}

pub(super) fn is_credential(entry: &Entry) -> bool {
    CREDENTIALS.contains(&entry.key.as_str())
}

/// Whether any of them is among these keys.
pub(super) fn are_among(entries: &[Entry]) -> bool {
    CREDENTIALS.iter().any(|key| has(entries, key))
}
