//! What the program renders, read the way the platform reads it: which replicas there are to be, and how each runs.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// The few values that the scenarios differ in.
#[derive(Clone, Debug)]
pub struct Values {
    pub locations: Vec<(&'static str, u64)>,
    pub username: String,
    pub password: String,
    pub database: String,
    /// Whether the credentials are in the user's own secret, and all of them `test`.
    pub is_referenced: bool,
    /// `pgcat` or `pgbouncer`.
    pub pooler: &'static str,
    /// How many run: one in each location in turn.
    pub poolers: u64,
    pub pool_size: u64,
    /// The pooler's keys beside these.
    pub pooling: Vec<(&'static str, &'static str)>,
    /// Lines for `postgres.parameters`.
    pub parameters: Vec<(&'static str, &'static str)>,
    /// `backup`, as the user would write it.
    pub backup: Value,
}

impl Values {
    pub fn new(locations: &[(&'static str, u64)]) -> Self {
        Self {
            locations: locations.to_vec(),
            username: "app".into(),
            password: "secret".into(),
            database: "mydb".into(),
            is_referenced: false,
            pooler: "pgcat",
            poolers: 0,
            pool_size: 5,
            pooling: Vec::new(),
            parameters: Vec::new(),
            backup: json!({}),
        }
    }

    fn to_json(&self) -> Value {
        let locations: Vec<Value> = self
            .locations
            .iter()
            .map(|(name, replicas)| json!({"name": name, "replicas": replicas}))
            .collect();
        let parameters: serde_json::Map<String, Value> = self
            .parameters
            .iter()
            .map(|&(name, value)| (name.into(), value.into()))
            .collect();
        let mut pooling: serde_json::Map<String, Value> = self
            .pooling
            .iter()
            .map(|&(name, value)| (name.into(), value.into()))
            .collect();
        for (key, value) in [
            ("minReplicas", self.poolers.max(1)),
            ("maxReplicas", self.poolers.max(1)),
            ("defaultPoolSize", self.pool_size),
        ] {
            pooling.insert(key.into(), value.into());
        }
        let mut postgres = match self.is_referenced {
            true => json!({"credentialsSecretName": OWN_SECRET}),
            false => json!({
                "username": self.username, "password": self.password, "database": self.database,
            }),
        };
        postgres["parameters"] = parameters.into();
        json!({
            "gvc": {"name": "test-gvc", "locations": locations},
            "postgres": postgres,
            self.pooler: pooling,
            "backup": self.backup,
        })
    }

    /// What the program prints for these values.
    pub fn run(&self, words: &[&str]) -> Result<String> {
        let file = tempfile::NamedTempFile::new()?;
        serde_json::to_writer(file.as_file(), &self.to_json())?;
        let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
            .args(words)
            .arg("-f")
            .arg(file.path())
            .output()?;
        ensure!(
            output.status.success(),
            "{}: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// A secret that the user made before applying.
pub const OWN_SECRET: &str = "keys";

/// A rendered bundle, and of the values what the platform does not know: how many poolers to run.
#[derive(Debug)]
pub struct Bundle {
    resources: Vec<Value>,
    values: Values,
}

/// How one replica runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// Name of the node as Spock has it, or of the pooler: `aws_us_west_2_0`, `pooler_0`.
    pub name: String,
    pub hostname: String,
    /// The names that others reach it by.
    pub addresses: Vec<String>,
    pub command: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// Files that the manifest mounts, with their content.
    pub files: Vec<(PathBuf, String)>,
    /// Where its volume belongs, if it has one.
    pub volume: Option<PathBuf>,
    pub user: u64,
    /// Programs of its image, beside those of all containers: name and text.
    pub programs: Vec<(&'static str, String)>,
    /// What else belongs in its file system: a directory here and its place there.
    pub mounts: Vec<(PathBuf, PathBuf)>,
    pub readiness: Probe,
    pub liveness: Probe,
    pub grace: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Probe {
    Exec(Vec<String>),
    Tcp(u64),
    /// A job has none.
    None,
}

impl Bundle {
    pub fn render(values: &Values) -> Result<Self> {
        let output = values.run(&["render", "-o", "json"])?;
        let resources = serde_json::from_str(&output).context("render printed no JSON")?;
        Ok(Self {
            resources,
            values: values.clone(),
        })
    }

    /// Every replica of the nodes and of the poolers.
    pub fn containers(&self) -> Result<Vec<Container>> {
        let mut containers = Vec::new();
        let nodes = self.workload("-pgedge")?;
        for (location, replicas) in &self.values.locations {
            ensure!(
                scale_in(nodes, location)? == *replicas,
                "{location} has another number of replicas than the values"
            );
            for index in 0..*replicas {
                containers.push(self.node(nodes, location, index)?);
            }
        }
        for index in 0..self.values.poolers {
            let workload = self.workload(&format!("-{}", self.values.pooler))?;
            containers.push(self.pooler(workload, index)?);
        }
        Ok(containers)
    }

    fn node(&self, workload: &Value, location: &str, index: u64) -> Result<Container> {
        let name = format!("{}_{index}", location.replace('-', "_"));
        let host = format!(
            "replica-{index}.{}.{location}.{}.cpln.local",
            text(workload, "/name")?,
            text(workload, "/gvc")?
        );
        self.container(workload, name, location, index, vec![host])
    }

    fn pooler(&self, workload: &Value, index: u64) -> Result<Container> {
        let locations = &self.values.locations;
        let location = locations[index as usize % locations.len()].0;
        self.container(
            workload,
            format!("pooler_{index}"),
            location,
            index,
            Vec::new(),
        )
    }

    /// A run of the backup.
    pub fn job(&self) -> Result<Container> {
        let location = self.values.locations.first().context("no locations")?.0;
        let workload = self.workload("-pgedge-backup")?;
        self.container(workload, "backup".to_owned(), location, 0, Vec::new())
    }

    fn container(
        &self,
        workload: &Value,
        name: String,
        location: &str,
        index: u64,
        addresses: Vec<String>,
    ) -> Result<Container> {
        let spec = pointer(workload, "/spec/containers/0")?;
        let mut command = vec![text(spec, "/command")?.to_owned()];
        command.extend(strings(pointer(spec, "/args")?)?);
        let hostname = format!("{}-{index}", text(workload, "/name")?);
        let mut environment = vec![
            ("HOSTNAME".to_owned(), hostname.clone()),
            (
                "CPLN_LOCATION".to_owned(),
                format!("/org/test/location/{location}"),
            ),
            ("CPLN_ORG".to_owned(), "test".to_owned()),
        ];
        for variable in list(spec, "/env")? {
            let value = self.resolve(text(variable, "/value")?)?;
            environment.push((text(variable, "/name")?.to_owned(), value));
        }
        let (mut files, mut volume) = (Vec::new(), None);
        for mount in list(spec, "/volumes")? {
            let (uri, path) = (text(mount, "/uri")?, PathBuf::from(text(mount, "/path")?));
            if uri.starts_with("cpln://volumeset/") {
                volume = Some(path);
            } else {
                files.push((path, self.resolve(uri)?));
            }
        }
        let grace = workload
            .pointer("/spec/rolloutOptions/terminationGracePeriodSeconds")
            .and_then(Value::as_u64);
        Ok(Container {
            name,
            hostname,
            addresses,
            command,
            environment,
            files,
            volume,
            user: workload
                .pointer("/spec/securityOptions/runAsUser")
                .and_then(Value::as_u64)
                .unwrap_or(0),
            programs: Vec::new(),
            mounts: Vec::new(),
            readiness: probe(spec.get("readinessProbe"))?,
            liveness: probe(spec.get("livenessProbe"))?,
            grace: Duration::from_secs(grace.unwrap_or(90)),
        })
    }

    fn workload(&self, ending: &str) -> Result<&Value> {
        let is_it = |resource: &&Value| {
            resource["kind"] == "workload"
                && resource["name"]
                    .as_str()
                    .is_some_and(|name| name.ends_with(ending))
        };
        self.resources
            .iter()
            .find(is_it)
            .with_context(|| format!("no workload *{ending} was rendered"))
    }

    /// A link to a secret's value, or the text itself.
    fn resolve(&self, value: &str) -> Result<String> {
        let Some(link) = value.strip_prefix("cpln://secret/") else {
            return Ok(value.to_owned());
        };
        let (name, key) = link
            .split_once('.')
            .context("a link to a secret without a key")?;
        if name == OWN_SECRET {
            return Ok("test".to_owned());
        }
        let is_it = |resource: &&Value| resource["kind"] == "secret" && resource["name"] == name;
        let secret = self
            .resources
            .iter()
            .find(is_it)
            .with_context(|| format!("no secret {name} was rendered"))?;
        Ok(text(secret, &format!("/data/{key}"))?.to_owned())
    }
}

fn scale_in(workload: &Value, location: &str) -> Result<u64> {
    let link = format!("//location/{location}");
    let options = list(workload, "/spec/localOptions")?
        .iter()
        .find(|options| options["location"] == link.as_str());
    let options = options.with_context(|| format!("localOptions has no {location}"))?;
    pointer(options, "/autoscaling/minScale")?
        .as_u64()
        .context("minScale is no number")
}

fn probe(value: Option<&Value>) -> Result<Probe> {
    let Some(value) = value else {
        return Ok(Probe::None);
    };
    if let Some(command) = value.pointer("/exec/command") {
        return Ok(Probe::Exec(strings(command)?));
    }
    match value.pointer("/tcpSocket/port").and_then(Value::as_u64) {
        Some(port) => Ok(Probe::Tcp(port)),
        None => bail!("a probe that is neither exec nor tcpSocket: {value}"),
    }
}

fn pointer<'a>(value: &'a Value, path: &str) -> Result<&'a Value> {
    value
        .pointer(path)
        .with_context(|| format!("the bundle has no {path}"))
}

fn text<'a>(value: &'a Value, path: &str) -> Result<&'a str> {
    pointer(value, path)?
        .as_str()
        .with_context(|| format!("{path} is no text"))
}

fn list<'a>(value: &'a Value, path: &str) -> Result<&'a [Value]> {
    Ok(pointer(value, path)?
        .as_array()
        .with_context(|| format!("{path} is no list"))?)
}

fn strings(value: &Value) -> Result<Vec<String>> {
    let words = value.as_array().context("not a list of words")?;
    words
        .iter()
        .map(|word| Ok(word.as_str().context("not a word")?.to_owned()))
        .collect()
}
