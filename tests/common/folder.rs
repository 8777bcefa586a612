//! A folder of its own, in which a test lets the program run.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::Result;

pub struct Folder(TempDir);

impl Folder {
    pub fn empty() -> Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file in it, whose folders are made.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path().join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(path, text)?)
    }
}
