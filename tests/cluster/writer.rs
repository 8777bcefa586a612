//! A client that goes on writing to one replica while things happen to the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::client::Client;

pub struct Writer {
    ended: Arc<AtomicBool>,
    written: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Writes small transactions until it is told to end; one that fails is not repeated.
    pub fn start(client: Client) -> Self {
        let (ended, written) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let (stop, count) = (Arc::clone(&ended), Arc::clone(&written));
        let thread = std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                if client.sql("INSERT INTO items SELECT gen_random_uuid(), 'writer' FROM generate_series(1, 5)").is_ok() {
                    count.fetch_add(5, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Self {
            ended,
            written,
            thread: Some(thread),
        }
    }

    /// How many rows the server has confirmed so far.
    pub fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }

    /// Ends it, and says how many rows the server has confirmed.
    pub fn stop(mut self) -> Result<usize> {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().map_err(|_| anyhow!("the writer panicked"))?;
        }
        Ok(self.written())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
