//! `--only KIND[/NAME],…`: which of the manifests.

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
    // kinds are words of the platform's, and people write them as they like; names are names
    glob(&kind.to_lowercase(), manifest.kind) && glob(name, &manifest.name)
}

/// `*` stands for any text. Each part between two stars is looked for once, from where the one before it ends.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut text) = text
        .strip_prefix(first)
        .and_then(|text| text.strip_suffix(last))
    else {
        return false;
    };
    for part in middle.split('*') {
        match text.split_once(part) {
            Some((_, behind)) => text = behind,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text) in [
            ("*", ""),
            ("a*", "a"),
            ("*a*b*", "xaybz"),
            ("a*a", "aa"),
            ("*-pgcat", "x-pgcat"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a*a", "a"),
            ("", "a"),
            ("*b*a*", "ab"),
            ("a", "ab"),
            ("*x", "ab"),
        ] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }
}
