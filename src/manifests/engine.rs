//! minijinja, set up so that no value can become structure: every `{{ … }}` is one scalar of the template's language.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::{fmt, iter};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Object;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, OutputSpan, OutputSpanKind, State,
    UndefinedBehavior, Value, filters,
};

use super::block::yaml_literal;
use super::escape::{Language, shell_word};
use super::marked::{self, File, Part, Script};
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
        let mut environment = environment(templates)?;
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

    /// Renders a text, with marks where files stand.
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
            .and_then(|text| has_whole_marks(&text, template).map(|()| text))
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
            .and_then(|rendered| has_whole_marks(&rendered.text, template).map(|()| rendered))
    }
}

/// What every template can use, and how its values are written.
fn environment(templates: &Templates) -> Result<Environment<'_>, Problem> {
    // the built-in templates need two of minijinja's fifty filters
    let mut environment = match templates.are_own() {
        true => Environment::new(),
        false => Environment::empty(),
    };
    environment.add_filter("items", filters::items);
    environment.add_filter("length", filters::length);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.map_err(|error| setup(&error))?);
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
    Ok(environment)
}

/// Refuses a text in which somebody changed the mark of a file.
fn has_whole_marks(text: &str, template: &str) -> Result<(), Problems> {
    if marked::parts(text).all(|part| part.is_some()) {
        return Ok(());
    }
    let found = format!("{template}: it changes the text of a file after `literal` or `file`");
    let problem = Problem::new(Code::Template, Place::Nowhere, found);
    Err(problem.fix("change the text first, then print it").into())
}

/// A text that is to be written as a literal block.
#[derive(Debug)]
struct Literal(Value);

impl Object for Literal {}

fn literal(text: Value) -> Result<Value, Error> {
    let is_file = |text: &Value| text.downcast_object_ref::<File>().is_some();
    if text.as_str().is_some() || script(&text).is_some() || is_file(&text) {
        return Ok(Value::from_object(Literal(text)));
    }
    Err(Error::new(
        ErrorKind::InvalidOperation,
        "`literal` takes a text",
    ))
}

fn script(value: &Value) -> Option<&Script> {
    value.downcast_object_ref()
}

fn write_literal(out: &mut Output, Literal(text): &Literal) -> fmt::Result {
    if let Some(script) = script(text) {
        return yaml_literal(out, script.parts());
    }
    let part = match text.downcast_object_ref() {
        Some(File(file)) => Part::File(file),
        None => Part::Written(text.as_str().unwrap_or_default()),
    };
    yaml_literal(out, iter::once(part))
}

/// A file of `templates/` that is no template itself: shell or SQL that somebody can read, run and check as it stands.
fn plain_file(own: &BTreeMap<String, String>, name: &str) -> Result<Value, Error> {
    if let Some(own) = own.get(name) {
        return Ok(Value::from_safe_string(own.clone()));
    }
    let file = templates::plain_file(name).map(|file| Value::from_object(File(file)));
    file.ok_or_else(|| {
        Error::new(
            ErrorKind::TemplateNotFound,
            format!("there is no file `{name}`"),
        )
    })
}

fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if let Some(literal) = value.downcast_object_ref() {
        return Ok(write_literal(out, literal)?);
    }
    let language = match state.auto_escape() {
        AutoEscape::Custom(name) => Language::named(name),
        _ => None,
    };
    if let Some(file) = value.downcast_object_ref::<File>() {
        let is_script = language == Some(Language::Shell) && !is_part(state.name());
        return match is_script {
            true => out.write_str(&marked::mark(file.0)),
            false => out.write_str(file.0.text),
        }
        .map_err(Error::from);
    }
    if value.is_safe() {
        return out
            .write_str(value.as_str().unwrap_or_default())
            .map_err(Error::from);
    }
    let Some(language) = language else {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "values can be printed only in .yaml.j2, .sh.j2, .toml.j2, .ini.j2 and .txt.j2 files, with their own escape",
        ));
    };
    match script(value) {
        Some(_) => language.write(out, &Value::from(value.to_string())),
        None => language.write(out, value),
    }
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
