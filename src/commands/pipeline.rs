//! The way from the flags to the cluster, as every command goes it.

use anyhow::Result;

use super::{Exit, say};
use crate::cli::{Format, ReportFlags, TemplateFlags, ValueFlags};
use crate::cluster::{self, Cluster};
use crate::layers::{self, Disk, Files, Layers};
use crate::manifests::{Manifest, Renderer, Templates};
use crate::merge::{self, Merged};
use crate::problem::{Code, Problem, Problems};
use crate::report;
use crate::values::{self, Values};

/// The values and everything that was found on the way to them.
pub(super) struct Input {
    pub(super) merged: Merged,
    values: Option<Values>,
    pub(super) problems: Problems,
}

/// Keys that do not exist, though all that is said of them is `null`.
fn unknown_removals(merged: &Merged) -> Problems {
    let Some(tree) = merged.with_vain_removals() else {
        return Problems::default();
    };
    let is_removed = |problem: &Problem| {
        let path = problem.path.as_ref();
        problem.code == Code::UnknownKey
            && path.is_some_and(|path| merged.removed().contains_key(path))
    };
    let found = values::read(&tree, merged.built_in()).problems.into_iter();
    found.filter(is_removed).collect()
}

impl Input {
    /// Reads and checks the values.
    pub(super) fn read(flags: &ValueFlags) -> Self {
        Self::read_from(&Disk, flags, layers::built_in(values::BUILT_IN))
    }

    /// The same with files from elsewhere, and a built-in file that was read before.
    pub(super) fn read_from(
        files: &dyn Files,
        flags: &ValueFlags,
        built_in: (Layers, Problems),
    ) -> Self {
        let (layers, mut problems) = layers::read_from(files, flags, built_in);
        let (merged, found) = merge::merge(layers);
        problems.extend(found);
        let decoded = values::read(merged.tree(), merged.built_in());
        problems.extend(unknown_removals(&merged));
        problems.extend(decoded.problems);
        if let Some(values) = decoded.value.as_ref().filter(|_| merged.is_complete()) {
            // what stands in a repaired place is not the user's word: rules that look there have nothing to say
            let about_input =
                |problem: &Problem| !decoded.repaired.iter().any(|path| problem.concerns(path));
            problems.extend(
                cluster::check(values, &merged)
                    .into_iter()
                    .filter(about_input),
            );
        }
        Self {
            merged,
            values: decoded.value,
            problems,
        }
    }

    /// Whether the problems end the run.
    pub(super) fn is_refused(&self, flags: &ReportFlags) -> bool {
        self.problems.has_errors() || flags.deny_warnings && !self.problems.is_empty()
    }

    /// The manifests; `None` when the problems, old and new, forbid them.
    pub(super) fn manifests(
        &mut self,
        flags: &TemplateFlags,
        redact: bool,
    ) -> Option<Vec<Manifest>> {
        let templates = self.templates(flags)?;
        self.render(&templates, redact)
    }

    /// The templates; `None` when they cannot be read.
    pub(super) fn templates(&mut self, flags: &TemplateFlags) -> Option<Templates> {
        let templates = Templates::load(flags.templates.as_deref(), self.merged.sources_mut());
        templates.map_err(|found| self.problems.extend(found)).ok()
    }

    /// The cluster; `None` when the problems, old and new, forbid it.
    pub(super) fn cluster(&mut self) -> Option<Cluster> {
        let values = self
            .values
            .as_ref()
            .filter(|_| !self.problems.has_errors())?;
        let cluster = Cluster::new(values, &self.merged);
        cluster.map_err(|found| self.problems.extend(found)).ok()
    }

    /// The manifests; `None` when the problems, old and new, forbid them.
    pub(super) fn render(&mut self, templates: &Templates, redact: bool) -> Option<Vec<Manifest>> {
        let renderer = Renderer::new(templates);
        let renderer = renderer.map_err(|found| self.problems.extend(found)).ok()?;
        self.render_with(&renderer, redact)
    }

    /// The same with templates that were parsed before.
    pub(super) fn render_with(
        &mut self,
        renderer: &Renderer<'_>,
        redact: bool,
    ) -> Option<Vec<Manifest>> {
        let cluster = self.cluster()?;
        let cluster = if redact { cluster.redacted() } else { cluster };
        let manifests = renderer.render(&cluster);
        manifests.map_err(|found| self.problems.extend(found)).ok()
    }

    /// The manifests without credentials, as the templates write them, unchecked; `None` when something forbids them.
    pub(super) fn redacted_drafts(&mut self, renderer: &Renderer<'_>) -> Option<Vec<String>> {
        let cluster = self.cluster()?.redacted();
        renderer.drafts(&cluster).ok()
    }

    /// Says every problem; the status is that of a run that they end, if they end it.
    pub(super) fn report(&self, flags: &ReportFlags) -> Result<Option<Exit>> {
        say(&report::report(&self.problems, &self.merged, flags.format))?;
        Ok(self.is_refused(flags).then_some(Exit::Wrong))
    }
}

/// Says problems that no values are behind.
pub(super) fn refuse(problems: &Problems, format: Format) -> Result<Exit> {
    let (nothing, _) = merge::merge(Layers::default());
    say(&report::report(problems, &nothing, format))?;
    Ok(Exit::Wrong)
}
