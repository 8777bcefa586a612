//! What texts may be.

use crate::values::name::{GvcName, LocationName};
use crate::values::quantity::{Cpu, Memory};
use crate::values::scalar::Parse;
use crate::values::schedule::Schedule;
use crate::values::storage::{Retention, SnapshotSchedule};

/// A rule of a text, and how it is told.
pub(crate) struct Rule {
    pub(super) allowed: &'static str,
    pub(super) fits: fn(&str) -> bool,
}

macro_rules! rules {
    ($($name:ident $allowed:expr, $fits:expr;)+) => {$(
        pub(super) const $name: Rule = Rule { allowed: $allowed, fits: $fits };
    )+};
}

/// Paths that no volume may take.
const TAKEN_PATHS: &[&str] = &["/dev", "/dev/log", "/tmp", "/var", "/var/log"];
const VOLUMES: &[&str] = &["cpln", "s3", "gs", "azureblob", "azurefs", "scratch", "k8s"];
/// Names of containers that the platform adds.
const TAKEN_CONTAINERS: &[&str] = &[
    "istio-proxy",
    "queue-proxy",
    "istio-validation",
    "cpln-envoy-assassin",
    "cpln-writer-proxy",
    "cpln-reader-proxy",
    "cpln-dbaas-config",
];

rules! {
    ANY "any text", |_| true;
    NAME GvcName::ALLOWED, |text| GvcName::parse(text).is_ok();
    WORKLOAD_NAME "a name of at most 49 characters that does not end in -headless",
        |text| GvcName::parse(text).is_ok() && text.len() <= 49 && !text.ends_with("-headless");
    CONTAINER_NAME "a name that does not begin with cpln- or debugger-, and is none of the platform's own containers",
        |text| GvcName::parse(text).is_ok() && !text.starts_with("cpln-") && !text.starts_with("debugger-")
            && !TAKEN_CONTAINERS.contains(&text);
    DESCRIPTION "1 to 250 bytes without white space at either end",
        |text| (1..=250).contains(&text.len()) && text.trim() == text;
    CPU Cpu::ALLOWED, |text| Cpu::parse(text).is_ok();
    MEMORY Memory::ALLOWED, |text| Memory::parse(text).is_ok();
    SCHEDULE Schedule::ALLOWED, |text| Schedule::parse(text).is_ok();
    SNAPSHOT_SCHEDULE "a cron line whose minute is one number (at most one snapshot an hour)",
        |text| SnapshotSchedule::parse(text).is_ok_and(|schedule| schedule.line().is_some());
    RETENTION Retention::ALLOWED, |text| Retention::parse(text).is_ok();
    LOCATION_LINK "//location/NAME or /org/ORG/location/NAME",
        |text| is_link(text, "location") || LocationName::parse(text).is_ok();
    SECRET_LINK "//secret/NAME or /org/ORG/secret/NAME", |text| is_link(text, "secret");
    CLOUD_ACCOUNT_LINK "//cloudaccount/NAME or /org/ORG/cloudaccount/NAME", |text| is_link(text, "cloudaccount");
    IDENTITY_LINK "//gvc/GVC/identity/NAME, //identity/NAME or /org/ORG/gvc/GVC/identity/NAME",
        |text| is_link_in_gvc(text, "identity") || is_link(text, "identity");
    PRINCIPAL_LINK "//gvc/GVC/identity/NAME, //user/EMAIL, //group/NAME, //serviceaccount/NAME, or the same with /org/ORG",
        |text| is_link_in_gvc(text, "identity") || ["user", "group", "serviceaccount"].iter()
            .any(|kind| below_org(text).and_then(|rest| rest.strip_prefix(kind)?.strip_prefix('/')).is_some_and(is_word));
    WORKLOAD_LINK "//gvc/GVC/workload/NAME, /org/ORG/gvc/GVC/workload/NAME, //agent/NAME or cpln://internal/keda",
        |text| is_link_in_gvc(text, "workload") || is_link(text, "agent") || text == "cpln://internal/keda";
    LINK "a link that begins with // or /org/ORG/", |text| below_org(text).is_some_and(is_word);
    POLICY_REF "a policy's name, not an ARN",
        |text| !text.is_empty() && !text.trim_start_matches("aws::").contains(':');
    ROLE_NAME "1 to 64 letters, digits and `/+=,.@_-`",
        |text| (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+=,.@_-".contains(&b));
    GCP_ROLE "roles/SERVICE.ROLE", |text| text.starts_with("roles/");
    COMMAND "1 to 256 characters", |text| (1..=256).contains(&text.chars().count());
    PATH "a path that begins with /", |text| text.starts_with('/');
    METRICS_PATH "at most 128 characters", |text| text.chars().count() <= 128;
    PROBE_PATH "at most 256 characters", |text| text.chars().count() <= 256;
    VOLUME_PATH "an absolute path, not /dev, /tmp, /var or /var/log",
        |text| text.starts_with('/') && !TAKEN_PATHS.contains(&text.trim_end_matches('/'));
    VOLUME_URI "cpln://…, s3://…, gs://…, azureblob://…, azurefs://…, scratch://… or k8s://…",
        |text| text.split_once("://").is_some_and(|(scheme, rest)| VOLUMES.contains(&scheme) && !rest.is_empty());
    VARIABLE "1 to 120 letters, digits and `-._`, not starting with a digit or CPLN_, and not K_SERVICE, K_CONFIGURATION or K_REVISION",
        |text| (1..=120).contains(&text.len()) && !text.starts_with(|c: char| c.is_ascii_digit())
            && !text.starts_with("CPLN_") && is_key(text)
            && !["K_SERVICE", "K_CONFIGURATION", "K_REVISION"].iter().any(|taken| text.eq_ignore_ascii_case(taken));
    VARIABLE_VALUE "at most 4096 characters", |text| text.chars().count() <= 4096;
    SECRET_KEY "letters, digits and `-._`", is_key;
    STORAGE_CLASS "letters, digits, `-` and `_`, beginning with a letter",
        |text| text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    HOSTNAME "a host name in lower case of at most 128 characters, with `*.` before it at most",
        |text| (1..=128).contains(&text.len()) && !text.trim_start_matches("*.").contains('*')
            && !text.chars().any(|c| c.is_ascii_uppercase() || c.is_whitespace());
    SHARE "a number, or a number and %",
        |text| { let number = text.strip_suffix('%').unwrap_or(text);
            !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) };
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

fn is_key(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    !text.is_empty() && text.bytes().all(fits)
}

/// What follows `//` or `/org/ORG/`.
fn below_org(text: &str) -> Option<&str> {
    match text.strip_prefix("/org/") {
        Some(rest) => Some(rest.split_once('/')?.1),
        None => text.strip_prefix("//"),
    }
}

fn is_link(text: &str, kind: &str) -> bool {
    let rest = below_org(text).and_then(|rest| rest.strip_prefix(kind)?.strip_prefix('/'));
    rest.is_some_and(|name| GvcName::parse(name).is_ok())
}

fn is_link_in_gvc(text: &str, kind: &str) -> bool {
    let parts: Vec<&str> = below_org(text).unwrap_or_default().split('/').collect();
    matches!(parts[..], ["gvc", gvc, found, name]
        if found == kind && GvcName::parse(gvc).is_ok() && GvcName::parse(name).is_ok())
}
