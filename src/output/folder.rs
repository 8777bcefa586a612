//! A folder with one file for each resource. A list beside them says what was written, so that a later run removes
//! its own files and never one of the user's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::file::{read, write};
use crate::manifests::Manifest;

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
    pub fn changes(&self, manifests: &[Manifest], partial: bool) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for manifest in manifests {
            let name = file_name(manifest);
            match read(&self.path.join(&name))? {
                Some(text) if text == manifest.yaml => {}
                Some(_) => changes.push(Change::Changed(name)),
                None => changes.push(Change::Added(name)),
            }
        }
        for name in self.stale(manifests).into_iter().filter(|_| !partial) {
            if let Some(text) = read(&self.path.join(name))?
                && self.is_untouched(name, &text)
            {
                changes.push(Change::Removed(name.clone()));
            }
        }
        Ok(changes)
    }

    /// Writes every manifest and, unless only a part was rendered, removes what an earlier run wrote and this one does
    /// not. Says which files it left alone because somebody changed them.
    ///
    /// # Errors
    ///
    /// A file cannot be written, or one that no run wrote stands in the way.
    pub fn write(&self, manifests: &[Manifest], partial: bool) -> Result<Vec<String>> {
        fs::create_dir_all(&self.path)
            .with_context(|| format!("cannot make the folder `{}`", self.path.display()))?;
        for manifest in manifests {
            let name = file_name(manifest);
            let there = read(&self.path.join(&name))?;
            if there.is_some_and(|text| text != manifest.yaml) && !self.written.contains_key(&name)
            {
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
        for manifest in manifests {
            let name = file_name(manifest);
            write(&self.path.join(&name), &manifest.yaml)?;
            list.insert(name, checksum(&manifest.yaml));
        }
        let left = if partial {
            Vec::new()
        } else {
            self.remove_stale(manifests)?
        };
        let lines: String = list
            .iter()
            .map(|(name, sum)| format!("{sum}  {name}\n"))
            .collect();
        write(&self.path.join(LIST), &lines)?;
        Ok(left)
    }

    fn remove_stale(&self, manifests: &[Manifest]) -> Result<Vec<String>> {
        let mut left = Vec::new();
        for name in self.stale(manifests) {
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

    fn stale(&self, manifests: &[Manifest]) -> Vec<&String> {
        let names: Vec<String> = manifests.iter().map(file_name).collect();
        // the list is a file that anybody can write: only plain names are believed
        let plain = |name: &String| !name.contains(['/', '\\']) && name.as_str() != LIST;
        self.written
            .keys()
            .filter(|name| plain(name) && !names.contains(name))
            .collect()
    }
}

fn file_name(manifest: &Manifest) -> String {
    format!("{}-{}.yaml", manifest.kind, manifest.name)
}

fn checksum(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
