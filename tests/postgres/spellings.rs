//! Legal settings in odd spellings mean what they say: `current_setting` is `SHOW` for a list of names.

use std::collections::BTreeMap;
use std::fs;

use crate::common::Result;
use crate::server::{Server, Values};

/// Lines of a name, a spelling in quotes, and what `SHOW` says of it.
fn spellings() -> Result<Vec<(String, String, String)>> {
    let text = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/postgres/spellings.tsv"
    ))?;
    let read = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, spelling, shown] = fields.as_slice() else {
            return Err(format!("three fields: {line}").into());
        };
        Ok((
            (*name).to_owned(),
            spelling.trim_matches('\'').to_owned(),
            (*shown).to_owned(),
        ))
    };
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(read)
        .collect()
}

#[test]
fn odd_spellings_mean_what_they_say() -> Result<()> {
    let spellings = spellings()?;
    assert!(spellings.len() >= 200, "{}", spellings.len());
    // a file holds each name once
    let mut files: Vec<BTreeMap<String, (String, String)>> = Vec::new();
    for (name, spelling, shown) in spellings {
        let at = files.iter().position(|file| !file.contains_key(&name));
        let at = at.unwrap_or_else(|| {
            files.push(BTreeMap::new());
            files.len() - 1
        });
        files[at].insert(name, (spelling, shown));
    }
    let server = Server::new()?;
    let mut wrong = Vec::new();
    for file in files {
        let parameters: Vec<_> = file
            .iter()
            .map(|(name, (spelling, _))| (name.clone(), spelling.clone()))
            .collect();
        let values = Values::new(&parameters, &[])?;
        assert_eq!(values.refused()?, Vec::<String>::new());
        server.start(&values.rendered("settings")?, "")?;
        let names: Vec<String> = file.keys().map(|name| format!("'{name}'")).collect();
        let said = server.sql(&format!(
            "SELECT current_setting(name) FROM unnest(ARRAY[{}]) name",
            names.join(", ")
        ))?;
        assert_eq!(said.lines().count(), file.len());
        for ((name, (spelling, shown)), said) in file.iter().zip(said.lines()) {
            if said != shown {
                wrong.push(format!("{name}\t'{spelling}'\t{said}"));
            }
        }
        server.stop()?;
    }
    assert!(
        wrong.is_empty(),
        "what SHOW says instead:\n{}",
        wrong.join("\n")
    );
    Ok(())
}
