//! One container: what it is made of, the process that runs in it, and what can be done to it from outside.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::bundle::{Container, Probe};
use crate::client::Client;
use crate::network::Link;
use crate::postgres::{self, PostgreSql};
use crate::sandbox::run;
use crate::wait;

const CONTAINER: &str = include_str!("container.sh");
const FAKE_PGCAT: &str = include_str!("fake_pgcat.py");

/// The group that the images' users belong to, and the volume's.
pub const GROUP: u32 = 1000;

pub struct Replica {
    pub container: Container,
    pub link: Link,
    /// Its own folder: volume, mounted files, log.
    directory: PathBuf,
    /// The names of all replicas, shared by all.
    hosts: PathBuf,
    postgresql: &'static PostgreSql,
    process: Option<Child>,
}

impl Replica {
    pub fn new(
        container: Container,
        link: Link,
        directory: PathBuf,
        hosts: PathBuf,
    ) -> Result<Self> {
        fs::create_dir_all(directory.join("root"))?;
        let replica = Self {
            container,
            link,
            directory,
            hosts,
            postgresql: postgres::installed()?,
            process: None,
        };
        // one that was here before has left its volume
        fs::create_dir_all(replica.volume())?;
        replica.own_volume()?;
        Ok(replica)
    }

    pub fn name(&self) -> &str {
        &self.container.name
    }

    // The platform's side: containers start and end

    pub fn start(&mut self) -> Result<()> {
        ensure!(self.process.is_none(), "{} runs already", self.name());
        let mounts = self.mounts()?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_file())?;
        let [user, group] = [self.container.user.to_string(), GROUP.to_string()];
        let process = Command::new("nsenter")
            .arg(format!("--net=/run/netns/{}", self.link.namespace))
            .args([
                "unshare",
                "--mount",
                "--pid",
                "--ipc",
                "--uts",
                "--fork",
                "--kill-child",
            ])
            .args(["bash", "-c", CONTAINER, "container.sh"])
            .arg(self.directory.join("root"))
            .args([user, group])
            .args(&self.container.command)
            .env_clear()
            .envs(self.container.environment.iter().cloned())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PATH_INSIDE", self.path())
            .env("MOUNTS", mounts)
            .env("PROGRAMS", self.programs()?)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot run nsenter")?;
        self.process = Some(process);
        for _ in 0..2_000 {
            if !self.runs()? || self.has_begun() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("{} does not begin", self.name())
    }

    /// Whether the command has taken the place of what sets the container up.
    fn has_begun(&self) -> bool {
        let Some(process) = self.main_process() else {
            return false;
        };
        let words = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let wanted = self
            .container
            .command
            .iter()
            .flat_map(|word| [word.as_bytes(), b"\0"].concat());
        words == wanted.collect::<Vec<u8>>()
    }

    fn path(&self) -> &'static str {
        "/usr/pgsql-17/bin:/usr/bin:/bin"
    }

    /// Writes the mounted files anew, and lists everything that belongs in the container's file system.
    fn mounts(&self) -> Result<String> {
        let mut mounts = format!("{} /etc/hosts ro\n", self.hosts.display());
        for (source, target) in &self.postgresql.mounts {
            mounts += &format!("{} {} ro\n", source.display(), target.display());
        }
        for (source, target) in &self.container.mounts {
            mounts += &format!("{} {}\n", source.display(), target.display());
        }
        if let Some(place) = &self.container.volume {
            mounts += &format!("{} {}\n", self.volume().display(), place.display());
        }
        for (number, (place, content)) in self.container.files.iter().enumerate() {
            let file = self.directory.join(format!("file-{number}"));
            // in place: a container that runs sees the new content
            fs::write(&file, content)?;
            mounts += &format!("{} {} ro\n", file.display(), place.display());
        }
        Ok(mounts)
    }

    /// A directory with pgcat, or with what stands in for it, with PgBouncer, which Debian has in `sbin`, and with the
    /// container's own.
    fn programs(&self) -> Result<PathBuf> {
        let directory = self.directory.join("programs");
        fs::create_dir_all(&directory)?;
        let pgcat = directory.join("pgcat");
        match std::env::var_os("PGEDGE_TEST_PGCAT") {
            Some(real) => fs::copy(real, &pgcat).map(drop)?,
            None => fs::write(&pgcat, FAKE_PGCAT)?,
        }
        let pgbouncer = std::env::var_os("PGEDGE_TEST_PGBOUNCER");
        let pgbouncer = PathBuf::from(pgbouncer.unwrap_or("/usr/sbin/pgbouncer".into()));
        if pgbouncer.is_file() {
            fs::copy(pgbouncer, directory.join("pgbouncer"))?;
        }
        for (name, text) in &self.container.programs {
            fs::write(directory.join(name), text)?;
        }
        for program in fs::read_dir(&directory)? {
            fs::set_permissions(program?.path(), Permissions::from_mode(0o755))?;
        }
        Ok(directory)
    }

    /// What the next start runs; what runs now sees the new content of its files, or does not.
    pub fn refresh(&mut self, container: Container, at_once: bool) -> Result<()> {
        self.container = container;
        if at_once {
            self.mounts()?;
        }
        Ok(())
    }

    /// The container's PID 1, as seen from here; `None` when it does not run.
    fn main_process(&self) -> Option<u32> {
        let outer = self.process.as_ref()?.id();
        let children = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    fn signal(&self, name: &str) -> Result<()> {
        let process = self
            .main_process()
            .with_context(|| format!("{} does not run", self.name()))?;
        run("kill", &[&format!("-{name}"), &process.to_string()])
    }

    /// As when the machine fails: everything in the container is gone at once.
    pub fn kill(&mut self) -> Result<()> {
        if self.main_process().is_some() {
            self.signal("KILL")?;
        }
        self.end(Duration::from_secs(10)).map(drop)
    }

    /// The begin of that: it ends by itself.
    pub fn tell_to_stop(&self) -> Result<()> {
        self.signal("TERM")
    }

    /// As the platform stops a container: TERM, and KILL when the grace period is over, which is an error here.
    pub fn stop(&mut self) -> Result<Duration> {
        let start = Instant::now();
        self.signal("TERM")?;
        if self.end(self.container.grace).is_err() {
            self.kill()?;
            bail!("{} had to be killed after its grace period", self.name());
        }
        Ok(start.elapsed())
    }

    /// Waits for a container that ends by itself.
    pub fn end(&mut self, patience: Duration) -> Result<Option<ExitStatus>> {
        let start = Instant::now();
        while let Some(process) = &mut self.process {
            if let Some(status) = process.try_wait()? {
                self.process = None;
                return Ok(Some(status));
            }
            ensure!(
                start.elapsed() < patience,
                "{} has not ended within {patience:?}",
                self.name()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(None)
    }

    pub fn runs(&mut self) -> Result<bool> {
        if let Some(process) = &mut self.process
            && process.try_wait()?.is_some()
        {
            self.process = None;
        }
        Ok(self.process.is_some())
    }

    /// A lost volume: the next container begins with an empty one.
    pub fn empty_volume(&self) -> Result<()> {
        self.clear_volume()?;
        self.own_volume()
    }

    /// A copy of the volume as it is at this moment, as the platform's snapshots are.
    pub fn snapshot(&self) -> Result<PathBuf> {
        let copy = self.directory.join("snapshot");
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        // all of one moment, as a snapshot of the disk is
        let client = self.client()?;
        client.run(&["bash", "-c", "kill -STOP -1"])?;
        let (from, to) = (self.volume(), copy.display().to_string());
        let copied = run("cp", &["-a", &from.display().to_string(), &to]);
        client.run(&["bash", "-c", "kill -CONT -1"])?;
        copied.map(|()| copy)
    }

    /// The volume becomes what the snapshot was.
    pub fn restore(&self) -> Result<()> {
        self.clear_volume()?;
        let from = self.directory.join("snapshot/.").display().to_string();
        run("cp", &["-a", &from, &self.volume().display().to_string()])
    }

    /// It may be a mount of its own, so the directory stays.
    fn clear_volume(&self) -> Result<()> {
        let volume = self.volume().display().to_string();
        run("find", &[&volume, "-mindepth", "1", "-delete"])
    }

    /// A volume of so many MiB, from the next start on.
    pub fn limit_volume(&self, mib: u64) -> Result<()> {
        let volume = self.volume().display().to_string();
        let size = format!("size={mib}m");
        run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &volume])?;
        self.own_volume()
    }

    /// Leaves no room on the volume, until the file that it answers is removed.
    pub fn fill_volume(&self) -> Result<PathBuf> {
        let filler = self.volume().join("filler");
        let mut file = OpenOptions::new().create(true).append(true).open(&filler)?;
        for block in [vec![0; 1 << 20], vec![0; 1 << 12]] {
            while file.write_all(&block).is_ok() {}
        }
        Ok(filler)
    }

    /// Everything on the volume is the container's user's.
    pub fn own_volume(&self) -> Result<()> {
        let owner = format!("{}:{GROUP}", self.container.user);
        run(
            "chown",
            &["-R", &owner, &self.volume().display().to_string()],
        )
    }

    pub fn volume(&self) -> PathBuf {
        self.directory.join("volume")
    }

    // Probes

    pub fn is_ready(&self) -> bool {
        self.probe(&self.container.readiness)
    }

    pub fn is_alive(&self) -> bool {
        self.probe(&self.container.liveness)
    }

    fn probe(&self, probe: &Probe) -> bool {
        let Ok(client) = self.client() else {
            return false;
        };
        match probe {
            Probe::Exec(command) => client.run(command).is_ok(),
            Probe::Tcp(port) => client
                .run(&["bash", "-c", &format!("</dev/tcp/127.0.0.1/{port}")])
                .is_ok(),
            Probe::None => true,
        }
    }

    // Looking inside

    /// Someone inside the container as it runs now.
    pub fn client(&self) -> Result<Client> {
        let process = self
            .main_process()
            .with_context(|| format!("{} does not run", self.name()))?;
        Ok(Client::new(&self.container, process, self.path()))
    }

    /// Runs SQL as the application would: with the credentials, over TCP, on a node or through a pooler.
    pub fn sql(&self, statement: &str) -> Result<String> {
        self.client()?.sql(statement)
    }

    /// Waits until its readiness probe succeeds.
    pub fn wait_ready(&self, seconds: u64) -> Result<()> {
        let is_ready = || Ok((!self.is_ready()).then(|| "it is not".to_owned()));
        wait::until(seconds, &format!("{} becomes ready", self.name()), is_ready).map(drop)
    }

    fn log_file(&self) -> PathBuf {
        self.directory.join("log")
    }

    pub fn log(&self) -> Result<String> {
        File::open(self.log_file())?;
        Ok(String::from_utf8_lossy(&fs::read(self.log_file())?).into_owned())
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // what remains ends with the sandbox
        let _ = self.kill();
    }
}
