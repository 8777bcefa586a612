//! Files on a real disk: what cannot be read is said in one sentence, at once.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use pgedge_tpl::cli::ValueFlags;
use pgedge_tpl::layers;
use pgedge_tpl::problem::Code;

/// What is said about a file.
fn said(path: &Path) -> (Code, String) {
    let flags = ValueFlags {
        files: vec![path.to_owned()],
        ..ValueFlags::default()
    };
    let start = Instant::now();
    let (_, problems) = layers::read(&flags, "");
    assert!(start.elapsed() < Duration::from_secs(1));
    let mut problems = problems.into_iter();
    let problem = problems.next().expect("a problem");
    assert!(problems.next().is_none() && problem.fix.is_some());
    let name = path.display().to_string();
    (problem.code, problem.found.replace(&name, "FILE"))
}

#[test]
fn what_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let huge = File::create(path("huge.yaml")).expect("a file");
    huge.set_len(100 << 20).expect("100 MB");
    fs::write(path("latin1.yaml"), b"gvc:\n  name: caf\xe9\n").expect("a file");
    fs::write(path("nul.yaml"), b"image: a\0b\n").expect("a file");
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
            "`FILE`: larger than 4 MiB",
        ),
        (
            path("latin1.yaml"),
            Code::File,
            "`FILE`: not UTF-8 text (byte 16, in line 2)",
        ),
        (
            path("nul.yaml"),
            Code::File,
            "`FILE`: a NUL character, so not a text file (byte 8, in line 1)",
        ),
    ] {
        assert_eq!(said(&path), (code, found.to_owned()));
    }
}

/// A device has no size that could be asked for.
#[cfg(target_os = "linux")]
#[test]
fn what_never_ends() {
    let found = "`FILE`: larger than 4 MiB".to_owned();
    assert_eq!(said(Path::new("/dev/zero")), (Code::TooLarge, found));
}
