//! The templates: built in, or files of the user's that take the place of built-in ones.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use crate::decode::nearest;
use crate::layers::{SourceId, Sources};
use crate::problem::{Code, Place, Problem, Problems};

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

/// Every template by name. To add a manifest, add its file here and a row to the table.
const BUILT_IN: &[(&str, &str)] = built_in![
    "_credentials.yaml.j2",
    "_tags.yaml.j2",
    "gvc.yaml.j2",
    "identity-pgedge.yaml.j2",
    "notes-apply.txt.j2",
    "notes-backup.txt.j2",
    "notes-connect.txt.j2",
    "notes-ddl.txt.j2",
    "notes-prerequisites.txt.j2",
    "notes-restore.txt.j2",
    "notes-scaling.txt.j2",
    "notes-takeover.txt.j2",
    "notes-troubleshoot.txt.j2",
    "pgcat-start.sh.j2",
    "pgcat.toml.j2",
    "pgedge-start.sh.j2",
    "policy-pgedge.yaml.j2",
    "secret-config.yaml.j2",
    "secret-pgcat-config.yaml.j2",
    "secret-pgcat-startup.yaml.j2",
    "secret-pgedge-startup.yaml.j2",
    "volumeset-pgedge.yaml.j2",
    "workload-backup.yaml.j2",
    "workload-pgcat.yaml.j2",
    "workload-pgedge.yaml.j2",
];

/// What templates are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Manifests, and the files inside them.
    Manifests,
    /// Text for people.
    Notes,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name.starts_with("notes-") {
            true => Self::Notes,
            false => Self::Manifests,
        }
    }
}

/// The templates of one run.
#[derive(Debug, Default)]
pub struct Templates {
    overrides: BTreeMap<String, Override>,
}

#[derive(Debug)]
struct Override {
    source: SourceId,
    text: String,
}

impl Templates {
    /// The built-in ones, with those of a folder in place of the ones of the same name.
    ///
    /// # Errors
    ///
    /// A folder or file that cannot be read, a name that no built-in template has.
    pub fn load(folder: Option<&FilePath>, sources: &mut Sources) -> Result<Self, Problems> {
        let Some(folder) = folder else {
            return Ok(Self::default());
        };
        let refuse = |path: &FilePath, error: &std::io::Error| {
            let found = format!("cannot read templates from `{}`: {error}", path.display());
            Problem::new(Code::File, Place::Nowhere, found)
        };
        let mut names = Vec::new();
        for entry in
            std::fs::read_dir(folder).map_err(|error| Problems::from(refuse(folder, &error)))?
        {
            let entry = entry.map_err(|error| Problems::from(refuse(folder, &error)))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        let mut problems = Problems::default();
        let mut overrides = BTreeMap::new();
        for name in names {
            let path = folder.join(&name);
            if built_in(&name).is_none() {
                problems.push(unknown(&path, &name));
                continue;
            }
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    let source = sources.add_template(path.display().to_string(), text.clone());
                    overrides.insert(name, Override { source, text });
                }
                Err(error) => problems.push(refuse(&path, &error)),
            }
        }
        if problems.is_empty() {
            Ok(Self { overrides })
        } else {
            Err(problems)
        }
    }

    /// Those of a kind: name and text.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = (&'static str, &str)> {
        let names = BUILT_IN.iter().map(|(name, _)| *name);
        names
            .filter(move |name| Kind::of(name) == kind)
            .map(|name| (name, self.text(name)))
    }

    /// The text of a template; empty when there is none of that name.
    pub(super) fn text(&self, name: &str) -> &str {
        let own = self.overrides.get(name).map(|own| own.text.as_str());
        own.or_else(|| built_in(name)).unwrap_or_default()
    }

    /// Whether a template is the user's own.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.overrides.contains_key(name)
    }

    /// The text that a problem can point into; `None` for a built-in template.
    pub(super) fn source(&self, name: &str) -> Option<SourceId> {
        self.overrides.get(name).map(|own| own.source)
    }
}

/// The text of a built-in template.
fn built_in(name: &str) -> Option<&'static str> {
    let found = BUILT_IN.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

fn unknown(path: &FilePath, name: &str) -> Problem {
    let problem = Problem::new(
        Code::Template,
        Place::Nowhere,
        format!(
            "`{}`: there is no built-in template of this name",
            path.display()
        ),
    );
    let names = BUILT_IN.iter().map(|(name, _)| *name);
    match nearest(name, names.clone()) {
        Some(near) => problem.fix(format!("did you mean `{near}`?")),
        None => problem.allowed(names.collect::<Vec<_>>().join(", ")),
    }
}
