//! Whatever stands in the manifests of others, in old values, templates and patterns: no panic, no hang, no hidden
//! character where people read, no secret, and little time and memory.
//!
//! `PGEDGE_TPL_INPUTS=100000 cargo test --release --test any_manifest` tries more inputs than the few of every day.

mod common;

use std::fs;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use pgedge_tpl::look;
use pgedge_tpl::plain::is_hidden;
use pgedge_tpl::plan::{self, Plan};
use proptest::prelude::*;
use proptest::sample::select;

/// In seconds of the processor, however busy the machine is.
const LONGEST: u64 = if cfg!(debug_assertions) { 10 } else { 1 };
/// In KiB, of what a program writes to.
const MOST_MEMORY: u64 = 100 << 10;
const MARKER: &str = "marker-horse-battery";

/// What manifests, templates and values are made of, and what breaks them.
const PIECES: &[&str] = &[
    "kind: ",
    "name: ",
    "gvc: ",
    "tags: ",
    "spec:\n",
    "data:\n",
    "secret",
    "workload",
    "list",
    "items: ",
    "redacted: ",
    "app.cpln.io/instance: shop",
    "password: ",
    "[redacted]",
    "type: opaque",
    "encoding: plain",
    "payload: |\n",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "---\n",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ": ",
    ",",
    "&a ",
    "*a",
    "<<: ",
    "|",
    "#",
    "`",
    "null",
    "true",
    "1",
    "1e999",
    "-0",
    "\\",
    "\\u001b",
    "\"\\u001b]52;c;x\\u0007\"",
    "\"\\u202e\"",
    "\u{1b}[2J",
    "\r\n",
    "\u{0}",
    "\u{9b}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "é",
    "😀",
    "::error::x",
    "<img src=x>",
    "|x|",
    "```",
    "$(id)",
    "{{ ",
    " }}",
    "{% for x in range(99999) %}",
    "{% endfor %}",
    "{% set a = a ~ a %}",
    "names.gvc",
    "*",
    "/",
];

fn config(of: u32) -> ProptestConfig {
    let inputs = std::env::var("PGEDGE_TPL_INPUTS")
        .ok()
        .and_then(|inputs| inputs.parse().ok());
    ProptestConfig {
        cases: inputs.unwrap_or(100_u32) / of,
        max_shrink_iters: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What the program renders, with a secret in it; of the scripts only the beginning, as they are most of it.
fn rendered() -> &'static str {
    static RENDERED: OnceLock<String> = OnceLock::new();
    RENDERED.get_or_init(|| {
        let password = format!("postgres.password={MARKER}");
        let flags = ["render", "--set", "gvc.name=shop", "--set", &password];
        let mut script = 0;
        let text = common::stdout(&flags).unwrap_or_default();
        let lines = text.lines().filter(|line| {
            script = if line.starts_with("    ") {
                script + 1
            } else {
                0
            };
            script < 30
        });
        lines.map(|line| format!("{line}\n")).collect()
    })
}

/// The built-in values, with a secret in them.
fn values() -> &'static str {
    static VALUES: OnceLock<String> = OnceLock::new();
    VALUES.get_or_init(|| {
        let values = include_str!("../values.yaml");
        values.replace(
            "  password: password #",
            &format!("  password: {MARKER}\n  #"),
        )
    })
}

fn template() -> &'static str {
    include_str!("../templates/manifests/gvc.yaml.j2")
}

fn text(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        60 => select(PIECES).prop_map(str::to_owned),
        1 => (select(PIECES), 1..3_000_usize).prop_map(|(piece, times)| piece.repeat(times)),
    ];
    prop::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

/// Pieces, and a text with something put into it or cut out of it, more than once.
fn spoiled(whole: fn() -> &'static str) -> impl Strategy<Value = String> {
    let cuts = prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, text(5)), 0..5);
    let spoiled = cuts.prop_map(move |cuts| {
        let mut text: Vec<char> = whole().chars().collect();
        for (at, cut, with) in cuts {
            let at = at.index(text.len().max(1)).min(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, with.chars());
        }
        text.into_iter().collect()
    });
    prop_oneof![1 => text(40), 4 => spoiled]
}

/// Whether all of a text's secrets are where a secret is known to be one.
fn is_known(text: &str) -> bool {
    !text.contains(MARKER) || text.contains(&format!("\n  password: {MARKER}\n"))
}

/// Seconds of the processor that this thread has taken.
fn seconds() -> f64 {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = statistics
        .split(' ')
        .next()
        .and_then(|number| number.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e9
}

fn harmless(said: &str) {
    // colours are the program's own
    let bare = anstream::adapter::strip_str(said).to_string();
    let hidden = said
        .chars()
        .find(|c| *c != '\u{1b}' && !matches!(c, '\n' | '\t') && is_hidden(*c));
    assert_eq!(hidden, None, "{said:?}");
    assert!(!bare.contains('\u{1b}'), "{said:?}");
    assert!(
        !bare.lines().any(|line| line.starts_with("::error::x")),
        "{said}"
    );
}

fn compare(old: &str, new: &str) {
    let start = seconds();
    let read = |text: &str| match plan::parse("file", text) {
        Ok(documents) => Some(documents),
        Err(problem) => {
            assert!(!problem.found.contains(MARKER), "{}", problem.found);
            None
        }
    };
    if let (Some(before), Some(after)) = (read(old), read(new)) {
        let looks = look::all(&Plan::between(before, after));
        for look in &looks {
            harmless(look);
            assert!(
                !(is_known(old) && is_known(new) && look.contains(MARKER)),
                "{look}"
            );
        }
        let json = serde_json::from_str::<serde_json::Value>(&looks[1]);
        assert!(json.is_ok(), "{}", looks[1]);
    }
    let took = seconds() - start;
    assert!(took < LONGEST as f64, "{took} s");
}

/// What a run of the program printed and said.
struct Said {
    printed: String,
    said: String,
    is_done: bool,
}

/// Runs the program within its bounds of time and memory. It must not be ended by a signal, nor panic.
fn run(files: &[(&str, &str)], arguments: &[&str]) -> Said {
    let output = within_bounds(files, arguments);
    assert!(output.is_ok(), "{output:?}");
    let (printed, said, status) = match output {
        Ok(output) => (output.stdout, output.stderr, output.status),
        Err(_) => {
            return Said {
                printed: String::new(),
                said: String::new(),
                is_done: false,
            };
        }
    };
    let said = String::from_utf8_lossy(&said).into_owned();
    let code = status.code();
    assert!(
        matches!(code, Some(0 | 1 | 3)),
        "{arguments:?}: {status:?}\n{said}"
    );
    harmless(&said);
    Said {
        printed: String::from_utf8_lossy(&printed).into_owned(),
        said,
        is_done: code == Some(0),
    }
}

fn within_bounds(files: &[(&str, &str)], arguments: &[&str]) -> common::Result<Output> {
    let folder = tempfile::tempdir()?;
    for (name, text) in files {
        let path = folder.path().join(name);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above)?;
        }
        fs::write(path, text)?;
    }
    let bounds = format!("ulimit -d {MOST_MEMORY}; ulimit -t {LONGEST}; exec \"$0\" \"$@\"");
    let output = Command::new("/bin/sh")
        .args(["-c", &bounds, env!("CARGO_BIN_EXE_pgedge-tpl")])
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .output()?;
    Ok(output)
}

proptest! {
    #![proptest_config(config(5))]

    #[test]
    fn plans(old in spoiled(rendered), new in spoiled(rendered), look in select(&["human", "json", "markdown", "github"][..])) {
        compare(&old, &new);
        compare(&old, rendered());
        compare(rendered(), &new);
        let found = run(&[("old.yaml", &old), ("new.yaml", &new)], &["plan", "old.yaml", "new.yaml", "-o", look]);
        harmless(&found.printed);
        let is_shown = found.printed.contains(MARKER) || found.said.contains(MARKER);
        prop_assert!(!(is_known(&old) && is_known(&new) && is_shown), "{}{}", found.printed, found.said);
    }
}

proptest! {
    #![proptest_config(config(4))]

    #[test]
    fn old_values(values in spoiled(values)) {
        let found = run(&[("old.yaml", &values)], &["migrate", "old.yaml", "--credentials-secret", "login"]);
        prop_assert!(!found.said.contains(MARKER) || !is_known(&values), "{}", found.said);
        // what is left of a password is told
        let is_left = found.is_done && found.printed.contains(MARKER);
        prop_assert!(!is_left || found.said.contains("may still hold the password"), "{}\n{}", found.said, found.printed);
    }

    #[test]
    fn patterns(pattern in text(12)) {
        let pattern = pattern.replace('\0', "");
        let password = format!("postgres.password={MARKER}");
        let found = run(&[], &["render", "--set", &password, "--redact", "--only", &format!("x{pattern}")]);
        prop_assert!(!found.printed.contains(MARKER) && !found.said.contains(MARKER), "{}{}", found.printed, found.said);
    }

    #[test]
    fn templates(template in spoiled(template)) {
        let password = format!("postgres.password={MARKER}");
        let found = run(
            &[("own/manifests/gvc.yaml.j2", &template)],
            &["render", "--set", &password, "--redact", "--templates", "own"],
        );
        prop_assert!(!found.printed.contains(MARKER) && !found.said.contains(MARKER), "{}{}", found.printed, found.said);
    }
}

proptest! {
    #![proptest_config(config(20))]

    #[test]
    fn cases(values in spoiled(values), snapshot in spoiled(rendered)) {
        let snapshot = snapshot.replace(MARKER, "[redacted]");
        let found = run(&[("tests/cases/a.yaml", &values), ("tests/snapshots/a.yaml", &snapshot)], &["test"]);
        harmless(&found.printed);
        let is_shown = found.printed.contains(MARKER) || found.said.contains(MARKER);
        prop_assert!(!(is_known(&values) && is_shown), "{}{}", found.printed, found.said);
    }
}
