//! From the cluster to documents: templates rendered, read back, and held against what the platform accepts.

mod abreast;
mod block;
mod check;
mod document;
mod engine;
mod escape;
mod marked;
mod mask;
mod platform;
mod templates;

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use crate::cluster::{Cluster, PoolerKind};
use crate::problem::{Code, Place, Problem, Problems};

use document::blocks;
pub use document::{Manifest, REDACTED_KIND};
use engine::{Compile, Engine};
pub use escape::{shell_word, yaml_scalar};
use marked::Script;
pub use mask::{is_script, value as mask};
pub use platform::fill_defaults;
pub(crate) use platform::{Field, Shape, data_of, fields_of};
use templates::Kind;
pub use templates::Templates;

/// One row of the table: which template makes which resource, and when.
struct Row {
    kind: &'static str,
    template: &'static str,
    wanted: fn(&Cluster) -> bool,
}

const fn always(kind: &'static str, template: &'static str) -> Row {
    Row {
        kind,
        template,
        wanted: |_| true,
    }
}

/// Every resource, in the order in which `cpln apply` sends them.
const TABLE: &[Row] = &[
    Row {
        wanted: |cluster| !cluster.config.is_empty(),
        ..always("secret", "manifests/secret-config.yaml.j2")
    },
    Row {
        wanted: |cluster| cluster.backup.is_some(),
        ..always("secret", "manifests/secret-backup-script.yaml.j2")
    },
    always("secret", "manifests/secret-pooler-config.yaml.j2"),
    always("secret", "manifests/secret-pooler-startup.yaml.j2"),
    always("secret", "manifests/secret-pgedge-startup.yaml.j2"),
    Row {
        wanted: |cluster| cluster.gvc.is_some(),
        ..always("gvc", "manifests/gvc.yaml.j2")
    },
    always("identity", "manifests/identity-pgedge.yaml.j2"),
    always("volumeset", "manifests/volumeset-pgedge.yaml.j2"),
    always("policy", "manifests/policy-pgedge.yaml.j2"),
    // a GVC of this bundle has the locations of the values
    Row {
        wanted: |cluster| cluster.gvc.is_none(),
        ..always("policy", "manifests/policy-gvc.yaml.j2")
    },
    always("workload", "manifests/workload-pgedge.yaml.j2"),
    always("workload", "manifests/workload-pooler.yaml.j2"),
    Row {
        wanted: |cluster| cluster.backup.is_some(),
        ..always("workload", "manifests/workload-backup.yaml.j2")
    },
];

/// The kinds of the resources, in that order.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    TABLE
        .chunk_by(|one, next| one.kind == next.kind)
        .filter_map(|rows| rows.first())
        .map(|row| row.kind)
}

/// Whether the platform has resources of this kind.
#[must_use]
pub fn is_kind(kind: &str) -> bool {
    platform::KINDS.contains(&kind)
}

/// Renders texts for people.
pub struct Texts<'t>(Engine<'t>);

impl<'t> Texts<'t> {
    /// Sets up the templates.
    ///
    /// # Errors
    ///
    /// Those that cannot be parsed; only templates of the user's own can be such ones.
    pub fn new(templates: &'t Templates) -> Result<Self, Problems> {
        Engine::new(templates, Kind::Notes, Compile::WhenUsed).map(Self)
    }

    /// A text, from a template of that name and what it may see.
    ///
    /// # Errors
    ///
    /// A template that cannot be rendered; only one of the user's own can be such a one.
    pub fn text(&self, template: &str, see: &impl Serialize) -> Result<String, Problems> {
        self.0.text(template, &Value::from(Serde(see)))
    }
}

/// Renders clusters.
pub struct Renderer<'t> {
    is_for_many: bool,
    engine: Engine<'t>,
    templates: &'t Templates,
}

impl<'t> Renderer<'t> {
    /// Sets up the templates.
    ///
    /// # Errors
    ///
    /// Those that cannot be parsed; only templates of the user's own can be such ones.
    pub fn new(templates: &'t Templates) -> Result<Self, Problems> {
        Self::that_compiles(templates, Compile::WhenUsed)
    }

    /// The same for many clusters: takes longer once, and less each time.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn for_many(templates: &'t Templates) -> Result<Self, Problems> {
        Self::that_compiles(templates, Compile::Once)
    }

    fn that_compiles(templates: &'t Templates, compile: Compile) -> Result<Self, Problems> {
        Ok(Self {
            is_for_many: compile == Compile::Once,
            engine: Engine::new(templates, Kind::Manifests, compile)?,
            templates,
        })
    }

    /// Every document of a cluster, in the order in which `cpln apply` sends them.
    ///
    /// # Errors
    ///
    /// Templates that cannot be rendered, and documents that the platform would refuse; only templates of the user's
    /// own can bring them about.
    pub fn render(&self, cluster: &Cluster) -> Result<Vec<Manifest>, Problems> {
        let see = self.seen(cluster)?;
        let mut manifests = Vec::new();
        let mut problems = Problems::default();
        let built_in = rows(cluster).map(|row| (row.template, Some(row.kind)));
        let extra = self.templates.extra().map(|template| (template, None));
        let wanted: Vec<_> = built_in.chain(extra).collect();
        let document = |&(template, kind): &(&str, Option<&'static str>)| {
            let rendered = self.engine.document(template, &see)?;
            let manifest = check::check(kind, rendered, self.templates)?;
            Ok::<_, Problems>(match cluster.is_redacted {
                true => mask::redacted(manifest, self.templates)?,
                false => manifest,
            })
        };
        let documents = match self.is_for_many {
            true => wanted.iter().map(document).collect(),
            false => abreast::map(&wanted, document),
        };
        for document in documents {
            match document {
                Ok(manifest) => add(manifest, &mut manifests, &mut problems),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(manifests)
        } else {
            Err(problems)
        }
    }

    /// The same documents as the templates write them, unchecked: for who knows them already. `None` in the place of
    /// one that cannot be rendered.
    ///
    /// # Errors
    ///
    /// A file inside them that cannot be rendered.
    pub fn drafts(
        &self,
        cluster: &Cluster,
    ) -> Result<impl Iterator<Item = Option<String>>, Problems> {
        let see = self.seen(cluster)?;
        let is_redacted = cluster.is_redacted;
        Ok(rows(cluster).map(move |row| {
            let draft = blocks(&self.engine.text(row.template, &see).ok()?).collect();
            Some(if is_redacted {
                mask::without_kind(draft)
            } else {
                draft
            })
        }))
    }

    /// The same as data.
    ///
    /// # Errors
    ///
    /// A file inside the documents that cannot be rendered.
    pub fn names(&self, cluster: &Cluster) -> Result<serde_json::Value, Problems> {
        let see = self.seen(cluster)?;
        Ok(serde_json::to_value(see).unwrap_or_default())
    }

    /// What the templates of documents see: the cluster, and the files that they hold.
    fn seen(&self, cluster: &Cluster) -> Result<Value, Problems> {
        let see = Value::from(Serde(cluster));
        // those that run learn from the new nodes who has come
        let lists_a_node = |line: &str| {
            let mut nodes = cluster.nodes.iter();
            line.ends_with(".cpln.local") && nodes.any(|node| line.ends_with(&node.address))
        };
        let payload = |template: &str| -> Result<Value, Problems> {
            let script = Script(self.engine.text(template, &see)?);
            let checksum = script.checksum(lists_a_node);
            Ok(context! { text => Value::from_object(script), checksum })
        };
        let config = match cluster.pooler.kind {
            PoolerKind::Pgcat => "pooler/pgcat.toml.j2",
            PoolerKind::Pgbouncer => "pooler/pgbouncer.ini.j2",
        };
        let payloads = context! {
            pgedge_startup => payload("node/start.sh.j2")?,
            pooler_config => payload(config)?,
            pooler_startup => payload("pooler/start.sh.j2")?,
            backup_script => match cluster.backup {
                Some(_) => payload("backup/backup.sh.j2")?,
                None => Value::UNDEFINED,
            },
        };
        Ok(context! { payloads, ..see })
    }
}

/// Adds a document behind the last one that must be there before it.
fn add(manifest: Manifest, manifests: &mut Vec<Manifest>, problems: &mut Problems) {
    let Manifest {
        kind,
        name,
        template,
        ..
    } = &manifest;
    if manifests
        .iter()
        .any(|other| (other.kind, &other.name) == (kind, name))
    {
        let found =
            format!("`{template}` renders {kind}/{name}, which another template renders too");
        return problems.push(
            Problem::new(Code::Template, Place::Nowhere, found).fix("give it a name of its own"),
        );
    }
    let rank = rank(kind);
    let before = manifests
        .iter()
        .rposition(|other| self::rank(other.kind) <= rank);
    manifests.insert(before.map_or(0, |at| at + 1), manifest);
}

/// Where a kind stands in the order of the documents: domains route to workloads, all else is what those build on.
fn rank(kind: &str) -> usize {
    match kind {
        "domain" => usize::MAX,
        kind => kinds()
            .position(|known| known == kind)
            .map_or(0, |at| at + 1),
    }
}

fn rows(cluster: &Cluster) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(|row| (row.wanted)(cluster))
}

/// The same, for one cluster.
///
/// # Errors
///
/// See [`Renderer`].
pub fn render(cluster: &Cluster, templates: &Templates) -> Result<Vec<Manifest>, Problems> {
    Renderer::new(templates)?.render(cluster)
}
