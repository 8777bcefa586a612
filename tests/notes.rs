//! What `notes` says is true for the cluster that is rendered from the same values.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Result, documents, program, stdout};
use serde_json::Value;

const PASSWORD: &str = "never-to-be-seen";
const CPLN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/.tools/node_modules/.bin/cpln"
);

/// Both providers and no backup, inline credentials and a referenced secret.
fn clusters() -> Vec<Vec<String>> {
    let backups: [&[&str]; 3] = [
        &[],
        &[
            "backup.enabled=true",
            "backup.aws.bucket=acme-dumps",
            "backup.aws.policyName=acme-policy",
        ],
        &[
            "backup.enabled=true",
            "backup.provider=gcp",
            "backup.gcp.bucket=acme-dumps",
        ],
    ];
    let credentials: [&[&str]; 2] = [
        &[
            "postgres.password=never-to-be-seen",
            "postgres.username=app User",
            "postgres.database=o'db",
        ],
        &[
            "postgres.credentialsSecretName=shop-login",
            "gvc.create=false",
            "pgcat.reads=primary",
        ],
    ];
    let mut clusters = Vec::new();
    for backup in backups {
        for credentials in credentials {
            let settings = ["release=shop", "gvc.name=shop-gvc"]
                .iter()
                .chain(backup)
                .chain(credentials);
            clusters.push(
                settings
                    .flat_map(|setting| ["--set".to_owned(), (*setting).to_owned()])
                    .collect(),
            );
        }
    }
    clusters
}

fn words(flags: &[String]) -> Vec<&str> {
    flags.iter().map(String::as_str).collect()
}

#[test]
fn every_name_is_that_of_a_rendered_resource() -> Result<()> {
    for cluster in clusters() {
        let flags = words(&cluster);
        let documents = documents(&flags)?;
        let mut known: BTreeSet<String> = documents
            .iter()
            .filter_map(|document| document["name"].as_str().map(str::to_owned))
            .collect();
        known.insert("shop-login".to_owned());
        known.insert("shop-gvc".to_owned());
        // what a cluster of the public template may leave behind
        let left = [
            "pgbouncer",
            "pgbouncer-config",
            "pgedge-proxy",
            "pgedge-gvc-policy",
        ];
        known.extend(left.map(|name| format!("shop-{name}")));
        let notes = stdout(&[&["notes", "--all"], &flags[..]].concat())?;
        let mut found = BTreeSet::new();
        for word in notes.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
            if word.starts_with("shop-") {
                assert!(known.contains(word), "{word} is no resource of {flags:?}");
                found.insert(word);
            }
        }
        assert!(
            found.contains("shop-pgcat") && found.contains("shop-pgedge"),
            "{found:?}"
        );
        let has_backup = known.contains("shop-pgedge-backup");
        assert_eq!(found.contains("shop-pgedge-backup"), has_backup);
        // every node stands in the script and in the notes
        let script = common::payload(&documents, "-pgedge-startup")?;
        let addresses: Vec<&str> = notes
            .split_whitespace()
            .filter(|word| word.starts_with("replica-"))
            .collect();
        assert!(addresses.len() >= 9, "{addresses:?}");
        for address in addresses {
            assert!(script.contains(address), "{address}");
        }
    }
    Ok(())
}

#[test]
fn the_password_is_never_printed() -> Result<()> {
    for cluster in clusters() {
        let flags = words(&cluster);
        for shape in ["text", "json"] {
            let said = program(&[&["notes", "-o", shape], &flags[..]].concat())?;
            assert!(said.status.success());
            for text in [said.stdout, said.stderr] {
                assert!(!String::from_utf8(text)?.contains(PASSWORD));
            }
        }
    }
    Ok(())
}

#[test]
fn text_fits_a_terminal_and_holds_no_leftovers() -> Result<()> {
    for cluster in clusters() {
        let notes = stdout(&[&["notes", "--all"], &words(&cluster)[..]].concat())?;
        for line in notes.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert_eq!(line.trim_end(), line, "white space at the end");
            assert!(
                !line.contains("{{") && !line.contains("cpln://secret/cpln"),
                "{line}"
            );
        }
        assert!(!notes.contains("\n\n\n"), "{notes}");
    }
    Ok(())
}

#[test]
fn the_iam_policy_has_the_ten_actions() -> Result<()> {
    let flags = [
        "notes",
        "iam-policy",
        "--set",
        "backup.enabled=true",
        "--set",
        "backup.aws.bucket=acme-dumps",
    ];
    let policy: Value = serde_json::from_str(&stdout(&flags)?)?;
    let statement = &policy["Statement"][0];
    let actions: BTreeSet<&str> = statement["Action"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(actions.len(), 10, "{actions:?}");
    assert!(actions.iter().all(|action| action.starts_with("s3:")));
    for action in [
        "PutObject",
        "ListBucket",
        "GetBucketLocation",
        "AbortMultipartUpload",
        "ListMultipartUploadParts",
    ] {
        assert!(
            actions.contains(format!("s3:{action}").as_str()),
            "{action}"
        );
    }
    assert_eq!(
        statement["Resource"],
        serde_json::json!(["arn:aws:s3:::acme-dumps", "arn:aws:s3:::acme-dumps/*"])
    );
    let china = stdout(&[&flags[..], &["--set", "backup.aws.region=cn-north-1"]].concat())?;
    assert!(china.contains("arn:aws-cn:s3:::acme-dumps"));
    let at_google = program(&[
        "notes",
        "iam-policy",
        "--set",
        "backup.enabled=true,backup.provider=gcp",
    ])?;
    assert_eq!(at_google.status.code(), Some(1));
    assert!(at_google.stdout.is_empty());
    Ok(())
}

#[test]
fn each_topic_can_be_had_alone() -> Result<()> {
    let all: Value = serde_json::from_str(&stdout(&["notes", "-o", "json"])?)?;
    let topics = all["notes"].as_array().ok_or("no notes")?;
    assert_eq!(topics.len(), 11);
    assert_eq!(
        all["connection"]["host"],
        "pgedge-gvc-pgcat.pgedge-gvc.cpln.local"
    );
    assert_eq!(all["connection"]["user"], "postgres");
    for topic in topics {
        let (word, title) = (
            topic["topic"].as_str().ok_or("no word")?,
            topic["title"].as_str().ok_or("no title")?,
        );
        let alone = stdout(&["notes", "--only", word])?;
        assert!(alone.starts_with(title), "{word}: {alone}");
        assert_eq!(alone.matches("\n====").count(), 1, "{alone}");
        assert!(alone.ends_with(topic["text"].as_str().ok_or("no text")?));
    }
    Ok(())
}

/// The lines of commands, joined where they are continued.
fn commands(notes: &str) -> Vec<String> {
    notes
        .replace(" \\\n", " ")
        .lines()
        .filter_map(|line| line.strip_prefix("    ").map(|line| line.trim().to_owned()))
        .collect()
}

#[test]
fn the_platforms_client_knows_every_command() -> Result<()> {
    assert!(Path::new(CPLN).exists(), "tests/run installs the client");
    let mut seen = BTreeSet::new();
    for cluster in clusters() {
        let notes = stdout(&[&["notes", "--all"], &words(&cluster)[..]].concat())?;
        for command in commands(&notes) {
            let Some(at) = command.find("cpln ").filter(|_| !command.contains("cpln-")) else {
                continue;
            };
            let arguments: Vec<&str> = command[at..].split_whitespace().skip(1).collect();
            let name: Vec<&str> = arguments
                .iter()
                .take_while(|word| !word.starts_with('-'))
                .copied()
                .collect();
            let flags: BTreeSet<String> = arguments
                .iter()
                .filter(|word| word.starts_with("--"))
                .map(|word| (*word).to_owned())
                .collect();
            seen.insert((name.join(" "), flags));
        }
    }
    let mut checked = BTreeSet::new();
    for (name, flags) in &seen {
        // the longest beginning that is a command; what follows are names
        let words: Vec<&str> = name.split(' ').take(3).collect();
        let help = Command::new(CPLN)
            .args(&words)
            .arg("--help")
            .env("CPLN_SKIP_UPDATE_CHECK", "true")
            .env("HOME", tempfile::tempdir()?.path())
            .output()?;
        let help = String::from_utf8(help.stdout)?;
        let title = help.lines().next().unwrap_or_default();
        let is_group = help.contains("\nCommands:\n");
        assert!(
            title.starts_with("cpln ") && !is_group,
            "cpln {name}: {title}"
        );
        for flag in flags {
            assert!(help.contains(flag.as_str()), "cpln {name} has no {flag}");
        }
        checked.insert(title.to_owned());
    }
    assert!(checked.len() >= 8, "{checked:?}");
    Ok(())
}

#[test]
fn credentials_with_any_character_stand_in_commands_as_one_word() -> Result<()> {
    let nasty = ["app User", "it's", "a;b", "ü", "tab\tin", "x$(id)"];
    for database in nasty {
        let literal = format!("postgres.database={database}");
        let notes = stdout(&["notes", "--only", "connect", "--set-literal", &literal])?;
        let command = commands(&notes)
            .into_iter()
            .find(|command| command.starts_with("psql "))
            .ok_or("no psql")?;
        let script = format!("psql() {{ printf '%s' \"${{!#}}\"; }}; {command}");
        let said = Command::new("bash").args(["-c", &script]).output()?;
        let said = String::from_utf8(said.stdout)?;
        if !database.contains(char::is_control) {
            assert_eq!(said, format!("--dbname={database}"));
        }
    }
    Ok(())
}

#[test]
fn a_template_of_the_users_own_takes_the_place_of_a_topic() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("notes"))?;
    fs::write(
        folder.path().join("notes/apply.txt.j2"),
        "Ask {{ release }}'s team.\n",
    )?;
    let path = folder.path().display().to_string();
    let said = stdout(&["notes", "--only", "apply", "--templates", &path])?;
    assert!(said.ends_with("Ask pgedge-gvc's team.\n"), "{said}");
    Ok(())
}

/// Clients of the public template find another name where its other pooler ran, and Helm deletes what it installed.
#[test]
fn a_way_from_the_public_template_is_that_of_this_cluster() -> Result<()> {
    let takeover = |settings: &str| {
        let flags = [
            "notes",
            "--only",
            "takeover",
            "--set",
            "release=shop,gvc.name=shop-gvc",
        ];
        let said = stdout(&[&flags[..], &["--set", settings]].concat())?;
        Result::Ok(said.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let one = takeover("gvc.create=true")?;
    assert!(
        one.contains("migrate old.yaml --release shop > values.yaml"),
        "{one}"
    );
    assert!(
        one.contains("Those of 3.0.0 connect to shop-pgbouncer"),
        "{one}"
    );
    assert!(
        one.contains("the volume set with all data and the GVC among it"),
        "{one}"
    );
    let three = takeover("gvc.create=false,pgbouncer.poolMode=transaction")?;
    assert!(
        three.contains("--release shop \\ --gvc shop-gvc > values.yaml"),
        "{three}"
    );
    assert!(
        three.contains("Those of 1.x and 2.x connect to shop-pgcat"),
        "{three}"
    );
    assert!(
        three.contains("the volume set with all data among it"),
        "{three}"
    );
    Ok(())
}
