//! `--only KIND[/NAME]`: which of the manifests.

use crate::manifests::Manifest;
use crate::problem::{Code, Place, Problem, Problems};

/// Those that match any pattern, in their order; all of them when there is no pattern.
///
/// # Errors
///
/// Each pattern that matches none.
pub fn select(manifests: Vec<Manifest>, patterns: &[String]) -> Result<Vec<Manifest>, Problems> {
    if patterns.is_empty() {
        return Ok(manifests);
    }
    let unmatched = patterns
        .iter()
        .filter(|pattern| !manifests.iter().any(|manifest| matches(pattern, manifest)));
    let problems: Problems = unmatched
        .map(|pattern| no_match(pattern, &manifests))
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(manifests
        .into_iter()
        .filter(|manifest| patterns.iter().any(|pattern| matches(pattern, manifest)))
        .collect())
}

fn no_match(pattern: &str, manifests: &[Manifest]) -> Problem {
    let there: Vec<String> = manifests
        .iter()
        .map(|manifest| format!("{}/{}", manifest.kind, manifest.name))
        .collect();
    Problem::new(
        Code::NoMatch,
        Place::Nowhere,
        format!("--only `{pattern}` matches no resource"),
    )
    .allowed(there.join(", "))
}

fn matches(pattern: &str, manifest: &Manifest) -> bool {
    let (kind, name) = pattern.split_once('/').unwrap_or((pattern, "*"));
    glob(kind, manifest.kind) && glob(name, &manifest.name)
}

/// `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| glob(after, &rest[at..]))
        }),
    }
}
