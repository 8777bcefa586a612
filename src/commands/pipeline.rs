//! The way from the flags to the cluster, as every command goes it.

use std::io;

use anyhow::Result;

use super::{Exit, say, stdin_holds_text, width};
use crate::cli::{Format, ReportFlags, TemplateFlags, ValueFlags, WarningFlags};
use crate::cluster::Cluster;
use crate::layers::secret::REDACTED;
use crate::layers::{self, Disk, Files, Value};
use crate::manifests::{Manifest, Renderer, Templates};
use crate::merge::{self, Merged};
use crate::output;
use crate::problem::{Code, Place, Problem, Problems};
use crate::report::{Allowances, Extent, Report};
use crate::values;

/// The values and everything that was found on the way to them.
pub(super) struct Input {
    pub(super) merged: Merged,
    cluster: Option<Cluster>,
    pub(super) problems: Problems,
    /// What was probably forgotten on the command line.
    forgotten: Option<&'static str>,
}

/// What a command line without any values is told.
fn forgotten(flags: &ValueFlags) -> Option<&'static str> {
    let is_given = flags.release.is_some()
        || [&flags.set_json, &flags.set, &flags.set_string]
            .into_iter()
            .chain([&flags.set_file, &flags.set_literal])
            .any(|given| !given.is_empty());
    match (flags.files.is_empty(), is_given, stdin_holds_text()) {
        (true, _, true) => Some("standard input was not read: `-f -` takes the values from it"),
        (true, false, false) => Some(
            "no values were given, so this is the documented default cluster: `-f FILE` gives yours",
        ),
        _ => None,
    }
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

/// Hides what may be anything, a secret too: what stands behind a key that is unknown or refused, and in lists and
/// mappings where none belong.
pub(super) fn hide_unknown(merged: &mut Merged, problems: &Problems) {
    for problem in problems {
        match (&problem.place, problem.code) {
            (Place::Key(path), Code::UnknownKey | Code::InvalidValue) => merged.hide(path),
            (Place::Value(path), Code::WrongType) => {
                let node = merged.node(path).map(|node| &node.value);
                if matches!(node, Some(Value::List(_) | Value::Map(_))) {
                    merged.hide(path);
                }
            }
            _ => {}
        }
    }
}

/// What a command printed in the place of a value, and somebody gives back: it would become a password.
fn masks(merged: &Merged) -> Problems {
    let mut found = Problems::default();
    merged.tree().each(&mut |path, node| {
        if node.as_text().is_some_and(|text| text.contains(REDACTED)) {
            let said =
                format!("`{REDACTED}` is what is printed in place of a value, not the value");
            let problem = Problem::of_value(Code::InvalidValue, path, said);
            found.push(problem.fix("write the value itself, or leave the key out"));
        }
    });
    found
}

impl Input {
    /// Reads and checks the values.
    pub(super) fn read(flags: &ValueFlags) -> Self {
        Self {
            forgotten: forgotten(flags),
            ..Self::read_from(&Disk, flags, merge::built_in(values::BUILT_IN))
        }
    }

    /// The same with files from elsewhere, and built-in values that were read before.
    pub(super) fn read_from(
        files: &dyn Files,
        flags: &ValueFlags,
        (built_in, mut problems): (Merged, Problems),
    ) -> Self {
        let (layers, found) = layers::read_from(files, flags, built_in.sources());
        problems.extend(found);
        let (merged, found) = merge::merge(built_in, layers);
        problems.extend(found);
        let decoded = values::read(merged.tree(), merged.built_in());
        problems.extend(unknown_removals(&merged));
        let mut merged = merged;
        hide_unknown(&mut merged, &decoded.problems);
        problems.extend(decoded.problems);
        problems.extend(masks(&merged));
        let mut cluster = None;
        if let Some(values) = decoded.value.as_ref().filter(|_| merged.is_complete()) {
            // what stands in a repaired place is not the user's word: rules that look there have nothing to say
            let about_input =
                |problem: &Problem| !decoded.repaired.iter().any(|path| problem.concerns(path));
            let (built, found) = Cluster::new(values, &merged);
            cluster = built;
            problems.extend(found.into_iter().filter(about_input));
        }
        Self {
            merged,
            cluster,
            problems,
            forgotten: None,
        }
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
    pub(super) fn cluster(&self) -> Option<&Cluster> {
        self.cluster
            .as_ref()
            .filter(|_| !self.problems.has_errors())
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
        let manifests = match redact {
            true => renderer.render(&cluster.clone().redacted()),
            false => renderer.render(cluster),
        };
        manifests.map_err(|found| self.problems.extend(found)).ok()
    }

    /// Whether the templates write this very stream, credentials redacted. It is not checked.
    pub(super) fn writes(&self, stream: &str, renderer: &Renderer<'_>) -> bool {
        self.cluster().is_some_and(|cluster| {
            let cluster = cluster.clone().redacted();
            let drafts = renderer.drafts(&cluster);
            drafts.is_ok_and(|drafts| output::is_yaml_stream_of(stream, drafts))
        })
    }

    /// The problems as they are told, and whether they end the run.
    pub(super) fn told(&mut self, flags: &WarningFlags) -> (Report<'_>, bool) {
        let (allowances, found) = Allowances::read(&flags.allow, self.merged.sources());
        self.problems.extend(found);
        let report = Report::new(&self.problems, &self.merged, &allowances);
        let is_refused = report.has_errors() || flags.deny_warnings && report.has_warnings();
        (report, is_refused)
    }

    /// Says the problems; the status is that of a run that they end, if they end it. Of the defaults, only these
    /// warnings are told at length.
    pub(super) fn report(&mut self, flags: &ReportFlags, codes: &[Code]) -> Result<Option<Exit>> {
        let forgotten = self.forgotten;
        let (report, is_refused) = self.told(&flags.warnings);
        let extent = match &flags.warnings {
            WarningFlags { quiet: true, .. } => Extent::Errors,
            WarningFlags {
                deny_warnings: true,
                ..
            } => Extent::Problems,
            _ => Extent::Brief(codes),
        };
        let mut told = report.text(flags.format, extent, width(&io::stderr()));
        if let (Some(forgotten), Format::Text, false) =
            (forgotten, flags.format, flags.warnings.quiet)
        {
            told = format!("{told}note: {forgotten}\n");
        }
        say(&told);
        Ok(is_refused.then_some(Exit::Wrong))
    }
}

/// Says problems that no values are behind.
pub(super) fn refuse(problems: &Problems, format: Format) -> Result<Exit> {
    let merged = Merged::nothing();
    let report = Report::new(problems, &merged, &Allowances::default());
    say(&report.text(format, Extent::All, width(&io::stderr())));
    Ok(Exit::Wrong)
}
