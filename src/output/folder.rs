//! A folder with one file for each resource. A list beside them says what was written, so that a later run removes
//! its own files and never one of the user's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::file::{Readers, read, write};
use crate::layers::secret;
use crate::manifests::{Manifest, kinds};

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
    /// not.
    ///
    /// # Errors
    ///
    /// A file cannot be written, one that no run wrote stands in the way, or another run is at work.
    pub fn write(&self, manifests: &[Manifest], wishes: Wishes) -> Result<Kept> {
        fs::create_dir_all(&self.path)
            .with_context(|| format!("cannot make the folder `{}`", self.path.display()))?;
        let _lock = self.lock()?;
        let mut kept = Kept::default();
        let mut wanted = Vec::new();
        for manifest in manifests {
            let name = file_name(manifest);
            let there = read(&self.path.join(&name))?.filter(|text| *text != manifest.yaml);
            match (there, self.written.contains_key(&name)) {
                (Some(_), false) => bail!(
                    "`{}` is there and no earlier run wrote it: move it away, or choose another folder",
                    self.path.join(name).display()
                ),
                (Some(text), true) if !wishes.is_forced && !self.is_untouched(&name, &text) => {
                    kept.edited.push(name);
                }
                _ => wanted.push((name, manifest)),
            }
        }
        let mut list = self.written.clone();
        for (name, manifest) in wanted {
            write(&self.path.join(&name), &manifest.yaml, readers(manifest))?;
            list.insert(name, checksum(&manifest.yaml));
        }
        if !wishes.is_partial {
            kept.stale = self.remove_stale(manifests)?;
            let names: BTreeSet<String> = manifests.iter().map(file_name).collect();
            list.retain(|name, _| names.contains(name));
        }
        let lines: String = list
            .iter()
            .map(|(name, sum)| format!("{sum}  {name}\n"))
            .collect();
        write(&self.path.join(LIST), &lines, Readers::Anybody)?;
        Ok(kept)
    }

    /// Held until it is dropped.
    fn lock(&self) -> Result<File> {
        let folder = File::open(&self.path)
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

    /// The list is a file that anybody can write: only names that manifests have are believed.
    fn stale(&self, manifests: &[Manifest]) -> Vec<&String> {
        let names: BTreeSet<String> = manifests.iter().map(file_name).collect();
        self.written
            .keys()
            .filter(|name| is_file_name(name) && !names.contains(*name))
            .collect()
    }
}

fn file_name(manifest: &Manifest) -> String {
    format!("{}-{}.yaml", manifest.kind, manifest.name)
}

/// Whether a manifest may have a file of this name.
fn is_file_name(name: &str) -> bool {
    let rest = name.strip_suffix(".yaml").unwrap_or_default();
    let name = kinds().find_map(|kind| rest.strip_prefix(kind)?.strip_prefix('-'));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

fn readers(manifest: &Manifest) -> Readers {
    match manifest.kind {
        "secret" if !manifest.is_redacted() => Readers::Owner,
        _ => Readers::Anybody,
    }
}

/// Of what may be seen: of a dictionary its keys, of everything else what stands behind no secret's word.
fn checksum(text: &str) -> String {
    let is_dictionary = text.lines().any(|line| line == "type: dictionary");
    let mut is_data = false;
    let mut seen = Sha256::new();
    for line in text.lines() {
        let is_below = line.starts_with(' ');
        is_data = line == "data:" || is_data && is_below;
        match line
            .split_once(':')
            .filter(|_| is_dictionary && is_data && is_below)
        {
            Some((key, _)) => seen.update(key),
            None => seen.update(secret::hidden(line)),
        }
        seen.update("\n");
    }
    seen.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
