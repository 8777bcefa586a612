//! The platform's part: it makes the replicas what the bundle says, and tells them each other's addresses.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::bundle::{Bundle, Container, Values};
use crate::network::{Link, Network};
use crate::replica::Replica;
use crate::sandbox::DIRECTORY;
use crate::wait;

/// The rows that every node has to hold alike.
const CONTENT: &str = "SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, ' ' ORDER BY id)), '-') FROM items t";

/// Of what PostgreSQL logs, what says nothing about a failure: each step of each replication connection.
const REPLICATION: [&str; 18] = [
    "REPLICATION SLOT",
    "_REPLICATION_SLOT",
    "logical decoding",
    "running transactions",
    "Streaming transactions",
    "detaching cleanly",
    "starting apply",
    "exiting with error",
    "background worker",
    "CONFLICT",
    "existing local tuple",
    "from remote relation",
    "queued SQL statement",
    "apply SQL in commit",
    "retried 5 times",
    "caught initial exception",
    "remote tuple",
    "skipping missing configuration file",
];

pub struct Platform {
    /// Before the network: they are attached to it.
    pub replicas: Vec<Replica>,
    network: Network,
    directory: tempfile::TempDir,
    /// Addresses and names of what is no replica.
    hosts: Vec<(String, &'static str)>,
    /// Whether a container that runs sees the new content of its files. What the platform does is not known.
    pub refreshes_files: bool,
}

impl Platform {
    pub fn new() -> Result<Self> {
        let directory = tempfile::tempdir_in(DIRECTORY)?;
        fs::write(directory.path().join("hosts"), "")?;
        Ok(Self {
            replicas: Vec::new(),
            network: Network::new()?,
            directory,
            hosts: Vec::new(),
            refreshes_files: true,
        })
    }

    /// Makes every replica of the bundle that is missing, takes those away that it does not have any more, and gives
    /// the rest the new content of their files. It starts the new ones and restarts nothing: the platform would, one
    /// after the other, and a scenario that is about restarts does so itself.
    pub fn apply(&mut self, values: &Values) -> Result<()> {
        let wanted = Bundle::render(values)?.containers()?;
        self.remove_all_but(&wanted)?;
        self.create(wanted)?;
        for replica in &mut self.replicas {
            if !replica.runs()? {
                replica.start()?;
            }
        }
        Ok(())
    }

    /// Every volume is lost, and every container begins again.
    pub fn lose_everything(&mut self) -> Result<()> {
        self.empty_all()?;
        for replica in &mut self.replicas {
            replica.start()?;
        }
        self.wait_ready(120)
    }

    /// The same, and with other values.
    pub fn begin_anew(&mut self, values: &Values) -> Result<()> {
        self.empty_all()?;
        self.apply(values)?;
        self.wait_ready(120)
    }

    fn empty_all(&mut self) -> Result<()> {
        for replica in &mut self.replicas {
            replica.kill()?;
            replica.empty_volume()?;
        }
        Ok(())
    }

    /// Like `apply`, but nothing starts yet.
    pub fn prepare(&mut self, values: &Values) -> Result<()> {
        self.create(Bundle::render(values)?.containers()?)
    }

    fn create(&mut self, wanted: Vec<Container>) -> Result<()> {
        for container in wanted {
            if let Some(replica) = self
                .replicas
                .iter_mut()
                .find(|replica| replica.name() == container.name)
            {
                replica.refresh(container, self.refreshes_files)?;
                continue;
            }
            let directory = self.directory.path().join(&container.name);
            let link = self.network.attach()?;
            self.replicas
                .push(Replica::new(container, link, directory, self.hosts_file())?);
        }
        self.write_hosts()
    }

    fn remove_all_but(&mut self, wanted: &[Container]) -> Result<()> {
        let is_wanted = |replica: &Replica| {
            wanted
                .iter()
                .any(|container| container.name == replica.name())
        };
        for replica in self
            .replicas
            .iter_mut()
            .filter(|replica| !is_wanted(replica))
        {
            if replica.runs()? {
                replica.stop()?;
            }
        }
        self.replicas.retain(is_wanted);
        Ok(())
    }

    fn hosts_file(&self) -> PathBuf {
        self.directory.path().join("hosts")
    }

    fn write_hosts(&self) -> Result<()> {
        let mut hosts = String::from("127.0.0.1 localhost\n");
        for replica in self
            .replicas
            .iter()
            .filter(|replica| !replica.container.addresses.is_empty())
        {
            writeln!(
                hosts,
                "{} {}",
                replica.link.address,
                replica.container.addresses.join(" ")
            )?;
        }
        for (address, name) in &self.hosts {
            writeln!(hosts, "{address} {name}")?;
        }
        Ok(fs::write(self.hosts_file(), hosts)?)
    }

    /// A place in the network for what is no replica.
    pub fn attach(&mut self, name: &'static str) -> Result<Link> {
        let link = self.network.attach()?;
        self.hosts.push((link.address.clone(), name));
        self.write_hosts()?;
        Ok(link)
    }

    /// A container that is none of the replicas, such as a job. Its log goes on where that of the one before ended.
    pub fn container(&mut self, container: Container) -> Result<Replica> {
        let directory = self.directory.path().join(&container.name);
        Replica::new(
            container,
            self.network.attach()?,
            directory,
            self.hosts_file(),
        )
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A replica by its name.
    pub fn get(&mut self, name: &str) -> Result<&mut Replica> {
        self.replicas
            .iter_mut()
            .find(|replica| replica.name() == name)
            .with_context(|| format!("there is no {name}"))
    }

    pub fn nodes(&self) -> impl Iterator<Item = &Replica> {
        self.replicas
            .iter()
            .filter(|replica| replica.container.volume.is_some())
    }

    pub fn sql(&mut self, name: &str, statement: &str) -> Result<String> {
        self.get(name)?.sql(statement)
    }

    /// Waits until the readiness probes of all replicas succeed; their liveness probes have to as well by then.
    pub fn wait_ready(&self, seconds: u64) -> Result<()> {
        wait::until(seconds, "all replicas are ready", || {
            let missing: Vec<&str> = self
                .replicas
                .iter()
                .filter(|replica| !replica.is_ready())
                .map(Replica::name)
                .collect();
            Ok((!missing.is_empty()).then(|| format!("not ready: {}", missing.join(", "))))
        })?;
        let dead = self.replicas.iter().find(|replica| !replica.is_alive());
        ensure!(
            dead.is_none(),
            "ready, but not alive: {:?}",
            dead.map(Replica::name)
        );
        Ok(())
    }

    /// The table of the scenarios, made on the first node by plain DDL.
    pub fn create_table(&self) -> Result<()> {
        let first = self.nodes().next().context("no nodes")?;
        first.sql("CREATE TABLE items (id text PRIMARY KEY, note text)")?;
        wait::until(30, "the table is on every node", || {
            Ok(self
                .nodes()
                .find_map(|node| node.sql("SELECT FROM items").err())
                .map(|error| error.to_string()))
        })
        .map(drop)
    }

    /// Waits until every node has the same rows, and at least `rows`; returns what they have.
    pub fn wait_equal(&self, rows: usize, seconds: u64) -> Result<String> {
        let mut equal = String::new();
        wait::until(
            seconds,
            &format!("every node has the same {rows} rows"),
            || {
                let contents: Vec<String> = self
                    .nodes()
                    .map(|node| node.sql(CONTENT))
                    .collect::<Result<_>>()?;
                let first = contents.first().context("no nodes")?;
                let count: usize = first.split(' ').next().unwrap_or("").parse()?;
                equal.clone_from(first);
                let done = count >= rows && contents.iter().all(|content| content == first);
                Ok((!done).then(|| format!("{contents:?}")))
            },
        )?;
        Ok(equal)
    }

    /// The first rows of a cluster: every node writes some, and every one gets them all.
    pub fn check_mesh(&self) -> Result<()> {
        self.wait_ready(120)?;
        let before: usize = self
            .nodes()
            .next()
            .context("no nodes")?
            .sql("SELECT count(*) FROM items")?
            .parse()?;
        let mut written = before;
        for node in self.nodes() {
            written += 10;
            node.sql(
                "INSERT INTO items SELECT gen_random_uuid(), 'mesh' FROM generate_series(1, 10)",
            )?;
        }
        let equal = self.wait_equal(written, 60)?;
        ensure!(
            equal.starts_with(&format!("{written} ")),
            "{written} rows were written, there are {equal}"
        );
        Ok(())
    }

    /// What every replica logged last.
    pub fn logs(&self) -> String {
        let mut all = String::new();
        for replica in &self.replicas {
            let log = replica.log().unwrap_or_default();
            let lines: Vec<&str> = log
                .lines()
                .filter(|line| !REPLICATION.iter().any(|noise| line.contains(noise)))
                .collect();
            let tail = lines[lines.len().saturating_sub(40)..].join("\n");
            all += &format!("--- {}\n{tail}\n", replica.name());
        }
        all
    }
}
