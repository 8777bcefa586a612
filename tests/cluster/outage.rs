//! How long writes through poolers fail when something happens to the primary.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::client::Client;
use crate::platform::Platform;

/// What clients saw of it.
#[derive(Debug)]
pub struct Outage {
    /// From the event to the first write behind the last one that failed.
    pub back: Duration,
    /// How many writes failed, and how many did not.
    pub failed: usize,
    pub written: usize,
    /// The longest that a client waited, for an answer or an error.
    pub longest: Duration,
    /// The longest time without a write through one of the poolers.
    pub gap: Duration,
}

/// One write, by a client of its own.
struct Write {
    begun: Instant,
    ended: Instant,
    /// The address of the node that took it.
    reached: Option<String>,
}

type Writes = Arc<Mutex<Vec<Write>>>;

const WRITE: &str =
    "INSERT INTO items VALUES (gen_random_uuid(), 'pooled') RETURNING host(inet_server_addr())";
const EVERY: Duration = Duration::from_millis(200);
/// Writes in a row at the new primary, after which it is over.
const ENOUGH: usize = 8;

/// Writes through each of the poolers five times a second while something happens, until writes arrive at this node.
/// Who waits does so without a limit of its own.
pub fn measure(
    platform: &mut Platform,
    poolers: &[&str],
    node: &str,
    event: impl FnOnce(&mut Platform) -> Result<()>,
) -> Result<Outage> {
    let address = platform.get(node)?.link.address.clone();
    let writers: Vec<Writer> = poolers
        .iter()
        .map(|pooler| Ok(Writer::start(platform.get(pooler)?.client()?)))
        .collect::<Result<_>>()?;
    std::thread::sleep(Duration::from_secs(1));
    let start = Instant::now();
    event(platform)?;
    while !writers.iter().all(|writer| writer.has_arrived(&address)) {
        if start.elapsed() > Duration::from_secs(240) {
            bail!("writes do not arrive at {node}");
        }
        std::thread::sleep(EVERY);
    }
    let mut sum = Outage {
        back: Duration::ZERO,
        failed: 0,
        written: 0,
        longest: Duration::ZERO,
        gap: Duration::ZERO,
    };
    for writer in writers {
        let writes = writer.end()?;
        let failed: Vec<&Write> = writes.iter().filter(|it| it.reached.is_none()).collect();
        let last = failed.iter().map(|it| it.begun).max().unwrap_or(start);
        let behind = writes
            .iter()
            .filter(|it| it.reached.is_some() && it.begun > last);
        let back = behind
            .map(|it| it.ended)
            .min()
            .context("no write behind the last failure")?;
        sum.back = sum.back.max(back.saturating_duration_since(start));
        sum.failed += failed.len();
        sum.written += writes.len() - failed.len();
        let mut done: Vec<Instant> = writes
            .iter()
            .filter(|it| it.reached.is_some())
            .map(|it| it.ended)
            .collect();
        done.sort_unstable();
        let gaps = done.windows(2).map(|pair| pair[1] - pair[0]);
        sum.gap = sum.gap.max(gaps.max().unwrap_or_default());
        for write in &writes {
            sum.longest = sum.longest.max(write.ended - write.begun);
        }
    }
    Ok(sum)
}

struct Writer {
    writes: Writes,
    ended: Arc<AtomicBool>,
    thread: JoinHandle<Vec<JoinHandle<()>>>,
}

impl Writer {
    fn start(client: Client) -> Self {
        let (writes, ended) = (Writes::default(), Arc::new(AtomicBool::new(false)));
        let (all, is_over) = (Arc::clone(&writes), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            let mut waiting = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let (client, writes) = (client.clone(), Arc::clone(&all));
                waiting.push(std::thread::spawn(move || {
                    let begun = Instant::now();
                    let reached = client.sql(WRITE).ok();
                    let ended = Instant::now();
                    if let Ok(mut writes) = writes.lock() {
                        writes.push(Write {
                            begun,
                            ended,
                            reached,
                        });
                    }
                }));
                std::thread::sleep(EVERY);
            }
            waiting
        });
        Self {
            writes,
            ended,
            thread,
        }
    }

    /// Whether the writes that ended last arrived there.
    fn has_arrived(&self, address: &str) -> bool {
        self.writes.lock().is_ok_and(|writes| {
            let last = writes.iter().rev().take(ENOUGH);
            last.filter(|it| it.reached.as_deref() == Some(address))
                .count()
                == ENOUGH
        })
    }

    /// Waits for those that still wait.
    fn end(self) -> Result<Vec<Write>> {
        self.ended.store(true, Ordering::Relaxed);
        let panicked = |_| anyhow!("a writer panicked");
        for waiting in self.thread.join().map_err(panicked)? {
            waiting.join().map_err(panicked)?;
        }
        let mut writes = self
            .writes
            .lock()
            .map_err(|_| anyhow!("a writer panicked"))?;
        Ok(std::mem::take(&mut writes))
    }
}
