//! Reading files and stdin, within bounds.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most that is read of one file. A values file has a few kilobytes.
pub(super) const LIMIT: u64 = 4 << 20;

/// Where files come from.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Says why there are none.
    fn read(&self, path: &Path) -> Result<Vec<u8>, Refusal>;

    /// The bytes of standard input.
    ///
    /// # Errors
    /// Says why there are none.
    fn stdin(&self) -> Result<Vec<u8>, Refusal>;
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing has that name.
    Missing,
    /// It is a folder.
    Folder,
    /// The system says no.
    Denied,
    /// More than [`LIMIT`] bytes.
    TooLarge,
    /// Nobody may ever write to it.
    Pipe,
    /// Standard input, for the second time.
    StdinTwice,
    /// What the system says.
    Other(String),
}

/// The real ones.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Refusal> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(Refusal::Folder);
        }
        // of a shell, `<(…)` and standard input are pipes that somebody writes to; with a name of its own, one may wait
        // for ever
        let is_of_a_shell = path.starts_with("/dev") || path.starts_with("/proc");
        if is_pipe(&metadata) && !is_of_a_shell {
            return Err(Refusal::Pipe);
        }
        let file = File::open(path)?;
        if metadata.len() > LIMIT {
            return Err(Refusal::TooLarge);
        }
        bounded(file, metadata.len())
    }

    fn stdin(&self) -> Result<Vec<u8>, Refusal> {
        bounded(io::stdin().lock(), 0)
    }
}

/// Files that are only in memory, for tests.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Their bytes by name.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// What stdin gives.
    pub stdin: Vec<u8>,
}

impl Memory {
    /// One more file.
    #[must_use]
    pub fn with(mut self, name: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.into(), content.into());
        self
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Refusal> {
        bounded(self.files.get(path).ok_or(Refusal::Missing)?.as_slice(), 0)
    }

    fn stdin(&self) -> Result<Vec<u8>, Refusal> {
        bounded(self.stdin.as_slice(), 0)
    }
}

/// Sizes can be unknown (a pipe) or wrong (`/proc`), so the bound holds while reading too.
fn bounded(from: impl Read, size: u64) -> Result<Vec<u8>, Refusal> {
    // with room to spare, the end is found without growing
    let room = usize::try_from(size).map_or(0, |size| size + 64);
    let mut bytes = Vec::with_capacity(room);
    from.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        Err(Refusal::TooLarge)
    } else {
        Ok(bytes)
    }
}

#[cfg(unix)]
fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    kind.is_fifo() || kind.is_socket()
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::IsADirectory => Self::Folder,
            io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Other(error.to_string()),
        }
    }
}
