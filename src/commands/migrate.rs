//! `migrate`: values of the public template for this program.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Exit, parsed, pipeline, print, say};
use crate::cli::{self, Format, ValueFlags};
use crate::layers::{self, Edit, Layers};
use crate::manifests::shell_word;
use crate::merge::{self, Merged};
use crate::migrate::{self, Credentials, Migration, Version, Wishes};
use crate::plain::{plain, quoted};
use crate::problem::Problems;
use crate::values::name::{GvcName, ReleaseName, SecretName};
use crate::{report, values};

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
        return refuse(problems, built_in, layers);
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
    let migration = match migrate::migrate(text, &documents, &wishes) {
        Ok(migration) => migration,
        Err(problems) => return refuse(problems, built_in, layers),
    };
    say(&told(name, &migration, &wishes));
    if args.check {
        let is_same = migration.text == text;
        return Ok(if is_same { Exit::Done } else { Exit::Differs });
    }
    print(&migration.text)?;
    Ok(Exit::Done)
}

fn refuse(problems: Problems, built_in: Merged, layers: Layers) -> Result<Exit> {
    let (mut merged, _) = merge::merge(built_in, layers);
    let decoded = values::read(merged.tree(), merged.built_in());
    pipeline::hide_unknown(&mut merged, &decoded.problems);
    say(&report::report(&problems, &merged, Format::Text));
    Ok(Exit::Wrong)
}

fn wishes(args: &cli::Migrate, problems: &mut Problems) -> Wishes {
    Wishes {
        secret: parsed::<SecretName>(
            "--credentials-secret",
            args.credentials_secret.as_deref(),
            problems,
        ),
        gvc: parsed::<GvcName>("--gvc", args.gvc.as_deref(), problems),
        release: parsed::<ReleaseName>("--release", args.release.as_deref(), problems),
    }
}

/// What was changed, and what is left to do.
fn told(name: &str, migration: &Migration, wishes: &Wishes) -> String {
    let of_ours = match migration.version {
        Version::One => ", or of this program",
        Version::Later(_) => "",
    };
    let version = migration.version;
    let mut told = format!(
        "{}: taken for values of the public template {version}{of_ours}\n",
        plain(name)
    );
    for change in &migration.changes {
        _ = writeln!(
            told,
            "{}:{}: {} {}",
            plain(name),
            change.line,
            quoted(&change.path),
            plain(&change.what)
        );
    }
    for line in &migration.left_behind {
        _ = writeln!(
            told,
            "line {line} of the new values may still hold the password: take it out by hand"
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
        let mut word = String::new();
        // writing to a text cannot fail
        _ = shell_word(&mut word, &format!("{key}={value}"));
        plain(&word).into_owned()
    };
    let name = plain(name);
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
