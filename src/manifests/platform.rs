//! What the platform accepts, field by field: a document that reads into these structs has no unknown field, no wrong
//! type and no value out of range.
//!
//! The bounds are those of the vendor's Terraform provider 1.2.31 (`internal/provider/resource_*.go`), which mirror
//! the API's; the platform itself answers a wrong document with status 400, after the documents before it were sent.
#![allow(dead_code)] // read to be checked, not to be used

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::decode::Invalid;
use crate::values::name::{GvcName, LocationName};
use crate::values::quantity::{Cpu, Memory};
use crate::values::scalar::{Parse, not_allowed, read_as, whole_number};
use crate::values::schedule::Schedule;
use crate::values::storage::{Retention, SnapshotSchedule};

/// Names of every kind but workloads follow the rule of a GVC's.
type Name = GvcName;
type Tags = BTreeMap<String, String>;

macro_rules! documents {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name { $($field: $type,)* }
    )+};
}

documents! {
    /// `kind: gvc`
    Gvc { kind: Kind, name: Name, description: Description, tags: Tags, spec: GvcSpec, }
    GvcSpec { endpoint_naming_format: EndpointNaming, static_placement: StaticPlacement, }
    StaticPlacement { location_links: Vec<LocationLink>, }

    /// `kind: identity`
    Identity { kind: Kind, name: Name, gvc: Name, description: Description, tags: Tags, aws: Option<Aws>, gcp: Option<Gcp>, }
    Aws { cloud_account_link: CloudAccountLink, policy_refs: Vec<PolicyRef>, }
    Gcp { cloud_account_link: CloudAccountLink, scopes: Vec<String>, bindings: Vec<GcpBinding>, }
    GcpBinding { resource: String, roles: Vec<GcpRole>, }

    /// `kind: policy`
    Policy { kind: Kind, name: Name, description: Description, tags: Tags, target_kind: Kind, target_links: Vec<SecretLink>, bindings: Vec<PolicyBinding>, }
    PolicyBinding { permissions: Vec<Permission>, principal_links: Vec<IdentityLink>, }

    /// `kind: volumeset`
    VolumeSet { kind: Kind, name: Name, gvc: Name, description: Description, tags: Tags, spec: VolumeSetSpec, }
    VolumeSetSpec { file_system_type: FileSystem, performance_class: PerformanceClass, initial_capacity: Capacity, autoscaling: Option<VolumeAutoscaling>, snapshots: Snapshots, }
    VolumeAutoscaling { max_capacity: Capacity, min_free_percentage: Share, scaling_factor: f64, }
    Snapshots { create_final_snapshot: bool, retention_duration: Retention, schedule: Option<SnapshotSchedule>, }

    /// `kind: workload`
    Workload { kind: Kind, name: WorkloadName, gvc: Name, description: Description, tags: Tags, spec: WorkloadSpec, }
    Probe { exec: Option<Exec>, tcp_socket: Option<TcpSocket>, initial_delay_seconds: Delay, period_seconds: Period, timeout_seconds: Period, success_threshold: Threshold, failure_threshold: Threshold, }
    Exec { command: Vec<String>, }
    TcpSocket { port: PortNumber, }
    Port { number: PortNumber, protocol: Protocol, }
    Volume { path: VolumePath, uri: VolumeUri, recovery_policy: Option<RecoveryPolicy>, }
    Variable { name: VariableName, value: VariableValue, }
    Firewall { external: External, internal: Internal, }
    Internal { inbound_allow_type: InboundAllow, inbound_allow_workload: Vec<String>, }
    LoadBalancer { direct: Direct, replica_direct: bool, }
    Direct { enabled: bool, ports: Vec<Port>, }
    Rollout { min_ready_seconds: Delay, scaling_policy: ScalingPolicy, termination_grace_period_seconds: Grace, }
    Security { filesystem_group_id: UserId, run_as_user: UserId, }
    Job { active_deadline_seconds: ActiveDeadline, concurrency_policy: Concurrency, history_limit: History, restart_policy: Restart, schedule: Schedule, }
    MultiZone { enabled: bool, }
}

/// `kind: secret`
#[derive(Deserialize)]
pub(super) struct Secret {
    kind: Kind,
    name: Name,
    description: Description,
    tags: Tags,
    r#type: SecretType,
    /// A dictionary's keys and values, or an opaque secret's `encoding` and `payload`.
    data: BTreeMap<SecretKey, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WorkloadSpec {
    r#type: WorkloadType,
    identity_link: IdentityLink,
    containers: Vec<Container>,
    default_options: Options,
    local_options: Option<Vec<LocalOptions>>,
    job: Option<Job>,
    firewall_config: Firewall,
    load_balancer: Option<LoadBalancer>,
    rollout_options: Option<Rollout>,
    security_options: Option<Security>,
    support_dynamic_tags: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    name: Name,
    image: String,
    command: Option<Command>,
    args: Option<Vec<String>>,
    min_cpu: Option<Cpu>,
    min_memory: Option<Memory>,
    cpu: Cpu,
    memory: Memory,
    inherit_env: bool,
    env: Vec<Variable>,
    ports: Option<Vec<Port>>,
    readiness_probe: Option<Probe>,
    liveness_probe: Option<Probe>,
    volumes: Option<Vec<Volume>>,
}

/// The options of a workload, everywhere or in one location: an entry of `localOptions` inherits nothing.
macro_rules! options {
    ($($name:ident { $($own:ident: $type:ty,)* })+) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct $name {
            $($own: $type,)*
            autoscaling: Autoscaling,
            #[serde(rename = "capacityAI")]
            capacity_ai: bool,
            debug: bool,
            multi_zone: MultiZone,
            suspend: bool,
            timeout_seconds: Timeout,
        }
    )+};
}

options! {
    Options {}
    LocalOptions { location: LocationLink, }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Autoscaling {
    metric: Metric,
    min_scale: Scale,
    max_scale: Scale,
    max_concurrency: MaxConcurrency,
    scale_to_zero_delay: ScaleDelay,
    target: Target,
}

#[derive(Deserialize)]
struct External {
    #[serde(rename = "inboundAllowCIDR")]
    inbound_allow: Vec<String>,
    #[serde(rename = "inboundBlockedCIDR")]
    inbound_blocked: Vec<String>,
    #[serde(rename = "outboundAllowCIDR")]
    outbound_allow: Vec<String>,
    #[serde(rename = "outboundAllowHostname")]
    outbound_hostname: Vec<String>,
    #[serde(rename = "outboundAllowPort")]
    outbound_port: Vec<Port>,
    #[serde(rename = "outboundBlockedCIDR")]
    outbound_blocked: Vec<String>,
}

macro_rules! choices {
    ($($case:literal $name:ident { $($variant:ident,)+ })+) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = $case)]
        enum $name { $($variant,)+ }
    )+};
}

choices! {
    "lowercase" Kind { Secret, Gvc, Identity, Volumeset, Policy, Workload, }
    "lowercase" EndpointNaming { Default, Legacy, Org, }
    "lowercase" SecretType { Opaque, Dictionary, }
    "lowercase" Permission { Create, Delete, Edit, Manage, Reveal, Use, View, }
    "lowercase" FileSystem { Ext4, Xfs, Shared, }
    "lowercase" WorkloadType { Serverless, Standard, Stateful, Cron, }
    "lowercase" Protocol { Http, Http2, Grpc, Tcp, }
    "lowercase" RecoveryPolicy { Retain, Recycle, }
    "lowercase" Metric { Concurrency, Cpu, Memory, Rps, Latency, Keda, Disabled, }
    "kebab-case" PerformanceClass { GeneralPurposeSsd, HighThroughputSsd, Shared, }
    "kebab-case" InboundAllow { None, SameGvc, SameOrg, WorkloadList, }
    "PascalCase" ScalingPolicy { OrderedReady, Parallel, }
    "PascalCase" Concurrency { Forbid, Replace, Allow, }
    "PascalCase" Restart { Never, OnFailure, }
}

whole_number! {
    Capacity(10..=65_536 " GiB");
    Share(1..=100 " percent");
    PortNumber(80..=65_535 "");
    Scale(0..=10_000 " replicas");
    Target(1..=20_000 "");
    ScaleDelay(30..=3_600 " seconds");
    MaxConcurrency(0..=30_000 "");
    Timeout(1..=3_600 " seconds");
    Delay(0..=600 " seconds");
    Period(1..=600 " seconds");
    Threshold(1..=20 "");
    Grace(0..=900 " seconds");
    UserId(1..=65_534 "");
    History(1..=10 " jobs");
    /// Of a job.
    ActiveDeadline(1..=86_400 " seconds");
}

macro_rules! texts {
    ($($name:ident $allowed:literal $check:expr;)+) => {$(
        struct $name;

        impl Parse for $name {
            const ALLOWED: &str = $allowed;

            fn parse(text: &str) -> Result<Self, Invalid> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self) } else { Err(not_allowed::<Self>(text)) }
            }
        }

        read_as!(text: $name);
    )+};
}

texts! {
    Description "1 to 250 bytes without white space at either end" |text| (1..=250).contains(&text.len()) && text.trim() == text;
    WorkloadName "a name of at most 49 characters that does not end in -headless"
        |text| Name::parse(text).is_ok() && text.len() <= 49 && !text.ends_with("-headless");
    LocationLink "//location/NAME" |text| is_link(text, "//location/") || LocationName::parse(text).is_ok();
    CloudAccountLink "//cloudaccount/NAME" |text| is_link(text, "//cloudaccount/");
    SecretLink "//secret/NAME" |text| is_link(text, "//secret/");
    IdentityLink "//gvc/GVC/identity/NAME" |text| text.strip_prefix("//gvc/").and_then(|rest| rest.split_once("/identity/"))
        .is_some_and(|(gvc, name)| Name::parse(gvc).is_ok() && Name::parse(name).is_ok());
    PolicyRef "a policy's name, not an ARN" |text| !text.trim_start_matches("aws::").contains(':') && !text.is_empty();
    GcpRole "roles/SERVICE.ROLE" |text| text.starts_with("roles/");
    Command "1 to 256 characters" |text| (1..=256).contains(&text.chars().count());
    VolumePath "an absolute path, not /dev, /tmp, /var or /var/log"
        |text| text.starts_with('/') && !["/dev", "/dev/log", "/tmp", "/var", "/var/log"].contains(&text.trim_end_matches('/'));
    VolumeUri "cpln://…, s3://…, gs://…, azureblob://…, azurefs://… or scratch://…"
        |text| ["cpln", "s3", "gs", "azureblob", "azurefs", "scratch"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("://") && rest.len() > 3));
    VariableName "1 to 120 letters, digits and `-._`, not starting with a digit or CPLN_"
        |text| (1..=120).contains(&text.len()) && !text.starts_with(|c: char| c.is_ascii_digit()) && !text.starts_with("CPLN_")
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    VariableValue "at most 4096 characters" |text| text.chars().count() <= 4096;
}

fn is_link(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|name| Name::parse(name).is_ok())
}

/// Key of a dictionary.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SecretKey(String);

impl Parse for SecretKey {
    const ALLOWED: &str = "letters, digits and `-._`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        if !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_allowed::<Self>(text))
        }
    }
}

read_as!(text: SecretKey);
