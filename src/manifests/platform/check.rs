//! A document held against the fields of its kind.

use super::together::together;
use super::{Field, Shape, data_of, fields_of};
use crate::decode::{hinted, nearest, wrong_type};
use crate::layers::{Kind, Node, Scalar, Style, Value};
use crate::place::Trail;
use crate::problem::{Code, Path, Problem, Problems};

/// Ports that the platform takes itself.
const TAKEN_PORTS: &[i64] = &[
    8012, 8022, 9090, 9091, 15000, 15001, 15006, 15020, 15021, 15090, 41000,
];

/// Everything in a document that the platform would refuse.
pub(in super::super) fn check(kind: &str, document: &Node) -> Problems {
    let (fields, is_closed) = fields_of(kind);
    let mut problems = Problems::default();
    object(fields, is_closed, document, &Trail::Root, &mut problems);
    let secret_type = document.get("type").and_then(Node::as_text);
    let data = secret_type.filter(|_| kind == "secret").and_then(data_of);
    if let (Some(data), Some(node)) = (data, document.get("data")) {
        shape(data, node, &Trail::Key(&Trail::Root, "data"), &mut problems);
    }
    if problems.is_empty() {
        problems.extend(together(kind, document));
    }
    problems
}

fn object(
    fields: &[Field],
    is_closed: bool,
    node: &Node,
    trail: &Trail<'_>,
    problems: &mut Problems,
) {
    let Value::Map(entries) = &node.value else {
        return problems.push(wrong_type(node, trail.path(), "a mapping"));
    };
    for entry in entries {
        let here = Trail::Key(trail, &entry.key);
        match fields.iter().find(|field| field.name == entry.key) {
            Some(field)
                if !field.is_needed
                    && matches!(entry.node.value, Value::Null { written: true }) => {}
            Some(field) => shape(&field.shape, &entry.node, &here, problems),
            None if is_closed => problems.push(unknown(here.path(), &entry.key, fields)),
            None => {}
        }
    }
    for field in fields
        .iter()
        .filter(|field| field.is_needed && node.get(field.name).is_none())
    {
        problems.push(Problem::of_key(
            Code::MissingKey,
            trail.path().key(field.name),
            "this key is required",
        ));
    }
}

fn unknown(path: Path, key: &str, fields: &[Field]) -> Problem {
    let names = fields.iter().map(|field| field.name);
    let problem = Problem::of_key(Code::UnknownKey, path, "there is no such key");
    hinted(problem, key, names)
}

fn shape(wanted: &Shape, node: &Node, trail: &Trail<'_>, problems: &mut Problems) {
    let found = match (wanted, &node.value) {
        (Shape::Any, _) => None,
        (Shape::Object(fields), _) => return object(fields, true, node, trail, problems),
        (Shape::List(of, fewest, most), Value::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                shape(of, item, &Trail::Index(trail, at), problems);
            }
            (!(*fewest..=*most).contains(&items.len()))
                .then(|| length(items.len(), *fewest, *most, trail.path()))
        }
        (Shape::Map(rule, of), Value::Map(entries)) => {
            for entry in entries {
                let here = Trail::Key(trail, &entry.key);
                if !(rule.fits)(&entry.key) {
                    let problem = Problem::of_key(
                        Code::InvalidValue,
                        here.path(),
                        "this key is not allowed here",
                    );
                    problems.push(problem.allowed(rule.allowed));
                }
                shape(of, &entry.node, &here, problems);
            }
            None
        }
        (_, Value::Scalar(scalar)) => self::scalar(wanted, scalar, node, trail),
        _ => Some(wrong_type(node, trail.path(), wanted.noun())),
    };
    problems.extend(found);
}

fn scalar(wanted: &Shape, scalar: &Scalar, node: &Node, trail: &Trail<'_>) -> Option<Problem> {
    let wrong = || Some(wrong_type(node, trail.path(), wanted.noun()));
    let is_text = scalar.kind == Kind::Text || scalar.style == Style::Quoted;
    let refuse = |found: &str, allowed: String| {
        let problem = Problem::of_value(
            Code::InvalidValue,
            trail.path(),
            format!("`{}` {found}", scalar.text),
        );
        Some(problem.allowed(allowed))
    };
    match wanted {
        Shape::Bool if matches!(scalar.kind, Kind::Bool(_)) => None,
        Shape::Whole(least, most) | Shape::Port(least, most) => match scalar.kind {
            Kind::Int(number) if !(least..=most).contains(&&number) => refuse(
                "is out of range",
                range(&least, (*most != i64::MAX).then_some(most)),
            ),
            Kind::Int(number)
                if matches!(wanted, Shape::Port(..)) && TAKEN_PORTS.contains(&number) =>
            {
                refuse("is a port of the platform's own", "another port".to_owned())
            }
            Kind::Int(_) => None,
            _ => wrong(),
        },
        Shape::Number(least, most) => match number(scalar.kind) {
            Some(number) if (least..=most).contains(&&number) => None,
            Some(_) => refuse(
                "is out of range",
                range(&least, most.is_finite().then_some(most)),
            ),
            None => wrong(),
        },
        Shape::Text(rule) if is_text => (!(rule.fits)(&scalar.text))
            .then(|| refuse("is not allowed here", rule.allowed.to_owned()))?,
        Shape::Scalar(rule) => (!(rule.fits)(&scalar.text))
            .then(|| refuse("is not allowed here", rule.allowed.to_owned()))?,
        Shape::Word(words) if !words.contains(&scalar.text.as_str()) => {
            let problem = refuse("is not one of the allowed values", words.join(", "));
            match nearest(&scalar.text, words.iter().copied()) {
                Some(near) => problem.map(|problem| problem.fix(format!("did you mean `{near}`?"))),
                None => problem,
            }
        }
        Shape::Word(_) => None,
        _ => wrong(),
    }
}

#[allow(clippy::cast_precision_loss)] // no bound comes near 2^53
fn number(kind: Kind) -> Option<f64> {
    match kind {
        Kind::Int(number) => Some(number as f64),
        Kind::Float(number) => Some(number),
        _ => None,
    }
}

fn range(least: &dyn std::fmt::Display, most: Option<&impl std::fmt::Display>) -> String {
    match most {
        Some(most) => format!("{least} to {most}"),
        None => format!("{least} or more"),
    }
}

fn length(found: usize, fewest: usize, most: usize, path: Path) -> Problem {
    let items = |number| {
        if number == 1 {
            "1 item".to_owned()
        } else {
            format!("{number} items")
        }
    };
    let found = if found == 0 {
        "the list is empty".to_owned()
    } else {
        format!("the list has {}", items(found))
    };
    let allowed = match most {
        usize::MAX => format!("at least {}", items(fewest)),
        _ => format!("{fewest} to {}", items(most)),
    };
    Problem::of_value(Code::InvalidValue, path, found).allowed(allowed)
}

impl Shape {
    /// What it is called in messages.
    fn noun(&self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Whole(..) | Self::Port(..) => "a whole number",
            Self::Number(..) => "a number",
            Self::Text(_) => "text",
            Self::Scalar(_) | Self::Word(_) | Self::Any => "a single value",
            Self::List(..) => "a list",
            Self::Object(_) | Self::Map(..) => "a mapping",
        }
    }
}
