//! Helm's own answers for layered values, and ours: one line a case, which says what was asserted.
//!
//! `PGEDGE_TPL_HELM_CASES` names another file of the same format to run instead of `tests/helm/cases.json`.
//! `tests/helm/ours.json` holds, by name of the case, the answers that differ on purpose.

use std::collections::BTreeMap;
use std::path::PathBuf;

use libtest_mimic::{Arguments, Failed, Trial};
use pgedge_tpl::cli::ValueFlags;
use pgedge_tpl::layers::{self, Memory};
use pgedge_tpl::merge;
use pgedge_tpl::problem::{Problems, Severity};
use serde::Deserialize;
use serde_json::Value;

/// A case as it was measured on Helm.
#[derive(Clone, Deserialize)]
struct Case {
    name: String,
    base: Value,
    layers: Vec<Layer>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    expect: Option<Value>,
    #[serde(default)]
    recommend: String,
}

#[derive(Clone, Deserialize)]
struct Layer {
    kind: String,
    arg: String,
}

/// Our own answer.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ours {
    Expect(Value),
    Error(String),
}

/// What a case asserts.
#[derive(Clone)]
enum Assertion {
    /// Helm's result; a null that it keeps removes the key here.
    Same { warned: bool },
    /// An error, as Helm has one.
    Refused,
    /// Ours, on purpose.
    Ours(Ours),
    /// No error, where Helm has one.
    Accepted,
    /// Helm's result or an error: the schema behind the merge has the last word.
    SchemaDecides,
    /// Helm's result, but a number may still be the text that it was written as.
    KeepsText,
    /// Not Helm's result; without its nulls if that is all that differs.
    Differs,
}

impl Assertion {
    fn of(case: &Case, ours: &BTreeMap<String, Ours>) -> Self {
        let advice = case.recommend.as_str();
        if let Some(ours) = ours.get(&case.name) {
            return Self::Ours(ours.clone());
        }
        match advice
            .split([' ', ':', '+', ';'])
            .next()
            .unwrap_or_default()
        {
            "error" if advice.contains("schema") || advice.contains("unknown key") => {
                Self::SchemaDecides
            }
            "error" => Self::Refused,
            "differ" if advice.contains("printing") => Self::Same { warned: false },
            "differ" if case.expect.is_none() => Self::Accepted,
            "differ" => Self::Differs,
            "warn" => Self::KeepsText,
            _ if case.expect.is_none() => Self::Refused,
            _ => Self::Same {
                warned: advice.starts_with("same+warn"),
            },
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Same { warned: false } => "same as Helm".to_owned(),
            Self::Same { warned: true } => "same as Helm, with a warning".to_owned(),
            Self::Refused => "refused".to_owned(),
            Self::Ours(Ours::Expect(_)) => "ours".to_owned(),
            Self::Ours(Ours::Error(code)) => format!("ours: error {code}"),
            Self::SchemaDecides => "same as Helm or refused: the schema decides".to_owned(),
            Self::Accepted => "accepted, unlike Helm".to_owned(),
            Self::KeepsText => "same as Helm, or still text: the schema decides".to_owned(),
            Self::Differs => "not as Helm".to_owned(),
        }
    }

    fn check(&self, case: &Case) -> Result<(), Failed> {
        let (got, problems) = run(case)?;
        let errors: Vec<String> = errors(&problems);
        let fail = |wanted: &str| {
            Err(Failed::from(format!(
                "wanted {wanted}\ngot {got}\nerrors: {errors:#?}"
            )))
        };
        let expect = case.expect.clone().unwrap_or(Value::Null);
        let is_right = match self {
            Self::Same { warned } => {
                errors.is_empty()
                    && same(&got, &without_nulls(&expect))
                    && (!warned || problems.iter().next().is_some())
            }
            Self::Refused => !errors.is_empty(),
            Self::Ours(Ours::Expect(ours)) => {
                return match errors.is_empty() && same(&got, ours) {
                    true => Ok(()),
                    false => fail(&ours.to_string()),
                };
            }
            Self::Ours(Ours::Error(code)) => errors
                .iter()
                .any(|error| error.starts_with(&format!("{code}:"))),
            Self::SchemaDecides => !errors.is_empty() || same(&got, &without_nulls(&expect)),
            Self::Accepted => errors.is_empty(),
            Self::KeepsText => errors.is_empty() && same(&numbers(&got), &numbers(&expect)),
            Self::Differs => !errors.is_empty() || !same(&got, &expect),
        };
        if is_right {
            Ok(())
        } else {
            fail(&format!("{}: {expect}", self.label()))
        }
    }
}

fn run(case: &Case) -> Result<(Value, Problems), Failed> {
    let mut flags = ValueFlags::default();
    let mut files = Memory::default();
    for (name, content) in &case.files {
        files = files.with(name, content.as_bytes());
    }
    for (at, Layer { kind, arg }) in case.layers.iter().enumerate() {
        let list = match kind.as_str() {
            "file" => {
                let name = PathBuf::from(format!("layer{at}.yaml"));
                files = files.with(name.clone(), arg.as_bytes());
                flags.files.push(name);
                continue;
            }
            "set" => &mut flags.set,
            "set-string" => &mut flags.set_string,
            "set-json" => &mut flags.set_json,
            "set-file" => &mut flags.set_file,
            "set-literal" => &mut flags.set_literal,
            other => return Err(format!("no such kind of layer: {other}").into()),
        };
        list.push(arg.clone());
    }
    let (base, mut problems) = merge::built_in(case.base.to_string());
    let (layers, found) = layers::read_from(&files, &flags, base.sources());
    problems.extend(found);
    let (merged, found) = merge::merge(base, layers);
    problems.extend(found);
    Ok((merged.tree().to_json(), problems))
}

fn errors(problems: &Problems) -> Vec<String> {
    let errors = problems
        .iter()
        .filter(|problem| problem.code.severity() == Severity::Error);
    errors
        .map(|problem| format!("{}: {}", problem.code, problem.found))
        .collect()
}

/// Equal, numbers by their value.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => a.as_f64() == b.as_f64(),
        },
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Texts that look like numbers as those numbers.
fn numbers(value: &Value) -> Value {
    match value {
        Value::String(text) => text
            .parse::<f64>()
            .map_or_else(|_| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(numbers).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(key, value)| (key.clone(), numbers(value)))
                    .collect(),
            )
        }
        _ => value.clone(),
    }
}

/// Without the keys whose value is null; lists keep theirs.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(key, value)| (key.clone(), without_nulls(value)))
                    .collect(),
            )
        }
        _ => value.clone(),
    }
}

fn read<T: for<'a> Deserialize<'a>>(path: &PathBuf) -> Result<T, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn main() -> Result<std::process::ExitCode, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/helm");
    let cases =
        std::env::var_os("PGEDGE_TPL_HELM_CASES").map_or(folder.join("cases.json"), PathBuf::from);
    let cases: Vec<Case> = read(&cases)?;
    let ours: BTreeMap<String, Ours> = read(&folder.join("ours.json"))?;
    let trials = cases.into_iter().map(|case| {
        let assertion = Assertion::of(&case, &ours);
        Trial::test(case.name.clone(), {
            let assertion = assertion.clone();
            move || assertion.check(&case)
        })
        .with_kind(assertion.label())
    });
    Ok(libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code())
}
