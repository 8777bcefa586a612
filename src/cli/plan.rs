//! The arguments of `plan`.

use std::path::PathBuf;

use clap::{Arg, Args, ValueEnum};

use super::ClusterFlags;

/// Arguments of `plan`.
#[derive(Args, Debug)]
#[command(mut_arg("allow", allows_rules))]
pub struct Plan {
    /// The manifests as they are: a file, a folder, - for stdin; exports of cpln too
    pub old: PathBuf,
    /// The manifests as they will be [default: what render prints for the values]
    #[arg(conflicts_with_all = ["files", "set_json", "set", "set_string", "set_file", "set_literal", "release", "templates"])]
    pub new: Option<PathBuf>,
    /// For people, programs, pull requests or code review
    #[arg(short, long, value_enum, default_value_t = Look::Text)]
    pub output: Look,
    /// Exit 3 if anything differs
    #[arg(long)]
    pub exit_code: bool,
    /// Fail if the change has one of these consequences
    #[arg(long, value_name = "RULE,...", value_delimiter = ',')]
    pub deny: Vec<String>,
    /// Fail if the change has a dangerous consequence
    #[arg(long)]
    pub deny_dangerous: bool,
    /// There is nothing yet: OLD holds no manifest
    #[arg(long = "new")]
    pub is_new: bool,
    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterFlags,
}

/// `plan` puts up with consequences by the same flag as with warnings.
fn allows_rules(allow: Arg) -> Arg {
    allow
        .value_name("RULE|CODE,...")
        .help("Let these consequences and warnings pass")
}

/// What `plan` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Look {
    /// For people
    #[value(alias = "human")]
    Text,
    /// One object
    Json,
    /// A comment for a pull request
    Markdown,
    /// GitHub workflow annotations
    Github,
    /// SARIF 2.1.0, for code review
    Sarif,
}
