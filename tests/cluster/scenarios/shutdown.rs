//! Containers that have to end, and one that must not begin.

use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{FIRST, SECOND, running, two_nodes};
use crate::platform::Platform;

const FAST: Duration = Duration::from_secs(10);

/// One idle client was enough for a stop to last until the KILL; a stop in the first boot left a node that never came up.
pub fn fast(platform: &mut Platform) -> Result<()> {
    platform.prepare(&two_nodes())?;
    for pause in [100, 900, 2_500] {
        let node = platform.get(FIRST)?;
        node.start()?;
        std::thread::sleep(Duration::from_millis(pause));
        let took = node.stop()?;
        ensure!(
            took < FAST,
            "a stop {pause} ms after the first start took {took:?}"
        );
    }
    running(platform, &two_nodes())?;

    let client = platform.get(SECOND)?.client()?;
    let busy = std::thread::spawn(move || client.sql("SELECT pg_sleep(30)"));
    std::thread::sleep(Duration::from_secs(1));
    let took = platform.get(SECOND)?.stop()?;
    ensure!(took < FAST, "a stop with a client connected took {took:?}");
    ensure!(
        busy.join().is_ok_and(|query| query.is_err()),
        "the client's query outlived the server"
    );

    platform.get(SECOND)?.start()?;
    platform.wait_ready(120)?;
    platform.check_mesh()
}

/// A data directory of another version, or of something else, was written to or taken for empty.
pub fn foreign_directory(platform: &mut Platform) -> Result<()> {
    platform.prepare(&two_nodes())?;
    for (file, content) in [("PG_VERSION", "14\n"), ("photo.jpeg", "not ours")] {
        let node = platform.get(FIRST)?;
        node.empty_volume()?;
        let directory = node.volume().join("pgdata");
        fs::create_dir(&directory)?;
        fs::write(directory.join(file), content)?;
        node.own_volume()?;

        node.start()?;
        let status = node.end(FAST)?;
        ensure!(
            status.is_some_and(|status| !status.success()),
            "it ended with {status:?}"
        );
        ensure!(
            node.log()?.contains("nothing was changed"),
            "it did not say why"
        );
        let files: Vec<_> = fs::read_dir(&directory)?
            .map(|entry| entry.map(|file| file.file_name()))
            .collect::<Result<_, _>>()?;
        ensure!(
            files == [file] && fs::read_to_string(directory.join(file))? == content,
            "the directory was changed"
        );
    }
    Ok(())
}
