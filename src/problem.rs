//! What is wrong with the input: found by any stage, placed by [`merge`](crate::merge), written by [`report`](crate::report).

use std::fmt;

pub use crate::place::{Path, Place, Step};

/// One thing that is wrong (or doubtful) with the input.
///
/// A problem never holds a secret: whoever makes one for a secret value leaves the value out.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its kind, stable for scripts.
    pub code: Code,
    /// The value it is about; `None` when it is about a file or a flag as a whole.
    pub path: Option<Path>,
    /// What was found, lower case, values in backticks. The path stands before it in every output.
    pub found: String,
    /// What is allowed, when that is not said by `found`.
    pub allowed: Option<String>,
    /// How to put it right.
    pub fix: Option<String>,
    /// Where to point.
    pub place: Place,
    /// Other places that play a part (the first of two duplicates, the other side of a conflict), each with its label.
    pub also: Vec<(Place, String)>,
}

/// Whether a problem stops the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is printed but the problems.
    Error,
    /// Said, but the work goes on unless `--deny-warnings`.
    Warning,
    /// A warning that somebody knows and puts up with. No code is of this kind by itself.
    Allowed,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Allowed => "allowed",
        }
    }
}

macro_rules! codes {
    ($(#[doc = $meaning:literal] $name:ident $text:literal $severity:ident,)*) => {
        /// The kinds of problem. Their texts are part of the command line's contract: add, never rename.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $meaning] $name,)* }

        impl Code {
            /// Every code, in the order of their listing.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable text, as in `error[unknown-key]`.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning.trim_ascii(),)* }
            }

            /// How bad this kind is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// A file that cannot be read, or is not text.
    File "file" Error,
    /// Not YAML (or, in `--set-json`, not JSON).
    YamlSyntax "yaml-syntax" Error,
    /// Nesting, aliases or size beyond what a values file can need.
    TooLarge "too-large" Error,
    /// One key twice in one mapping.
    DuplicateKey "duplicate-key" Error,
    /// A key with nothing behind it where keys are wanted below it.
    EmptySection "empty-section" Error,
    /// A `--set…` argument that its grammar does not allow.
    FlagSyntax "flag-syntax" Error,
    /// A `--set…` path that does not fit what is there.
    FlagPath "flag-path" Error,
    /// A key that the values do not have.
    UnknownKey "unknown-key" Error,
    /// A key that must be there.
    MissingKey "missing-key" Error,
    /// Text where a number is wanted, and the like.
    WrongType "wrong-type" Error,
    /// The right type, but not a value that is allowed.
    InvalidValue "invalid-value" Error,
    /// Two values that cannot both be right.
    Conflict "conflict" Error,
    /// A template that cannot be read, parsed or rendered.
    Template "template" Error,
    /// A rendered document that the platform would refuse.
    Manifest "manifest" Error,
    /// A file that holds something other than manifests.
    NoManifest "no-manifest" Error,
    /// `--only` that matches no resource.
    NoMatch "no-match" Error,
    /// A command line that cannot be read.
    CommandLine "command-line" Error,
    /// A flag that belongs to another form of the output.
    FlagForm "flag-form" Error,
    /// `--deny` or `--allow` of what there is not.
    UnknownRule "unknown-rule" Error,
    /// A change that `--deny` does not let through.
    Denied "denied" Error,
    /// A case or a snapshot of `test` that cannot be used.
    Case "case" Error,
    /// One path set by two kinds of flag: Helm's order decides, not the order typed.
    FlagOrder "flag-order" Warning,
    /// A flag value that is probably not what was meant (a lost backslash, kept quotes).
    FlagText "flag-text" Warning,
    /// `{}` over a mapping: changes nothing.
    EmptyMapping "empty-mapping" Warning,
    /// The built-in password is in use.
    BuiltinPassword "builtin-password" Warning,
    /// An image whose tag may move.
    FloatingImage "floating-image" Warning,
    /// An image that does not tell what is in it.
    UnknownImage "unknown-image" Warning,
    /// A location that does not survive the loss of a node.
    SingleReplica "single-replica" Warning,
    /// A pool mode that pgcat does not have, or that does not go with the rest.
    PoolMode "pool-mode" Warning,
    /// A pooler that sends statements to nodes where they do not belong.
    PoolerRouting "pooler-routing" Warning,
    /// A value that nothing reads.
    NoEffect "no-effect" Warning,
    /// A placeholder where a value of your own belongs.
    Placeholder "placeholder" Warning,
    /// A parameter whose value does harm.
    Parameter "parameter" Warning,
    /// A line of pg_hba.conf that may not do what it is meant to.
    Hba "hba" Warning,
    /// A library that the image may lack.
    Library "library" Warning,
    /// A credential that probably is not what was meant.
    Credential "credential" Warning,
    /// More memory or space than there may be.
    Memory "memory" Warning,
    /// A location that does not look like any provider's.
    UnknownLocation "unknown-location" Warning,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Problem {
    /// A problem with a file, a flag or a text as a whole.
    #[must_use]
    pub fn new(code: Code, place: Place, found: impl Into<String>) -> Self {
        Self {
            code,
            path: None,
            found: found.into(),
            allowed: None,
            fix: None,
            place,
            also: Vec::new(),
        }
    }

    /// A problem with the value at `path`; it points at that value.
    #[must_use]
    pub fn of_value(code: Code, path: Path, found: impl Into<String>) -> Self {
        Self {
            path: Some(path.clone()),
            ..Self::new(code, Place::Value(path), found)
        }
    }

    /// A problem with the key at `path`; it points at that key.
    #[must_use]
    pub fn of_key(code: Code, path: Path, found: impl Into<String>) -> Self {
        Self {
            path: Some(path.clone()),
            ..Self::new(code, Place::Key(path), found)
        }
    }

    /// Says what is allowed.
    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// Says how to put it right.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Whether the value at `path`, one above or one below it plays a part in this.
    #[must_use]
    pub fn concerns(&self, path: &Path) -> bool {
        let paths = self.also.iter().filter_map(|(place, _)| match place {
            Place::Value(path) | Place::Key(path) => Some(path),
            Place::At(_) | Place::Nowhere => None,
        });
        self.path
            .iter()
            .chain(paths)
            .any(|own| own.is_within(path) || path.is_within(own))
    }

    /// Points at one more place.
    #[must_use]
    pub fn also(mut self, place: Place, label: impl Into<String>) -> Self {
        self.also.push((place, label.into()));
        self
    }
}

/// All that a stage found.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds all of another stage's.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Problem>) {
        self.0.extend(others);
    }

    /// Whether nothing at all was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|problem| problem.code.severity() == Severity::Error)
    }

    /// In the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        Self(problems.into_iter().collect())
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
