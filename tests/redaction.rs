//! What is committed, or shown in a pull request, holds no secret: not of the values, nor one that stands in templates of
//! the user's own.

mod common;

use std::fs;
use std::process::{Command, Stdio};

use common::Result;
use common::folder::Folder;
use common::recorder::apply;
use serde::Deserialize as _;

const TEMPLATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
const VALUES: &str = "gvc: {name: shop}\npostgres: {password: hunter2-value}\n";
const TAGS: &str = "{% include 'manifests/_tags.yaml.j2' %}\n";

/// Secrets of the types of the platform: a name, and what stands below.
const SECRETS: &[(&str, &str)] = &[
    ("dictionary", "data:\n  endpoint: hunter2-dictionary\n"),
    (
        "opaque",
        "data:\n  encoding: plain\n  payload: |\n    first\n    hunter2-opaque\n",
    ),
    (
        "userpass",
        "data:\n  encoding: plain\n  username: hunter2-user\n  password: hunter2-pass\n",
    ),
    (
        "aws",
        "data:\n  accessKey: hunter2-access\n  secretKey: hunter2-secret\n  roleArn: hunter2-role\n",
    ),
    (
        "keypair",
        "data:\n  publicKey: hunter2-public\n  secretKey: hunter2-private\n",
    ),
    ("tls", "data:\n  cert: hunter2-cert\n  key: hunter2-key\n"),
    ("gcp", "data: '{\"private_key\":\"hunter2-gcp\"}'\n"),
    (
        "docker",
        "data: |\n  {\"auths\":{\"ghcr.io\":{\"auth\":\"hunter2-docker\"}}}\n",
    ),
];

/// Settings and rules of access that may hold a secret, as they stand in a script of the user's own or in an older one.
const SETTINGS: &str = "\
primary_conninfo = 'host=a password=hunter2-conninfo'
ssl_passphrase_command = 'echo hunter2-phrase'
archive_command = 'AWS_SECRET_ACCESS_KEY=hunter2-archive aws s3 cp %p s3://b/%f'
restore_command = 'fetch --secret-key hunter2-blank %f'
host all all 10.0.0.0/8 ldap ldapserver=a ldapbindpasswd=hunter2-bind
host all all 10.1.0.0/16 radius radiusservers=a radiussecrets=hunter2-radius
";

impl Folder {
    /// With values, and with templates that hold secrets in every place that may have one.
    fn new() -> Result<Self> {
        let folder = Self::empty()?;
        folder.write("values.yaml", VALUES)?;
        for (kind, below) in SECRETS {
            let text = format!("kind: secret\nname: own-{kind}\n{TAGS}type: {kind}\n{below}");
            folder.write(&format!("own/extra/{kind}.yaml.j2"), &text)?;
        }
        folder.write(
            "own/extra/flow.yaml.j2",
            "{\"kind\": secret, name: own-flow, type: dictionary, data: {a: hunter2-flow}}\n",
        )?;
        folder.replace(
            "manifests/gvc.yaml.j2",
            "spec:\n",
            "spec: # password: hunter2-comment\n  env:\n    - name: API_TOKEN\n      value: hunter2-gvc\n",
        )?;
        folder.replace(
            "manifests/workload-pooler.yaml.j2",
            "      env:\n",
            "      env:\n        - name: LDAP_BIND_PASSWORD\n          value: hunter2-env\n        \
             - name: CONNECTION\n          value: host=a password=hunter2-text\n",
        )?;
        folder.replace(
            "manifests/workload-pgedge.yaml.j2",
            "        - /pgedge/start.sh\n",
            "        - /pgedge/start.sh\n        - --api-token=hunter2-flag\n        \
             - --password\n        - hunter2-word\n",
        )?;
        folder.replace(
            "manifests/_tags.yaml.j2",
            "tags:\n",
            "tags:\n  api-token: hunter2-tag\n",
        )?;
        let start = "case \"${1:-}\" in\n";
        folder.replace("node/start.sh.j2", start, &format!("{SETTINGS}{start}"))?;
        let pools = "[pools.\"pooler-probe\".shards.0]\n";
        folder.replace(
            "pooler/pgcat.toml.j2",
            pools,
            &format!("admin_password = \"hunter2-pooler\"\n{pools}"),
        )?;
        Ok(folder)
    }

    /// An own template: the built-in one with something else in one place.
    fn replace(&self, template: &str, from: &str, to: &str) -> Result<()> {
        let text = fs::read_to_string(format!("{TEMPLATES}/{template}"))?;
        if !text.contains(from) {
            return Err(format!("{template} has no {from}").into());
        }
        self.write(&format!("own/{template}"), &text.replacen(from, to, 1))
    }

    /// What a command says on both ways; words are split at blanks.
    fn says(&self, command: &str, status: i32) -> Result<String> {
        let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
            .args(command.split_whitespace())
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()?;
        let is_expected = output.status.code() == Some(status);
        let said = String::from_utf8([output.stdout, output.stderr].concat())?;
        match is_expected {
            true => Ok(said),
            false => Err(format!("{command}: {:?}\n{said}", output.status).into()),
        }
    }
}

/// The lines that show a secret.
fn shown(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.contains("hunter2"))
        .collect()
}

const RENDER: &str = "render -f values.yaml --templates own";

#[test]
fn secrets_of_own_templates_are_redacted_in_every_form() -> Result<()> {
    let folder = Folder::new()?;
    let plain = folder.says(RENDER, 0)?;
    let secrets: Vec<&str> = shown(&plain);
    assert!(
        secrets.len() >= 26,
        "all of them are rendered: {secrets:#?}"
    );
    for form in ["yaml", "json", "terraform", "crd --org acme --namespace db"] {
        let said = folder.says(&format!("{RENDER} --redact -o {form}"), 0)?;
        assert_eq!(shown(&said), Vec::<&str>::new(), "{form}");
    }
    folder.says(&format!("{RENDER} --redact -o chart --output-dir chart"), 0)?;
    for entry in fs::read_dir(folder.path().join("chart/manifests"))? {
        let text = fs::read_to_string(entry?.path())?;
        assert_eq!(shown(&text), Vec::<&str>::new());
    }
    Ok(())
}

#[test]
fn what_is_redacted_of_own_templates_cannot_be_applied() -> Result<()> {
    let folder = Folder::new()?;
    let said = folder.says(&format!("{RENDER} --redact -q"), 0)?;
    let mut redacted = 0;
    for document in serde_yaml::Deserializer::from_str(&said) {
        let document = serde_yaml::Value::deserialize(document)?;
        let holds_mask = serde_yaml::to_string(&document)?.contains("[redacted]");
        assert_eq!(document.get("kind").is_none(), holds_mask, "{document:?}");
        assert_eq!(document.get("redacted").is_some(), holds_mask);
        redacted += usize::from(holds_mask);
    }
    assert!(redacted > SECRETS.len(), "{redacted}");
    folder.says(&format!("{RENDER} --redact --output-dir manifests"), 0)?;
    let (output, requests) = apply(folder.path(), "manifests", b"")?;
    assert!(!output.status.success());
    assert!(requests.iter().all(|request| request.method != "PUT"));
    Ok(())
}

#[test]
fn scripts_of_ours_stay_whole_beside_own_templates() -> Result<()> {
    let folder = Folder::new()?;
    let script = "secret/*-startup,secret/*-backup-script";
    let flags = format!("--set backup.enabled=true --redact --only {script} -q -o json");
    let ours = folder.says(&format!("render -f values.yaml {flags}"), 0)?;
    fs::remove_dir_all(folder.path().join("own"))?;
    folder.write(
        "own/extra/own.yaml.j2",
        "kind: secret\nname: own\ntype: dictionary\ndata: {a: b}\n",
    )?;
    let beside = folder.says(&format!("{RENDER} {flags}"), 0)?;
    assert!(
        ours.lines().count() > 10 && !ours.contains("[redacted]"),
        "{ours}"
    );
    assert_eq!(ours, beside);
    Ok(())
}

#[test]
fn snapshots_hold_no_secret_of_own_templates() -> Result<()> {
    let folder = Folder::new()?;
    let case = |values: &str| format!("# flags: --templates ../../own\n{values}");
    folder.write("tests/cases/shop.yaml", &case(VALUES))?;
    folder.says("test --update", 0)?;
    let snapshot = fs::read_to_string(folder.path().join("tests/snapshots/shop.yaml"))?;
    assert_eq!(shown(&snapshot), Vec::<&str>::new());
    assert_eq!(snapshot, folder.says(&format!("{RENDER} --redact -q"), 0)?);
    folder.says("test", 0)?;
    let changed = format!("{VALUES}pgcat: {{poolMode: session}}\n");
    folder.write("tests/cases/shop.yaml", &case(&changed))?;
    let said = folder.says("test --diff", 3)?;
    assert_eq!(shown(&said), Vec::<&str>::new());
    assert!(said.contains("pgcat.poolMode"), "{said}");
    Ok(())
}

#[test]
fn a_plan_shows_no_secret_of_either_side() -> Result<()> {
    let folder = Folder::new()?;
    let with = folder.says(&format!("{RENDER} -q"), 0)?;
    let without = folder.says(
        "render -f values.yaml -q --set postgres.password=another",
        0,
    )?;
    let changed = with.replace("hunter2", "hunter2-new");
    for (name, text) in [
        ("with.yaml", &with),
        ("without.yaml", &without),
        ("changed.yaml", &changed),
    ] {
        folder.write(name, text)?;
    }
    for sides in [
        "with.yaml without.yaml",
        "without.yaml with.yaml",
        "with.yaml changed.yaml",
    ] {
        for look in ["text", "json", "markdown", "github", "sarif"] {
            let said = folder.says(&format!("plan {sides} -o {look}"), 0)?;
            assert_eq!(shown(&said), Vec::<&str>::new(), "{sides} {look}");
        }
    }
    let said = folder.says("plan without.yaml with.yaml -o json", 0)?;
    for word in [
        "ldapbindpasswd",
        "radiussecrets",
        "ssl_passphrase_command",
        "primary_conninfo",
        "archive_command",
    ] {
        assert!(
            said.contains(word),
            "the lines themselves are shown: {word}"
        );
    }
    Ok(())
}

#[test]
fn a_redacted_side_hides_no_change_of_own_templates() -> Result<()> {
    let folder = Folder::new()?;
    folder.says(&format!("{RENDER} --redact --output-dir manifests"), 0)?;
    let command = "plan manifests -f values.yaml --templates own";
    let said = folder.says(&format!("{command} --exit-code"), 3)?;
    assert_eq!(shown(&said), Vec::<&str>::new());
    for unseen in [
        "secret own-aws: redacted, so a change cannot be seen: `accessKey`, `secretKey`, `roleArn`",
        "secret own-gcp: redacted, so a change cannot be seen: `data`",
        "gvc shop: redacted, so a change cannot be seen",
        "workload shop-pgcat: redacted, so a change cannot be seen",
    ] {
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(unseen), "{unseen}\n{said}");
    }
    assert!(said.contains("no difference was seen"), "{said}");
    folder.says(&format!("{command} --deny-dangerous"), 1)?;
    // the same of two folders, one of them with the secrets in it
    let plain = folder.says(&format!("{RENDER} -q"), 0)?;
    folder.write("plain.yaml", &plain)?;
    for sides in ["manifests plain.yaml", "plain.yaml manifests"] {
        let said = folder.says(&format!("plan {sides} --exit-code"), 3)?;
        assert_eq!(shown(&said), Vec::<&str>::new());
    }
    Ok(())
}
