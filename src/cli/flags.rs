//! Flags that more than one command takes.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};

/// What makes the cluster that a command is about, and how problems with it are told.
#[derive(Args, Clone, Debug)]
pub struct ClusterFlags {
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
    /// Set PATH to everything after the first =
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
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Which warnings matter.
    #[command(flatten)]
    pub warnings: WarningFlags,
}

/// Which warnings matter.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Problems")]
pub struct WarningFlags {
    /// Let these warnings pass
    #[arg(long, value_name = "CODE,...", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Fail on warnings too
    #[arg(long)]
    pub deny_warnings: bool,
    /// Say no warnings, only errors
    #[arg(short, long, conflicts_with = "deny_warnings")]
    pub quiet: bool,
}

/// The shapes a list of problems can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with the source line and a caret
    #[value(alias = "human")]
    Text,
    /// One JSON array
    Json,
    /// GitHub workflow annotations
    Github,
    /// SARIF 2.1.0
    Sarif,
}

/// Templates of the user's own.
#[derive(Args, Clone, Debug, Default)]
pub struct TemplateFlags {
    /// Files here replace the built-in templates of the same name
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
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
