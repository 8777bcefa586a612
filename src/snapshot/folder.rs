//! A folder of cases and their snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::case::Case;
use crate::output;
use crate::problem::{Code, Place, Problem, Problems};

/// Extension of the manifests of a case.
const MANIFESTS: &str = "yaml";
/// Extension of the problems of a case.
const PROBLEMS: &str = "err";

/// A folder with `cases` and `snapshots` in it.
pub(crate) struct Folder {
    snapshots: PathBuf,
    /// In the order of their names.
    pub(crate) cases: Vec<Case>,
}

/// What a case gives, or gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// The manifests, as `render --redact` prints them.
    Manifests(String),
    /// The problems, as `render` says them.
    Refused(String),
}

impl Given {
    fn extension(&self) -> &'static str {
        match self {
            Self::Manifests(_) => MANIFESTS,
            Self::Refused(_) => PROBLEMS,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Manifests(text) | Self::Refused(text) => text,
        }
    }
}

impl Folder {
    /// Finds the cases.
    ///
    /// # Errors
    ///
    /// There are none, or two of one name.
    pub(crate) fn open(path: &Path) -> Result<Self, Problems> {
        let folder = path.join("cases");
        let wrong = |found: String| Problem::new(Code::Case, Place::Nowhere, found);
        let files = list(&folder)
            .map_err(|error| wrong(format!("cannot read `{}`: {error}", folder.display())))
            .map_err(|problem| {
                Problems::from(problem.fix("a case is a values file in the folder `cases`"))
            })?;
        let mut cases: Vec<Case> = Vec::new();
        let mut problems = Problems::default();
        for file in files {
            let Some(name) = stem(&file, &["yaml", "yml"]) else {
                continue;
            };
            if cases.iter().any(|case| case.name == name) {
                let found = format!("`{}`: there is a second case of this name", file.display());
                problems.push(wrong(found));
            }
            cases.push(Case { name, file });
        }
        if cases.is_empty() {
            let found = format!("no cases in `{}`: nothing was tested", folder.display());
            problems.push(wrong(found).fix("a case is a values file in this folder"));
        }
        match problems.is_empty() {
            true => Ok(Self {
                snapshots: path.join("snapshots"),
                cases,
            }),
            false => Err(problems),
        }
    }

    /// What a case gave before.
    pub(crate) fn snapshot(&self, case: &Case) -> Result<Option<Given>> {
        if let Some(text) = output::read_file(&self.file(&case.name, MANIFESTS))? {
            return Ok(Some(Given::Manifests(text)));
        }
        let refused = output::read_file(&self.file(&case.name, PROBLEMS))?;
        Ok(refused.map(Given::Refused))
    }

    /// The file that holds what a case gives.
    pub(crate) fn file_of(&self, case: &Case, given: &Given) -> PathBuf {
        self.file(&case.name, given.extension())
    }

    /// Writes what a case gives now.
    pub(crate) fn accept(&self, case: &Case, given: &Given) -> Result<()> {
        fs::create_dir_all(&self.snapshots)
            .with_context(|| format!("cannot make the folder `{}`", self.snapshots.display()))?;
        output::write_file(&self.file_of(case, given), given.text())
    }

    /// Snapshots that no case is compared with: without one, or of the other kind than it gives.
    pub(crate) fn orphans(&self, given: &[Option<Given>]) -> Result<Vec<PathBuf>> {
        let mut wanted = BTreeSet::new();
        for (case, given) in self.cases.iter().zip(given) {
            match given {
                Some(given) => wanted.extend([self.file_of(case, given)]),
                // not known now: whatever is there may be right
                None => {
                    wanted.extend([MANIFESTS, PROBLEMS].map(|kind| self.file(&case.name, kind)))
                }
            }
        }
        let files = match list(&self.snapshots) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            files => {
                files.with_context(|| format!("cannot read `{}`", self.snapshots.display()))?
            }
        };
        let is_snapshot = |file: &PathBuf| stem(file, &[MANIFESTS, PROBLEMS]).is_some();
        Ok(files
            .into_iter()
            .filter(|file| is_snapshot(file) && !wanted.contains(file))
            .collect())
    }

    fn file(&self, name: &str, extension: &str) -> PathBuf {
        self.snapshots.join(format!("{name}.{extension}"))
    }
}

/// The files of a folder, in the order of their names.
fn list(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

/// The name of a file with one of these extensions; hidden files have none.
fn stem(file: &Path, extensions: &[&str]) -> Option<String> {
    let extension = file.extension()?.to_str()?;
    let stem = file.file_stem()?.to_str()?;
    (extensions.contains(&extension) && !stem.starts_with('.')).then(|| stem.to_owned())
}
