//! A folder that holds the files of a form. A list beside them says what was written, so that a later run removes
//! its own files and never one of the user's.

use std::collections::BTreeMap;
use std::fs::{self, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::file::{Readers, read, write};
use crate::forms::{self, File, checksum};

/// The list of what was written: a line with checksum and name for each file. The checksum is that of what may be seen
/// of it: whoever has the list cannot try passwords on it.
const LIST: &str = ".pgedge-tpl.sha256";

/// A folder and what an earlier run wrote into it.
pub struct Folder {
    path: PathBuf,
    written: BTreeMap<String, String>,
}

/// What would become of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is not there yet.
    Added(String),
    /// It is there, with other content.
    Changed(String),
    /// An earlier run wrote it, and it is rendered no longer.
    Removed(String),
}

/// What was to be written, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// Only a part was rendered: the files of the rest stay.
    pub is_partial: bool,
    /// What somebody edited is overwritten.
    pub is_forced: bool,
}

/// Files that were left as they are, because somebody edited them.
#[derive(Debug, Default)]
pub struct Kept {
    /// They are not what the values say.
    pub edited: Vec<String>,
    /// They are rendered no longer.
    pub stale: Vec<String>,
}

/// Writes a file unless there is one of that name; says whether it did.
///
/// # Errors
///
/// It cannot be read or written.
pub fn write_new(folder: &Path, file: &File) -> Result<bool> {
    let path = below(folder, &file.name)?;
    if let Some(text) = read(&path)? {
        return Ok(text == file.text);
    }
    write_below(&path, file)?;
    Ok(true)
}

impl Folder {
    /// Looks at a folder, which need not exist.
    ///
    /// # Errors
    ///
    /// It cannot be read, is no folder, or a link to one.
    pub fn open(path: &Path) -> Result<Self> {
        if path.is_symlink() {
            bail!("`{}` is a link: name the folder itself", path.display());
        }
        if path.exists() && !path.is_dir() {
            bail!("`{}` is not a folder", path.display());
        }
        let list = read(&path.join(LIST))?.unwrap_or_default();
        let written = list
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(sum, name)| (name.to_owned(), sum.to_owned()));
        Ok(Self {
            path: path.to_owned(),
            written: written.collect(),
        })
    }

    /// What [`write`](Self::write) would do. Files that no run wrote are not looked at, nor, when only a part was
    /// rendered, those of the other resources.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn changes(&self, files: &[File], partial: bool) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for File {
            name, text: wanted, ..
        } in files
        {
            match read(&below(&self.path, name)?)? {
                Some(text) if text == *wanted => {}
                Some(_) => changes.push(Change::Changed(name.clone())),
                None => changes.push(Change::Added(name.clone())),
            }
        }
        for name in self.stale(files).into_iter().filter(|_| !partial) {
            if let Some(text) = read(&below(&self.path, name)?)?
                && self.is_untouched(name, &text)
            {
                changes.push(Change::Removed(name.clone()));
            }
        }
        Ok(changes)
    }

    /// Writes every file and, unless only a part was rendered, removes what an earlier run wrote and this one does not.
    ///
    /// # Errors
    ///
    /// A file cannot be written, one that no run wrote stands in the way, or another run is at work.
    pub fn write(&self, files: &[File], wishes: Wishes) -> Result<Kept> {
        fs::create_dir_all(&self.path)
            .with_context(|| format!("cannot make the folder `{}`", self.path.display()))?;
        let _lock = self.lock()?;
        let mut kept = Kept::default();
        let mut wanted = Vec::new();
        for file in files {
            let name = &file.name;
            let path = below(&self.path, name)?;
            let there = read(&path)?.filter(|text| *text != file.text);
            match (there, self.written.contains_key(name)) {
                (Some(_), false) => bail!(
                    "`{}` exists, and no earlier run wrote it: move it away, or choose another folder",
                    path.display()
                ),
                (Some(text), true) if !wishes.is_forced && !self.is_untouched(name, &text) => {
                    kept.edited.push(name.clone());
                }
                _ => wanted.push((path, file)),
            }
        }
        let mut list = self.written.clone();
        for (path, file) in wanted {
            write_below(&path, file)?;
            list.insert(file.name.clone(), checksum([file.text.as_str()]));
        }
        if !wishes.is_partial {
            kept.stale = self.remove_stale(files)?;
            list.retain(|name, _| files.iter().any(|file| file.name == *name));
        }
        let lines: String = list
            .iter()
            .map(|(name, sum)| format!("{sum}  {name}\n"))
            .collect();
        write(&self.path.join(LIST), &lines, Readers::Anybody)?;
        Ok(kept)
    }

    /// Held until it is dropped.
    fn lock(&self) -> Result<fs::File> {
        let folder = fs::File::open(&self.path)
            .with_context(|| format!("cannot open `{}`", self.path.display()))?;
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => bail!(
                "another run writes into `{}`: try again when it is done",
                self.path.display()
            ),
            // a file system without locks has no other run to wait for
            _ => Ok(folder),
        }
    }

    fn remove_stale(&self, files: &[File]) -> Result<Vec<String>> {
        let mut left = Vec::new();
        for name in self.stale(files) {
            let path = below(&self.path, name)?;
            match read(&path)? {
                Some(text) if self.is_untouched(name, &text) => {
                    fs::remove_file(&path)
                        .with_context(|| format!("cannot remove `{}`", path.display()))?;
                }
                Some(_) => left.push(name.clone()),
                None => {}
            }
        }
        Ok(left)
    }

    /// Whether a file is as an earlier run wrote it.
    fn is_untouched(&self, name: &str, text: &str) -> bool {
        self.written
            .get(name)
            .is_some_and(|sum| *sum == checksum([text]))
    }

    /// The list is a file that anybody can write: only names that files of a form have are believed.
    fn stale(&self, files: &[File]) -> Vec<&String> {
        self.written
            .keys()
            .filter(|name| forms::is_name(name) && !files.iter().any(|file| file.name == **name))
            .collect()
    }
}

/// Where a file of that name stands. Its name may lead one folder down, which must not be a link either.
fn below(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    match path.parent() {
        Some(parent) if parent != folder && parent.is_symlink() => bail!(
            "`{}` is a link, and links are not followed here: remove it",
            parent.display()
        ),
        _ => Ok(path),
    }
}

fn write_below(path: &Path, file: &File) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    let readers = match file.holds_secret {
        true => Readers::Owner,
        false => Readers::Anybody,
    };
    write(path, &file.text, readers)
}
