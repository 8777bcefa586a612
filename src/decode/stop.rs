//! Why reading a tree stopped, and where.

use std::fmt::Display;

use serde::de;

use crate::place::Trail;
use crate::problem::{Code, Path, Place, Problem};

/// What reading a value gives.
pub(super) type Result<T> = std::result::Result<T, Stop>;

/// Why reading stopped.
#[derive(Debug)]
pub(super) struct Stop {
    path: Path,
    problem: Option<Box<Problem>>,
    /// Sentences that serde or a newtype made: what is wrong, what is allowed, how to put it right. Without the latter
    /// two, they are the first again.
    custom: [String; 3],
    /// Whether it is about the key and not about the value behind it.
    is_key: bool,
    missing: Option<&'static str>,
}

impl Stop {
    /// Stops with what there is to say.
    pub(super) fn with(path: Path, problem: Problem) -> Self {
        Self {
            path,
            problem: Some(Box::new(problem)),
            custom: Default::default(),
            is_key: false,
            missing: None,
        }
    }

    /// Where to repair, and what to say.
    pub(super) fn into_problem(self) -> (Path, Problem) {
        if let Some(key) = self.missing {
            let path = self.path.key(key);
            let mut problem =
                Problem::of_key(Code::MissingKey, path.clone(), "this key is required");
            problem.place = Place::Key(self.path);
            return (path.clone(), problem.fix(format!("add `{key}:` here")));
        }
        if let Some(problem) = self.problem {
            return (self.path, *problem);
        }
        let [found, allowed, fix] = self.custom;
        let of = if self.is_key {
            Problem::of_key
        } else {
            Problem::of_value
        };
        let mut problem = of(Code::InvalidValue, self.path.clone(), found.clone());
        problem.allowed = (allowed != found).then_some(allowed);
        problem.fix = (fix != found).then_some(fix);
        (self.path, problem)
    }

    /// Serde and the newtypes know no paths: whoever asked them does.
    pub(super) fn at(self, trail: &Trail<'_>) -> Self {
        if self.problem.is_some() || self.path != Path::root() {
            return self;
        }
        Self {
            path: trail.path(),
            ..self
        }
    }

    /// The same for what is wrong with the key itself.
    pub(super) fn at_key(self, trail: &Trail<'_>) -> Self {
        Self {
            is_key: true,
            ..self.at(trail)
        }
    }
}

impl Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.path, self.custom[0])
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: Display>(message: T) -> Self {
        let custom = [
            message.to_string(),
            format!("{message:#}"),
            format!("{message:+}"),
        ];
        Self {
            path: Path::root(),
            problem: None,
            custom,
            is_key: false,
            missing: None,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            missing: Some(field),
            ..Self::custom("")
        }
    }
}
