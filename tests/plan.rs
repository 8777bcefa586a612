//! Every folder of `tests/plan` is a story: a cluster before and after, and what `plan` must say.
//!
//! `old.yaml` holds the values before (the defaults without it; `manifests.yaml` instead holds manifests, `others.yaml`
//! more of them), `new.yaml` those after, `command` more arguments. `by-hand` changes the manifests that those give, as
//! templates of one's own could: each line is `KIND NAME | FROM | TO`, with `\n` for a line break.
//!
//! `expected.txt` is stdout, `expected.err` what is said about the change rather than the values, `expected.status` the
//! exit status when it is not 0. `really.txt` tells in its first line whether the change `hurts` or `passes`, which is
//! what `--deny-dangerous` must do with it, and then what happens to a cluster that runs.
//!
//! `BLESS=1` writes what the program says now. `TABLE=FILE` writes all changes, with what happens really, as a table.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::Result;
use libtest_mimic::{Arguments, Failed, Trial};

const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plan");

fn main() {
    let mut trials = common::stories("plan", story);
    if let Some(file) = std::env::var_os("TABLE") {
        trials.push(Trial::test("the_table", || {
            Ok(table(&PathBuf::from(file))?)
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn program(folder: &Path, arguments: &[&str]) -> Result<Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?)
}

fn story(folder: &Path) -> std::result::Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let sides = sides(folder, scratch.path())?;
    let more = fs::read_to_string(folder.join("command")).unwrap_or_default();
    let more: Vec<&str> = more.split_whitespace().collect();
    let output = plan(folder, &sides, &more)?;
    let (stdout, stderr) = (
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    );
    let status = match output.status.code() {
        Some(0) => String::new(),
        status => format!("{}\n", status.unwrap_or(-1)),
    };
    for (file, text) in [
        ("expected.txt", without_noise(&stdout)),
        ("expected.err", stderr),
        ("expected.status", status),
    ] {
        compare(&folder.join(file), &text)?;
    }
    match Really::of(folder) {
        Some(really) if really.hurts != denied(folder, &sides)?.is_some() => Err(format!(
            "{}, but --deny-dangerous says otherwise:\n{stdout}",
            really.word()
        )
        .into()),
        _ => Ok(()),
    }
}

/// What is compared: manifests, and values or manifests.
fn sides(folder: &Path, scratch: &Path) -> Result<Vec<String>> {
    let (old, new) = (scratch.join("old"), scratch.join("new"));
    let written = folder.join("manifests.yaml");
    if written.exists() {
        fs::copy(&written, &old)?;
    } else {
        let values = folder.join("old.yaml").display().to_string();
        let mut arguments = vec!["render"];
        if Path::new(&values).exists() {
            arguments.extend(["-f", values.as_str()]);
        }
        let mut live = program(folder, &arguments)?.stdout;
        live.extend(fs::read(folder.join("others.yaml")).unwrap_or_default());
        fs::write(&old, live)?;
    }
    let old = old.display().to_string();
    let Ok(edits) = fs::read_to_string(folder.join("by-hand")) else {
        return Ok(vec![old, "-f".to_owned(), "new.yaml".to_owned()]);
    };
    let rendered = String::from_utf8(program(folder, &["render", "-f", "new.yaml"])?.stdout)?;
    fs::write(&new, by_hand(&rendered, &edits)?)?;
    Ok(vec![old, new.display().to_string()])
}

/// The manifests with edits, each of which must find its text.
fn by_hand(manifests: &str, edits: &str) -> Result<String> {
    let mut documents: Vec<String> = manifests.split("\n---\n").map(str::to_owned).collect();
    for edit in edits.lines() {
        let parts: Vec<String> = edit
            .split(" | ")
            .map(|part| part.replace("\\n", "\n"))
            .collect();
        let [resource, from, to] = parts.as_slice() else {
            return Err(format!("`{edit}`: KIND NAME | FROM | TO").into());
        };
        let (kind, name) = resource.split_once(' ').ok_or("KIND NAME")?;
        let begins = format!("kind: {kind}\nname: {name}\n");
        let document = documents
            .iter_mut()
            .find(|document| document.trim_start_matches("---\n").starts_with(&begins));
        let document = document
            .filter(|document| document.contains(from.as_str()))
            .ok_or(format!("`{edit}`: not found"))?;
        *document = document.replace(from.as_str(), to);
    }
    Ok(documents.join("\n---\n"))
}

fn plan(folder: &Path, sides: &[String], more: &[&str]) -> Result<Output> {
    let mut arguments = vec!["plan", "-q"];
    arguments.extend(sides.iter().map(String::as_str));
    arguments.extend(more);
    program(folder, &arguments)
}

/// The values among the arguments of a story.
fn flags(folder: &Path) -> Vec<String> {
    let more = fs::read_to_string(folder.join("command")).unwrap_or_default();
    let words: Vec<String> = more.split_whitespace().map(str::to_owned).collect();
    match words.iter().position(|word| word == "--set") {
        Some(at) => words.into_iter().skip(at).take(2).collect(),
        None => Vec::new(),
    }
}

/// The rules on which `--deny-dangerous` fails.
fn denied(folder: &Path, sides: &[String]) -> Result<Option<String>> {
    let flags = flags(folder);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let output = plan(folder, sides, &[&flags[..], &["--deny-dangerous"]].concat())?;
    let said = String::from_utf8(output.stderr)?;
    let rules = said
        .lines()
        .find_map(|line| line.strip_prefix("error[denied]: "));
    match output.status.code() {
        Some(0) => Ok(None),
        Some(1) => Ok(Some(rules.ok_or(said.clone())?.to_owned())),
        status => Err(format!("{status:?}: {said}").into()),
    }
}

/// What a change does to a cluster that runs.
struct Really {
    hurts: bool,
    text: String,
}

impl Really {
    fn of(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.join("really.txt")).ok()?;
        let (word, text) = text.split_once('\n')?;
        Some(Self {
            hurts: word == "hurts",
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        })
    }

    fn word(&self) -> &'static str {
        match self.hurts {
            true => "it hurts",
            false => "it passes",
        }
    }
}

/// All changes of which it is known what they do.
fn table(file: &Path) -> Result<()> {
    let mut folders: Vec<PathBuf> = fs::read_dir(STORIES)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    folders.sort();
    let mut lines =
        "| change | `plan` says | `--deny-dangerous` | really |\n|---|---|---|---|\n".to_owned();
    for folder in folders {
        let Some(really) = Really::of(&folder) else {
            continue;
        };
        let scratch = tempfile::tempdir()?;
        let sides = sides(&folder, scratch.path())?;
        let flags = flags(&folder);
        let mut more: Vec<&str> = flags.iter().map(String::as_str).collect();
        more.extend(["-o", "json"]);
        let json: serde_json::Value =
            serde_json::from_slice(&plan(&folder, &sides, &more)?.stdout)?;
        let found = json["consequences"].as_array().ok_or("no consequences")?;
        let mut rules: Vec<&str> = found
            .iter()
            .filter_map(|found| found["rule"].as_str())
            .collect();
        rules.dedup();
        let rules = match rules.is_empty() {
            true => "no consequence".to_owned(),
            false => rules.join(", "),
        };
        let denied = match denied(&folder, &sides)? {
            Some(_) => "stops",
            None => "passes",
        };
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .replace('-', " ");
        lines += &format!("| {name} | {rules} | {denied} | {} |\n", really.text);
    }
    Ok(fs::write(file, lines)?)
}

/// What follows from more than the story's values: checksums, long or shown by their beginning, and the line of a
/// script that holds the settings of the nodes.
fn without_noise(text: &str) -> String {
    let line = |line: &str| match ["'max_", "max_slot", "_wal_keep_size", "'shared_buffers"]
        .iter()
        .find_map(|name| line.find(name))
    {
        Some(_) => format!(
            "{}(settings of the nodes)\n",
            line.get(..8).unwrap_or_default()
        ),
        None => format!("{line}\n"),
    };
    without_checksums(&text.lines().map(line).collect::<String>())
}

fn without_checksums(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars() {
        if c.is_ascii_hexdigit() && !c.is_ascii_uppercase() {
            run.push(c);
            continue;
        }
        let is_checksum = run.len() == 64 || run.len() == 8 && c == '…';
        out.push_str(if is_checksum { "(checksum)" } else { &run });
        run.clear();
        if !(is_checksum && c == '…') {
            out.push(c);
        }
    }
    out + &run
}

fn compare(file: &Path, said: &str) -> std::result::Result<(), Failed> {
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == said {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        if said.is_empty() {
            fs::remove_file(file)?;
        } else {
            fs::write(file, said)?;
        }
        return Ok(());
    }
    let difference = similar::TextDiff::from_lines(&expected, said)
        .unified_diff()
        .header("expected", "said")
        .to_string();
    let name = file.display();
    Err(format!("{name} is not what the program says (BLESS=1 to accept it):\n{difference}").into())
}
