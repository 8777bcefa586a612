//! A folder that holds the files of a form. A list beside them says what was written, so that a later run removes
//! its own files and never one of the user's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::file::{read, write};
use crate::forms::File;

/// The list of what was written: a line with checksum and name for each file, as `sha256sum --check` reads it.
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

/// Writes a file unless there is one of that name; says whether it did.
///
/// # Errors
///
/// It cannot be read or written.
pub fn write_new(folder: &Path, file: &File) -> Result<bool> {
    let path = folder.join(&file.name);
    if let Some(text) = read(&path)? {
        return Ok(text == file.text);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    write(&path, &file.text)?;
    Ok(true)
}

impl Folder {
    /// Looks at a folder, which need not exist.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no folder.
    pub fn open(path: &Path) -> Result<Self> {
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
        for File { name, text: wanted } in files {
            match read(&self.path.join(name))? {
                Some(text) if text == *wanted => {}
                Some(_) => changes.push(Change::Changed(name.clone())),
                None => changes.push(Change::Added(name.clone())),
            }
        }
        for name in self.stale(files).into_iter().filter(|_| !partial) {
            if let Some(text) = read(&self.path.join(name))?
                && self.is_untouched(name, &text)
            {
                changes.push(Change::Removed(name.clone()));
            }
        }
        Ok(changes)
    }

    /// Writes every file and, unless only a part was rendered, removes what an earlier run wrote and this one does
    /// not. Says which files it left alone because somebody changed them.
    ///
    /// # Errors
    ///
    /// A file cannot be written, or one that no run wrote stands in the way.
    pub fn write(&self, files: &[File], partial: bool) -> Result<Vec<String>> {
        fs::create_dir_all(&self.path)
            .with_context(|| format!("cannot make the folder `{}`", self.path.display()))?;
        for File { name, text: wanted } in files {
            let there = read(&self.path.join(name))?;
            if there.is_some_and(|text| text != *wanted) && !self.written.contains_key(name) {
                bail!(
                    "`{}` is there and no earlier run wrote it: move it away, or choose another folder",
                    self.path.join(name).display()
                );
            }
        }
        let mut list = if partial {
            self.written.clone()
        } else {
            BTreeMap::new()
        };
        for File { name, text: wanted } in files {
            let path = self.path.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)
                    .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
            }
            write(&path, wanted)?;
            list.insert(name.clone(), checksum(wanted));
        }
        let left = if partial {
            Vec::new()
        } else {
            self.remove_stale(files)?
        };
        let lines: String = list
            .iter()
            .map(|(name, sum)| format!("{sum}  {name}\n"))
            .collect();
        write(&self.path.join(LIST), &lines)?;
        Ok(left)
    }

    fn remove_stale(&self, files: &[File]) -> Result<Vec<String>> {
        let mut left = Vec::new();
        for name in self.stale(files) {
            let path = self.path.join(name);
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
            .is_some_and(|sum| *sum == checksum(text))
    }

    fn stale(&self, files: &[File]) -> Vec<&String> {
        // the list is a file that anybody can write: only names below the folder are believed
        let plain = |name: &String| {
            let mut parts = Path::new(name).components();
            !name.contains('\\')
                && name.as_str() != LIST
                && parts.all(|part| matches!(part, Component::Normal(_)))
        };
        self.written
            .keys()
            .filter(|name| plain(name) && !files.iter().any(|file| file.name == **name))
            .collect()
    }
}

fn checksum(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
