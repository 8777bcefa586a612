//! The command line: clap's structs and every help text. Imports nothing of ours.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

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
    Render(Render),
    /// Report every problem and warning in the values
    #[command(after_help = LINT_EXAMPLES)]
    Lint(Lint),
    /// Print the effective values, and where each comes from
    #[command(after_help = VALUES_EXAMPLES)]
    Values(Values),
    /// Describe one value, or list all of them
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Print the JSON Schema of the values, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Show what a change does before it is applied
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Plan),
    /// Render every case of a folder and compare it with its snapshot
    #[command(after_help = TEST_EXAMPLES, next_line_help = true)]
    Test(Test),
    /// Print what to do before and after applying
    #[command(after_help = NOTES_EXAMPLES)]
    Notes(Notes),
    /// Rewrite values of the public Helm template for this program
    #[command(after_help = MIGRATE_EXAMPLES)]
    Migrate(Migrate),
    /// Print completions for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
    /// Print a page of the manual
    #[command(hide = true, after_help = MAN_EXAMPLES)]
    Man(Man),
}

/// Where the values come from: the built-in file, then each FILE, then the flags, by kind, in the order shown here.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Values")]
pub struct ValueFlags {
    /// Lay this YAML file over the values so far; - is stdin
    #[arg(short = 'f', long = "values", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Set PATH to JSON, or merge a JSON object
    #[arg(long, value_name = "PATH=JSON")]
    pub set_json: Vec<String>,
    /// Set values: a.b=1,list[0].c=x,list={x,y}
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Set values, all of them text
    #[arg(long, value_name = "PATH=VALUE")]
    pub set_string: Vec<String>,
    /// Set PATH to the text of a file
    #[arg(long, value_name = "PATH=FILE")]
    pub set_file: Vec<String>,
    /// Set PATH to everything behind the first =
    #[arg(long, value_name = "PATH=TEXT")]
    pub set_literal: Vec<String>,
    /// Prefix of every resource name [default: gvc.name]
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,
}

/// How problems are told.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Problems")]
pub struct ReportFlags {
    /// Shape of the problems on stderr
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Fail on warnings too
    #[arg(long)]
    pub deny_warnings: bool,
}

/// The shapes a list of problems can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the source line and a caret
    Human,
    /// One JSON array
    Json,
    /// GitHub workflow annotations
    Github,
    /// SARIF 2.1.0
    Sarif,
}

/// Arguments of `render`.
#[derive(Args, Debug)]
pub struct Render {
    /// Multi-document YAML, or one JSON array
    #[arg(short, long, value_enum, default_value_t = Output::Yaml)]
    pub output: Output,
    /// Only these resources; * matches anything
    #[arg(long, value_name = "KIND[/NAME]")]
    pub only: Vec<String>,
    /// Write one file per resource into DIR, and remove those an earlier run left
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    pub output_dir: Option<PathBuf>,
    /// Write nothing; exit 3 if DIR is not what would be written
    #[arg(long, requires = "output_dir")]
    pub check: bool,
    /// Replace credentials by [redacted]
    #[arg(long)]
    pub redact: bool,
    /// The templates.
    #[command(flatten)]
    pub templates: TemplateFlags,
    /// The values.
    #[command(flatten)]
    pub values: ValueFlags,
    /// The problems.
    #[command(flatten)]
    pub report: ReportFlags,
}

/// Templates of the user's own.
#[derive(Args, Clone, Debug, Default)]
pub struct TemplateFlags {
    /// Files here replace the built-in templates of the same name
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
}

/// What `render` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// As people write it
    Yaml,
    /// For programs
    Json,
}

/// Arguments of `lint`.
#[derive(Args, Debug)]
pub struct Lint {
    /// The templates.
    #[command(flatten)]
    pub templates: TemplateFlags,
    /// The values.
    #[command(flatten)]
    pub values: ValueFlags,
    /// The problems.
    #[command(flatten)]
    pub report: ReportFlags,
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

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub struct Plan {
    /// Manifests now: a file, a folder, - for stdin; exports of cpln too
    pub old: PathBuf,
    /// Manifests then [default: what render prints for the values]
    #[arg(conflicts_with_all = ["files", "set_json", "set", "set_string", "set_file", "set_literal", "release", "templates"])]
    pub new: Option<PathBuf>,
    /// For people, scripts, pull requests or workflow annotations
    #[arg(short, long, value_enum, default_value_t = Look::Human)]
    pub output: Look,
    /// Exit 3 if anything differs
    #[arg(long)]
    pub exit_code: bool,
    /// Fail if the change has this consequence; repeatable
    #[arg(long, value_name = "RULE")]
    pub deny: Vec<String>,
    /// Fail if the change has a dangerous consequence
    #[arg(long)]
    pub deny_dangerous: bool,
    /// The templates.
    #[command(flatten)]
    pub templates: TemplateFlags,
    /// The values.
    #[command(flatten)]
    pub values: ValueFlags,
    /// The problems.
    #[command(flatten)]
    pub report: ReportFlags,
}

/// What `plan` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Look {
    /// In words
    Human,
    /// One object
    Json,
    /// A comment for a pull request
    Markdown,
    /// GitHub workflow annotations
    Github,
}

/// Arguments of `test`.
#[derive(Args, Debug)]
pub struct Test {
    /// The folder that holds cases/ and snapshots/
    #[arg(default_value = "tests")]
    pub dir: PathBuf,
    /// Accept what all cases, or the one named, give now
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    pub update: Option<Option<String>>,
    /// Write the results to FILE as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// What a case of `test` may carry in its first comment: `# flags: --release prod`.
#[derive(Debug, Default, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
pub struct CaseFlags {
    /// The values.
    #[command(flatten)]
    pub values: ValueFlags,
    /// The templates.
    #[command(flatten)]
    pub templates: TemplateFlags,
}

/// Arguments of `notes`.
#[derive(Args, Debug)]
pub struct Notes {
    /// A document of its own instead of the notes
    #[arg(value_enum, value_name = "DOCUMENT", conflicts_with_all = ["only", "output"])]
    pub document: Option<NotesDocument>,
    /// Only this topic; may be repeated
    #[arg(long, value_enum, value_name = "TOPIC")]
    pub only: Vec<Topic>,
    /// Text for people, or JSON
    #[arg(short, long, value_enum, default_value_t = Shape::Text)]
    pub output: Shape,
    /// The templates.
    #[command(flatten)]
    pub templates: TemplateFlags,
    /// The values.
    #[command(flatten)]
    pub values: ValueFlags,
    /// The problems.
    #[command(flatten)]
    pub report: ReportFlags,
}

/// What `notes` prints on its own, for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NotesDocument {
    /// What the backup may do at AWS, for `aws iam create-policy --policy-document`
    IamPolicy,
}

/// The parts of the notes, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Topic {
    /// What must be there before applying
    Prerequisites,
    /// How to apply
    Apply,
    /// Host, port, database and user
    Connect,
    /// Changes of the schema, and primary keys
    Ddl,
    /// The scheduled dump
    Backup,
    /// From a dump back into the cluster
    Restore,
    /// What a change of the values does to a running cluster
    Scaling,
    /// Where to look when it does not come up
    Troubleshoot,
    /// Taking over a cluster of the public template
    Takeover,
}

/// Arguments of `migrate`.
#[derive(Args, Debug)]
pub struct Migrate {
    /// Values of the public template 1.0.0 to 1.1.1; - is stdin
    pub file: PathBuf,
    /// Move inline credentials to this secret, and say how to make it
    #[arg(long, value_name = "NAME")]
    pub credentials_secret: Option<String>,
    /// Keep the resource names of this Helm release
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,
    /// Print no values; exit 3 if anything would change
    #[arg(long)]
    pub check: bool,
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
    /// The value, such as pgcat.poolMode; all of them without it
    pub path: Option<String>,
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

const EXAMPLES: &str = "\
Examples:
  pgedge-tpl values --defaults
  pgedge-tpl explain gvc.locations
  pgedge-tpl render -f values.yaml | cpln apply -f -";

const RENDER_EXAMPLES: &str = "\
Examples:
  pgedge-tpl render -f values.yaml | cpln apply -f -
  pgedge-tpl render -f base.yaml -f prod.yaml --set pgcat.maxReplicas=6
  pgedge-tpl render -f values.yaml --only workload/prod-pgcat
  pgedge-tpl render -f values.yaml --output-dir manifests --redact";

const LINT_EXAMPLES: &str = "\
Examples:
  pgedge-tpl lint -f values.yaml
  pgedge-tpl lint -f values.yaml --format github --deny-warnings";

const VALUES_EXAMPLES: &str = "\
Examples:
  pgedge-tpl values --defaults > values.yaml
  pgedge-tpl values -f base.yaml -f prod.yaml --origin";

const PLAN_EXAMPLES: &str = "\
A value is told as the cause of a change if putting it back undoes the change.
Secrets are never shown, only that they changed.

Examples:
  pgedge-tpl plan manifests -f values.yaml
  pgedge-tpl plan manifests -f values.yaml --deny-dangerous --exit-code
  pgedge-tpl plan main/manifests manifests -o markdown
  cpln workload get prod-pgedge --gvc prod -o yaml | pgedge-tpl plan - new.yaml";

const TEST_EXAMPLES: &str = "\
A case is a values file, cases/NAME.yaml. Its snapshot is snapshots/NAME.yaml:
what render --redact prints for it; or, if it is refused, snapshots/NAME.err:
the problems. Flags can stand in the first comment of a case, with files
relative to it:
  # flags: --release prod -f ../base.yaml
A snapshot without a case fails, and so does a run without cases. Where the
environment variable CI is set, --update writes nothing.

Examples:
  pgedge-tpl test --update
  pgedge-tpl test
  pgedge-tpl test deploy/tests --update prod
  pgedge-tpl test --junit results.xml";

const SCHEMA_EXAMPLES: &str = "\
An editor with yaml-language-server completes and checks a file that begins
with the line that `values --defaults` begins with, next to the schema.

Examples:
  pgedge-tpl schema > values.schema.json
  pgedge-tpl values --defaults > values.yaml";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  pgedge-tpl explain
  pgedge-tpl explain gvc.locations
  pgedge-tpl explain pgcat.defaultPoolSize -o json";

const NOTES_EXAMPLES: &str = "\
Examples:
  pgedge-tpl notes -f values.yaml
  pgedge-tpl notes -f values.yaml --only connect --only restore
  pgedge-tpl notes iam-policy -f values.yaml > policy.json";

const MIGRATE_EXAMPLES: &str = "\
What means the same stays byte for byte, comments too. Keys that mean nothing
here become comments with the reason.

Examples:
  pgedge-tpl migrate old.yaml > values.yaml
  pgedge-tpl migrate old.yaml --release prod --credentials-secret prod-login
  pgedge-tpl migrate old.yaml --check";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  pgedge-tpl completions bash > /etc/bash_completion.d/pgedge-tpl
  pgedge-tpl completions zsh > ~/.zfunc/_pgedge-tpl
  pgedge-tpl completions fish > ~/.config/fish/completions/pgedge-tpl.fish
  pgedge-tpl completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "\
Examples:
  pgedge-tpl man | man -l -
  pgedge-tpl man render > pgedge-tpl-render.1";
