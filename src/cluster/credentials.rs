//! User, password and database: in a secret of ours, or in one that the user made.

use std::collections::BTreeMap;

use serde::Serialize;

use super::names::{config_secret, secret_key};
use crate::values::Values;
use crate::values::credential::{Database, Password, Username};
use crate::values::name::{ReleaseName, SecretName};

/// User, password and database, as links into the secret that holds them. No template sees the values themselves but
/// as entries of the config secret.
#[derive(Clone, Debug, Serialize)]
pub struct Credentials {
    /// The user, as the value of an environment variable.
    pub username: String,
    /// The password, as the value of an environment variable.
    pub password: String,
    /// The database, as the value of an environment variable.
    pub database: String,
    /// The secret that holds them.
    pub secret: String,
    /// Whether that is a secret that the user makes.
    pub is_referenced: bool,
    #[serde(skip)]
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Inline {
        username: Username,
        password: Password,
        database: Database,
    },
    Secret(SecretName),
}

impl Credentials {
    /// The keys of a secret that holds credentials.
    pub const KEYS: &[&str] = &["username", "password", "database"];

    pub(super) fn new(values: &Values, release: &ReleaseName) -> Option<Self> {
        let source = match &values.postgres.credentials_secret_name {
            Some(secret) => Source::Secret(secret.clone()),
            None => Source::inline(values)?,
        };
        let secret = match &source {
            Source::Inline { .. } => config_secret(release),
            Source::Secret(secret) => secret.to_string(),
        };
        Some(Self {
            username: secret_key(&secret, "username"),
            password: secret_key(&secret, "password"),
            database: secret_key(&secret, "database"),
            is_referenced: matches!(source, Source::Secret(_)),
            secret,
            source,
        })
    }

    /// The user's own secret, when that is where they are.
    pub(super) fn referenced(&self) -> Option<&SecretName> {
        match &self.source {
            Source::Secret(secret) => Some(secret),
            Source::Inline { .. } => None,
        }
    }

    /// User and database, where the values have them.
    #[must_use]
    pub fn known(&self) -> Option<(&str, &str)> {
        match &self.source {
            Source::Inline {
                username, database, ..
            } => Some((username.as_str(), database.as_str())),
            Source::Secret(_) => None,
        }
    }

    /// What the config secret holds of them.
    pub(super) fn entries(&self) -> BTreeMap<String, String> {
        let Source::Inline {
            username,
            password,
            database,
        } = &self.source
        else {
            return BTreeMap::new();
        };
        let values = [username.as_str(), password.reveal(), database.as_str()];
        Self::KEYS
            .iter()
            .zip(values)
            .map(|(key, value)| ((*key).to_owned(), value.to_owned()))
            .collect()
    }
}

impl Source {
    /// `None` when a credential is missing, which the rules have said already.
    fn inline(values: &Values) -> Option<Self> {
        let postgres = &values.postgres;
        Some(Self::Inline {
            username: postgres.username.clone()?,
            password: postgres.password.clone()?,
            database: postgres.database.clone()?,
        })
    }
}
