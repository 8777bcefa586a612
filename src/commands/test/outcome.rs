//! What becomes of one case, and of all of them.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::plain;
use crate::cli::Format;
use crate::commands::pipeline::Input;
use crate::manifests::{Renderer, Templates};
use crate::merge::{self, Merged};
use crate::problem::{Problem, Problems};
use crate::snapshot::{Case, Folder, Given, Kind, Opened};
use crate::{output, report, values};

/// What comes with the program, read once for all cases.
pub(super) struct BuiltIn<'t> {
    pub(super) values: (Merged, Problems),
    renderer: Renderer<'t>,
}

impl<'t> BuiltIn<'t> {
    /// Reads and compiles it.
    pub(super) fn new(templates: &'t Templates) -> Result<Self, Problems> {
        Ok(Self {
            values: merge::built_in(values::BUILT_IN),
            renderer: Renderer::for_many(templates)?,
        })
    }
}

/// What became of a case.
pub(super) enum Outcome {
    /// It gives what its snapshot holds.
    Same(Kind),
    /// It gives something else, or has no snapshot.
    Differs { before: Option<Given>, now: Given },
}

impl Outcome {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Same(kind) => *kind,
            Self::Differs { now, .. } => now.kind,
        }
    }
}

/// Renders a case, most often with the built-in templates, and compares.
pub(super) fn outcome(
    case: &Case,
    folder: &Folder,
    built_in: &BuiltIn<'_>,
) -> Result<Outcome, Problem> {
    let before = folder.snapshot(case)?;
    let Opened { flags, files } = case.open()?;
    let mut input = Input::read_from(&files, &flags.values, built_in.values.clone());
    let rendered = match (&flags.templates.templates, &before) {
        // what the user's own templates write is checked every time
        (Some(_), _) => input.manifests(&flags.templates, true),
        // What the snapshot holds was checked when it was taken. Reading it back takes longer than all else.
        (None, Some(before))
            if before.kind == Kind::Manifests && input.writes(&before.text, &built_in.renderer) =>
        {
            return Ok(Outcome::Same(Kind::Manifests));
        }
        (None, _) => input.render_with(&built_in.renderer, true),
    };
    let now = match rendered.filter(|_| !input.problems.has_errors()) {
        Some(manifests) => Given {
            kind: Kind::Manifests,
            text: output::yaml_stream(&manifests).collect(),
        },
        None => {
            let said = report::report(&input.problems, &input.merged, Format::Text);
            Given {
                kind: Kind::Refused,
                text: plain(&said),
            }
        }
    };
    Ok(match before {
        Some(before) if before == now => Outcome::Same(now.kind),
        before => Outcome::Differs { before, now },
    })
}

/// Does something with every case, on all cores; the results are in the order of the cases.
pub(super) fn all<T: Send>(cases: &[Case], work: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        while let Some((at, case)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            cases.get(at).map(|case| (at, case))
        } {
            done.push((at, work(case)));
        }
        done
    };
    keep_memory();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(cases.len()))
            .map(|_| scope.spawn(worker))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// glibc returns memory to the system with almost every large text that is freed, which stops all threads each time;
/// what it once freed in one piece that large it keeps from then on.
fn keep_memory() {
    const LARGE: usize = 16 << 20;
    let mut large: Vec<u8> = Vec::new();
    // where there is no room for it, nothing is lost but time
    _ = large.try_reserve_exact(LARGE);
    drop(black_box(large));
}
