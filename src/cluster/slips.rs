//! Credentials that are probably not what was meant. No message shows one.

use super::Origins;
use crate::problem::{Code, Path, Problem, Problems};
use crate::values::Values;

/// What begins a reference that another tool would fill in, and nothing here does.
const REFERENCES: &[&str] = &[
    "${",
    "$(",
    "{{",
    "{%",
    "<path:",
    "ref+",
    "ENC[",
    "cpln://",
    "vault:",
    "vault://",
    "op://",
    "secret://",
    "secretref:",
    "arn:aws:",
    "!vault",
    "@Microsoft.KeyVault",
    "env:",
    "ssm:",
    "sm://",
];
/// Words that stand in examples, without their case, `-`, `_`, blanks and brackets.
const EXAMPLES: &[&str] = &[
    "changeme",
    "changeit",
    "replaceme",
    "yourpassword",
    "mypassword",
    "password123",
    "placeholder",
    "todo",
    "tbd",
    "xxx",
    "xxxx",
    "xxxxxxxx",
    "insertpasswordhere",
    "passwordhere",
    "setme",
    "fixme",
    "example",
    "yourpasswordhere",
    "supersecret",
    "topsecret",
    "secret",
    "postgres",
    "admin",
];

/// Every doubt about the credentials that stand in the values.
pub(super) fn check(values: &Values, origins: &dyn Origins, problems: &mut Problems) {
    let postgres = &values.postgres;
    if postgres.credentials_secret_name.is_some() {
        return;
    }
    let credentials = [
        (
            "username",
            postgres.username.as_ref().map(|name| name.as_str()),
        ),
        (
            "password",
            postgres.password.as_ref().map(|password| password.reveal()),
        ),
        (
            "database",
            postgres.database.as_ref().map(|name| name.as_str()),
        ),
    ];
    for (key, text) in credentials {
        let Some(text) = text else { continue };
        let path = Path::of("postgres").key(key);
        if !origins.is_given(&path) {
            continue;
        }
        if let Some(found) = slip(key, text, origins.ends_at_comment(&path)) {
            problems.push(Problem::of_value(Code::Credential, path, found.0).fix(found.1));
        }
    }
}

/// What is probably wrong, and the way out.
fn slip(key: &str, text: &str, ends_at_comment: bool) -> Option<(&'static str, &'static str)> {
    let is_inside = |reference: &&&str| {
        text.starts_with(**reference) || reference.len() == 2 && text.contains(**reference)
    };
    if ends_at_comment {
        return Some((
            "this text ends before the ` #` that follows it, which YAML takes for a comment",
            "put all of it in quotes if the `#` belongs to it, or write a space after the `#` of a comment",
        ));
    }
    if REFERENCES.iter().any(|reference| is_inside(&reference)) {
        return Some((
            "this looks like a reference that another tool fills in: here it is the credential itself",
            "let that tool write the values file, or name a secret of the platform: `postgres.credentialsSecretName`",
        ));
    }
    let word: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if key == "password"
        && (EXAMPLES.contains(&word.as_str()) || text.starts_with('<') && text.ends_with('>'))
    {
        return Some((
            "this looks like the placeholder of an example, and everybody knows those",
            "write a password of your own",
        ));
    }
    if text.contains(['“', '”', '„', '‘', '’']) {
        return Some((
            "this has typographic quotes in it, which belong to the text",
            "write straight quotes around it, if quotes are meant",
        ));
    }
    let is_in = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if is_in('\'') || is_in('"') {
        return Some((
            "this has quotes around it that belong to the text",
            "leave one pair of quotes out",
        ));
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Some((
            "this begins or ends with a space, which belongs to the text",
            "leave the space out",
        ));
    }
    None
}
