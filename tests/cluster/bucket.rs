//! Where dumps go: a store with the S3 API behind the real `aws`, or a directory behind what stands in for `gsutil`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bundle::{Container, OWN_SECRET, Values};
use crate::network::Link;
use crate::platform::Platform;
use crate::wait;

const FAKE_GSUTIL: &str = include_str!("fake_gsutil.py");

/// Where `aws` and moto lie: Python packages that `tests/run` installs.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/.tools/python");

/// The folder of the dumps in the bucket `dumps`.
const FOLDER: &str = "some/folder";

pub enum Bucket {
    S3 { link: Link, server: Child },
    Gs { directory: PathBuf },
}

impl Bucket {
    /// A store in the network of the platform, with an empty bucket.
    pub fn s3(platform: &mut Platform) -> Result<Self> {
        ensure!(
            Path::new(TOOLS).is_dir(),
            "the tests of the backup need awscli and moto: run tests/run"
        );
        let link = platform.attach("store")?;
        let server = in_network(&link)
            .args([
                "python3",
                "-m",
                "moto.server",
                "-H",
                "0.0.0.0",
                "-p",
                "5000",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let bucket = Self::S3 { link, server };
        wait::until(60, "the store answers", || {
            Ok(bucket
                .aws(&["s3", "mb", "s3://dumps"])
                .err()
                .map(|error| error.to_string()))
        })?;
        Ok(bucket)
    }

    pub fn gs(platform: &Platform) -> Result<Self> {
        let directory = platform.directory().join("bucket");
        fs::create_dir_all(directory.join("dumps"))?;
        fs::create_dir_all(directory.join("faults"))?;
        Ok(Self::Gs { directory })
    }

    /// `backup` of the values.
    pub fn values(&self) -> Value {
        match self {
            Self::S3 { .. } => json!({
                "enabled": true,
                "aws": {
                    "bucket": "dumps", "prefix": FOLDER, "endpoint": "http://store:5000", "keysSecretName": OWN_SECRET,
                },
            }),
            Self::Gs { .. } => json!({
                "enabled": true, "provider": "gcp", "gcp": {"bucket": "dumps", "prefix": FOLDER},
            }),
        }
    }

    /// What the backup's image has, and its environment as the platform completes it.
    pub fn equip(&self, container: &mut Container, environment: &[(&str, &str)]) {
        container.programs = vec![
            ("gsutil", FAKE_GSUTIL.to_owned()),
            (
                "aws",
                "#!/bin/sh\nPYTHONPATH=/opt/python exec python3 -m awscli \"$@\"\n".to_owned(),
            ),
        ];
        container.mounts = vec![(TOOLS.into(), "/opt/python".into())];
        if let Self::Gs { directory } = self {
            container.mounts.push((directory.clone(), "/bucket".into()));
        }
        let given = environment
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()));
        container.environment.extend(given);
    }

    /// The names in the folder of the dumps, folders below it too.
    pub fn names(&self) -> Result<Vec<String>> {
        let listed = match self {
            Self::S3 { .. } => self
                .aws(&["s3", "ls", "--recursive", "s3://dumps"])
                .unwrap_or_default(),
            Self::Gs { directory } => output(
                Command::new("find")
                    .arg(directory.join("dumps"))
                    .args(["-type", "f"]),
            )?,
        };
        let folder = format!("{FOLDER}/");
        let mut names: Vec<String> = listed
            .lines()
            .filter_map(|line| Some(line.split_once(&folder)?.1.to_owned()))
            .collect();
        names.sort();
        Ok(names)
    }

    /// The dumps that look whole.
    pub fn dumps(&self) -> Result<Vec<String>> {
        let names = self.names()?.into_iter();
        Ok(names
            .filter(|name| name.ends_with(".dump") && !name.contains('/'))
            .collect())
    }

    /// In bytes.
    pub fn size(&self, name: &str) -> Result<u64> {
        let Self::Gs { directory } = self else {
            anyhow::bail!("only of the stand-in")
        };
        Ok(fs::metadata(directory.join("dumps").join(FOLDER).join(name))?.len())
    }

    /// Pulls the cable of the store, or puts it back.
    pub fn cut(&self, off: bool) -> Result<()> {
        match self {
            Self::S3 { link, .. } if off => link.cut(),
            Self::S3 { link, .. } => link.heal(),
            Self::Gs { .. } => Ok(()),
        }
    }

    pub fn read(&self, name: &str) -> Result<String> {
        match self {
            Self::S3 { .. } => self.aws(&["s3", "cp", &format!("s3://dumps/{FOLDER}/{name}"), "-"]),
            Self::Gs { directory } => Ok(fs::read_to_string(
                directory.join("dumps").join(FOLDER).join(name),
            )?),
        }
    }

    pub fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), content)?;
        let path = file.path().display().to_string();
        match self {
            Self::S3 { .. } => self
                .aws(&["s3", "cp", &path, &format!("s3://dumps/{FOLDER}/{name}")])
                .map(drop),
            Self::Gs { directory } => {
                let place = directory.join("dumps").join(FOLDER).join(name);
                fs::create_dir_all(place.parent().context("no folder")?)?;
                fs::copy(file.path(), place).map(drop).map_err(Into::into)
            }
        }
    }

    /// Many at once: each call of the client takes half a second.
    pub fn write_all(&self, files: &[(String, String)]) -> Result<()> {
        let directory = tempfile::tempdir()?;
        for (name, content) in files {
            fs::write(directory.path().join(name), content)?;
        }
        let from = directory.path().display().to_string();
        let to = format!("s3://dumps/{FOLDER}/");
        self.aws(&["s3", "cp", "--recursive", "--only-show-errors", &from, &to])
            .map(drop)
    }

    pub fn remove(&self, name: &str) -> Result<()> {
        match self {
            Self::S3 { .. } => self
                .aws(&["s3", "rm", &format!("s3://dumps/{FOLDER}/{name}")])
                .map(drop),
            Self::Gs { directory } => Ok(fs::remove_file(
                directory.join("dumps").join(FOLDER).join(name),
            )?),
        }
    }

    /// How many uploads have begun and not ended.
    pub fn uploads(&self) -> Result<usize> {
        let query = ["--query", "Uploads[].[Key]", "--output", "text"];
        let list = ["s3api", "list-multipart-uploads", "--bucket", "dumps"];
        let listed = self.aws(&[list.as_slice(), query.as_slice()].concat())?;
        Ok(listed.lines().filter(|line| *line != "None").count())
    }

    /// Switches on what `fake_gsutil.py` can do wrong, or off.
    pub fn fault(&self, name: &str, on: bool) -> Result<()> {
        if let Self::Gs { directory } = self {
            let file = directory.join("faults").join(name);
            match on {
                true => fs::write(file, "")?,
                false => fs::remove_file(file)?,
            }
        }
        Ok(())
    }

    fn aws(&self, words: &[&str]) -> Result<String> {
        let Self::S3 { link, .. } = self else {
            anyhow::bail!("there is no store");
        };
        output(
            in_network(link)
                .args(["python3", "-m", "awscli"])
                .args(words)
                .args(["--endpoint-url", "http://127.0.0.1:5000"])
                .env("AWS_ACCESS_KEY_ID", "test")
                .env("AWS_SECRET_ACCESS_KEY", "test")
                .env("AWS_DEFAULT_REGION", "us-east-1"),
        )
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        if let Self::S3 { server, .. } = self {
            // what remains ends with the sandbox
            let _ = server.kill();
        }
    }
}

/// A job of the platform: one run of the backup, and what it said.
pub struct Run {
    pub succeeded: bool,
    pub log: String,
}

/// Runs the backup's workload once, to its end.
pub fn run(
    platform: &mut Platform,
    values: &Values,
    bucket: &Bucket,
    environment: &[(&str, &str)],
) -> Result<Run> {
    let mut job = start(platform, values, bucket, environment)?;
    job.finish()
}

/// One run that is at work.
pub struct Job(pub crate::replica::Replica);

pub fn start(
    platform: &mut Platform,
    values: &Values,
    bucket: &Bucket,
    environment: &[(&str, &str)],
) -> Result<Job> {
    let mut job = prepare(platform, values, bucket, environment)?;
    job.0.start()?;
    Ok(job)
}

/// A run that has not begun.
pub fn prepare(
    platform: &mut Platform,
    values: &Values,
    bucket: &Bucket,
    environment: &[(&str, &str)],
) -> Result<Job> {
    let mut container = crate::bundle::Bundle::render(values)?.job()?;
    container.name = format!("backup_{}", next());
    bucket.equip(&mut container, environment);
    platform.container(container).map(Job)
}

fn next() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

impl Job {
    pub fn finish(&mut self) -> Result<Run> {
        let status = self.0.end(std::time::Duration::from_secs(900));
        let log = self.0.log()?;
        let status = status.with_context(|| log.clone())?;
        Ok(Run {
            succeeded: status.is_some_and(|status| status.success()),
            log,
        })
    }
}

impl Run {
    /// It did what it was to do.
    pub fn ok(self) -> Result<Self> {
        ensure!(self.succeeded, "the run failed:\n{}", self.log);
        Ok(self)
    }

    /// It failed, and said why.
    pub fn failed(self, why: &str) -> Result<Self> {
        ensure!(!self.succeeded, "the run did not fail:\n{}", self.log);
        ensure!(
            self.log.contains(why),
            "it did not say `{why}`:\n{}",
            self.log
        );
        Ok(self)
    }
}

fn in_network(link: &Link) -> Command {
    let mut command = Command::new("nsenter");
    command
        .arg(format!("--net=/run/netns/{}", link.namespace))
        .env("PYTHONPATH", TOOLS);
    command
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
