//! What the program is made of: licences that it may have, no version that is known to be bad, nothing unused. All from
//! what lies in the repository and what cargo has fetched anyway; `.ci/advisories.py` brings the table up to date.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use common::Result;
use semver::{Version, VersionReq};
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Licences that ask for no more than to be named. Of `A OR B` one is enough, of `A AND B` both are needed.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn metadata() -> Result<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(ROOT)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn is_allowed(licence: &str) -> bool {
    let licence = licence.replace(['(', ')'], "").replace('/', " OR ");
    licence
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|one| LICENCES.contains(&one.trim())))
}

#[test]
fn every_licence_is_one_of_those() -> Result<()> {
    let metadata = metadata()?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    assert!(packages.len() > 50, "{}", packages.len());
    for package in packages {
        let (name, licence) = (text(&package["name"]), text(&package["license"]));
        assert!(is_allowed(licence), "{name}: `{licence}`");
    }
    assert!(!is_allowed("GPL-3.0-only") && !is_allowed("MIT AND GPL-3.0-only") && !is_allowed(""));
    Ok(())
}

/// The packages of Cargo.lock, which may be there in several versions.
fn locked() -> Result<BTreeMap<String, Vec<Version>>> {
    let lock: toml::Table = fs::read_to_string(format!("{ROOT}/Cargo.lock"))?.parse()?;
    let mut packages: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    let all = lock.get("package").and_then(toml::Value::as_array);
    for package in all.ok_or("no packages")? {
        let word = |key: &str| package.get(key).and_then(toml::Value::as_str);
        if let (Some(name), Some(version), Some(_)) =
            (word("name"), word("version"), word("source"))
        {
            packages
                .entry(name.to_owned())
                .or_default()
                .push(version.parse()?);
        }
    }
    Ok(packages)
}

/// Advisories about these versions.
fn bad(table: &str, packages: &BTreeMap<String, Vec<Version>>) -> Result<Vec<String>> {
    let mut bad = Vec::new();
    let mut known = BTreeSet::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (Some(name), Some(advisory)) = (cells.next(), cells.next()) else {
            return Err(format!("`{line}` is no line of the table").into());
        };
        known.insert(name);
        let safe: Vec<&str> = cells.next().unwrap_or("*").split(" | ").collect();
        for version in packages.get(name).into_iter().flatten() {
            let is_safe =
                |range: &&str| VersionReq::parse(range).is_ok_and(|range| range.matches(version));
            if !safe.iter().any(is_safe) {
                bad.push(format!("{name} {version}: {advisory}"));
            }
        }
    }
    for name in packages
        .keys()
        .filter(|name| !known.contains(name.as_str()))
    {
        bad.push(format!("{name} was not looked up: see .ci/advisories.py"));
    }
    Ok(bad)
}

#[test]
fn no_version_is_known_to_be_bad() -> Result<()> {
    let table = fs::read_to_string(format!("{ROOT}/tests/dependencies/advisories.tsv"))?;
    let mut packages = locked()?;
    assert_eq!(bad(&table, &packages)?, Vec::<String>::new());
    // the table is read at all
    packages.insert("anyhow".to_owned(), vec![Version::new(1, 0, 1)]);
    packages.insert("left-pad".to_owned(), vec![Version::new(1, 0, 0)]);
    assert_eq!(bad(&table, &packages)?.len(), 2);
    Ok(())
}

/// The text of every Rust file below a folder.
fn sources(folder: &Path) -> Result<String> {
    let mut all = String::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            all += &sources(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all += &fs::read_to_string(&path)?;
        }
    }
    Ok(all)
}

#[test]
fn nothing_is_depended_upon_in_vain() -> Result<()> {
    let manifest: toml::Table = fs::read_to_string(format!("{ROOT}/Cargo.toml"))?.parse()?;
    let program = sources(&Path::new(ROOT).join("src"))?;
    let tests =
        sources(&Path::new(ROOT).join("tests"))? + &sources(&Path::new(ROOT).join("benches"))?;
    let names = |section: &str| -> Vec<String> {
        let table = manifest.get(section).and_then(toml::Value::as_table);
        let names = table
            .into_iter()
            .flatten()
            .map(|(name, _)| name.replace('-', "_"));
        names.collect()
    };
    let (ours, theirs) = (names("dependencies"), names("dev-dependencies"));
    assert!(ours.len() > 10 && !theirs.is_empty());
    let is_used = |text: &str, name: &str| {
        text.contains(&format!("{name}::")) || text.contains(&format!("use {name};"))
    };
    for (names, text) in [(ours, &program), (theirs, &tests)] {
        for name in names {
            assert!(is_used(text, &name), "`{name}` is used nowhere");
        }
    }
    Ok(())
}
