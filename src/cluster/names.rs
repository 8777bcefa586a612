//! Every name, link and address, spelt here and nowhere else.

use serde::Serialize;

use crate::values::name::{GvcName, LocationName, ReleaseName, SecretName};

/// Names and links of the resources of one release in one GVC.
#[derive(Clone, Debug, Serialize)]
pub struct Names {
    /// The GVC.
    pub gvc: String,
    /// Dictionary secret: inline credentials, the backup's bucket.
    pub config: String,
    /// Opaque secret: the start script of the nodes.
    pub pgedge_startup: String,
    /// Opaque secret: the configuration of the pooler.
    pub pooler_config: String,
    /// Opaque secret: the start script of the pooler.
    pub pooler_startup: String,
    /// What the workloads run as.
    pub identity: String,
    /// The same, as a link.
    pub identity_link: String,
    /// The volumes of the nodes.
    pub volumeset: String,
    /// The same, as a volume of a container.
    pub volumeset_uri: String,
    /// The policy that lets the identity reveal the secrets.
    pub policy: String,
    /// The policy that lets the identity see a GVC that somebody else manages.
    pub gvc_policy: String,
    /// What that policy is about: the GVC, as a link.
    pub gvc_link: String,
    /// The workload of the nodes.
    pub pgedge: String,
    /// The workload of the pooler.
    pub pooler: String,
    /// The workload of the backup.
    pub backup: String,
    /// Opaque secret: the script of the backup.
    pub backup_script: String,
    /// Where applications connect, inside the GVC, on port 5432.
    pub pooler_address: String,
    /// Payload of [`pgedge_startup`](Self::pgedge_startup), as a volume of a container.
    pub pgedge_startup_uri: String,
    /// Payload of [`pooler_config`](Self::pooler_config), as a volume of a container.
    pub pooler_config_uri: String,
    /// Payload of [`pooler_startup`](Self::pooler_startup), as a volume of a container.
    pub pooler_startup_uri: String,
    /// Payload of [`backup_script`](Self::backup_script), as a volume of a container.
    pub backup_script_uri: String,
}

impl Names {
    /// The names of a release in a GVC.
    pub fn new(release: &ReleaseName, gvc: &GvcName, pooler: &str) -> Self {
        let of = |suffix: &str| format!("{release}-{suffix}");
        let payload = |suffix: &str| format!("cpln://secret/{release}-{suffix}.payload");
        Self {
            gvc: gvc.to_string(),
            config: config_secret(release),
            pgedge_startup: of("pgedge-startup"),
            pooler_config: of(&format!("{pooler}-config")),
            pooler_startup: of(&format!("{pooler}-startup")),
            identity: of("pgedge-identity"),
            identity_link: format!("//gvc/{gvc}/identity/{release}-pgedge-identity"),
            volumeset: of("pgedge-vs"),
            volumeset_uri: format!("cpln://volumeset/{release}-pgedge-vs"),
            policy: of("pgedge-policy"),
            gvc_policy: of("pgedge-gvc-policy"),
            gvc_link: format!("//gvc/{gvc}"),
            pgedge: of("pgedge"),
            pooler: of(pooler),
            backup: of("pgedge-backup"),
            pooler_address: format!("{release}-{pooler}.{gvc}.cpln.local"),
            pgedge_startup_uri: payload("pgedge-startup"),
            pooler_config_uri: payload(&format!("{pooler}-config")),
            pooler_startup_uri: payload(&format!("{pooler}-startup")),
            backup_script: of("pgedge-backup-script"),
            backup_script_uri: payload("pgedge-backup-script"),
        }
    }

    /// Links of the secrets that the identity may reveal: those that exist, and the user's own.
    pub(super) fn revealed<'n>(
        &'n self,
        has_config: bool,
        has_backup: bool,
        referenced: impl Iterator<Item = &'n SecretName>,
    ) -> Vec<String> {
        let own = [
            &self.pgedge_startup,
            &self.pooler_config,
            &self.pooler_startup,
        ]
        .map(String::as_str);
        let config = has_config.then_some(self.config.as_str());
        let backup = has_backup.then_some(self.backup_script.as_str());
        config
            .into_iter()
            .chain(own)
            .chain(backup)
            .chain(referenced.map(SecretName::as_str))
            .map(|secret| format!("//secret/{secret}"))
            .collect()
    }

    /// A workload of this release, as a link.
    pub(super) fn workload_link(&self, workload: &str) -> String {
        format!("//gvc/{}/workload/{workload}", self.gvc)
    }
}

/// What follows the release in the names of the secrets that hold a script or a configuration.
const SCRIPTS: &[&str] = &[
    "pgedge-startup",
    "pgedge-backup-script",
    "pgcat-config",
    "pgcat-startup",
    "pgbouncer-config",
    "pgbouncer-startup",
];

/// Whether a secret of this name holds a script or a configuration of the release, and no credentials.
#[must_use]
pub fn is_script_of(release: &str, name: &str) -> bool {
    follows(release, name).is_some_and(|suffix| SCRIPTS.contains(&suffix))
}

/// Whether this is the name of the release's config secret.
#[must_use]
pub fn is_config_of(release: &str, name: &str) -> bool {
    follows(release, name) == Some(CONFIG)
}

fn follows<'n>(release: &str, name: &'n str) -> Option<&'n str> {
    name.strip_prefix(release)?.strip_prefix('-')
}

const CONFIG: &str = "pgedge-config";

/// The secret that holds inline credentials and the backup's bucket.
pub(super) fn config_secret(release: &ReleaseName) -> String {
    format!("{release}-{CONFIG}")
}

/// Secrets of the org, as links.
pub(super) fn secret_links(secrets: &[SecretName]) -> Vec<String> {
    secrets
        .iter()
        .map(|secret| format!("//secret/{secret}"))
        .collect()
}

/// A location, as a link.
pub(super) fn location_link(location: &LocationName) -> String {
    format!("//location/{location}")
}

/// A cloud account, as a link.
pub(super) fn cloud_account_link(account: &str) -> String {
    format!("//cloudaccount/{account}")
}

/// A key of a dictionary secret, as the value of an environment variable.
pub(super) fn secret_key(secret: &str, key: &str) -> String {
    format!("cpln://secret/{secret}.{key}")
}

/// Where one node answers, inside the GVC.
pub(super) fn node_address(
    release: &ReleaseName,
    gvc: &GvcName,
    location: &LocationName,
    replica: u32,
) -> String {
    format!("replica-{replica}.{release}-pgedge.{location}.{gvc}.cpln.local")
}
