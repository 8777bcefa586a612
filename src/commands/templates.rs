//! `templates`: the built-in ones, to begin with.

use anyhow::Result;

use super::{Exit, say, shown};
use crate::cli;
use crate::forms::File;
use crate::manifests::Templates;
use crate::output::write_new;

/// Runs it.
pub(super) fn run(args: &cli::TemplatesExport) -> Result<Exit> {
    for (name, text) in Templates::built_in() {
        if !write_new(&args.export, &File::new(name, text))? {
            let path = args.export.join(name);
            say(&format!(
                "`{}` exists already: left as it is\n",
                shown(&path)
            ));
        }
    }
    Ok(Exit::Done)
}
