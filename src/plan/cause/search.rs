//! The search: one value after another is put back, and what explains something stays put back.

use std::collections::BTreeSet;

use super::{Candidate, Key, Trials, comparable, keys, within};
use crate::merge::Merged;
use crate::plan::changes;
use crate::plan::resource::Resource;

/// More trials than that would keep a person waiting.
const MOST: usize = 120;

/// How far the search for values is.
pub(super) struct Search<'s> {
    trials: &'s Trials<'s>,
    old: &'s [Resource],
    new: &'s [Resource],
    /// What is not explained yet.
    left: BTreeSet<Key>,
    /// The values with everything accepted put back.
    base: Merged,
    accepted: Vec<(Candidate, BTreeSet<Key>)>,
    /// How many more trials there may be.
    budget: usize,
}

impl<'s> Search<'s> {
    /// From the values as they are, towards what the older manifests say.
    pub(super) fn new(
        trials: &'s Trials<'s>,
        old: &'s [Resource],
        new: &'s [Resource],
        left: BTreeSet<Key>,
    ) -> Self {
        Self {
            trials,
            old,
            new,
            left,
            base: trials.merged.clone(),
            accepted: Vec::new(),
            budget: MOST,
        }
    }

    /// The values behind it, with what dropped out of the plan at each, and what is left.
    pub(super) fn found(self) -> (Vec<(Candidate, BTreeSet<Key>)>, BTreeSet<Key>) {
        (self.accepted, self.left)
    }

    /// Of what may have stood in one place, keeps what explains most, if any of it explains something.
    pub(super) fn take_best(&mut self, same: &[Candidate]) {
        let mut best: Option<(&Candidate, Merged, BTreeSet<Key>)> = None;
        for candidate in same {
            if self.budget == 0 || self.left.is_empty() || self.is_known(candidate) {
                continue;
            }
            self.budget -= 1;
            let Some((trial, still)) = self.attempt(candidate) else {
                continue;
            };
            let least = best
                .as_ref()
                .map_or(self.left.len(), |(.., still)| still.len());
            if still.len() < least {
                best = Some((candidate, trial, still));
            }
        }
        if let Some((candidate, trial, still)) = best {
            let dropped = self.left.difference(&still).cloned().collect();
            self.accepted.push((candidate.clone(), dropped));
            self.left = still;
            self.base = trial;
        }
    }

    fn is_known(&self, candidate: &Candidate) -> bool {
        let mut known = self.accepted.iter().flat_map(|(known, _)| known.paths());
        known.any(|known| candidate.paths().any(|path| path == known))
    }

    /// The values with one more put back, and what is left to explain then; `None` when they are not allowed, or bring
    /// about something that did not happen.
    fn attempt(&self, candidate: &Candidate) -> Option<(Merged, BTreeSet<Key>)> {
        let path = candidate.path_then.as_ref().unwrap_or(&candidate.path);
        let trial = candidate.put_back(path, &self.base)?;
        let rendered = self.trials.render(&trial)?;
        let still = keys(&changes(self.old, &comparable(rendered, self.new)));
        let still = still.iter().map(|key| within(key, &self.left));
        Some((trial, still.collect::<Option<BTreeSet<Key>>>()?))
    }
}
