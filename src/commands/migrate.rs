//! `migrate`: values of the public template for this program.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Exit, parsed, print, say};
use crate::cli::{self, Format, ValueFlags};
use crate::layers::{self, Edit};
use crate::migrate::{self, Credentials, Migration, Wishes};
use crate::problem::Problems;
use crate::values::name::{ReleaseName, SecretName};
use crate::{merge, report, values};

/// Runs it.
pub(super) fn run(args: &cli::Migrate) -> Result<Exit> {
    let flags = ValueFlags {
        files: vec![args.file.clone()],
        ..ValueFlags::default()
    };
    let (built_in, _) = merge::built_in(values::BUILT_IN);
    let (layers, mut problems) = layers::read(&flags, built_in.sources());
    let wishes = wishes(args, &mut problems);
    if problems.has_errors() {
        let (merged, _) = merge::merge(built_in, layers);
        say(&report::report(&problems, &merged, Format::Human))?;
        return Ok(Exit::Wrong);
    }
    let documents: Vec<_> = layers
        .edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Overlay(node) => Some(node),
            Edit::Set(_) => None,
        })
        .collect();
    let source = layers.sources.iter().last();
    let (name, text) = source.map_or(("", ""), |(_, source)| (&source.name, &source.text));
    let migration = migrate::migrate(text, &documents, &wishes);
    say(&told(name, &migration, &wishes))?;
    if args.check {
        let is_same = migration.text == text;
        return Ok(if is_same { Exit::Done } else { Exit::Differs });
    }
    print(&migration.text)?;
    Ok(Exit::Done)
}

fn wishes(args: &cli::Migrate, problems: &mut Problems) -> Wishes {
    Wishes {
        secret: parsed::<SecretName>(
            "--credentials-secret",
            args.credentials_secret.as_deref(),
            problems,
        ),
        release: parsed::<ReleaseName>("--release", args.release.as_deref(), problems),
    }
}

/// What was changed, and what is left to do.
fn told(name: &str, migration: &Migration, wishes: &Wishes) -> String {
    let mut told = String::new();
    for change in &migration.changes {
        _ = writeln!(
            told,
            "{name}:{}: `{}` {}",
            change.line, change.path, change.what
        );
    }
    if !migration.names_release {
        told.push_str("resources are named after `gvc.name`; to keep those of a Helm release, give its name: --release NAME\n");
    }
    match (&migration.credentials, &wishes.secret) {
        (Some(credentials), Some(secret)) => told.push_str(&command(name, secret, credentials)),
        (None, Some(_)) => {
            told.push_str("there are no credentials in the file to move to the secret\n")
        }
        _ => {}
    }
    told
}

/// How to make the secret. The password is typed, so that it stands in no history and no log.
fn command(name: &str, secret: &SecretName, credentials: &Credentials) -> String {
    let entry = |key: &str, value: &Option<String>, else_: &str| {
        let value = value.as_deref().unwrap_or(else_);
        format!("'{key}={}'", value.replace('\'', r"'\''"))
    };
    format!(
        "make the secret before applying, with the password that stands in {name}:\n\
         \x20   read -rs -p 'Password: ' PGPASSWORD\n\
         \x20   cpln secret create-dictionary --name {secret} \\\n\
         \x20     --entry {} --entry \"password=$PGPASSWORD\" \\\n\
         \x20     --entry {}\n",
        entry("username", &credentials.username, "postgres"),
        entry("database", &credentials.database, "mydb"),
    )
}
