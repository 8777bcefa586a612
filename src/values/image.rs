//! References to container images.

use serde::Serialize;
use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use crate::decode::Invalid;

/// A container image: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`, or `//image/NAME[:TAG]` for one of the org's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Image(String);

impl Image {
    /// The reference.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// PgBouncer's, where the values name none.
    #[must_use]
    pub fn pgbouncer() -> Self {
        Self("edoburu/pgbouncer:v1.25.2-p0".to_owned())
    }

    /// The version that the tag says, as in `v1.2.0` or `1.25.1-p0`.
    #[must_use]
    pub fn version(&self) -> Option<[u32; 3]> {
        let tag = tag(split(&self.0, '@').0).1?;
        let numbers = tag.trim_start_matches('v').split('-').next()?;
        let numbers: Vec<u32> = numbers
            .split('.')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        numbers.try_into().ok()
    }

    /// Whether the same reference may be another image tomorrow: no digest, and no tag, the tag `latest`, or one of
    /// pgEdge's that does not name every version.
    #[must_use]
    pub fn floats(&self) -> bool {
        let (name, digest) = split(&self.0, '@');
        digest.is_none()
            && match tag(name).1 {
                None | Some("latest") => true,
                Some(tag) => self.is_pgedge() && !is_immutable(tag),
            }
    }

    /// The last part of the path, without tag and digest: `pgedge-postgres`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        let (path, _) = tag(split(&self.0, '@').0);
        path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is pgEdge's own image of PostgreSQL.
    #[must_use]
    pub fn is_pgedge(&self) -> bool {
        self.short_name() == "pgedge-postgres"
    }

    /// The major version of PostgreSQL that the tag tells: of images with PostgreSQL or its dump in their names, whose
    /// tags begin with it. A number that no major version has counts something else.
    #[must_use]
    pub fn postgres_major(&self) -> Option<u32> {
        let tag = tag(split(&self.0, '@').0).1?;
        let names_it = ["postgres", "pgedge", "pg-backup"]
            .iter()
            .any(|word| self.short_name().contains(word));
        leading_number(tag)
            .filter(|major| (names_it || tag.contains("-spock")) && (9..30).contains(major))
    }

    /// The major version of Spock that the tag tells.
    #[must_use]
    pub fn spock_major(&self) -> Option<u32> {
        let tag = tag(split(&self.0, '@').0).1?;
        leading_number(tag.split_once("-spock")?.1)
    }

    /// The flavour of pgEdge's image that the tag tells, such as `standard`.
    #[must_use]
    pub fn flavour(&self) -> Option<&str> {
        let tag = tag(split(&self.0, '@').0).1.filter(|_| self.is_pgedge())?;
        tag.split('-').nth(2)
    }
}

impl Parse for Image {
    const ALLOWED: &str =
        "an image such as `ghcr.io/owner/name:tag`, or `//image/NAME:TAG` for one of the org's own";
    const EXAMPLES: &[&str] = &["ghcr.io/acme/image:1.4", "//image/own:2"];

    fn rule() -> Value {
        let component = "[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?";
        let tag = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";
        // a host has a dot, a port or is `localhost`; else its text is a component of the path
        let port = ":0*(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
        let name = "[A-Za-z0-9-]";
        let host = format!("(?:{name}*\\.[A-Za-z0-9.-]*(?:{port})?|{name}+{port}|localhost)/");
        json!({ "pattern": format!(
            "^(?!docker\\.io/)(?://image/)?(?:{host})?{component}(?:/{component})*(?::{tag})?(?:@sha256:[0-9a-f]{{64}})?$"
        )})
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(rest) = text.strip_prefix("docker.io/") {
            let rest = rest.strip_prefix("library/").unwrap_or(rest);
            return Err(Invalid::new(
                "the platform takes no `docker.io/` before an image",
                format!("`{rest}`"),
            ));
        }
        let (name, digest) = split(text, '@');
        let (path, tag) = tag(name);
        let path = path.strip_prefix("//image/").unwrap_or(path);
        let (host, path) = match path.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                (Some(host), path)
            }
            _ => (None, path),
        };
        let right = host.is_none_or(is_host)
            && path.split('/').all(is_component)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest);
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

read_as!(text: Image);

/// `17.11-spock5.0.13-standard-1`: every version with its parts, and which build of it.
fn is_immutable(tag: &str) -> bool {
    let parts: Vec<&str> = tag.split('-').collect();
    let dots = |text: &str| text.matches('.').count();
    matches!(parts.as_slice(), [postgres, spock, _, build]
        if dots(postgres) == 1 && dots(spock) == 2 && build.bytes().all(|b| b.is_ascii_digit()))
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

/// A colon begins a tag only behind the last slash; before it, it begins a port.
fn tag(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (name, None),
    }
}

fn is_host(host: &str) -> bool {
    let (name, port) = split(host, ':');
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        && port.is_none_or(|port| {
            port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok()
        })
}

fn is_component(component: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    edge(component.chars().next())
        && edge(component.chars().next_back())
        && component
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn is_digest(digest: &str) -> bool {
    digest.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}
