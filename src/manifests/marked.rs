//! Texts in which built-in files stand as marks. Scripts are most of what is rendered: they are neither copied nor
//! escaped again, and their checksums are known.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use sha2::{Digest, Sha256};

use super::templates::{BuiltIn, built_in};

/// Stands around the name of a file. Nothing else brings it into a text: templates do not hold it, and no escape lets it
/// through.
const MARK: char = '\0';

/// What a text holds in the place of a file.
pub(super) fn mark(file: &BuiltIn) -> String {
    format!("{MARK}{}{MARK}", file.name)
}

/// One after the other they are the text.
#[derive(Clone, Copy)]
pub(super) enum Part<'t> {
    Written(&'t str),
    File(&'static BuiltIn),
}

impl<'t> Part<'t> {
    /// As it stands in a script.
    pub(super) fn text(self) -> &'t str {
        match self {
            Self::Written(text) => text,
            Self::File(file) => file.text,
        }
    }

    /// As it stands in a literal block.
    pub(super) fn block(self) -> &'t str {
        match self {
            Self::Written(text) => text,
            Self::File(file) => file.block,
        }
    }
}

/// The parts of a text; `None` in the place of a file that does not exist, for somebody changed its mark.
pub(super) fn parts(marked: &str) -> impl Iterator<Item = Option<Part<'_>>> + Clone {
    let parts = marked.split(MARK).enumerate();
    parts.map(|(at, text)| match at.is_multiple_of(2) {
        true => Some(Part::Written(text)),
        false => built_in(text).map(Part::File),
    })
}

/// A built-in file, where a template prints it.
#[derive(Debug)]
pub(super) struct File(pub(super) &'static BuiltIn);

impl Object for File {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text)
    }
}

/// A script, with its marks.
#[derive(Debug)]
pub(super) struct Script(pub(super) String);

impl Script {
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'_>> + Clone {
        parts(&self.0).flatten()
    }

    /// What restarts the containers when it changes. Lines that need not restart them are left out.
    pub(super) fn checksum(&self, is_left_out: impl Fn(&str) -> bool) -> String {
        let mut digest = Sha256::new();
        for part in self.parts() {
            match part {
                Part::File(file) => digest.update(file.checksum),
                Part::Written(text) => text
                    .split_inclusive('\n')
                    .filter(|line| !is_left_out(line.trim_end()))
                    .for_each(|line| digest.update(line)),
            }
        }
        format!("{:x}", digest.finalize())
    }
}

impl Object for Script {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().try_for_each(|part| f.write_str(part.text()))
    }
}
