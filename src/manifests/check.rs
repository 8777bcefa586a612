//! What came out, read back: no value became structure, no field is unknown, nothing is out of range.

use std::borrow::Cow;
use std::ops::Range;

use minijinja::{OutputSpan, OutputSpanKind};

use super::block::literal_head;
use super::engine::{Rendered, place};
use super::templates::Templates;
use super::{Manifest, platform};
use crate::layers::{self, Node, SourceId, Span, Value};
use crate::problem::{Code, Place, Problem, Problems};

/// The manifest that a rendered document is.
pub(super) fn check(
    kind: Option<&'static str>,
    rendered: Rendered,
    templates: &Templates,
) -> Result<Manifest, Problems> {
    let origin = Origin {
        abridged: Abridged::of(&rendered),
        rendered: &rendered,
        templates,
    };
    let tree = origin.read()?;
    let mut problems = origin.structure(&tree);
    let text = |key| tree.get(key).and_then(Node::as_text);
    let given = text("kind").unwrap_or_default();
    let kind = kind.or_else(|| {
        platform::KINDS
            .iter()
            .copied()
            .find(|known| *known == given)
    });
    let Some(kind) = kind else {
        let found = format!("`{given}` is not a kind of the platform");
        return Err(origin
            .problem(0..0, found)
            .allowed(platform::KINDS.join(", "))
            .into());
    };
    if problems.is_empty() {
        let found = platform::check(kind, &tree).into_iter();
        problems.extend(found.map(|problem| origin.in_template(problem, Some(&tree))));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    match (text("kind"), text("name").map(str::to_owned)) {
        (Some(found), Some(name)) if found == kind => Ok(Manifest {
            template: rendered.template,
            kind,
            name,
            marked: rendered.text,
        }),
        _ => Err(origin
            .problem(0..0, format!("it must render `kind: {kind}` and a name"))
            .into()),
    }
}

/// What is read back of a document: all of it, but of literal blocks the first line only. The others stand as it does,
/// and scripts are long.
struct Abridged<'r> {
    text: Cow<'r, str>,
    /// What is left out, in the whole document.
    cuts: Vec<Range<usize>>,
}

impl<'r> Abridged<'r> {
    fn of(rendered: &'r Rendered) -> Self {
        let mut text = Cow::Borrowed("");
        let mut cuts = Vec::new();
        let mut kept = 0;
        for span in rendered.expressions() {
            let range = span.output_range();
            if let Some(head) = literal_head(&rendered.text[range.clone()]) {
                let cut = range.start + head..range.end;
                text += &rendered.text[kept..cut.start];
                kept = cut.end;
                cuts.push(cut);
            }
        }
        text += &rendered.text[kept..];
        Self { text, cuts }
    }

    /// Where a stretch of it stands in the whole document.
    fn whole(&self, span: Span) -> Range<usize> {
        let whole = |at: usize| {
            self.cuts.iter().fold(at, |at, cut| match at < cut.start {
                true => at,
                false => at + cut.len(),
            })
        };
        whole(span.start)..whole(span.end)
    }
}

/// Which template wrote which stretch of the output.
struct Origin<'r> {
    abridged: Abridged<'r>,
    rendered: &'r Rendered,
    templates: &'r Templates,
}

impl Origin<'_> {
    /// The one mapping that a document is.
    fn read(&self) -> Result<Node, Problems> {
        let mut problems = Problems::default();
        let mut documents = layers::read_yaml(SourceId::NONE, &self.abridged.text, &mut problems)
            .unwrap_or_default();
        match documents.pop() {
            Some(tree) if problems.is_empty() && documents.is_empty() => Ok(tree),
            _ if problems.is_empty() => Err(self
                .problem(0..0, "it must render one mapping".to_owned())
                .into()),
            _ => Err(problems
                .into_iter()
                .map(|problem| self.in_template(problem, None))
                .collect()),
        }
    }

    /// Every value of the cluster must stand inside one scalar, or be one whole list or mapping in one line.
    fn structure(&self, tree: &Node) -> Problems {
        let most = self.rendered.spans.len();
        let mut scalars = Vec::with_capacity(most);
        let mut collections = Vec::with_capacity(most);
        self.stretches(tree, &mut scalars, &mut collections);
        scalars.sort_unstable();
        let values = self.rendered.expressions();
        values
            .filter(|span| !self.is_contained(span, &scalars, &collections))
            .map(|span| self.spilled(span))
            .collect()
    }

    fn is_contained(
        &self,
        span: &OutputSpan,
        scalars: &[(usize, usize)],
        collections: &[(usize, usize)],
    ) -> bool {
        let range = span.output_range();
        let text = &self.rendered.text[range.clone()];
        if text.starts_with(['[', '{']) {
            return collections.contains(&(range.start, range.end));
        }
        let next = scalars.partition_point(|&(start, _)| start <= range.start);
        if text.starts_with('|') {
            // the parser places a block at its first letter, behind the sign
            return scalars.get(next).is_some_and(|&(_, end)| end == range.end);
        }
        let Some(&(start, end)) = next.checked_sub(1).and_then(|at| scalars.get(at)) else {
            return range.is_empty();
        };
        // quotes mean something only where a scalar begins and ends
        if text.starts_with('"') {
            (start, end) == (range.start, range.end)
        } else {
            range.end <= end
        }
    }

    fn spilled(&self, span: &OutputSpan) -> Problem {
        if self.rendered.text[span.output_range()].starts_with('|') {
            let found = "the block written here does not belong to the key before it";
            return self
                .at(span.name(), span.source_range(), span.line(), found)
                .fix("indent the key by two columns: the lines of the block have four");
        }
        let found = "the value written here is not one whole scalar: it is beside other text, in quotes or in a comment";
        self.at(span.name(), span.source_range(), span.line(), found)
            .fix("let `{{ … }}` be the whole value of a line, without quotes around it")
    }

    /// A problem with the output, told at the template that wrote it.
    fn in_template(&self, problem: Problem, tree: Option<&Node>) -> Problem {
        let span = match (&problem.place, tree) {
            (Place::At(span), _) => Some(*span),
            (Place::Value(path), Some(tree)) => tree.find(path).map(|(_, node)| node.span),
            (Place::Key(path), Some(tree)) => {
                tree.find(path).map(|(key, node)| key.unwrap_or(node.span))
            }
            _ => None,
        };
        let range = span.map_or(0..0, |span| self.abridged.whole(span));
        let found = match &problem.path {
            Some(path) => format!("`{path}` of the document: {}", problem.found),
            None => format!("it does not render YAML: {}", problem.found),
        };
        Problem {
            allowed: problem.allowed,
            fix: problem.fix,
            ..self.problem(range, found)
        }
    }

    fn problem(&self, output: Range<usize>, found: String) -> Problem {
        let spans = &self.rendered.spans;
        match spans
            .iter()
            .find(|span| span.output_range().end > output.start)
            .or(spans.last())
        {
            Some(span) => {
                let mut source = span.source_range();
                let mut line = span.line();
                if span.kind() == OutputSpanKind::Raw {
                    // raw text is copied: the stretch can be found inside it
                    let written = span.output_range();
                    let skipped = output.start.saturating_sub(written.start).min(source.len());
                    line += self
                        .rendered
                        .text
                        .get(written.start..written.start + skipped)
                        .map_or(0, |text| text.matches('\n').count());
                    source.start += skipped;
                    source.end = (source.start + output.len()).min(source.end);
                }
                self.at(span.name(), source, line, &found)
            }
            None => self.at(&self.rendered.template, 0..0, 1, &found),
        }
    }

    fn at(&self, template: &str, range: Range<usize>, line: usize, found: &str) -> Problem {
        let place = place(self.templates, template, range);
        let found = if place == Place::Nowhere {
            format!("{template}:{line}: {found}")
        } else {
            found.to_owned()
        };
        Problem::new(Code::Manifest, place, found)
    }

    /// Where every scalar and every list or mapping stands.
    fn stretches(
        &self,
        node: &Node,
        scalars: &mut Vec<(usize, usize)>,
        collections: &mut Vec<(usize, usize)>,
    ) {
        let whole = |span| {
            let range = self.abridged.whole(span);
            (range.start, range.end)
        };
        match &node.value {
            Value::Null { .. } | Value::Scalar(_) => scalars.push(whole(node.span)),
            Value::List(items) => {
                collections.push(whole(node.span));
                items
                    .iter()
                    .for_each(|item| self.stretches(item, scalars, collections));
            }
            Value::Map(entries) => {
                collections.push(whole(node.span));
                for entry in entries {
                    scalars.push(whole(entry.key_span));
                    self.stretches(&entry.node, scalars, collections);
                }
            }
        }
    }
}
