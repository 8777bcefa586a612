//! The cluster: everything that templates see, spelt out. It cannot be built wrong, and nobody computes after it.

mod access;
mod backup;
mod credentials;
mod hba;
mod images;
mod names;
mod nodes;
mod pooler;
mod rules;
mod settings;
mod sizes;
mod slips;
mod storage;
mod warnings;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::layers::secret::{self, REDACTED};
use crate::merge::Merged;
use crate::problem::{Path, Problems};
use crate::values::name::ReleaseName;
use crate::values::quantity::{Cpu, Memory};
use crate::values::{Values, image::Image};

pub use access::Firewall;
pub use backup::{Backup, Identity};
pub use credentials::Credentials;
pub use names::{Names, is_config_of, is_script_of};
pub use nodes::{LocationOptions, Node};
pub use pooler::{PGBOUNCER_DATABASE, Pooler, PoolerKind};
pub use settings::{Computed, computed};
pub use storage::VolumeSet;

/// One cluster. Field by field what the templates print.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// Every name and link.
    pub names: Names,
    /// Tags of every resource.
    pub tags: BTreeMap<String, String>,
    /// Values of the user's own, for templates of the user's own.
    pub custom: BTreeMap<String, serde_json::Value>,
    /// Whether the platform refuses to delete GVC and volume set.
    pub protected: bool,
    /// The GVC; `None` when it exists already.
    pub gvc: Option<Gvc>,
    /// What the identity may reach outside the org.
    pub identity: Identity,
    /// Links of the secrets that the identity may reveal.
    pub revealed: Vec<String>,
    /// Keys and values of the config secret; empty when there is none.
    pub config: BTreeMap<String, String>,
    /// User, password and database, as the containers get them.
    pub credentials: Credentials,
    /// The volumes of the nodes.
    pub volumeset: VolumeSet,
    /// The pgEdge nodes, in the order of the values.
    pub nodes: Vec<Node>,
    /// The same, by location, for the platform.
    pub locations: Vec<LocationOptions>,
    /// Lines for postgresql.conf that follow from the topology, then the user's own.
    pub node_settings: Vec<String>,
    /// WAL that a node keeps for one that is away, as PostgreSQL writes it.
    pub wal_kept: String,
    /// Lines for pg_hba.conf, before the cluster's own.
    pub extra_hba: Vec<String>,
    /// Container and network of the nodes.
    pub pgedge: Pgedge,
    /// The pooler.
    pub pooler: Pooler,
    /// The backup, when there is one.
    pub backup: Option<Backup>,
    /// Whether replicas are spread over availability zones.
    pub multi_zone: bool,
    /// Whether its documents are only for reading: see [`redacted`](Self::redacted).
    #[serde(skip)]
    pub is_redacted: bool,
}

/// The GVC that is rendered.
#[derive(Clone, Debug, Serialize)]
pub struct Gvc {
    /// Links of its locations, sorted as the platform stores them.
    pub location_links: Vec<String>,
    /// Links of the secrets that its locations pull images with.
    pub pull_secret_links: Vec<String>,
}

/// Container and network of the nodes.
#[derive(Clone, Debug, Serialize)]
pub struct Pgedge {
    /// Image of the container.
    pub image: Image,
    /// CPU that is reserved.
    pub min_cpu: Cpu,
    /// Memory that is reserved.
    pub min_memory: Memory,
    /// The most CPU.
    pub cpu: Cpu,
    /// The most memory.
    pub memory: Memory,
    /// Who may connect.
    pub firewall: Firewall,
}

/// Who gave a value: the cluster asks, because some defaults step aside for the user's own word.
pub trait Origins {
    /// Whether something other than the built-in file gave the value at `path`, or one below it.
    fn is_given(&self, path: &Path) -> bool;
    /// Whether the text at `path` stands without quotes before a comment that may have been meant as its end.
    fn ends_at_comment(&self, path: &Path) -> bool;
}

impl Origins for Merged {
    fn is_given(&self, path: &Path) -> bool {
        self.is_given(path)
    }

    fn ends_at_comment(&self, path: &Path) -> bool {
        self.ends_at_comment(path)
    }
}

/// Everything that is wrong or doubtful about values that are each allowed.
fn check(values: &Values, origins: &dyn Origins) -> Problems {
    let mut problems = rules::check(values, origins);
    hba::check(values, &mut problems);
    let pooler = Pooler::new(values);
    sizes::check(values, &pooler, &mut problems);
    images::check(values, &pooler, &mut problems);
    slips::check(values, origins, &mut problems);
    problems.extend(warnings::check(values, origins));
    problems
}

impl Cluster {
    /// The cluster of these values, unless something is wrong with them, and everything that is wrong or doubtful.
    pub fn new(values: &Values, origins: &dyn Origins) -> (Option<Self>, Problems) {
        let problems = check(values, origins);
        let cluster = (!problems.has_errors()).then(|| Self::of(values));
        (cluster.flatten(), problems)
    }

    fn of(values: &Values) -> Option<Self> {
        let release = rules::release(values).ok()?;
        let credentials = Credentials::new(values, &release)?;
        let backup = Backup::new(values, &release);
        let names = Names::new(&release, &values.gvc.name, PoolerKind::of(values).key());
        let nodes = nodes::nodes(values, &release);
        let mut config = credentials.entries();
        config.extend(backup.iter().flat_map(Backup::entries));
        Some(Self {
            tags: tags(values, &release),
            custom: values.custom.clone(),
            protected: values.protected.unwrap_or_default(),
            gvc: values.gvc.create.unwrap_or(true).then(|| Gvc {
                location_links: nodes::location_links(values),
                pull_secret_links: names::secret_links(&values.gvc.pull_secrets),
            }),
            identity: Identity::new(values),
            revealed: names.revealed(
                !config.is_empty(),
                backup.is_some(),
                credentials
                    .referenced()
                    .into_iter()
                    .chain(backup::keys_secret(values)),
            ),
            node_settings: settings::lines(values),
            wal_kept: settings::wal_kept(values),
            extra_hba: values
                .postgres
                .extra_hba
                .iter()
                .map(|line| line.as_str().to_owned())
                .collect(),
            volumeset: VolumeSet::new(&values.volumeset),
            locations: nodes::location_options(values),
            pgedge: Pgedge {
                image: values.image.clone(),
                min_cpu: values.resources.min_cpu.clone(),
                min_memory: values.resources.min_memory.clone(),
                cpu: values.resources.max_cpu.clone(),
                memory: values.resources.max_memory.clone(),
                firewall: Firewall::of_nodes(values, &names),
            },
            pooler: Pooler::new(values),
            multi_zone: values.multi_zone,
            is_redacted: false,
            names,
            config,
            credentials,
            nodes,
            backup,
        })
    }

    /// The same cluster with [`REDACTED`] in the place of every credential, and of whatever stands behind a word such
    /// as `password` in a setting, a rule of access or a tag.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        for key in Credentials::KEYS {
            if let Some(value) = self.config.get_mut(*key) {
                REDACTED.clone_into(value);
            }
        }
        for line in self.node_settings.iter_mut().chain(&mut self.extra_hba) {
            *line = secret::hidden(line);
        }
        for (key, value) in &mut self.tags {
            *value = match secret::is_secret(key) {
                true => REDACTED.to_owned(),
                false => secret::masked(value, REDACTED),
            };
        }
        self.is_redacted = true;
        self
    }
}

fn tags(values: &Values, release: &ReleaseName) -> BTreeMap<String, String> {
    let own = [
        ("app.cpln.io/instance", release.as_str()),
        ("app.cpln.io/managed-by", "pgedge-tpl"),
        ("app.cpln.io/name", release.as_str()),
        ("app.cpln.io/version", "17"),
    ];
    let given = values
        .tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    own.into_iter()
        .chain(given)
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}
