//! Files on a real disk: what cannot be read is said in one sentence, at once.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use pgedge_tpl::cli::ValueFlags;
use pgedge_tpl::layers::{self, Sources};
use pgedge_tpl::problem::{Code, Problem};

/// What is said about a file.
fn said(path: &Path) -> (Code, String) {
    let flags = ValueFlags {
        files: vec![path.to_owned()],
        ..ValueFlags::default()
    };
    let start = Instant::now();
    let (_, problems) = layers::read(&flags, &Sources::default());
    // for ever, without a bound
    assert!(start.elapsed() < Duration::from_secs(20));
    let problems: Vec<Problem> = problems.into_iter().collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].fix.is_some());
    let name = path.display().to_string();
    (problems[0].code, problems[0].found.replace(&name, "FILE"))
}

#[test]
fn what_cannot_be_read() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let huge = File::create(path("huge.yaml"))?;
    huge.set_len(100 << 20)?;
    fs::write(path("latin1.yaml"), b"gvc:\n  name: caf\xe9\n")?;
    fs::write(path("nul.yaml"), b"image: a\0b\n")?;
    for (path, code, found) in [
        (
            path("gone.yaml"),
            Code::File,
            "`FILE`: there is no such file",
        ),
        (
            folder.path().to_owned(),
            Code::File,
            "`FILE`: this is a folder",
        ),
        (
            path("huge.yaml"),
            Code::TooLarge,
            "`FILE`: this is larger than 4 MiB",
        ),
        (
            path("latin1.yaml"),
            Code::File,
            "`FILE`: this is not UTF-8 text (byte 16, in line 2)",
        ),
        (
            path("nul.yaml"),
            Code::File,
            "`FILE`: this holds a NUL character, so it is not a text file (byte 8, in line 1)",
        ),
    ] {
        assert_eq!(said(&path), (code, found.to_owned()));
    }
    Ok(())
}

/// A device has no size that could be asked for.
#[cfg(target_os = "linux")]
#[test]
fn what_never_ends() {
    let found = "`FILE`: this is larger than 4 MiB".to_owned();
    assert_eq!(said(Path::new("/dev/zero")), (Code::TooLarge, found));
}
