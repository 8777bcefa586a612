//! The typed mirror of `values.yaml`: same names, same order. Whoever holds a [`Values`] holds values that each are
//! allowed by themselves; how they go together is the [`cluster`](crate::cluster)'s business.

mod access;
mod backup;
pub mod credential;
mod gvc;
pub mod hba;
pub mod image;
pub mod library;
pub mod link;
pub mod name;
pub mod number;
mod pooler;
mod postgres;
pub mod quantity;
mod reading;
mod resources;
pub mod scalar;
pub mod schedule;
pub mod setting;
pub mod storage;
mod volumeset;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use access::{AccessType, InternalAccess};
pub use backup::{Aws, Backup, Gcp, Keep, Provider};
pub use gvc::{Gvc, Location};
pub use pooler::{Pgbouncer, PgbouncerPoolMode, Pgcat, PoolMode, Reads, Routing};
pub use postgres::Postgres;
pub use reading::read;
pub use resources::{NodeResources, Resources};
pub use volumeset::{PerformanceClass, VolumeSet};

use image::Image;
use name::ReleaseName;
use storage::{TagKey, TagValue};

/// The documented defaults, word for word.
pub const BUILT_IN: &str = include_str!("../../values.yaml");

/// All values.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Values {
    /// Prefix of every resource name.
    ///
    /// Left out, it is `gvc.name`, which must then have at most 35 characters. Another release means other resources: a
    /// cluster that runs keeps its name, and its volumes, only with the release that it was made with.
    pub release: Option<ReleaseName>,
    /// Tags of your own on every resource.
    ///
    /// Text to text. Keys that the platform or this program uses (`cpln/`, `app.cpln.io/`) are refused.
    #[serde(default)]
    pub tags: BTreeMap<TagKey, TagValue>,
    /// Values for templates of your own.
    ///
    /// Whatever is here, templates see it as `custom`. The built-in ones do not look at it.
    #[serde(default)]
    pub custom: BTreeMap<String, serde_json::Value>,
    /// Whether nobody can delete the data.
    ///
    /// `true` puts the tag `cpln/protected` on GVC and volume set: the platform refuses to delete them, whoever asks,
    /// until it is `false` again. It is off by default, because a cluster that was made to try it out has to go as it
    /// came; set it before the first data that matters. Terraform, the operator and Helm keep both without it.
    pub protected: Option<bool>,
    /// The GVC and the locations it spans.
    pub gvc: Gvc,
    /// Image of the pgEdge nodes.
    ///
    /// It must hold PostgreSQL 17 with Spock 5; the start script and the volumes are made for them. A tag that moves, as
    /// the documented one does, gives a node that restarts another Spock than its peers have; an immutable one names all
    /// versions, such as `17.11-spock5.0.13-standard-1`.
    ///
    /// In October 2026 the documented image held PostgreSQL 17.11, Spock 5.0.13, snowflake 2.6.0, lolor 1.2.3 (that much
    /// the flavour `minimal` has too), pgaudit 17.1, PostGIS 3.6.4, pgvector 0.8.7, pgBackRest 2.59.3, pg_cron 1.6.8,
    /// pg_stat_monitor 2.4.0, pgmq, pg_tokenizer, pg_vectorize, vchord_bm25, system_stats, supautils and safesession.
    pub image: Image,
    /// CPU and memory of each pgEdge node.
    pub resources: NodeResources,
    /// The database and its superuser.
    pub postgres: Postgres,
    /// Spread replicas over availability zones.
    ///
    /// It applies to every workload, in each location. Not every location has several zones.
    pub multi_zone: bool,
    /// The volume of each pgEdge node.
    pub volumeset: VolumeSet,
    /// The connection pooler.
    pub pgcat: Pgcat,
    /// The other connection pooler, in the place of pgcat.
    ///
    /// Given, even empty, it is rendered instead. Applications then connect to another address.
    pub pgbouncer: Option<Pgbouncer>,
    /// Who may connect to nodes and pooler.
    #[serde(rename = "internal_access")]
    pub internal_access: InternalAccess,
    /// The scheduled dump to a bucket.
    pub backup: Backup,
}
