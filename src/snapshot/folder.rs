//! A folder of cases and their snapshots.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::case::Case;
use crate::output;
use crate::problem::{Code, Place, Problem, Problems};

/// A folder with `cases` and `snapshots` in it.
pub(crate) struct Folder {
    snapshots: PathBuf,
    /// In the order of their names.
    pub(crate) cases: Vec<Case>,
    /// What looks like cases and is not run: files of another kind.
    pub(crate) not_run: Vec<PathBuf>,
}

/// What a case gives, or gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// What it is.
    pub(crate) kind: Kind,
    /// All of it.
    pub(crate) text: String,
}

/// What a case can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The manifests, as `render --redact` prints them.
    Manifests,
    /// The problems, as `render` says them.
    Refused,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Manifests, Self::Refused];

    /// The extension of its snapshot.
    fn extension(self) -> &'static str {
        match self {
            Self::Manifests => "yaml",
            Self::Refused => "err",
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
        let snapshots = path.join("snapshots");
        if snapshots.is_symlink() {
            // what it leads to would be emptied by an update
            let found = format!(
                "`{}` is a link, and links are not followed here",
                snapshots.display()
            );
            return Err(wrong(found).fix("make it a folder").into());
        }
        let files = below(&folder).map_err(|error| {
            let missing = [path, &folder].into_iter().find(|folder| !folder.exists());
            let found = match missing {
                Some(folder) => format!("`{}`: there is no such folder", folder.display()),
                None => format!("cannot read `{}`: {error}", folder.display()),
            };
            Problems::from(wrong(found).fix(format!(
                "cases are values files below `{}`; --dir names another folder that holds `cases`",
                folder.display()
            )))
        })?;
        let mut cases: Vec<Case> = Vec::new();
        let mut names = HashSet::new();
        let mut problems = Problems::default();
        for file in files {
            let Some(name) = stem(&folder, &file, &["yaml", "yml"]) else {
                continue;
            };
            if !names.insert(name.clone()) {
                let found = format!("`{}`: there is a second case of this name", file.display());
                problems.push(wrong(found));
            }
            cases.push(Case { name, file });
        }
        if cases.is_empty() {
            let found = format!("no cases in `{}`: nothing was tested", folder.display());
            problems.push(wrong(found).fix("a case is a values file in this folder, NAME.yaml"));
        }
        match problems.is_empty() {
            true => Ok(Self {
                snapshots,
                cases,
                not_run: not_run(&folder),
            }),
            false => Err(problems),
        }
    }

    /// What a case gave before.
    ///
    /// # Errors
    ///
    /// Its snapshot cannot be read.
    pub(crate) fn snapshot(&self, case: &Case) -> Result<Option<Given>, Problem> {
        for kind in Kind::ALL {
            let text = output::read_file(&self.file_of(case, kind)).map_err(|error| {
                Problem::new(Code::File, Place::Nowhere, format!("{error:#}"))
                    .fix("check that it is a file, and its permissions")
            })?;
            if let Some(text) = text {
                return Ok(Some(Given { kind, text }));
            }
        }
        Ok(None)
    }

    /// The file that holds what a case gives.
    pub(crate) fn file_of(&self, case: &Case, kind: Kind) -> PathBuf {
        self.snapshots.join(file_name(case, kind))
    }

    /// Writes what a case gives now.
    pub(crate) fn accept(&self, case: &Case, given: &Given) -> Result<()> {
        let file = self.file_of(case, given.kind);
        let folder = file.parent().unwrap_or(&self.snapshots);
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        output::write_file(&file, &given.text, output::Readers::Anybody)
    }

    /// The case that a snapshot is named after, whether there is one or not.
    pub(crate) fn name_of(&self, snapshot: &Path) -> String {
        stem(&self.snapshots, snapshot, &Kind::ALL.map(Kind::extension)).unwrap_or_default()
    }

    /// Snapshots that no case is compared with: without one, or of the other kind than it gives.
    pub(crate) fn orphans(&self, given: &[Option<Kind>]) -> Result<Vec<PathBuf>> {
        let mut wanted = HashSet::new();
        for (case, given) in self.cases.iter().zip(given) {
            match given {
                Some(kind) => wanted.extend([file_name(case, *kind)]),
                // not known now: whatever is there may be right
                None => wanted.extend(Kind::ALL.map(|kind| file_name(case, kind))),
            }
        }
        let files = match below(&self.snapshots) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            files => {
                files.with_context(|| format!("cannot read `{}`", self.snapshots.display()))?
            }
        };
        let extensions = Kind::ALL.map(Kind::extension);
        let is_wanted = |file: &Path| {
            wanted
                .iter()
                .any(|wanted| file == self.snapshots.join(wanted))
        };
        Ok(files
            .into_iter()
            .filter(|file| stem(&self.snapshots, file, &extensions).is_some() && !is_wanted(file))
            .collect())
    }
}

fn file_name(case: &Case, kind: Kind) -> String {
    format!("{}.{}", case.name, kind.extension())
}

/// What somebody may take for cases: JSON.
fn not_run(folder: &Path) -> Vec<PathBuf> {
    let mut found = below(folder).unwrap_or_default();
    found.retain(|file| stem(folder, file, &["json"]).is_some());
    found
}

/// The files below a folder, in the order of their names. Links to folders are not followed: they may lead in a circle.
fn below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files.extend(below(&entry.path())?);
        } else if kind.is_file() || kind.is_symlink() && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// The name of a file with one of these extensions, with the folders that it is in; hidden files have none.
fn stem(folder: &Path, file: &Path, extensions: &[&str]) -> Option<String> {
    let extension = file.extension()?.to_str()?;
    let name = file.strip_prefix(folder).ok()?.with_extension("");
    let parts: Option<Vec<&str>> = name.iter().map(OsStr::to_str).collect();
    let parts = parts.filter(|parts| !parts.iter().any(|part| part.starts_with('.')))?;
    extensions.contains(&extension).then(|| parts.join("/"))
}
