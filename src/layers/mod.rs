//! The only way in: the built-in file, files and flags, each read into edits that know their text.

mod disk;
mod json;
pub mod secret;
mod set;
mod source;
mod target;
mod trap;
mod tree;
mod yaml;

use std::borrow::Cow;
use std::cell::Cell;
use std::path::Path as FilePath;

pub use disk::{Disk, Files, Memory, Refusal};
pub(crate) use set::Assignment;
pub use source::{FlagKind, Source, SourceKind, Sources};
pub(crate) use target::Target;
pub use tree::{Entry, Kind, Node, Scalar, Style, Value};

pub use crate::place::{SourceId, Span};

use crate::cli::ValueFlags;
use crate::problem::{Code, Place, Problem, Problems};

/// Everything that was given, in the order in which it applies.
#[derive(Clone, Debug)]
pub struct Layers {
    pub(crate) sources: Sources,
    pub(crate) edits: Vec<Edit>,
    pub(crate) is_complete: bool,
}

/// What one document or one `PATH=VALUE` does to the values below it.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Lays a mapping over all values.
    Overlay(Node),
    /// Sets one path.
    Set(Assignment),
}

/// The lowest layer: the built-in file.
#[must_use]
pub fn built_in(text: impl Into<Cow<'static, str>>) -> (Layers, Problems) {
    let mut layers = Layers::behind(Sources::default());
    let mut problems = Problems::default();
    let name = "values.yaml (built in)".to_owned();
    layers.text(name, SourceKind::BuiltIn, text.into(), &mut problems);
    (layers, problems)
}

/// Reads what the flags name, as texts behind those that were read before. What cannot be read is left out, and told.
#[must_use]
pub fn read(flags: &ValueFlags, before: &Sources) -> (Layers, Problems) {
    read_from(&Disk, flags, before)
}

/// The same with files from elsewhere.
#[must_use]
pub fn read_from(files: &dyn Files, flags: &ValueFlags, before: &Sources) -> (Layers, Problems) {
    let mut layers = Layers::behind(before.clone());
    let mut problems = Problems::default();
    let files = Once {
        files,
        stdin_is_read: Cell::new(false),
    };
    for path in &flags.files {
        layers.file(&files, path, &mut problems);
    }
    let kinds = [
        (FlagKind::Json, &flags.set_json),
        (FlagKind::Set, &flags.set),
        (FlagKind::String, &flags.set_string),
        (FlagKind::File, &flags.set_file),
        (FlagKind::Literal, &flags.set_literal),
    ];
    for (kind, arguments) in kinds {
        for (at, argument) in arguments.iter().enumerate() {
            let name = match arguments.len() {
                1 => kind.name().to_owned(),
                _ => format!("{} #{}", kind.name(), at + 1),
            };
            layers.flag(&files, name, kind, argument, &mut problems);
        }
    }
    if let Some(release) = &flags.release {
        let kind = FlagKind::Release;
        layers.flag(&files, kind.name().to_owned(), kind, release, &mut problems);
    }
    (layers, problems)
}

/// Reads YAML that is no layer: the documents of it, which must be mappings.
pub fn read_yaml(source: SourceId, text: &str, problems: &mut Problems) -> Option<Vec<Node>> {
    yaml::read(source, text, text, problems).0
}

/// Reads what is no layer and was not written here: manifests and exports, YAML or JSON, within the same bounds as
/// values.
///
/// # Errors
///
/// The first thing that is wrong, and its line.
pub fn read_documents(text: &str) -> Result<Vec<serde_json::Value>, (Option<usize>, Problem)> {
    let placed = |problem: Problem| {
        let line = match problem.place {
            Place::At(span) => text
                .get(..span.start)
                .map(|before| before.matches('\n').count() + 1),
            _ => None,
        };
        (line, problem)
    };
    if text.trim_start().starts_with(['{', '[']) {
        let mut problems = Problems::default();
        let read = json::read(SourceId::NONE, text, 0, Vec::new(), &mut problems);
        match (read, problems.into_iter().next()) {
            (Ok(_), Some(problem)) => return Err(placed(problem)),
            (Ok(read), None)
                if text
                    .get(read.end..)
                    .is_some_and(|rest| rest.trim().is_empty()) =>
            {
                return Ok(vec![read.node.into_json()]);
            }
            // flow style of YAML begins like JSON
            _ => {}
        }
    }
    yaml::read_documents(text).map_err(placed)
}

/// A document without its top-level keys `x-…`, where YAML anchors and notes stand that are no values.
fn without_notes(mut root: Node) -> Node {
    if let Value::Map(entries) = &mut root.value {
        entries.retain(|entry| !entry.key.starts_with("x-"));
    }
    root
}

impl Layers {
    /// None so far; their texts come behind these.
    fn behind(sources: Sources) -> Self {
        Self {
            sources,
            edits: Vec::new(),
            is_complete: true,
        }
    }

    fn file(&mut self, files: &dyn Files, path: &FilePath, problems: &mut Problems) {
        let is_stdin = path == FilePath::new("-");
        let (name, kind, read) = match is_stdin {
            true => ("<stdin>".to_owned(), SourceKind::Stdin, files.stdin()),
            false => (
                path.display().to_string(),
                SourceKind::File,
                files.read(path),
            ),
        };
        match read {
            Err(refusal) => self.refuse(name, kind, problems, |name| {
                refused(&format!("`{name}`"), &refusal, Place::Nowhere)
            }),
            Ok(bytes) => match text_of(bytes) {
                Ok(text) => self.text(name, kind, text.into(), problems),
                Err(found) => self.refuse(name, kind, problems, |name| {
                    Problem::new(Code::File, Place::Nowhere, format!("`{name}`: {found}"))
                        .fix("save the file as UTF-8 text")
                }),
            },
        }
    }

    /// Keeps the name of a text that cannot be read.
    fn refuse(
        &mut self,
        name: String,
        kind: SourceKind,
        problems: &mut Problems,
        say: impl FnOnce(&str) -> Problem,
    ) {
        problems.push(say(&name));
        self.sources.add(name, kind, "");
        self.is_complete = false;
    }

    fn text(
        &mut self,
        name: String,
        kind: SourceKind,
        text: Cow<'static, str>,
        problems: &mut Problems,
    ) {
        let id = self.sources.add(name, kind, text);
        let text = self.sources.get(id).map_or("", |source| &source.text);
        let known = self.sources.get(SourceId::BUILT_IN);
        let known = known.map_or("", |source| &source.text);
        let (roots, secrets) = yaml::read(id, text, known, problems);
        self.sources.hide(id, secrets);
        match roots {
            Some(roots) => {
                let values = roots.into_iter().map(without_notes);
                self.edits.extend(values.map(Edit::Overlay));
            }
            None => self.is_complete = false,
        }
    }

    fn flag(
        &mut self,
        files: &dyn Files,
        name: String,
        kind: FlagKind,
        argument: &str,
        problems: &mut Problems,
    ) {
        let source = self
            .sources
            .add(name, SourceKind::Flag(kind), argument.to_owned());
        let mut found = Problems::default();
        let read = set::read(
            kind,
            target::Argument {
                source,
                text: argument,
            },
            files,
            &mut found,
        );
        self.sources.hide(source, read.secrets);
        self.edits.extend(read.edits);
        self.is_complete &= !found.has_errors();
        problems.extend(found);
    }
}

/// Standard input can be read once, whichever flags ask for it.
struct Once<'a> {
    files: &'a dyn Files,
    stdin_is_read: Cell<bool>,
}

impl Files for Once<'_> {
    fn read(&self, path: &FilePath) -> Result<Vec<u8>, Refusal> {
        self.files.read(path)
    }

    fn stdin(&self) -> Result<Vec<u8>, Refusal> {
        match self.stdin_is_read.replace(true) {
            true => Err(Refusal::StdinTwice),
            false => self.files.stdin(),
        }
    }
}

/// The text that these bytes are, or what is wrong with them.
pub(crate) fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    let place = |bytes: &[u8], at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        format!("byte {at}, in line {line}")
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("this is UTF-16, not UTF-8".to_owned());
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            return Err(format!(
                "this is not UTF-8 text ({})",
                place(error.as_bytes(), at)
            ));
        }
    };
    match text.find('\0') {
        Some(at) => Err(format!(
            "this holds a NUL character, so it is not a text file ({})",
            place(text.as_bytes(), at)
        )),
        None => Ok(text),
    }
}

/// What to say about a file that was not read.
pub(crate) fn refused(name: &str, refusal: &Refusal, place: Place) -> Problem {
    let problem = |code, found: &str, fix: &str| {
        Problem::new(code, place.clone(), format!("{name}: {found}")).fix(fix)
    };
    match refusal {
        Refusal::Missing if name.contains(',') => problem(
            Code::File,
            "there is no such file",
            "give each file a `-f` of its own: `-f base.yaml -f prod.yaml`",
        ),
        Refusal::Missing => problem(
            Code::File,
            "there is no such file",
            "check the name, and the folder you are in",
        ),
        Refusal::Folder => problem(Code::File, "this is a folder", "name a file in it"),
        Refusal::Denied => problem(
            Code::File,
            "you have no permission to read it",
            "change its permissions, or your user",
        ),
        Refusal::Pipe => problem(
            Code::File,
            "this is a named pipe, and perhaps nobody ever writes to it",
            "name a file, or `-` for standard input",
        ),
        Refusal::TooLarge => {
            let found = format!("this is larger than {} MiB", disk::LIMIT >> 20);
            problem(
                Code::TooLarge,
                &found,
                "name a values file: they have a few kilobytes",
            )
        }
        Refusal::StdinTwice => problem(
            Code::File,
            "standard input can be read only once",
            "give `-` once",
        ),
        Refusal::Other(what) => problem(Code::File, what, "check that it is a readable text file"),
    }
}
