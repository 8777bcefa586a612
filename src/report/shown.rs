//! A problem as it may be shown: placed, sorted, without secrets.

use super::allowances::Allowances;
use super::places::{Places, Spot};
use super::secrets::{self, Secrets};
use crate::layers::{Kind, SourceKind, Value};
use crate::merge::Merged;
use crate::plain::{plain, plain_lines};
use crate::problem::{Code, Path, Place, Problem, Problems, Severity, Step};

/// One problem, ready to be written.
pub(super) struct Shown {
    pub code: Code,
    pub severity: Severity,
    /// Why it is allowed, if it is.
    pub reason: Option<String>,
    pub path: Option<String>,
    /// The name of the list item that the path goes through.
    pub item: Option<String>,
    pub found: String,
    pub allowed: Option<String>,
    pub fix: Option<String>,
    pub spot: Option<Spot>,
    pub also: Vec<(Option<Spot>, String)>,
}

/// Places, masks and sorts all problems.
pub(super) fn all(
    problems: &Problems,
    allowances: &Allowances,
    places: &mut Places<'_>,
) -> Vec<Shown> {
    let secrets = Secrets::of(places.merged());
    let mut shown: Vec<Shown> = problems
        .iter()
        .map(|problem| Shown::new(problem, &secrets, allowances, places))
        .collect();
    shown.sort_by_key(|shown| {
        shown.spot.as_ref().map(|spot| {
            (
                spot.kind == SourceKind::BuiltIn,
                spot.source,
                spot.span.start,
            )
        })
    });
    shown
}

impl Shown {
    fn new(
        problem: &Problem,
        secrets: &Secrets,
        allowances: &Allowances,
        places: &mut Places<'_>,
    ) -> Self {
        let merged = places.merged();
        let severity = problem.code.severity();
        let reason = (severity == Severity::Warning)
            .then(|| allowances.reason(problem.code, merged.locate(&problem.place)))
            .flatten();
        let clean = |text: &String| plain_lines(&secrets.redact(text)).into_owned();
        let mut fix = problem.fix.as_ref().map(clean);
        if problem.code == Code::UnknownKey && follows_comma(problem, merged) {
            let hint = "a comma ends a value: write `\\,` for one that belongs to it, or use --set-literal";
            fix = Some(fix.map_or_else(|| hint.to_owned(), |fix| format!("{fix}; {hint}")));
        }
        let path = problem.path.as_ref();
        let mut spot = places.spot(&problem.place);
        if let Some(path) = path.filter(|path| is_removed(problem.code, path, merged)) {
            spot = places.spot(&Place::Value(path.clone()));
            let removed = how_removed(path, merged);
            fix =
                Some(fix.map_or_else(|| removed.to_owned(), |fix| format!("{removed}, or {fix}")));
        }
        Self {
            code: problem.code,
            severity: match reason {
                Some(_) => Severity::Allowed,
                None => severity,
            },
            reason: reason.map(|reason| plain(&reason).into_owned()),
            path: path.map(|path| plain(&secrets::shown_path(path, merged)).into_owned()),
            item: path
                .and_then(|path| item_name(path, merged))
                .map(|item| plain(&item).into_owned()),
            found: plain(&secrets.redact(&problem.found)).into_owned(),
            allowed: problem.allowed.as_ref().map(clean),
            fix,
            spot,
            also: problem
                .also
                .iter()
                .map(|(place, label)| (places.spot(place), clean(label)))
                .collect(),
        }
    }

    /// Whether it is about a value that nobody gave.
    pub(super) fn is_default(&self) -> bool {
        self.spot
            .as_ref()
            .is_some_and(|spot| spot.kind == SourceKind::BuiltIn)
    }

    /// The path and what is wrong with it, in one line.
    pub(super) fn message(&self) -> String {
        match (&self.path, &self.item) {
            (Some(path), Some(item)) => format!("`{path}` (`{item}`): {}", self.found),
            (Some(path), None) => format!("`{path}`: {}", self.found),
            (None, _) => self.found.clone(),
        }
    }
}

/// The `name` of the last list item on the way.
fn item_name(path: &Path, merged: &Merged) -> Option<String> {
    let item = path
        .upwards()
        .find(|path| matches!(path.steps().last(), Some(Step::Index(_))))?;
    let name = merged.node(&item)?.get("name")?;
    let is_same = item.key("name") == *path;
    match &name.value {
        Value::Scalar(scalar)
            if scalar.kind == Kind::Text && !is_same && !merged.sources().is_secret(name.span) =>
        {
            Some(scalar.text.clone())
        }
        _ => None,
    }
}

/// Whether a key is missing because a `null` took it away.
fn is_removed(code: Code, path: &Path, merged: &Merged) -> bool {
    code == Code::MissingKey
        && merged
            .removed()
            .get(path)
            .is_some_and(|removal| !removal.hid.is_empty())
}

/// What to say of a key that nothing stands behind: few write `null`.
fn how_removed(path: &Path, merged: &Merged) -> &'static str {
    let text = merged.removed().get(path).and_then(|removal| {
        let source = merged.sources().get(removal.key_span.source)?;
        let behind = source.text.get(removal.key_span.end..)?.lines().next()?;
        Some(behind.trim_start_matches(['"', '\'', ':', ' ', '\t']))
    });
    match text {
        Some(comment) if comment.starts_with('#') => {
            "what begins with `#` is a comment: put the value in quotes if it begins with one, or leave the key out to keep the default"
        }
        Some("") => {
            "this key has no value, which removes it: leave the key out to keep the default"
        }
        _ => "this `null` removes it: leave the key out to keep the default",
    }
}

/// Whether the key is the first of a pair behind a comma.
fn follows_comma(problem: &Problem, merged: &Merged) -> bool {
    let Some(span) = merged.locate(&problem.place) else {
        return false;
    };
    let Some(source) = merged.sources().get(span.source) else {
        return false;
    };
    matches!(source.kind, SourceKind::Flag(_))
        && source
            .text
            .get(..span.start)
            .is_some_and(|before| before.ends_with(','))
}
