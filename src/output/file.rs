//! Files, whole or not at all.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::layers::{Disk, Files, refused};
use crate::problem::Place;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone: it holds a secret.
    Owner,
    /// As any program would make it.
    Anybody,
}

/// What a file holds, line ends as this program writes them; `None` when there is none. A checkout may have other line
/// ends, which mean nothing in what is written here.
///
/// # Errors
///
/// It cannot be read, is larger than anything that is written here, or is a link, which would lead elsewhere.
pub fn read(path: &Path) -> Result<Option<String>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
        Ok(metadata) if metadata.is_symlink() => bail!(
            "`{}` is a link, and links are not followed here: remove it",
            path.display()
        ),
        Ok(_) => {}
    }
    let bytes = Disk.read(path).map_err(|refusal| {
        let problem = refused(&format!("`{}`", path.display()), &refusal, Place::Nowhere);
        anyhow::Error::msg(problem.found)
    })?;
    // what is no text is other than what is written here, that is all that matters
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(Some(match text.contains('\r') {
        true => text.replace("\r\n", "\n"),
        false => text,
    }))
}

/// The whole file or none of it: a reader never sees half.
///
/// # Errors
///
/// It cannot be written.
pub fn write(path: &Path, text: &str, readers: Readers) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let save = || -> Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".pgedge-tpl-")
            .permissions(permissions(readers))
            .tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    save().with_context(|| format!("cannot write `{}`", path.display()))
}

#[cfg(unix)]
fn permissions(readers: Readers) -> fs::Permissions {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Anybody => 0o644,
    };
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}
