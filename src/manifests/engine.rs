//! minijinja, set up so that no value can become structure: every `{{ … }}` is one scalar of the template's language.

use std::collections::BTreeMap;
use std::error::Error as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Object;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, OutputSpan, OutputSpanKind, State,
    UndefinedBehavior, Value,
};

use super::escape::{Language, shell_word, yaml_literal};
use super::templates::{self, Kind, Templates};
use crate::layers::Span;
use crate::problem::{Code, Place, Problem, Problems};

/// The templates, ready to render.
pub(super) struct Engine<'t> {
    environment: Environment<'t>,
    templates: &'t Templates,
    compile: Compile,
}

/// When the templates of texts are compiled. Those of documents always are when they are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compile {
    /// All at once, for many clusters.
    Once,
    /// Each when it is used, in the memory that the one before it had.
    WhenUsed,
}

/// Whether a template is only a part of others.
fn is_part(name: &str) -> bool {
    name.rsplit('/')
        .next()
        .is_some_and(|file| file.starts_with('_'))
}

/// A rendered document and the template that each stretch of it came from.
pub(super) struct Rendered {
    /// The template.
    pub(super) template: String,
    /// The document.
    pub(super) text: String,
    /// Which template wrote what.
    pub(super) spans: Vec<OutputSpan>,
}

impl Rendered {
    /// The stretches that values of the cluster wrote.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &OutputSpan> {
        let spans = self.spans.iter();
        spans.filter(|span| span.kind() == OutputSpanKind::Expression)
    }
}

/// What a template of the user's own may spend: instructions, and one for every 64 bytes that it makes of any kind. The
/// largest built-in one takes a hundredth.
const FUEL: u64 = 500_000;

/// Escapes that templates do not get: each would put a value into the output as it is, or changed after its escape.
const WITHHELD: &[&str] = &["safe", "escape", "e", "indent"];

impl<'t> Engine<'t> {
    /// Sets up the templates of a kind.
    pub(super) fn new(
        templates: &'t Templates,
        kind: Kind,
        compile: Compile,
    ) -> Result<Self, Problems> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build();
        environment.set_syntax(syntax.map_err(|error| Problems::from(setup(&error)))?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_debug(true);
        environment.set_fuel(templates.are_own().then_some(FUEL));
        for filter in WITHHELD {
            environment.remove_filter(filter);
        }
        environment.add_function("literal", literal);
        // a command in text for people
        environment.add_function("word", |text: &str| -> Result<String, Error> {
            let mut word = String::new();
            shell_word(&mut word, text)?;
            Ok(word)
        });
        // a part of a script that stands in a file of its own, as it is
        let files = templates.own_files();
        environment.add_function("file", move |name: &str| plain_file(&files, name));
        environment.set_auto_escape_callback(|name| {
            AutoEscape::Custom(Language::of(name).map_or("none", Language::name).into())
        });
        environment.set_formatter(format);
        let mut problems = Problems::default();
        for (name, text) in templates.of(kind) {
            let compiled = match compile {
                // only those that have been added can be included
                _ if is_part(name) => environment.add_template(name, text),
                Compile::Once => environment.add_template(name, templates.parts(name).0),
                // all that is wrong with the user's own is told, not only what is used first
                Compile::WhenUsed if templates.is_own(name) => {
                    environment.template_from_named_str(name, text).map(drop)
                }
                Compile::WhenUsed => Ok(()),
            };
            if let Err(error) = compiled {
                problems.push(explain(&error, name, templates));
            }
        }
        if problems.is_empty() {
            Ok(Self {
                environment,
                templates,
                compile,
            })
        } else {
            Err(problems)
        }
    }

    /// Renders a text.
    pub(super) fn text(&self, template: &str, see: &Value) -> Result<String, Problems> {
        let (tagged, plain) = self.templates.parts(template);
        let compiled = match self.compile {
            Compile::Once => self.environment.get_template(template),
            Compile::WhenUsed => self.environment.template_from_named_str(template, tagged),
        };
        compiled
            .and_then(|compiled| compiled.render(see.clone()))
            .map(|text| text + plain)
            .map_err(|error| explain(&error, template, self.templates).into())
    }

    /// Renders a document, for its check.
    pub(super) fn document(&self, template: &str, see: &Value) -> Result<Rendered, Problems> {
        let text = self.templates.text(template);
        self.environment
            .template_from_named_str(template, text)
            .and_then(|compiled| compiled.render_with_spans(see.clone()))
            .map(|(text, spans)| Rendered {
                template: template.to_owned(),
                text,
                spans,
            })
            .map_err(|error| explain(&error, template, self.templates).into())
    }
}

/// A text that is to be written as a literal block.
#[derive(Debug)]
struct Literal(Value);

impl Object for Literal {}

fn literal(text: Value) -> Result<Value, Error> {
    match text.as_str() {
        Some(_) => Ok(Value::from_object(Literal(text))),
        None => Err(Error::new(
            ErrorKind::InvalidOperation,
            "`literal` takes a text",
        )),
    }
}

/// A file of `templates/` that is no template itself: shell or SQL that somebody can read, run and check as it stands.
fn plain_file(own: &BTreeMap<String, String>, name: &str) -> Result<Value, Error> {
    let text = own
        .get(name)
        .map(String::as_str)
        .or_else(|| templates::plain_file(name));
    text.map(|text| Value::from_safe_string(text.to_owned()))
        .ok_or_else(|| {
            Error::new(
                ErrorKind::TemplateNotFound,
                format!("there is no file `{name}`"),
            )
        })
}

fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if let Some(Literal(text)) = value.downcast_object_ref() {
        return Ok(yaml_literal(out, text.as_str().unwrap_or_default())?);
    }
    if value.is_safe() {
        return out
            .write_str(value.as_str().unwrap_or_default())
            .map_err(Error::from);
    }
    let language = match state.auto_escape() {
        AutoEscape::Custom(name) => Language::named(name),
        _ => None,
    };
    let Some(language) = language else {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "values can be printed only in .yaml.j2, .sh.j2, .toml.j2, .ini.j2 and .txt.j2 files, with their own escape",
        ));
    };
    language.write(out, value)
}

fn setup(error: &Error) -> Problem {
    Problem::new(
        Code::Template,
        Place::Nowhere,
        format!("the template engine cannot be set up: {error}"),
    )
}

/// What minijinja says, at the template's line.
fn explain(error: &Error, template: &str, templates: &Templates) -> Problem {
    // what is wrong with a part that is included stands innermost
    let mut error = error;
    while let Some(cause) = error
        .source()
        .and_then(|cause| cause.downcast_ref::<Error>())
    {
        error = cause;
    }
    let name = error.name().unwrap_or(template);
    let why = error.detail().map_or_else(
        || error.kind().to_string(),
        |detail| format!("{}: {detail}", error.kind()),
    );
    let range = error.range().unwrap_or(0..0);
    let place = place(templates, name, range);
    let at = if place == Place::Nowhere {
        format!("{name}:{}: ", error.line().unwrap_or(1))
    } else {
        String::new()
    };
    let problem = Problem::new(Code::Template, place, format!("{at}{why}"));
    match error.kind() {
        ErrorKind::UndefinedError => {
            problem.fix("compare the name with the built-in template of the same name")
        }
        ErrorKind::OutOfFuel => {
            problem.fix("it makes far more than a manifest can hold: look at its loops")
        }
        _ => problem,
    }
}

/// A stretch of a template, when a report can show it.
pub(super) fn place(templates: &Templates, name: &str, range: std::ops::Range<usize>) -> Place {
    match templates.source(name) {
        Some(source) => Place::At(Span {
            source,
            start: range.start,
            end: range.end,
        }),
        None => Place::Nowhere,
    }
}
