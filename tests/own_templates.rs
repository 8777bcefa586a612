//! What templates of the user's own may write: everything that the platform takes, and nothing else.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::Result;
use serde_json::{Map, Value, json};

const TEMPLATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/manifests");
const OPERATOR: &str = include_str!("forms/operator.json");

const NODES: &str = "workload-pgedge.yaml.j2";
const POOLER: &str = "workload-pooler.yaml.j2";
const BACKUP: &str = "workload-backup.yaml.j2";
const GVC: &str = "gvc.yaml.j2";
const VOLUMES: &str = "volumeset-pgedge.yaml.j2";
const IDENTITY: &str = "identity-pgedge.yaml.j2";
const POLICY: &str = "policy-pgedge.yaml.j2";

/// A built-in template, what is written in the place of what in it. An empty first text is the end of the file.
type Variant = (&'static str, &'static str, &'static str);

const CONTAINER: &str = "      inheritEnv: false\n";
const SPEC: &str = "  supportDynamicTags: false";
const TAGS: &str = "{% include 'manifests/_tags.yaml.j2' %}\n";

const LEGAL: &[Variant] = &[
    (
        GVC,
        "spec:\n",
        "spec:\n  env:\n    - name: A\n      value: b\n",
    ),
    (
        GVC,
        "spec:\n",
        "spec:\n  pullSecretLinks:\n    - //secret/registry\n",
    ),
    (
        GVC,
        "spec:\n",
        "spec:\n  loadBalancer:\n    dedicated: true\n    trustedProxies: 2\n",
    ),
    (
        GVC,
        "spec:\n",
        "spec:\n  tracing:\n    sampling: 10\n    provider:\n      otel:\n        endpoint: x:4317\n",
    ),
    (
        GVC,
        "  staticPlacement:\n",
        "  staticPlacement:\n    locationOptions:\n      - locationLink: //location/aws-us-west-2\n        routingTier: 1\n",
    ),
    (GVC, "  endpointNamingFormat: org\n", ""),
    (GVC, "description: Locations of the pgEdge cluster\n", ""),
    (
        GVC,
        TAGS,
        "tags:\n  number: 17\n  yes-or-no: true\n  nothing: null\n",
    ),
    (GVC, TAGS, ""),
    (
        VOLUMES,
        "spec:\n",
        "spec:\n  customEncryption:\n    regions:\n      aws-us-west-2:\n        keyId: arn:aws:kms:x\n",
    ),
    (VOLUMES, "spec:\n", "spec:\n  storageClassSuffix: fast-1\n"),
    (
        VOLUMES,
        "spec:\n",
        "spec:\n  mountOptions:\n    resources:\n      minCpu: 500m\n",
    ),
    (
        VOLUMES,
        "{% if volumeset.autoscaling %}\n",
        "  autoscaling:\n    maxCapacity: 100\n    predictive:\n      enabled: true\n      lookbackHours: 24\n{% if false %}\n",
    ),
    (VOLUMES, "  fileSystemType: ext4\n", ""),
    (
        VOLUMES,
        "    retentionDuration: {{ volumeset.retention }}\n",
        "",
    ),
    (
        IDENTITY,
        "{% if identity.aws %}\n",
        "networkResources:\n  - name: db\n    agentLink: //agent/office\n    IPs: [10.0.0.1]\n    ports: [5432]\n{% if false %}\n",
    ),
    (
        IDENTITY,
        "{% if identity.aws %}\n",
        "aws:\n  cloudAccountLink: /org/acme/cloudaccount/main\n  roleName: backup/role\n{% if false %}\n",
    ),
    (
        POLICY,
        "targetLinks:\n{% for link in revealed %}\n  - {{ link }}\n{% endfor %}\n",
        "target: all\n",
    ),
    (
        POLICY,
        "      - {{ names.identity_link }}\n",
        "      - //serviceaccount/ci\n      - //group/admins\n      - //user/anna@example.com\n",
    ),
    (
        POLICY,
        "      - {{ names.identity_link }}\n",
        "      - /org/acme/gvc/shop/identity/shop-id\n",
    ),
    (
        NODES,
        CONTAINER,
        "      inheritEnv: true\n      workingDir: /pgvol\n",
    ),
    (NODES, CONTAINER, ""),
    (
        NODES,
        CONTAINER,
        "      metrics:\n        port: 9187\n        path: /metrics\n        dropMetrics: [go_.*]\n",
    ),
    (
        NODES,
        CONTAINER,
        "      lifecycle:\n        preStop:\n          exec:\n            command: [sleep, \"10\"]\n",
    ),
    (
        NODES,
        CONTAINER,
        "      gpu:\n        nvidia:\n          model: t4\n          quantity: 1\n",
    ),
    (
        NODES,
        "          uri: {{ names.volumeset_uri }}\n",
        "          uri: k8s://secret/x\n",
    ),
    (NODES, "          recoveryPolicy: retain\n", ""),
    (
        NODES,
        SPEC,
        "  requestRetryPolicy:\n    attempts: 3\n    retryOn: [connect-failure]\n  supportDynamicTags: false",
    ),
    (
        NODES,
        SPEC,
        "  extras:\n    tolerations: []\n  supportDynamicTags: false",
    ),
    (NODES, SPEC, ""),
    (
        NODES,
        "    minReadySeconds: 0\n",
        "    maxSurgeReplicas: 25%\n    minReadySeconds: 10\n",
    ),
    (
        NODES,
        "    replicaDirect: true",
        "    geoLocation:\n      enabled: true\n      headers:\n        city: x-city\n    replicaDirect: true",
    ),
    (
        NODES,
        "  containers:\n",
        "  containers:\n    - name: exporter\n      image: example/exporter:1\n",
    ),
    (
        POOLER,
        CONTAINER,
        "      lifecycle:\n        postStart:\n          exec:\n            command: [/bin/true]\n",
    ),
    (
        POOLER,
        "  firewallConfig:\n",
        "  sidecar:\n    envoy:\n      clusters: []\n  firewallConfig:\n",
    ),
    (
        POOLER,
        "    capacityAI: false\n",
        "    capacityAIUpdateMinutes: 5\n    spot: false\n",
    ),
    (
        POOLER,
        "    suspend: false\n    timeoutSeconds: 5\n",
        "    suspend: false\n",
    ),
    (
        POOLER,
        "      outboundAllowPort: []\n",
        "      outboundAllowPort:\n        - number: 5432\n          protocol: tcp\n        - number: 443\n          protocol: https\n",
    ),
    (
        POOLER,
        "      ports: []\n",
        "      ipSet: //ipset/shop\n      ports:\n        - externalPort: 5432\n          containerPort: 5432\n          protocol: TCP\n          scheme: tcp\n",
    ),
    (
        POOLER,
        "      inboundAllowWorkload: {{ pooler.firewall.workloads }}\n",
        "      inboundAllowWorkload:\n        - //gvc/shop/workload/api\n        - /org/acme/gvc/shop/workload/jobs\n        - //agent/office\n        - cpln://internal/keda\n",
    ),
    (
        POOLER,
        "      memory: {{ pooler.memory }}\n",
        "      memory: 4000Mi\n",
    ),
    (
        BACKUP,
        "    activeDeadlineSeconds: {{ backup.deadline }}\n",
        "    activeDeadlineSeconds: 21600\n",
    ),
    (
        BACKUP,
        "  identityLink: {{ names.identity_link }}\n",
        "  identityLink: //identity/other\n",
    ),
    (BACKUP, "  identityLink: {{ names.identity_link }}\n", ""),
];

/// The same with the path that is told, and what is allowed instead.
const WRONG: &[(Variant, &str, &str)] = &[
    (
        (
            GVC,
            "spec:\n",
            "spec:\n  loadBalancer:\n    trustedProxies: 3\n",
        ),
        "spec.loadBalancer.trustedProxies",
        "0 to 2",
    ),
    (
        (
            GVC,
            "spec:\n",
            "spec:\n  env:\n    - name: CPLN_A\n      value: b\n",
        ),
        "spec.env[0].name",
        "CPLN_",
    ),
    (
        (
            VOLUMES,
            "spec:\n",
            "spec:\n  mountOptions: {resources: {minCpu: 1m}}\n",
        ),
        "spec.mountOptions.resources.minCpu",
        "at least 25m",
    ),
    (
        (VOLUMES, "  fileSystemType: ext4\n", "  snapshots2: 1\n"),
        "spec.snapshots2",
        "snapshots",
    ),
    (
        (
            POOLER,
            "      memory: {{ pooler.memory }}\n",
            "      memory: 5Gi\n",
        ),
        "spec.containers[0].memory",
        "at most 4000Mi with this `cpu`",
    ),
    (
        (
            NODES,
            "      minMemory: {{ pgedge.min_memory }}\n",
            "      minMemory: 512Mi\n",
        ),
        "spec.containers[0].memory",
        "up to 4 times it",
    ),
    (
        (NODES, "      cpu: {{ pgedge.cpu }}\n", "      cpu: 400m\n"),
        "spec.containers[0].cpu",
        "from `minCpu`",
    ),
    (
        (POLICY, "targetKind: secret\n", "targetKind: sekret\n"),
        "targetKind",
        "secret",
    ),
    (
        (POLICY, "      - reveal\n", ""),
        "bindings[0].permissions",
        "a list",
    ),
    (
        (
            NODES,
            CONTAINER,
            "      metrics:\n        port: 9090\n        path: /metrics\n",
        ),
        "spec.containers[0].metrics.port",
        "another port",
    ),
    (
        (NODES, "    - name: pgedge\n", "    - name: istio-proxy\n"),
        "spec.containers[0].name",
        "own containers",
    ),
    (
        (
            NODES,
            "    minReadySeconds: 0\n",
            "    terminationGracePeriodSeconds2: 0\n",
        ),
        "spec.rolloutOptions.terminationGracePeriodSeconds2",
        "terminationGracePeriodSeconds",
    ),
    (
        (
            POOLER,
            "    replicaDirect: false",
            "    replicaDirect: true",
        ),
        "spec.loadBalancer.replicaDirect",
        "false",
    ),
    (
        (
            POOLER,
            "      ports: []\n",
            "      ports:\n        - externalPort: 40000\n          protocol: TCP\n",
        ),
        "spec.loadBalancer.direct.ports[0].externalPort",
        "22 to 32768",
    ),
    (
        (
            POOLER,
            "      ports: []\n",
            "      ports:\n        - externalPort: 5432\n          protocol: tcp\n",
        ),
        "spec.loadBalancer.direct.ports[0].protocol",
        "TCP, UDP",
    ),
    (
        (
            POOLER,
            "      outboundAllowPort: []\n",
            "      outboundAllowPort:\n        - number: 65001\n          protocol: tcp\n",
        ),
        "spec.firewallConfig.external.outboundAllowPort[0].number",
        "80 to 65000",
    ),
    (
        (
            POOLER,
            "      outboundAllowPort: []\n",
            "      outboundAllowPort:\n        - number: 443\n          protocol: grpc\n",
        ),
        "spec.firewallConfig.external.outboundAllowPort[0].protocol",
        "http, https, tcp",
    ),
    (
        (
            POOLER,
            "      inboundAllowWorkload: {{ pooler.firewall.workloads }}\n",
            "      inboundAllowWorkload: [//workload/api]\n",
        ),
        "spec.firewallConfig.internal.inboundAllowWorkload[0]",
        "//gvc/GVC/workload/NAME",
    ),
    (
        (
            BACKUP,
            "    activeDeadlineSeconds: {{ backup.deadline }}\n",
            "    activeDeadlineSeconds: 100000\n",
        ),
        "spec.job.activeDeadlineSeconds",
        "1 to 86400",
    ),
    (
        (BACKUP, "  type: cron\n", "  type: standard\n"),
        "spec.job",
        "no `job`",
    ),
];

/// The program with one changed template.
fn render(folder: &Path, (template, from, to): Variant) -> Result<std::process::Output> {
    let text = fs::read_to_string(Path::new(TEMPLATES).join(template))?;
    assert!(text.contains(from), "{template} has no\n{from}");
    let own = folder.join("manifests");
    fs::create_dir_all(&own)?;
    fs::write(own.join(template), text.replacen(from, to, 1))?;
    let output = run(folder, &["--set", "backup.enabled=true"]);
    fs::remove_file(own.join(template))?;
    output
}

fn run(templates: &Path, flags: &[&str]) -> Result<std::process::Output> {
    let templates = templates.display().to_string();
    common::program(&[&["render", "--templates", &templates], flags].concat())
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_the_platform_takes_passes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    for variant in LEGAL {
        let output = render(folder.path(), *variant)?;
        if !output.status.success() {
            wrong.push(format!("{variant:?}\n{}", stderr(&output)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn what_it_refuses_is_told_with_what_is_allowed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    for (variant, path, allowed) in WRONG {
        let output = render(folder.path(), *variant)?;
        let told = stderr(&output);
        // lines of a report are folded
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        if output.status.success()
            || !told.contains(&format!("`{path}` of the document"))
            || !words.contains(allowed)
        {
            wrong.push(format!("{variant:?}\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// A value for everything that the operator's resource definitions know.
fn everything(known: &Value) -> Value {
    match known {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, known)| (key.clone(), everything(known)))
            .collect(),
        Value::Array(items) => json!([everything(&items[0])]),
        Value::String(kind) => match kind.as_str() {
            "number" => 100.into(),
            "boolean" => false.into(),
            _ => "some-text".into(),
        },
        _ => Value::Null,
    }
}

#[test]
fn every_field_of_the_platform_is_known() -> Result<()> {
    let operator: Value = serde_json::from_str(OPERATOR)?;
    let templates = [
        ("gvc", GVC),
        ("identity", IDENTITY),
        ("policy", POLICY),
        ("volumeset", VOLUMES),
        ("workload", NODES),
    ];
    for (kind, template) in templates {
        let folder = tempfile::tempdir()?;
        let own: PathBuf = folder.path().join("manifests");
        fs::create_dir_all(&own)?;
        let mut document: Map<String, Value> = everything(&operator["kinds"][kind])
            .as_object()
            .cloned()
            .unwrap_or_default();
        document.insert("kind".to_owned(), kind.into());
        fs::write(own.join(template), Value::Object(document).to_string())?;
        let told = stderr(&run(folder.path(), &[])?);
        let unknown: Vec<&str> = told
            .lines()
            .filter(|line| line.contains("there is no such key"))
            .collect();
        assert!(unknown.is_empty(), "{kind}: {unknown:#?}");
        assert!(told.contains("of the document"), "{told}");
    }
    Ok(())
}

/// A sidecar with metrics, a pull secret, a secret of one's own: beside the built-in documents, from own values.
#[test]
fn a_cluster_can_have_more_than_is_built_in() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let export = common::program(&[
        "templates",
        "--export",
        &folder.path().display().to_string(),
    ])?;
    assert!(export.status.success(), "{}", stderr(&export));
    let nodes = folder.path().join("manifests").join(NODES);
    let text = fs::read_to_string(&nodes)?;
    // the example that `explain` has
    let names = common::stdout(&["explain", "--templates"])?;
    let (_, sidecar) = names
        .split_once("below `containers:`\n\n")
        .ok_or("no example")?;
    let containers = format!("  containers:\n{sidecar}");
    fs::write(&nodes, text.replacen("  containers:\n", &containers, 1))?;
    fs::create_dir(folder.path().join("extra"))?;
    let extra = |name: &str, text: &str| fs::write(folder.path().join("extra").join(name), text);
    extra(
        "token.yaml.j2",
        "kind: secret\nname: {{ names.pgedge }}-token\n{% include 'manifests/_tags.yaml.j2' %}\n\
                            type: opaque\ndata:\n  payload: {{ literal(custom.token) }}\n",
    )?;
    extra(
        "domain.yaml.j2",
        "kind: domain\nname: db.example.com\nspec:\n  dnsMode: cname\n",
    )?;
    extra(".token.yaml.j2.swp", "half a file")?;
    let flags = [
        "-o",
        "json",
        "--set",
        "custom.exporter=example/exporter:1,custom.token=x,gvc.pullSecrets={registry}",
    ];
    let output = run(folder.path(), &flags)?;
    assert!(output.status.success(), "{}", stderr(&output));
    let documents: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let kinds: Vec<&str> = documents
        .iter()
        .filter_map(|document| document["kind"].as_str())
        .collect();
    assert_eq!(
        kinds.iter().rposition(|kind| *kind == "secret"),
        kinds
            .iter()
            .position(|kind| *kind == "gvc")
            .map(|at| at - 1)
    );
    assert_eq!(kinds.last(), Some(&"domain"));
    let named = |name: &str| {
        documents
            .iter()
            .find(|document| document["name"] == name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(named("pgedge-gvc-pgedge-token")["data"]["payload"], "x");
    assert_eq!(
        named("pgedge-gvc")["spec"]["pullSecretLinks"],
        json!(["//secret/registry"])
    );
    let exporter = &named("pgedge-gvc-pgedge")["spec"]["containers"][0];
    assert_eq!(
        (&exporter["image"], &exporter["metrics"]["port"]),
        (&"example/exporter:1".into(), &9187.into())
    );
    Ok(())
}

#[test]
fn what_goes_wrong_with_own_documents_is_told() -> Result<()> {
    let cases = [
        (
            "extra/same.yaml.j2",
            "kind: policy\nname: pgedge-gvc-pgedge-policy\ntargetKind: secret\n",
            "which another template renders too",
        ),
        (
            "extra/odd.yaml.j2",
            "kind: deployment\nname: x\n",
            "`deployment` is no kind of the platform",
        ),
        (
            "manifests/mine.yaml.j2",
            "kind: domain\nname: x\n",
            "there is no built-in template of this name",
        ),
        // the part is told, not only that one could not be included
        (
            "manifests/_tags.yaml.j2",
            "tags:\n  a: {{ no.such }}\n",
            "undefined value",
        ),
    ];
    for (file, text, told) in cases {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, text)?;
        let output = run(folder.path(), &[])?;
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).contains(told),
            "{file}: {}",
            stderr(&output)
        );
    }
    Ok(())
}

#[test]
fn what_a_template_may_use_is_listed() -> Result<()> {
    let list = common::stdout(&["explain", "--templates"])?;
    for name in [
        "names.gvc ",
        "nodes[].address ",
        "payloads.pgedge_startup.checksum ",
        "backup.schedule ",
    ] {
        assert!(
            list.lines().any(|line| line.starts_with(name)),
            "{name}\n{list}"
        );
    }
    Ok(())
}
