//! The arguments of `notes`.

use clap::{Args, ValueEnum};

use super::ClusterFlags;

/// Arguments of `notes`.
#[derive(Args, Debug)]
pub struct Notes {
    /// A document instead of the notes
    #[arg(value_enum, value_name = "DOCUMENT", conflicts_with_all = ["only", "all", "output"])]
    pub document: Option<NotesDocument>,
    /// Only these topics
    #[arg(
        long,
        value_enum,
        value_name = "TOPIC,...",
        value_delimiter = ',',
        ignore_case = true
    )]
    pub only: Vec<Topic>,
    /// Every topic, not only what a new cluster needs
    #[arg(long, conflicts_with = "only")]
    pub all: bool,
    /// Text for people, JSON, or the topology as a picture
    #[arg(short, long, value_enum, default_value_t = NotesShape::Text)]
    pub output: NotesShape,
    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterFlags,
}

/// What `notes` prints on its own, for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NotesDocument {
    /// What the backup may do at AWS, for `aws iam create-policy --policy-document`
    IamPolicy,
}

/// How `notes` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NotesShape {
    /// For people
    Text,
    /// For programs, with every topic
    Json,
    /// The topology, for Markdown pages that draw it
    Mermaid,
    /// The topology, as a file of its own
    Svg,
}

/// The parts of the notes, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Topic {
    /// What must be there before applying
    Prerequisites,
    /// How to apply
    Apply,
    /// What runs where, drawn
    Topology,
    /// Host, port, database and user
    Connect,
    /// Changes of the schema, and primary keys
    Ddl,
    /// The scheduled dump
    Backup,
    /// From a dump back into the cluster
    Restore,
    /// What a change of the values does to a running cluster
    Scaling,
    /// What differs between the values and what runs
    Drift,
    /// Where to look when it does not come up
    Troubleshoot,
    /// Taking over a cluster of the public template
    Takeover,
}
