//! The templates: built in, or files of the user's that take the place of built-in ones.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use crate::decode::nearest;
use crate::layers::{Disk, Files, SourceId, Sources, refused, text_of};
use crate::problem::{Code, Place, Problem, Problems};

/// A template that comes with the program.
#[derive(Debug)]
pub(super) struct BuiltIn {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    /// Where plain text begins, behind the line of the last tag: most of a script.
    plain: usize,
    /// The lines as they stand in a literal block.
    pub(super) block: &'static str,
    /// SHA-256 of the text.
    pub(super) checksum: [u8; 32],
}

/// Every file of `templates/`: see `src/build.rs`.
static BUILT_IN: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Documents of the user's own beside the built-in ones stand in this folder.
const EXTRA: &str = "extra/";

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
        match name.starts_with("notes/") {
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
        let mut names = files_below(folder, "").map_err(|error| {
            let found = format!("cannot read templates from `{}`: {error}", folder.display());
            Problems::from(Problem::new(Code::File, Place::Nowhere, found))
        })?;
        names.sort();
        let mut problems = Problems::default();
        let mut overrides = BTreeMap::new();
        // lists and swap files are nobody's templates
        let is_hidden = |name: &String| name.rsplit('/').any(|part| part.starts_with('.'));
        for name in names.into_iter().filter(|name| !is_hidden(name)) {
            let path = folder.join(&name);
            if built_in(&name).is_none() && !name.starts_with(EXTRA) {
                problems.push(unknown(&path, &name));
                continue;
            }
            let name_of_file = format!("`{}`", path.display());
            let text = Disk
                .read(&path)
                .map_err(|refusal| refused(&name_of_file, &refusal, Place::Nowhere))
                .and_then(|bytes| {
                    text_of(bytes).map_err(|found| {
                        let found = format!("{name_of_file}: {found}");
                        Problem::new(Code::File, Place::Nowhere, found)
                    })
                });
            match text {
                Ok(text) => {
                    let source = sources.add_template(path.display().to_string(), text.clone());
                    overrides.insert(name, Override { source, text });
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self { overrides })
        } else {
            Err(problems)
        }
    }

    /// The templates of a kind: name and text.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = (&str, &str)> {
        let own = self.overrides.keys().map(String::as_str);
        let names = BUILT_IN.iter().map(|built_in| built_in.name);
        names
            .chain(own.filter(|name| built_in(name).is_none()))
            .filter(move |name| is_template(name) && Kind::of(name) == kind)
            .map(|name| (name, self.text(name)))
    }

    /// The templates of documents that the user adds, in the order of their names.
    pub(super) fn extra(&self) -> impl Iterator<Item = &str> {
        let own = self.overrides.keys().map(String::as_str);
        own.filter(|name| {
            let file = name.strip_prefix(EXTRA).unwrap_or_default();
            file.ends_with(".yaml.j2") && !file.starts_with('_')
        })
    }

    /// Every built-in file, by name.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN
            .iter()
            .map(|built_in| (built_in.name, built_in.text))
    }

    /// The text of a template; empty when there is none of that name.
    pub(super) fn text(&self, name: &str) -> &str {
        let own = self.overrides.get(name).map(|own| own.text.as_str());
        own.or_else(|| Some(built_in(name)?.text))
            .unwrap_or_default()
    }

    /// The same in two parts: what must be rendered, and plain text behind it. Of the user's own all is rendered.
    pub(super) fn parts(&self, name: &str) -> (&str, &str) {
        match built_in(name) {
            Some(built_in) if !self.is_own(name) => built_in.text.split_at(built_in.plain),
            _ => (self.text(name), ""),
        }
    }

    /// The user's own among the files that are no templates, by name.
    pub(super) fn own_files(&self) -> BTreeMap<String, String> {
        let files = self.overrides.iter().filter(|(name, _)| !is_template(name));
        files
            .map(|(name, own)| (name.clone(), own.text.clone()))
            .collect()
    }

    /// Whether any template is the user's own.
    pub(super) fn are_own(&self) -> bool {
        !self.overrides.is_empty()
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

/// Whether a file is rendered; the others stand in scripts as they are.
fn is_template(name: &str) -> bool {
    name.ends_with(".j2")
}

/// A built-in file that is no template.
pub(super) fn plain_file(name: &str) -> Option<&'static BuiltIn> {
    built_in(name).filter(|built_in| !is_template(built_in.name))
}

/// Every file below a folder, one folder deep, by the name that templates have: `manifests/gvc.yaml.j2`.
fn files_below(folder: &FilePath, prefix: &str) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if prefix.is_empty() && entry.file_type()?.is_dir() {
            names.extend(files_below(&entry.path(), &format!("{name}/"))?);
        } else {
            names.push(name);
        }
    }
    Ok(names)
}

pub(super) fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|built_in| built_in.name == name)
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
    let names = BUILT_IN.iter().map(|built_in| built_in.name);
    let file = name.rsplit('/').next().unwrap_or(name);
    let elsewhere = names
        .clone()
        .find(|known| known.rsplit('/').next() == Some(file));
    match elsewhere.or_else(|| nearest(name, names.clone())) {
        Some(near) => problem.fix(format!("did you mean `{near}`?")),
        None => problem
            .allowed(names.collect::<Vec<_>>().join(", "))
            .fix("a document of your own goes into the folder `extra`"),
    }
}
