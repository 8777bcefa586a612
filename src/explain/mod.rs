//! One value explained: what it is from the schema, what it reaches from rendering with another.

mod effect;
mod names;
mod page;
mod reach;

use serde_json::{Value as Json, json};

use crate::decode::nearest;
use crate::problem::{Code, Place, Problem};
use crate::schema::{self, Choice, Field, Kind, Said};

pub use effect::InEffect;
pub use names::names;
pub use page::{indented, page, tree};
pub use reach::Reach;

/// A key of the values, or all of them.
pub struct Explained {
    /// The key itself; `None` for all values.
    pub field: Option<Field>,
    /// What stands below it, in order.
    pub below: Vec<Field>,
    /// What a change of it changes.
    pub reaches: Vec<Reach>,
    /// What holds with the built-in values where it gives nothing else.
    pub in_effect: Vec<InEffect>,
}

impl Explained {
    /// All values.
    #[must_use]
    pub fn all() -> Self {
        Self {
            field: None,
            below: schema::fields(),
            reaches: Vec::new(),
            in_effect: Vec::new(),
        }
    }

    /// The key at a path, items of lists with or without their index.
    ///
    /// # Errors
    ///
    /// There is no such key.
    pub fn of(path: &str) -> Result<Self, Problem> {
        let fields = schema::fields();
        let wanted = without_indices(path);
        let Some(field) = fields.iter().find(|field| is_at(field, &wanted)).cloned() else {
            return Err(unknown(path, &wanted, &fields));
        };
        let inside = |other: &&Field| {
            other
                .path
                .strip_prefix(&field.path)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        let below: Vec<Field> = fields.iter().filter(inside).cloned().collect();
        let reaches = match field.kind {
            Kind::Section => Vec::new(),
            _ => reach::of(&field),
        };
        Ok(Self {
            in_effect: effect::of(&field),
            field: Some(field),
            below,
            reaches,
        })
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let below: Vec<Json> = self.below.iter().map(facts).collect();
        let Some(field) = &self.field else {
            return below.into();
        };
        let mut facts = facts(field);
        if !below.is_empty() {
            facts["keys"] = below.into();
        }
        if !self.in_effect.is_empty() {
            facts["inEffect"] = self.in_effect.iter().map(InEffect::to_json).collect();
        }
        facts["reaches"] = self.reaches.iter().map(Reach::to_json).collect();
        facts
    }
}

/// The key, or a mapping of the user's keys that the path leads into. Lists are items: `[]` may be left out.
fn is_at(field: &Field, path: &str) -> bool {
    let path = path.replace("[]", "");
    match path.strip_prefix(&field.path.replace("[]", "")) {
        Some("") => true,
        Some(rest) => field.kind == Kind::Mapping && rest.starts_with('.'),
        None => false,
    }
}

/// `gvc.locations[2].name` as `gvc.locations[].name`.
fn without_indices(path: &str) -> String {
    path.split('[')
        .enumerate()
        .map(|(at, part)| match part.split_once(']') {
            Some((index, rest)) if at > 0 && index.bytes().all(|b| b.is_ascii_digit()) => {
                format!("[]{rest}")
            }
            _ if at > 0 => format!("[{part}"),
            _ => part.to_owned(),
        })
        .collect()
}

fn unknown(given: &str, wanted: &str, fields: &[Field]) -> Problem {
    let problem = Problem::new(
        Code::UnknownKey,
        Place::Nowhere,
        format!("`{given}`: there is no such key"),
    );
    let plain = |path: &str| path.replace("[]", "");
    let paths: Vec<String> = fields.iter().map(|field| plain(&field.path)).collect();
    let wanted = plain(wanted);
    // the whole path, or a key that was given without what stands above it
    let near = nearest(&wanted, paths.iter().map(String::as_str))
        .and_then(|near| paths.iter().position(|path| path == near));
    let near = near.or_else(|| {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let word = last(&wanted);
        paths.iter().position(|path| last(path) == word)
    });
    match near.and_then(|at| fields.get(at)) {
        Some(field) => problem.fix(format!("did you mean `{}`?", field.path)),
        None => problem.fix("`pgedge-tpl explain` lists every key"),
    }
}

/// Where the public template 1.0.0 to 3.0.0 has what `values.yaml` has as an optional key, and the keys it dropped.
const SINCE: &[(&str, &str)] = &[
    ("backup.activeDeadlineSeconds", "3.0.0"),
    ("postgres.credentialsSecretName", "1.1.0"),
    ("postgres.username", "1.0.0 to 1.0.2"),
    ("postgres.password", "1.0.0 to 1.0.2"),
    ("postgres.database", "1.0.0 to 1.0.2"),
];

/// Keys of ours that are no optional ones: sections of such keys, and one with a default in the file.
const OURS: &[&str] = &["backup.keep", "backup.verify", "volumeset.snapshots"];

/// The versions of the public template that have the key; `None` when it is ours alone.
fn since(field: &Field) -> Option<&'static str> {
    let is_in = |key: &&str| field.path.starts_with(*key);
    let ours = field.is_optional() || OURS.iter().any(is_in);
    SINCE
        .iter()
        .find(|(path, _)| *path == field.path)
        .map(|(_, since)| *since)
        .or((!ours).then_some("1.0.0"))
}

/// What is known of a key without rendering.
fn facts(field: &Field) -> Json {
    let mut facts = json!({
        "path": field.path,
        "type": field.kind.name(),
        "description": field.description,
        "optional": field.is_optional(),
        "since": since(field),
    });
    match &field.said {
        Some(Said::Default(value)) => facts["default"] = value.clone(),
        Some(Said::Optional { example, without }) => {
            facts["without"] = json!(without);
            facts["example"] = example.clone();
        }
        None => {}
    }
    if let Some(allowed) = &field.allowed {
        facts["allowed"] = json!(allowed);
    }
    if !field.choices.is_empty() {
        let choice = |choice: &Choice| json!({ "value": choice.value, "meaning": choice.meaning });
        facts["choices"] = field.choices.iter().map(choice).collect();
    }
    facts
}
