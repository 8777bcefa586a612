//! Documents from files, folders and standard input: YAML or JSON, one or many, lists too.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::normalize;
use super::resource::Resource;
use crate::layers::{Files, refused, text_of};
use crate::manifests::Manifest;
use crate::problem::{Code, Place, Problem, Problems};

/// The resources of a file, a folder (all `.yaml`, `.yml` and `.json` files in it, as `cpln apply` takes them) or, as
/// `-`, of standard input.
///
/// # Errors
///
/// What cannot be read, what is no manifest, and resources that are there twice.
pub fn read(files: &dyn Files, path: &Path) -> Result<Vec<Resource>, Problems> {
    let mut texts = Vec::new();
    let mut problems = Problems::default();
    if path.is_dir() {
        let mut found = Vec::new();
        walk(path, &mut found).map_err(|error| {
            let said = format!("`{}`: {error}", path.display());
            Problems::from(Problem::new(Code::File, Place::Nowhere, said))
        })?;
        if found.is_empty() {
            let said = format!("`{}`: no .yaml, .yml or .json file in it", path.display());
            return Err(Problem::new(Code::File, Place::Nowhere, said).into());
        }
        texts.extend(
            found
                .into_iter()
                .map(|file| (name(&file), files.read(&file))),
        );
    } else if path == Path::new("-") {
        texts.push(("<stdin>".to_owned(), files.stdin()));
    } else {
        texts.push((name(path), files.read(path)));
    }
    let mut resources: Vec<Resource> = Vec::new();
    for (name, bytes) in texts {
        let text = bytes
            .map_err(|refusal| refused(&format!("`{name}`"), &refusal, Place::Nowhere))
            .and_then(|bytes| text_of(bytes).map_err(|found| no_manifest(&name, &found)));
        match text.and_then(|text| parse(&name, &text)) {
            Err(problem) => problems.push(problem),
            Ok(read) => {
                for resource in read {
                    if resources.iter().any(|known| known.is_same(&resource)) {
                        let found = format!("{} is described a second time", resource.id);
                        problems.push(no_manifest(&name, &found));
                    }
                    resources.push(resource);
                }
            }
        }
    }
    match problems.is_empty() {
        true => Ok(sorted(resources)),
        false => Err(problems),
    }
}

/// The resources that were rendered.
#[must_use]
pub fn rendered(manifests: &[Manifest]) -> Vec<Resource> {
    let documents = manifests.iter().map(Manifest::data);
    sorted(documents.filter_map(normalize::resource).collect())
}

/// The resources that a text describes.
///
/// # Errors
///
/// It cannot be read, or is no manifest.
pub fn parse(name: &str, text: &str) -> Result<Vec<Resource>, Problem> {
    let mut documents = Vec::new();
    for document in values(text).map_err(|error| no_manifest(name, &error))? {
        flatten(document, &mut documents);
    }
    let resource = |document: Value| {
        normalize::resource(document)
            .ok_or_else(|| no_manifest(name, "a document without `kind` and `name`"))
    };
    documents.into_iter().map(resource).collect()
}

fn values(text: &str) -> Result<Vec<Value>, String> {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(vec![value]);
    }
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).map_err(|error| error.to_string()))
        .collect()
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

fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        let is_hidden = path
            .file_name()
            .is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() && !is_hidden {
            walk(&path, into)?;
        } else if matches!(extension, Some("yaml" | "yml" | "json")) && !is_hidden {
            into.push(path);
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn no_manifest(name: &str, found: &str) -> Problem {
    Problem::new(Code::Manifest, Place::Nowhere, format!("`{name}`: {found}"))
}
