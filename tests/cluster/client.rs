//! Someone inside a container, with its environment: a probe, or an application with the credentials.

use std::ffi::OsStr;
use std::io::{Seek, Write};
use std::process::Command;

use anyhow::{Result, bail};

use crate::bundle::Container;
use crate::replica::GROUP;

#[derive(Clone)]
pub struct Client {
    name: String,
    /// The container's PID 1, as seen from outside.
    process: u32,
    user: u64,
    environment: Vec<(String, String)>,
    /// Seconds that a program may take.
    patience: u64,
}

impl Client {
    pub fn new(container: &Container, process: u32, path: &str) -> Self {
        let variable = |name: &str| {
            let found = container.environment.iter().find(|(key, _)| key == name);
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        let mut environment = container.environment.clone();
        environment.extend([
            ("PATH".to_owned(), format!("{path}:/sbin")),
            ("PGHOST".to_owned(), "127.0.0.1".to_owned()),
            ("PGCONNECT_TIMEOUT".to_owned(), "10".to_owned()),
            ("PGUSER".to_owned(), variable("PG_USERNAME")),
            ("PGPASSWORD".to_owned(), variable("PG_PASSWORD")),
            ("PGDATABASE".to_owned(), variable("PG_DATABASE")),
        ]);
        Self {
            name: container.name.clone(),
            process,
            user: container.user,
            environment,
            patience: 60,
        }
    }

    /// With so many seconds for each program.
    pub fn patient(mut self, seconds: u64) -> Self {
        self.patience = seconds;
        self
    }

    /// Runs a program that is expected to succeed, and returns what it prints.
    pub fn run(&self, words: &[impl AsRef<OsStr>]) -> Result<String> {
        self.feed(words, "")
    }

    /// Like `run`, with something to read.
    pub fn feed(&self, words: &[impl AsRef<OsStr>], input: &str) -> Result<String> {
        let mut file = tempfile::tempfile()?;
        file.write_all(input.as_bytes())?;
        file.rewind()?;
        let output = Command::new("timeout")
            .arg(self.patience.to_string())
            .args(["nsenter", "--target", &self.process.to_string()])
            .args(["--mount", "--net", "--pid", "--ipc", "--uts", "--root"])
            // a working directory inside the new root
            .args(["env", "--chdir=/"])
            .args([
                "setpriv",
                &format!("--reuid={}", self.user),
                &format!("--regid={GROUP}"),
                "--clear-groups",
            ])
            .args(words)
            .env_clear()
            .envs(self.environment.iter().cloned())
            .stdin(file)
            .output()?;
        if !output.status.success() {
            bail!(
                "{}: {}",
                self.name,
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    /// With another password than that in the container's environment.
    pub fn with_password(mut self, password: &str) -> Self {
        self.environment
            .push(("PGPASSWORD".to_owned(), password.to_owned()));
        self
    }

    /// Runs SQL over TCP, on a node or through a pooler.
    pub fn sql(&self, statement: &str) -> Result<String> {
        self.run(&["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement])
    }
}
