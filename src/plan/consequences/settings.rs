//! PostgreSQL's settings, as the script of the nodes holds them.

use std::collections::BTreeMap;

use super::restart::restarts;
use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::resource::Resource;
use crate::values::setting::table::{Context, Setting};

pub(super) fn settings(see: &See<'_>) -> Vec<Found> {
    let restart = see
        .changed_of("workload")
        .any(|(old, _, differences)| old.workload_type() == "stateful" && restarts(differences));
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("secret").filter(|_| restart) {
        let (before, after) = (all(old), all(new));
        let changed = |context: Context| -> Vec<String> {
            let names = before.keys().chain(after.keys());
            let mut names: Vec<&String> = names
                .filter(|name| before.get(*name) != after.get(*name))
                .filter(|name| Setting::find(name).is_some_and(|it| it.context == context))
                .collect();
            names.sort();
            names.dedup();
            names.into_iter().map(|name| quoted(name)).collect()
        };
        let (reload, restart) = (changed(Context::Reload), changed(Context::Restart));
        if before.is_empty() || reload.is_empty() {
            continue;
        }
        let needs = match restart.is_empty() {
            true => "needs no restart".to_owned(),
            false => format!("needs a restart for {} only", and(&restart)),
        };
        let message = format!(
            "PostgreSQL itself {needs}, it takes up {} while it runs: but a node reads the script that holds its \
             settings when it starts",
            and(&reload)
        );
        found.push(Found::new(new, message));
    }
    found
}

/// Every setting with its value, as postgresql.conf will have it; none of what is not the script of the nodes.
pub(super) fn all(script: &Resource) -> BTreeMap<String, String> {
    let payload = script.text(&["data", "payload"]).unwrap_or_default();
    let mut lines = payload
        .lines()
        .skip_while(|line| *line != "node_settings() {");
    let line = lines.nth(1).unwrap_or_default();
    let settings = words(line).into_iter().filter_map(|word| {
        let (name, value) = word.split_once(" = ")?;
        let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
        Some((name.to_owned(), value.replace("''", "'")))
    });
    settings.collect()
}

/// The words of a line of a shell script.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let word = match (c, is_quoted) {
            ('\'', _) => {
                is_quoted = !is_quoted;
                None
            }
            (' ', false) => {
                words.push(String::new());
                None
            }
            ('\\', false) => chars.next(),
            (c, _) => Some(c),
        };
        if let Some(last) = words.last_mut() {
            last.extend(word);
        }
    }
    words
}
