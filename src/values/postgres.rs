//! `postgres`: the database, its superuser and its settings.

use schemars::JsonSchema;
use serde::Deserialize;

use super::credential::{Database, Password, Username};
use super::hba::HbaLine;
use super::library::Library;
use super::name::SecretName;
use super::setting::Parameters;

/// The database and its superuser.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Postgres {
    /// Name of the superuser.
    ///
    /// The nodes are made with it: on volumes that hold data it cannot be changed.
    pub username: Option<Username>,
    /// Its password.
    ///
    /// A change reaches a running cluster with the next start of its nodes. To keep it out of every file and manifest,
    /// name a secret that holds it: `postgres.credentialsSecretName`.
    pub password: Option<Password>,
    /// The database that replicates.
    ///
    /// The nodes are made with it: on volumes that hold data it cannot be changed.
    pub database: Option<Database>,
    /// A secret that holds the credentials.
    ///
    /// A dictionary secret with `username`, `password` and `database`, made before applying. It takes the place of the
    /// three keys above, which may not be given beside it.
    pub credentials_secret_name: Option<SecretName>,
    /// Parameters for postgresql.conf.
    ///
    /// Names and values are checked as PostgreSQL 17 reads them, units and all (`1GB`, not `1Gi`). The ones that
    /// replication, the pooler or the start script rest on are not yours to set, nor those that lose data. What follows
    /// from other values is listed below; what is given here takes its place.
    ///
    /// Two things depend on the machine and not on a value: huge pages, which a container does not have, and parallel
    /// workers, which share memory under /dev/shm. Where a query fails with `could not resize shared memory segment`,
    /// `dynamic_shared_memory_type: mmap` puts that memory on the volume.
    #[serde(default)]
    pub parameters: Parameters,
    /// Libraries that are loaded at the start.
    ///
    /// They are added to Spock's. A node does not start with one that its image lacks.
    #[serde(default)]
    pub preload: Vec<Library>,
    /// Lines for pg_hba.conf.
    ///
    /// They come before the cluster's own, and the first line that fits a connection decides. TLS between a client and
    /// PostgreSQL is off (the platform encrypts between workloads), and roles log in with passwords.
    #[serde(default)]
    pub extra_hba: Vec<HbaLine>,
}
