//! Files, whole or not at all.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// What a file holds; `None` when there is none.
///
/// # Errors
///
/// It cannot be read.
pub fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        // what is no text is other than what is written here, that is all that matters
        Ok(bytes) => Ok(Some(String::from_utf8(bytes).unwrap_or_else(|error| {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// The whole file or none of it: a reader never sees half.
///
/// # Errors
///
/// It cannot be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let save = || -> Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".pgedge-tpl-")
            .permissions(readable())
            .tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    save().with_context(|| format!("cannot write `{}`", path.display()))
}

/// As any program would make it: temporary files are for their owner alone by default.
#[cfg(unix)]
fn readable() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}
