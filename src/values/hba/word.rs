//! Words of a line: blanks between fields, commas within them, quotes around names.

/// One word of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Without its quotes.
    pub text: String,
    /// Quotes make a name of what would be a keyword.
    pub(super) is_quoted: bool,
}

impl Word {
    /// The keyword `all`.
    #[must_use]
    pub fn is_all(&self) -> bool {
        !self.is_quoted && self.text == "all"
    }

    /// Whether it means this name, or may mean it.
    #[must_use]
    pub fn may_mean(&self, name: Option<&str>) -> bool {
        let is_keyword = !self.is_quoted
            && (self.text.starts_with('+')
                || ["all", "sameuser", "samerole", "samegroup"].contains(&self.text.as_str()));
        is_keyword || name.is_none_or(|name| name == self.text)
    }
}

/// What is wrong with a line, and what to do about it.
type Wrong = (&'static str, &'static str);

/// The fields of a line: words with commas between them are one field.
pub(super) fn fields(text: &str) -> Result<Vec<Vec<Word>>, Wrong> {
    let mut fields: Vec<Vec<Word>> = Vec::new();
    let mut rest = text.trim_matches([' ', '\t']);
    let mut goes_on = false;
    while !rest.is_empty() {
        let (word, behind) = word(rest)?;
        match fields.last_mut() {
            Some(field) if goes_on => field.push(word),
            _ => fields.push(vec![word]),
        }
        goes_on = behind.starts_with(',');
        rest = behind
            .strip_prefix(',')
            .unwrap_or(behind)
            .trim_start_matches([' ', '\t']);
        if rest.starts_with(',') || goes_on && rest.is_empty() {
            return Err((
                "there is a comma with nothing before or after it",
                "remove it",
            ));
        }
    }
    Ok(fields)
}

/// The first word, and what stands behind it.
fn word(text: &str) -> Result<(Word, &str), Wrong> {
    let mut word = Word {
        text: String::new(),
        is_quoted: text.starts_with('"'),
    };
    let mut inside = false;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        match c {
            '"' => inside = !inside,
            ' ' | '\t' | ',' if !inside => {
                end = at;
                break;
            }
            '#' if !inside => {
                return Err((
                    "`#` begins a comment, which would hide what comes after it",
                    "write the comment after the line's quotes, or before the line",
                ));
            }
            '\\' => {
                return Err((
                    "`\\` may join this line with the cluster's own after it",
                    "remove it",
                ));
            }
            c => word.text.push(c),
        }
    }
    if inside {
        return Err(("a quote is not closed", "write `\"` after the name too"));
    }
    if word.text.is_empty() {
        return Err(("there is an empty name", "remove it, or write the name"));
    }
    Ok((word, &text[end..]))
}

/// Names of databases or users: files and regular expressions are refused, because nobody can check them here.
pub(super) fn names(of: &str, field: &[Word]) -> Result<(), String> {
    match field.iter().find(|word| word.text.starts_with(['@', '/'])) {
        Some(word) if word.text.starts_with('@') => Err(format!(
            "`{}` would be read from a file, which no node has",
            word.text
        )),
        Some(word) => Err(format!(
            "`{}` is a regular expression; name each {of}",
            word.text
        )),
        None => Ok(()),
    }
}
