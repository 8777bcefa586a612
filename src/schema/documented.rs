//! The built-in `values.yaml` as documentation: the keys in use with their defaults, and the optional ones that stand
//! in it as comments.

use serde_json::Value as Json;

use crate::layers::{self, Node, SourceId, Value};
use crate::problem::{Path, Problems};

/// One key of `values.yaml` that is no section.
#[derive(Clone, Debug)]
pub struct Documented {
    /// Where it stands.
    pub path: Path,
    /// What the file says of it.
    pub value: Said,
}

/// What `values.yaml` says of a key.
#[derive(Clone, Debug)]
pub enum Said {
    /// The key is in use: its default.
    Default(Json),
    /// The key stands in a comment.
    Optional {
        /// The value that stands with it.
        example: Json,
        /// What holds without the key, in the file's words.
        without: Option<String>,
    },
}

/// The keys of these mappings are the user's own words.
const FREE_MAPPINGS: &[&str] = &[
    "tags",
    "custom",
    "postgres.parameters",
    "volumeset.customEncryption",
];

/// Every key of the file, in its order. A list counts as one value, and so does a mapping with keys of the user's.
pub fn read(text: &str) -> Vec<Documented> {
    let all = uncommented(text);
    let mut found = Vec::new();
    if let (Some(used), Some(keys)) = (parse(text), parse(&all)) {
        collect(&keys, &Path::root(), &mut |path, node, line_of| {
            let value = match used.find(&path) {
                Some((_, node)) => Said::Default(node.to_json()),
                None => Said::Optional {
                    example: node.to_json(),
                    without: without(&all, line_of),
                },
            };
            found.push(Documented { path, value });
        });
    }
    found
}

/// The one document of the file. It is our own: a test says so when it cannot be read.
fn parse(text: &str) -> Option<Node> {
    layers::read_yaml(SourceId::NONE, text, &mut Problems::default())?.pop()
}

/// The file with its optional keys in use.
fn uncommented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut was_key = false;
    for line in text.lines() {
        let bare = line.trim_start();
        // prose has one blank behind its #, a key none, and what stands below a key more than one
        let key = bare.strip_prefix('#').filter(|rest| {
            rest.starts_with(|c: char| c.is_alphanumeric() || c == '-')
                || was_key && rest.starts_with("  ")
        });
        was_key = key.is_some();
        out.push_str(&line[..line.len() - bare.len()]);
        out.push_str(key.unwrap_or(bare));
        out.push('\n');
    }
    out
}

/// Visits every key that is no section, with the place of the key.
fn collect(node: &Node, path: &Path, visit: &mut dyn FnMut(Path, &Node, usize)) {
    let Value::Map(entries) = &node.value else {
        return;
    };
    for entry in entries {
        let path = path.key(&entry.key);
        let is_section = matches!(entry.node.value, Value::Map(_))
            && !FREE_MAPPINGS.contains(&path.to_string().as_str());
        if is_section {
            collect(&entry.node, &path, visit);
        } else {
            visit(path, &entry.node, entry.key_span.start);
        }
    }
}

/// The sentence behind `Without it:`, in the comment of a key's line or in the lines above it.
fn without(text: &str, key: usize) -> Option<String> {
    const MARK: &str = "Without it: ";
    let (before, line) = text.split_at(text[..key].rfind('\n').map_or(0, |at| at + 1));
    let line = line.lines().next().unwrap_or_default();
    let above = before
        .lines()
        .rev()
        .take_while(|line| line.trim_start().starts_with("# "));
    std::iter::once(line)
        .chain(above)
        .find_map(|line| line.split_once(MARK))
        .map(|(_, sentence)| sentence.trim_end_matches('.').to_owned())
}
