//! The command line: clap's structs and every help text. Imports nothing of ours.

mod examples;
mod flags;
mod later;
mod notes;
mod plan;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use examples::{
    COMPLETIONS_EXAMPLES, EXAMPLES, EXPLAIN_EXAMPLES, LINT_EXAMPLES, MAN_EXAMPLES,
    MIGRATE_EXAMPLES, NOTES_EXAMPLES, PLAN_EXAMPLES, RENDER_EXAMPLES, SCHEMA_EXAMPLES,
    TEMPLATES_EXAMPLES, TEST_EXAMPLES, VALUES_EXAMPLES,
};
pub use flags::{
    CaseFlags, ClusterFlags, Format, ReportFlags, TemplateFlags, ValueFlags, WarningFlags,
};
pub use later::Later;
pub use notes::{Notes, NotesDocument, NotesShape, Topic};
pub use plan::{Look, Plan};

const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::Red.on_default().bold());

/// Turn a values.yaml into the manifests of an active-active pgEdge cluster
#[derive(Debug, Parser)]
#[command(name = "pgedge-tpl", version, styles = STYLES, arg_required_else_help = true, max_term_width = 80)]
#[command(disable_help_subcommand = true, after_help = EXAMPLES)]
pub struct Cli {
    /// When to colour problems
    #[command(flatten)]
    pub color: colorchoice_clap::Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the manifests, or write them to a folder
    #[command(after_help = RENDER_EXAMPLES)]
    Render(Later<Render>),
    /// Report every problem and warning in the values
    #[command(after_help = LINT_EXAMPLES)]
    Lint(Later<Lint>),
    /// Print the effective values, and where each comes from
    #[command(after_help = VALUES_EXAMPLES)]
    Values(Later<Values>),
    /// Describe one value, or list all of them
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Later<Explain>),
    /// Print the JSON Schema of the values, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Show what a change does before it is applied
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Later<Plan>),
    /// Render every case of a folder and compare it with its snapshot
    #[command(after_help = TEST_EXAMPLES, next_line_help = true)]
    Test(Later<Test>),
    /// Print what to do before and after applying
    #[command(after_help = NOTES_EXAMPLES)]
    Notes(Later<Notes>),
    /// Rewrite values of the public Helm template for this program
    #[command(after_help = MIGRATE_EXAMPLES)]
    Migrate(Later<Migrate>),
    /// Write the built-in templates to a folder, to change them
    #[command(after_help = TEMPLATES_EXAMPLES)]
    Templates(Later<TemplatesExport>),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Later<Completions>),
    /// Print a page of the manual
    #[command(after_help = MAN_EXAMPLES)]
    Man(Later<Man>),
}

/// Arguments of `render`.
#[derive(Args, Debug)]
pub struct Render {
    /// The form of the cluster
    #[arg(short, long, value_enum, default_value_t = Form::Yaml)]
    pub output: Form,
    /// Only these resources; * matches anything
    #[arg(long, value_name = "KIND[/NAME],...", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Write files into DIR, and remove those an earlier run left
    #[arg(long, value_name = "DIR", required_if_eq("output", "chart"))]
    pub output_dir: Option<PathBuf>,
    /// Write nothing; exit 3 if DIR is not what would be written
    #[arg(long, requires = "output_dir")]
    pub check: bool,
    /// Overwrite files of DIR that were edited by hand
    #[arg(long, requires = "output_dir")]
    pub force: bool,
    /// Print [redacted] for secrets; such documents cannot be applied
    #[arg(long)]
    pub redact: bool,
    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterFlags,
    /// The other forms.
    #[command(flatten)]
    pub forms: FormFlags,
}

/// Arguments of `lint`, whose product is the problems.
#[derive(Args, Debug)]
pub struct Lint {
    /// Shape of the report
    #[arg(short, long, visible_alias = "format", value_enum, default_value_t = Format::Text)]
    pub output: Format,
    /// The templates.
    #[command(flatten)]
    pub templates: TemplateFlags,
    /// The values.
    #[command(flatten)]
    pub values: ValueFlags,
    /// Which warnings matter.
    #[command(flatten)]
    pub warnings: WarningFlags,
}

/// What `render` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Manifests, for cpln apply
    Yaml,
    /// The same as one JSON array
    Json,
    /// A module for the provider controlplane-com/cpln
    Terraform,
    /// Resources of the Kubernetes operator
    Crd,
    /// A Helm chart, for cpln helm install
    Chart,
}

/// What some of the forms are told besides.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Forms")]
pub struct FormFlags {
    /// terraform: take over what cpln apply made
    #[arg(long)]
    pub import: bool,
    /// crd: the org of the resources
    #[arg(long, required_if_eq("output", "crd"))]
    pub org: Option<String>,
    /// crd: the namespace of the resources
    #[arg(long, required_if_eq("output", "crd"))]
    pub namespace: Option<String>,
}

/// How `values` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// As people write it
    Yaml,
    /// For programs
    Json,
}

/// Arguments of `values`.
#[derive(Args, Debug)]
pub struct Values {
    /// Say where each value comes from and what it hides
    #[arg(long, conflicts_with = "defaults")]
    pub origin: bool,
    /// Print the built-in values.yaml, word for word
    #[arg(long, conflicts_with_all = ["origin", "output"])]
    pub defaults: bool,
    /// Show secrets too: whoever can read the output then knows them
    #[arg(long, conflicts_with_all = ["origin", "defaults"])]
    pub show_secrets: bool,
    /// YAML or JSON
    #[arg(short, long, value_enum, default_value_t = Output::Yaml)]
    pub output: Output,
    /// The values.
    #[command(flatten)]
    pub values: ValueFlags,
    /// The problems.
    #[command(flatten)]
    pub report: ReportFlags,
}

/// Arguments of `test`.
#[derive(Args, Debug)]
pub struct Test {
    /// Only these cases
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The folder that holds cases/ and snapshots/
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub dir: PathBuf,
    /// Accept what the cases give now
    #[arg(long)]
    pub update: bool,
    /// Show every line that differs, too
    #[arg(long, conflicts_with = "update")]
    pub diff: bool,
    /// Write the results to FILE as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Arguments of `migrate`.
#[derive(Args, Debug)]
pub struct Migrate {
    /// Values of the public template 1.0.0 to 3.0.0; - is stdin
    pub file: PathBuf,
    /// Move inline credentials to this secret, and say how to make it
    #[arg(long, value_name = "NAME")]
    pub credentials_secret: Option<String>,
    /// Keep the resource names of this Helm release
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,
    /// The GVC that Helm installed into, from 2.0.0 on
    #[arg(long, value_name = "NAME")]
    pub gvc: Option<String>,
    /// Print no values; exit 3 if anything would change
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `templates`.
#[derive(Args, Debug)]
pub struct TemplatesExport {
    /// The folder to write to; templates changed there stay as they are
    #[arg(long, value_name = "DIR", required = true)]
    pub export: PathBuf,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

/// Arguments of `man`.
#[derive(Args, Debug)]
pub struct Man {
    /// The subcommand; the program without it
    pub command: Option<String>,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A value such as pgcat.poolMode, or `plan` for its rules; without it, all values
    pub path: Option<String>,
    /// List what a template may use, with what it is for the defaults
    #[arg(long, conflicts_with = "path")]
    pub templates: bool,
    /// Text for people, or JSON
    #[arg(short, long, value_enum, default_value_t = Shape::Text)]
    pub output: Shape,
}

/// What commands that describe print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// For people, in 80 columns
    Text,
    /// For programs
    Json,
}
