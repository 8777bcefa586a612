//! The results as JUnit XML, which CI services show.

use std::fmt::Write as _;

/// The result of one case.
pub(crate) struct Result {
    /// The case, or the snapshot that has none.
    pub(crate) name: String,
    /// Its file.
    pub(crate) file: String,
    /// What is wrong, in a sentence and at length.
    pub(crate) failure: Option<(String, String)>,
}

/// Writes all results.
pub(crate) fn write(suite: &str, results: &[Result]) -> String {
    let failures = results
        .iter()
        .filter(|result| result.failure.is_some())
        .count();
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\"",
        results.len()
    );
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites {counts}>");
    let _ = writeln!(out, "  <testsuite name=\"{}\" {counts}>", escaped(suite));
    for result in results {
        let _ = write!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"",
            escaped(suite),
            escaped(&result.name),
            escaped(&result.file)
        );
        match &result.failure {
            None => out.push_str("/>\n"),
            Some((sentence, text)) => {
                let _ = write!(
                    out,
                    ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                    escaped(sentence),
                    escaped(text)
                );
            }
        }
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Characters that XML cannot hold at all are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
