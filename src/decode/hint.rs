//! Did you mean …?

use crate::problem::Problem;

/// The candidate that `word` most probably was meant to be, if one is near. Case, `-` and `_` do not count.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = fold(word);
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&folded, &fold(candidate)),
                candidate,
            )
        })
        .filter(|(distance, candidate)| {
            *distance <= 1 + candidate.len() / 5 && *distance < folded.chars().count().max(2)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A problem with a word that is none of the known ones: which of them is meant, or all of them.
pub fn hinted<'c>(
    problem: Problem,
    word: &str,
    known: impl Iterator<Item = &'c str> + Clone,
) -> Problem {
    match nearest(word, known.clone()) {
        Some(near) => problem.fix(format!("did you mean `{near}`?")),
        None => problem.allowed(known.collect::<Vec<_>>().join(", ")),
    }
}

fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
