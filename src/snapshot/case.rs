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

/// Files as a case names them: beside itself.
pub(crate) struct Beside<'c>(&'c Path);

impl Files for Beside<'_> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Refusal> {
        Disk.read(&self.0.join(path))
    }

    fn stdin(&self) -> Result<Vec<u8>, Refusal> {
        Err(Refusal::Other("a case has no standard input".to_owned()))
    }
}

impl Case {
    /// Where the files are that it names.
    pub(crate) fn files(&self) -> Beside<'_> {
        Beside(self.file.parent().unwrap_or(Path::new("")))
    }

    /// The flags of its first comment, with its own file on top of those that they name.
    ///
    /// # Errors
    ///
    /// What `render` would not take.
    pub(crate) fn flags(&self) -> Result<CaseFlags, Problem> {
        let wrong = |found: String| {
            let found = format!("`{}`: {found}", self.file.display());
            Problem::new(Code::Case, Place::Nowhere, found)
        };
        // what is wrong with the file itself is found where all values are read
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        let mut flags = CaseFlags::default();
        let line = comment(&text);
        if !line.is_empty() {
            let words = words(&line).map_err(|found| wrong(found.to_owned()))?;
            flags = CaseFlags::try_parse_from(words).map_err(|error| {
                let said = error.to_string();
                let first = said.lines().next().unwrap_or_default();
                wrong(format!("flags: {}", first.trim_start_matches("error: ")))
            })?;
        }
        let own = self.file.file_name().map(PathBuf::from).unwrap_or_default();
        flags.values.files.push(own);
        if let (Some(folder), Some(templates)) =
            (self.file.parent(), &mut flags.templates.templates)
        {
            *templates = folder.join(&*templates);
        }
        Ok(flags)
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
