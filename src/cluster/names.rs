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
    pub pgcat_config: String,
    /// Opaque secret: the start script of the pooler.
    pub pgcat_startup: String,
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
    /// The workload of the nodes.
    pub pgedge: String,
    /// The workload of the pooler.
    pub pgcat: String,
    /// The workload of the backup.
    pub backup: String,
    /// Where applications connect, inside the GVC, on port 5432.
    pub pgcat_address: String,
    /// Payload of [`pgedge_startup`](Self::pgedge_startup), as a volume of a container.
    pub pgedge_startup_uri: String,
    /// Payload of [`pgcat_config`](Self::pgcat_config), as a volume of a container.
    pub pgcat_config_uri: String,
    /// Payload of [`pgcat_startup`](Self::pgcat_startup), as a volume of a container.
    pub pgcat_startup_uri: String,
}

impl Names {
    /// The names of a release in a GVC.
    pub fn new(release: &ReleaseName, gvc: &GvcName) -> Self {
        let of = |suffix: &str| format!("{release}-{suffix}");
        let payload = |suffix: &str| format!("cpln://secret/{release}-{suffix}.payload");
        Self {
            gvc: gvc.to_string(),
            config: config_secret(release),
            pgedge_startup: of("pgedge-startup"),
            pgcat_config: of("pgcat-config"),
            pgcat_startup: of("pgcat-startup"),
            identity: of("pgedge-identity"),
            identity_link: format!("//gvc/{gvc}/identity/{release}-pgedge-identity"),
            volumeset: of("pgedge-vs"),
            volumeset_uri: format!("cpln://volumeset/{release}-pgedge-vs"),
            policy: of("pgedge-policy"),
            pgedge: of("pgedge"),
            pgcat: of("pgcat"),
            backup: of("pgedge-backup"),
            pgcat_address: format!("{release}-pgcat.{gvc}.cpln.local"),
            pgedge_startup_uri: payload("pgedge-startup"),
            pgcat_config_uri: payload("pgcat-config"),
            pgcat_startup_uri: payload("pgcat-startup"),
        }
    }

    /// Links of the secrets that the identity may reveal: those that exist, and the user's own.
    pub(super) fn revealed(
        &self,
        has_config: bool,
        referenced: Option<&SecretName>,
    ) -> Vec<String> {
        let own = [
            &self.pgedge_startup,
            &self.pgcat_config,
            &self.pgcat_startup,
        ]
        .map(String::as_str);
        let config = has_config.then_some(self.config.as_str());
        let referenced = referenced.map(SecretName::as_str);
        config
            .into_iter()
            .chain(own)
            .chain(referenced)
            .map(|secret| format!("//secret/{secret}"))
            .collect()
    }

    /// A workload of this release, as a link.
    pub(super) fn workload_link(&self, workload: &str) -> String {
        format!("//gvc/{}/workload/{workload}", self.gvc)
    }
}

/// The secret that holds inline credentials and the backup's bucket.
pub(super) fn config_secret(release: &ReleaseName) -> String {
    format!("{release}-pgedge-config")
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
