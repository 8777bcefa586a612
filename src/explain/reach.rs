//! What a value reaches: the documents rendered with it and with another legal value, compared.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::cli::ValueFlags;
use crate::cluster::Cluster;
use crate::layers;
use crate::manifests::{self, Manifest, Templates};
use crate::merge;
use crate::schema::Field;
use crate::values;

/// One document that a change of the value changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// `KIND/NAME`, the release as `RELEASE`.
    pub document: String,
    /// What else must be set for it; empty when nothing.
    pub when: &'static str,
    /// The fields that change, items of lists as `[]`; empty when it is the whole document.
    pub fields: Vec<String>,
    /// Lines of a script or a configuration that change.
    pub lines: Vec<String>,
}

impl Reach {
    /// The same as JSON.
    pub(super) fn to_json(&self) -> Json {
        json!({
            "document": self.document,
            "when": self.when,
            "fields": self.fields,
            "lines": self.lines,
        })
    }
}

/// Some values matter only beside others: the first situation in which a document changes is the one that is told.
const SITUATIONS: &[(&str, &[&str])] = &[
    ("", &[]),
    (
        "volumeset.autoscaling.enabled: true",
        &["volumeset.autoscaling.enabled=true"],
    ),
    ("volumeset.capacity: 200", &["volumeset.capacity=200"]),
    (
        "internal_access.type: workload-list",
        &[r#"internal_access={"type":"workload-list","workloads":["//gvc/other/workload/app"]}"#],
    ),
    ("pgbouncer: {}", &["pgbouncer={}"]),
    ("backup.enabled: true", &["backup.enabled=true"]),
    (
        "backup.enabled: true, backup.provider: gcp",
        &["backup.enabled=true", r#"backup.provider="gcp""#],
    ),
];

/// Names that are told apart from every text in the templates.
const NAMES: &[&str] = &[r#"release="release""#, r#"gvc.name="gvc-name""#];

/// Every document that changes with a value.
pub(super) fn of(field: &Field) -> Vec<Reach> {
    let mut reaches: Vec<Reach> = Vec::new();
    // a key of PgBouncer's matters where PgBouncer is, and nowhere else
    let is_pgbouncers = field.path.starts_with("pgbouncer.");
    let fits = |when: &str| when.starts_with("pgbouncer") == is_pgbouncers;
    for (when, settings) in SITUATIONS.iter().filter(|(when, _)| fits(when)) {
        let Some(before) = render(settings, None) else {
            continue;
        };
        let after = field.samples.iter().find_map(|sample| {
            let documents = render(settings, Some((&field.path, sample)))?;
            (documents != before).then_some(documents)
        });
        for mut reach in after.map_or_else(Vec::new, |after| compare(&before, &after)) {
            if !reaches.iter().any(|other| other.document == reach.document) {
                reach.when = when;
                reaches.push(reach);
            }
        }
    }
    reaches
}

/// A document by what makes it what it is, whatever the names.
type Document = (String, String, Json);

fn render(settings: &[&str], value: Option<(&str, &Json)>) -> Option<Vec<Document>> {
    let value = value.map(|(path, value)| {
        let path = path.replace("[]", "[0]");
        format!("{path}={value}")
    });
    let settings = NAMES.iter().chain(settings).map(|text| (*text).to_owned());
    let flags = ValueFlags {
        set_json: settings.chain(value).collect(),
        ..ValueFlags::default()
    };
    let (built_in, _) = merge::built_in(values::BUILT_IN);
    let (layers, problems) = layers::read(&flags, built_in.sources());
    let (merged, found) = merge::merge(built_in, layers);
    let decoded = values::read(merged.tree(), merged.built_in());
    if problems.has_errors() || found.has_errors() || decoded.problems.has_errors() {
        return None;
    }
    let cluster = Cluster::new(&decoded.value?, &merged).0?;
    let manifests = manifests::render(&cluster, &Templates::default()).ok()?;
    manifests.into_iter().map(document).collect()
}

fn document(manifest: Manifest) -> Option<Document> {
    let data = manifest.data().ok()?;
    let label = label(&manifest);
    Some((manifest.template, label, data))
}

fn label(manifest: &Manifest) -> String {
    match manifest.kind {
        "gvc" => "gvc/GVC".to_owned(),
        kind => format!(
            "{kind}/{}",
            manifest.name.replacen("release-", "RELEASE-", 1)
        ),
    }
}

fn compare(before: &[Document], after: &[Document]) -> Vec<Reach> {
    let mut reaches = Vec::new();
    for (template, label, old) in before {
        let new = after.iter().find(|(other, ..)| other == template);
        let mut fields = BTreeSet::new();
        if let Some((.., new)) = new {
            differences(old, new, String::new(), &mut fields);
            if fields.is_empty() {
                continue;
            }
        }
        reaches.push(Reach {
            document: label.clone(),
            when: "",
            fields: fields.into_iter().collect(),
            lines: new.map_or_else(Vec::new, |(.., new)| lines(old, new)),
        });
    }
    let is_new = |(template, ..): &&Document| !before.iter().any(|(other, ..)| other == template);
    reaches.extend(after.iter().filter(is_new).map(|(_, label, _)| Reach {
        document: label.clone(),
        when: "",
        fields: Vec::new(),
        lines: Vec::new(),
    }));
    reaches
}

/// Every document has the release in tags of ours: that says nothing.
const OWN_TAGS: &str = "app.cpln.io/";

/// The paths of what differs.
fn differences(old: &Json, new: &Json, path: String, found: &mut BTreeSet<String>) {
    match (old, new) {
        _ if old == new => {}
        (Json::Object(old), Json::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys.into_iter().filter(|key| !key.starts_with(OWN_TAGS)) {
                let below = match path.as_str() {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                let value =
                    |map: &serde_json::Map<String, Json>| map.get(key).cloned().unwrap_or_default();
                differences(&value(old), &value(new), below, found);
            }
        }
        (Json::Array(old), Json::Array(new))
            if old.len() == new.len() && old.iter().chain(new).all(Json::is_object) =>
        {
            for (old, new) in old.iter().zip(new) {
                // variables are known by their names
                let item = match (&old["name"], old.get("value")) {
                    (Json::String(name), Some(_)) => format!("{path}[{name}]"),
                    _ => format!("{path}[]"),
                };
                differences(old, new, item, found);
            }
        }
        _ => {
            found.insert(path);
        }
    }
}

/// The lines of a payload that are not in the new one.
fn lines(old: &Json, new: &Json) -> Vec<String> {
    let payload = |document: &'_ Json| document["data"]["payload"].as_str().map(str::to_owned);
    let (Some(old), Some(new)) = (payload(old), payload(new)) else {
        return Vec::new();
    };
    let kept: BTreeSet<&str> = old.lines().collect();
    let there: BTreeSet<&str> = new.lines().collect();
    let changed: Vec<&str> = there.difference(&kept).copied().collect();
    old.lines()
        .filter(|line| !there.contains(line))
        .map(|line| {
            let line = where_it_differs(line, &changed).replace("release-", "RELEASE-");
            line.replace("gvc-name", "GVC")
        })
        .collect()
}

/// A line; of one that lists many words, what begins with the word that differs from its counterpart.
fn where_it_differs(line: &str, changed: &[&str]) -> String {
    const LONG: usize = 60;
    let same = |other: &&str| {
        let mut pairs = line.char_indices().zip(other.chars());
        let differs = pairs.find(|((_, one), other)| one != other);
        differs.map_or(0, |((at, _), _)| at)
    };
    let same = changed.iter().map(same).max().unwrap_or_default();
    let word = line.get(..same).and_then(|same| same.rfind("' '"));
    match word.filter(|_| same > LONG) {
        Some(at) => format!("… {}", line.get(at + 2..).unwrap_or_default()),
        None => line.trim().to_owned(),
    }
}
