//! Documents from files, folders and standard input: YAML or JSON, one or many, lists too.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::normalize;
use super::resource::{Id, Resource};
use crate::layers::{Files, read_documents, refused, text_of};
use crate::manifests::Manifest;
use crate::plain::quotable;
use crate::problem::{Code, Place, Problem, Problems};

/// Files of a folder that are read; one that leads to itself over a link is not followed, one as large is a mistake.
const MOST_FILES: usize = 10_000;

/// Bytes of manifests that are read of one side: those of hundreds of clusters.
const MOST_BYTES: usize = 32 << 20;

/// Resources of one side: those of hundreds of clusters, too.
const MOST_RESOURCES: usize = 10_000;

/// What was read.
#[derive(Debug, Default)]
pub struct Documents {
    /// The resources, in the order of `cpln apply`.
    pub resources: Vec<Resource>,
    /// Files of a folder that hold no manifest, and why.
    pub passed_over: Vec<String>,
}

impl Documents {
    /// Whether something was left out of any of them so that they can be shown.
    #[must_use]
    pub fn are_redacted(&self) -> bool {
        self.resources.iter().any(|resource| resource.is_redacted)
    }
}

/// The resources of a file, a folder (all `.yaml`, `.yml` and `.json` files in it, as `cpln apply` takes them) or, as
/// `-`, of standard input. In a folder, a file of something else is passed over, and named.
///
/// # Errors
///
/// What cannot be read, what is no manifest, and resources that are there twice.
pub fn read(files: &dyn Files, path: &Path) -> Result<Documents, Problems> {
    let mut read = Reading::default();
    if path.is_dir() {
        let mut found = Vec::new();
        walk(path, &mut found).map_err(|error| {
            let said = format!("`{}`: {error}", path.display());
            Problems::from(Problem::new(Code::File, Place::Nowhere, said))
        })?;
        for file in found {
            read.take(&name(&file), files.read(&file), true);
        }
    } else if path == Path::new("-") {
        read.take("<stdin>", files.stdin(), false);
    } else {
        read.take(&name(path), files.read(path), false);
    }
    let most = match (read.bytes > MOST_BYTES, read.is_too_many) {
        (true, _) => Some(format!("{} MiB of manifests", MOST_BYTES >> 20)),
        (_, true) => Some(format!("{MOST_RESOURCES} manifests")),
        _ => None,
    };
    if let Some(most) = most {
        let found = format!("`{}`: more than {most}", name(path));
        read.problems.push(
            Problem::new(Code::TooLarge, Place::Nowhere, found)
                .fix("name a folder that holds those of the cluster only"),
        );
    }
    match read.problems.is_empty() {
        true => Ok(Documents {
            resources: sorted(read.resources),
            passed_over: read.passed_over,
        }),
        false => Err(read.problems),
    }
}

#[derive(Default)]
struct Reading {
    resources: Vec<Resource>,
    /// The GVCs in which each name is taken already; `None`: a document that does not say.
    taken: HashMap<Id, Vec<Option<String>>>,
    passed_over: Vec<String>,
    problems: Problems,
    bytes: usize,
    is_too_many: bool,
}

impl Reading {
    fn take(
        &mut self,
        name: &str,
        bytes: Result<Vec<u8>, crate::layers::Refusal>,
        is_in_folder: bool,
    ) {
        let text = bytes
            .map_err(|refusal| refused(&format!("`{name}`"), &refusal, Place::Nowhere))
            .and_then(|bytes| text_of(bytes).map_err(|found| no_manifest(name, &found)));
        self.bytes += text.as_ref().map_or(0, String::len);
        if self.bytes > MOST_BYTES {
            return;
        }
        match text.and_then(|text| parse(name, &text)) {
            Err(problem) if problem.code == Code::NoManifest && is_in_folder => {
                self.passed_over.push(problem.found);
            }
            Err(problem) => self.problems.push(problem),
            Ok(read) if self.resources.len() + read.resources.len() > MOST_RESOURCES => {
                self.is_too_many = true;
            }
            Ok(read) => read
                .resources
                .into_iter()
                .for_each(|resource| self.keep(name, resource)),
        }
    }

    fn keep(&mut self, name: &str, resource: Resource) {
        let taken = self.taken.entry(resource.id.clone()).or_default();
        let is_second = taken
            .iter()
            .any(|gvc| gvc.is_none() || resource.gvc.is_none() || *gvc == resource.gvc);
        if is_second {
            let found = format!("{} is described a second time", resource.id);
            self.problems.push(no_manifest(name, &found));
        }
        taken.push(resource.gvc.clone());
        self.resources.push(resource);
    }
}

/// The resources that were rendered.
///
/// # Errors
///
/// A document that is no manifest: none may be missing without a word.
pub fn rendered(manifests: &[Manifest]) -> Result<Documents, Problem> {
    let resource = |manifest: &Manifest| {
        let read = normalize::resource(manifest.data()?);
        read.map_err(|found| Problem {
            code: Code::Template,
            ..no_manifest(&manifest.template, &found)
        })
    };
    let resources: Vec<Resource> = manifests.iter().map(resource).collect::<Result<_, _>>()?;
    Ok(Documents {
        resources: sorted(resources),
        passed_over: Vec::new(),
    })
}

/// The resources that a text describes.
///
/// # Errors
///
/// It cannot be read, or is no manifest.
pub fn parse(name: &str, text: &str) -> Result<Documents, Problem> {
    let mut documents = Vec::new();
    let read = read_documents(text).map_err(|(line, problem)| broken(name, line, problem))?;
    for document in read {
        flatten(document, &mut documents);
    }
    let resource = |document| {
        normalize::resource(document).map_err(|found| Problem {
            code: Code::NoManifest,
            ..no_manifest(name, &found)
                .fix("a values file? `render` makes manifests of it: name those")
        })
    };
    Ok(Documents {
        resources: documents
            .into_iter()
            .map(resource)
            .collect::<Result<_, _>>()?,
        passed_over: Vec::new(),
    })
}

/// A text that the reader refuses. One key twice is most often two manifests in a row.
fn broken(name: &str, line: Option<usize>, problem: Problem) -> Problem {
    let line = line.map_or_else(String::new, |line| format!(", line {line}"));
    let found = match &problem.path {
        Some(path) => format!("`{path}`: {}", problem.found),
        None => problem.found,
    };
    let is_run_together = problem.code == Code::DuplicateKey
        && problem
            .path
            .as_ref()
            .is_some_and(|path| path.steps().len() == 1);
    let fix = match is_run_together {
        true => Some("one manifest and then another? put a line `---` between them".to_owned()),
        false => problem.fix,
    };
    Problem {
        fix,
        ..Problem::new(
            problem.code,
            Place::Nowhere,
            format!("`{name}`{line}: {found}"),
        )
    }
}

/// Lists, in JSON or as `kind: list`, are the documents in them; empty documents are none.
fn flatten(document: Value, into: &mut Vec<Value>) {
    match document {
        Value::Null => {}
        Value::Array(items) => items.into_iter().for_each(|item| flatten(item, into)),
        Value::Object(mut fields) if fields.get("kind").and_then(Value::as_str) == Some("list") => {
            flatten(fields.remove("items").unwrap_or_default(), into);
        }
        document => into.push(document),
    }
}

fn sorted(mut resources: Vec<Resource>) -> Vec<Resource> {
    resources.sort_by(|a, b| (&a.id, &a.gvc).cmp(&(&b.id, &b.gvc)));
    resources
}

/// Links to folders are not followed: one may lead back.
fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let extension = path.extension().and_then(|extension| extension.to_str());
        if is_hidden || into.len() == MOST_FILES {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&path, into)?;
        } else if matches!(extension, Some("yaml" | "yml" | "json")) && !path.is_dir() {
            into.push(path);
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    quotable(&path.display().to_string()).into_owned()
}

fn no_manifest(name: &str, found: &str) -> Problem {
    Problem::new(Code::Manifest, Place::Nowhere, format!("`{name}`: {found}"))
}
