//! One case: its file and its flags.

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::cli::CaseFlags;
use crate::layers::{Disk, Files, Refusal};
use crate::problem::{Code, Place, Problem};

/// A values file to render.
#[derive(Debug)]
pub(crate) struct Case {
    /// The name of its file, without the extension.
    pub(crate) name: String,
    /// Its file.
    pub(crate) file: PathBuf,
}

/// A case that was opened.
pub(crate) struct Opened {
    /// The flags of its first comment, with its own file on top of those that they name.
    pub(crate) flags: CaseFlags,
    /// Where the files are that they name.
    pub(crate) files: Beside,
}

/// Files as a case names them: beside itself.
pub(crate) struct Beside {
    folder: PathBuf,
    /// The name of the case's own file, and what was in it.
    name: PathBuf,
    own: Result<Vec<u8>, Refusal>,
}

impl Files for Beside {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Refusal> {
        match path == self.name {
            true => self.own.clone(),
            false => Disk.read(&self.folder.join(path)),
        }
    }

    fn stdin(&self) -> Result<Vec<u8>, Refusal> {
        Err(Refusal::Other("a case has no standard input".to_owned()))
    }
}

impl Case {
    /// Reads its file.
    ///
    /// # Errors
    ///
    /// Flags that `render` would not take. What else is wrong with the file is found where all values are read.
    pub(crate) fn open(&self) -> Result<Opened, Problem> {
        let wrong = |found: String| {
            let found = format!("`{}`: {found}", self.file.display());
            Problem::new(Code::Case, Place::Nowhere, found)
        };
        let files = Beside {
            folder: self.file.parent().map(PathBuf::from).unwrap_or_default(),
            name: self.file.file_name().map(PathBuf::from).unwrap_or_default(),
            own: Disk.read(&self.file),
        };
        let text = files.own.as_deref().map(str::from_utf8);
        let line = comment(text.ok().and_then(Result::ok).unwrap_or_default());
        let mut flags = CaseFlags::default();
        if !line.is_empty() {
            let words = words(&line).map_err(|found| wrong(found.to_owned()))?;
            flags = CaseFlags::try_parse_from(words).map_err(|error| {
                let said = error.to_string();
                let first = said.lines().next().unwrap_or_default();
                wrong(format!("flags: {}", first.trim_start_matches("error: ")))
            })?;
        }
        flags.values.files.push(files.name.clone());
        if let Some(templates) = &mut flags.templates.templates {
            *templates = files.folder.join(&*templates);
        }
        Ok(Opened { flags, files })
    }
}

/// What stands behind `flags:` in the comment lines that the file begins with.
fn comment(text: &str) -> String {
    let lines = text.trim_start_matches('\u{feff}').lines();
    lines
        .map_while(|line| line.strip_prefix('#'))
        .filter_map(|line| line.trim_start().strip_prefix("flags:"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Splits as a shell does that knows blanks and quotes only.
fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    match quote {
        Some(_) => Err("flags: a quote is not closed"),
        None => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_split_at_blanks_outside_quotes() {
        let line = " --set a=1  --set-literal 'b=x \"y\"' --release \"\"";
        let expected = [
            "--set",
            "a=1",
            "--set-literal",
            "b=x \"y\"",
            "--release",
            "",
        ];
        assert_eq!(words(line), Ok(expected.map(str::to_owned).to_vec()));
        assert!(words("'a").is_err());
    }

    #[test]
    fn only_the_first_comment_holds_flags() {
        let text =
            "# about\n# flags: --release a\n#flags: --set b=1\ngvc: {}\n# flags: --release c\n";
        assert_eq!(comment(text), " --release a  --set b=1");
    }
}
