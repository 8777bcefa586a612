//! What to do before and after applying, for this cluster with its real names: one template for each topic.

mod iam;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::cli::Topic;
use crate::cluster::{Backup, Cluster};
use crate::manifests::{Templates, Texts};
use crate::problem::Problems;

pub use iam::policy;

/// Characters of flags that fit behind a command.
const FLAGS_IN_LINE: usize = 28;

/// One topic, written out.
pub struct Note {
    /// The topic.
    pub topic: Topic,
    /// Its heading.
    pub title: &'static str,
    /// Its text.
    pub text: String,
}

/// One row of the table: a topic, its word on the command line, its heading, its template.
struct Row {
    topic: Topic,
    word: &'static str,
    title: &'static str,
    template: &'static str,
    /// Whether somebody who applies for the first time needs it.
    is_first: bool,
}

const fn row(topic: Topic, word: &'static str, title: &'static str, template: &'static str) -> Row {
    Row {
        topic,
        word,
        title,
        template,
        is_first: true,
    }
}

impl Row {
    const fn later(self) -> Self {
        Self {
            is_first: false,
            ..self
        }
    }
}

/// Every topic, in the order in which one meets them.
const TABLE: &[Row] = &[
    row(
        Topic::Prerequisites,
        "prerequisites",
        "Before applying",
        "notes/prerequisites.txt.j2",
    ),
    row(Topic::Apply, "apply", "Applying", "notes/apply.txt.j2"),
    row(
        Topic::Topology,
        "topology",
        "What runs where",
        "notes/topology.txt.j2",
    ),
    row(
        Topic::Connect,
        "connect",
        "Connecting",
        "notes/connect.txt.j2",
    ),
    row(
        Topic::Ddl,
        "ddl",
        "Schema changes and primary keys",
        "notes/ddl.txt.j2",
    ),
    row(Topic::Backup, "backup", "Backup", "notes/backup.txt.j2"),
    row(
        Topic::Restore,
        "restore",
        "Restoring a dump",
        "notes/restore.txt.j2",
    )
    .later(),
    row(
        Topic::Scaling,
        "scaling",
        "Changing a running cluster",
        "notes/scaling.txt.j2",
    )
    .later(),
    row(
        Topic::Drift,
        "drift",
        "What differs from what runs",
        "notes/drift.txt.j2",
    )
    .later(),
    row(
        Topic::Troubleshoot,
        "troubleshoot",
        "When it does not come up",
        "notes/troubleshoot.txt.j2",
    )
    .later(),
    row(
        Topic::Takeover,
        "takeover",
        "Taking over a cluster of the public template",
        "notes/takeover.txt.j2",
    )
    .later(),
];

/// What the templates see: the cluster, and who connects to what.
#[derive(Serialize)]
struct Facts<'c> {
    #[serde(flatten)]
    cluster: &'c Cluster,
    release: &'c str,
    /// The user, or a word in its place when only a secret knows it.
    user: &'c str,
    /// The database, or a word in its place.
    database: &'c str,
    first_location: &'c str,
    most_replicas: u32,
    /// The folder of the dumps.
    bucket_url: Option<String>,
    /// WAL that a node keeps for one that is away.
    wal_kept: &'c str,
    /// The flags that give these values, as they are typed.
    flags: &'c [String],
    /// Whether they take a line each.
    flags_wrap: bool,
    /// What runs where, drawn: its lines.
    picture: Vec<&'c str>,
}

/// What the notes are told besides the cluster.
#[derive(Clone, Copy, Default)]
pub struct Told<'t> {
    /// The flags that give these values, as they are typed; no secret is among them.
    pub flags: &'t [String],
    /// What runs where, drawn.
    pub picture: &'t str,
}

impl<'c> Facts<'c> {
    fn new(cluster: &'c Cluster, told: Told<'c>) -> Self {
        let (user, database) = cluster
            .credentials
            .known()
            .unwrap_or(("USERNAME", "DATABASE"));
        let replicas = cluster.locations.iter().map(|location| location.replicas);
        Self {
            cluster,
            release: cluster.names.pgedge.trim_end_matches("-pgedge"),
            user,
            database,
            first_location: cluster
                .nodes
                .first()
                .map_or("", |node| node.location.as_str()),
            most_replicas: replicas.max().unwrap_or_default(),
            bucket_url: cluster.backup.as_ref().map(Backup::url),
            wal_kept: &cluster.wal_kept,
            flags: told.flags,
            flags_wrap: told.flags.iter().map(String::len).sum::<usize>() > FLAGS_IN_LINE,
            picture: told.picture.lines().collect(),
        }
    }
}

/// Which topics.
#[derive(Clone, Copy)]
pub enum Topics<'t> {
    /// What somebody needs who applies for the first time.
    First,
    /// All.
    All,
    /// These.
    Only(&'t [Topic]),
}

impl Topics<'_> {
    fn hold(self, row: &Row) -> bool {
        match self {
            Self::First => row.is_first,
            Self::All => true,
            Self::Only(topics) => topics.contains(&row.topic),
        }
    }
}

/// The topics that were asked for.
///
/// # Errors
///
/// A template of the user's own that cannot be rendered.
pub fn notes(
    cluster: &Cluster,
    topics: Topics<'_>,
    templates: &Templates,
    told: Told<'_>,
) -> Result<Vec<Note>, Problems> {
    let facts = Facts::new(cluster, told);
    let texts = Texts::new(templates)?;
    TABLE
        .iter()
        .filter(|row| topics.hold(row))
        .map(|row| {
            Ok(Note {
                topic: row.topic,
                title: row.title,
                text: texts.text(row.template, &facts)?,
            })
        })
        .collect()
}

/// The notes for people.
#[must_use]
pub fn page(notes: &[Note]) -> String {
    let texts: Vec<String> = notes
        .iter()
        .map(|note| {
            let line = "=".repeat(note.title.len());
            format!("{}\n{line}\n\n{}", note.title, note.text)
        })
        .collect();
    texts.join("\n")
}

/// Which topics there are besides the first ones.
#[must_use]
pub fn more() -> String {
    let later = TABLE.iter().filter(|row| !row.is_first);
    let words: Vec<String> = later
        .map(|row| format!("    {:<14}{}\n", row.word, row.title))
        .collect();
    format!(
        "\nMore, with `pgedge-tpl notes --only TOPIC`:\n\n{}",
        words.concat()
    )
}

/// The notes for programs, with what they say of the connection as data. Never the password.
#[must_use]
pub fn to_json(cluster: &Cluster, notes: &[Note]) -> Json {
    let known = cluster.credentials.known();
    let word = |topic: Topic| {
        TABLE
            .iter()
            .find(|row| row.topic == topic)
            .map(|row| row.word)
    };
    json!({
        "release": Facts::new(cluster, Told::default()).release,
        "gvc": cluster.names.gvc,
        "connection": {
            "host": cluster.names.pooler_address,
            "port": 5432,
            "user": known.map(|(user, _)| user),
            "database": known.map(|(_, database)| database),
            "secret": cluster.credentials.secret,
        },
        "nodes": cluster.nodes.iter().map(|node| &node.address).collect::<Vec<_>>(),
        "notes": notes
            .iter()
            .map(|note| json!({ "topic": word(note.topic), "title": note.title, "text": note.text }))
            .collect::<Vec<_>>(),
    })
}
