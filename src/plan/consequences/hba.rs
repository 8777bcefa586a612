//! Rules of `pg_hba.conf` in what a script writes. The values refuse some that templates of one's own may still write.

use std::collections::BTreeSet;

use crate::plain::quoted;
use crate::plan::resource::Resource;

/// One rule, word by word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    words: Vec<String>,
    method: &'static str,
}

impl Rule {
    /// A rule as it stands in a line of `pg_hba.conf`: kind of connection, database, user, sometimes an address, method.
    fn parse(text: &str) -> Option<Self> {
        const CONNECTIONS: &[&str] = &[
            "local",
            "host",
            "hostssl",
            "hostnossl",
            "hostgssenc",
            "hostnogssenc",
        ];
        const METHODS: &[&str] = &[
            "trust",
            "reject",
            "scram-sha-256",
            "md5",
            "password",
            "gss",
            "sspi",
            "ident",
            "peer",
            "ldap",
            "radius",
            "cert",
            "pam",
            "bsd",
        ];
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let first = words.first()?.as_str();
        let method = words
            .iter()
            .skip(3)
            .find_map(|word| METHODS.iter().find(|method| *method == word))?;
        CONNECTIONS
            .contains(&first)
            .then_some(Self { method, words })
    }

    /// Whether it lets in whoever comes.
    pub(super) fn asks_nothing(&self) -> bool {
        self.method == "trust"
    }

    /// For a message: without what stands behind the method, where passwords of servers are.
    pub(super) fn quoted(&self) -> String {
        let shown = self
            .words
            .iter()
            .position(|word| word == self.method)
            .map_or(0, |at| at + 1);
        quoted(&self.words.get(..shown).unwrap_or_default().join(" "))
    }
}

/// The rules by which the second lets in whom the first does not.
pub(super) fn opened(before: &Resource, after: &Resource) -> Vec<Rule> {
    // of what cannot be read nothing is known, which another rule tells
    if ![before, after].iter().all(|side| is_script(side)) {
        return Vec::new();
    }
    let (before, after) = (rules(before), rules(after));
    let lets_in = |rule: &&Rule| rule.method != "reject";
    let added = after.difference(&before).filter(lets_in);
    let removed = before.difference(&after).filter(|rule| !lets_in(rule));
    added.chain(removed).cloned().collect()
}

fn is_script(side: &Resource) -> bool {
    side.text(&["data", "encoding"]) == Some("plain") && side.text(&["data", "payload"]).is_some()
}

/// Rules stand in lines of their own, or in the quotes of a shell.
fn rules(resource: &Resource) -> BTreeSet<Rule> {
    let lines = resource
        .text(&["data", "payload"])
        .unwrap_or_default()
        .lines();
    lines
        .flat_map(|line| line.split(['\'', '"']))
        .filter_map(Rule::parse)
        .collect()
}
