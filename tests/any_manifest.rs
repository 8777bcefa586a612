//! Whatever stands in the manifests of others, in old values, templates and patterns: no panic, no hang, no hidden
//! character where people read, and no secret.
//!
//! `PGEDGE_TPL_INPUTS=100000 cargo test --test any_manifest` tries more inputs than the few of every day.

mod common;

use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use pgedge_tpl::look;
use pgedge_tpl::plain::is_hidden;
use pgedge_tpl::plan::{self, Plan};
use proptest::prelude::*;
use proptest::sample::select;

/// Far more than any input needs, unoptimised and on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);
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

fn inputs(of: u32) -> u32 {
    let inputs = std::env::var("PGEDGE_TPL_INPUTS")
        .ok()
        .and_then(|inputs| inputs.parse().ok());
    inputs.unwrap_or(100) / of
}

/// What the program renders, with a secret in it.
fn rendered() -> &'static str {
    static RENDERED: OnceLock<String> = OnceLock::new();
    RENDERED.get_or_init(|| {
        let password = format!("postgres.password={MARKER}");
        let flags = ["render", "--set", "gvc.name=shop", "--set", &password];
        common::stdout(&flags).unwrap_or_default()
    })
}

fn text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..most).prop_map(|pieces| pieces.concat())
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
    let start = Instant::now();
    let read = |text: &str| match plan::parse("file", text) {
        Ok(documents) => Some(documents),
        Err(problem) => {
            assert!(!problem.found.contains(MARKER), "{}", problem.found);
            None
        }
    };
    if let (Some(before), Some(after)) = (read(old), read(new)) {
        let looks = look::all(&Plan::between(before, after));
        let is_secret = |text: &str| {
            !text.contains(MARKER) || text.contains(&format!("\n  password: {MARKER}\n"))
        };
        for look in &looks {
            harmless(look);
            assert!(
                !(is_secret(old) && is_secret(new) && look.contains(MARKER)),
                "{look}"
            );
        }
        let json = serde_json::from_str::<serde_json::Value>(&looks[1]);
        assert!(json.is_ok(), "{}", looks[1]);
    }
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

/// Runs the program, which must not be ended by a signal, nor panic.
fn run(files: &[(&str, &str)], arguments: &[&str]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    for (name, text) in files {
        let path = folder.path().join(name);
        let made = path.parent().map(fs::create_dir_all);
        assert!(made.is_none_or(|made| made.is_ok()) && fs::write(path, text).is_ok());
    }
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .output();
    assert!(output.is_ok(), "{output:?}");
    let Ok(output) = output else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 1 | 3)),
        "{arguments:?}: {:?}\n{said}",
        output.status
    );
    harmless(&said);
    assert!(
        start.elapsed() < LIMIT,
        "{arguments:?}: {:?}",
        start.elapsed()
    );
}

fn values() -> &'static str {
    include_str!("../values.yaml")
}

fn template() -> &'static str {
    include_str!("../templates/manifests/gvc.yaml.j2")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: inputs(1), max_shrink_iters: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn manifests(old in spoiled(rendered), new in spoiled(rendered)) {
        compare(&old, &new);
        compare(&old, rendered());
        compare(rendered(), &new);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: inputs(10), max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn commands(values in spoiled(values), template in spoiled(template), pattern in text(12)) {
        run(&[("old.yaml", &values)], &["migrate", "old.yaml", "--credentials-secret", "login"]);
        run(&[("own/manifests/gvc.yaml.j2", &template)], &["render", "--templates", "own"]);
        if !pattern.contains('\0') {
            run(&[], &["render", "--only", &format!("x{pattern}")]);
        }
        run(&[("tests/cases/a.yaml", &values), ("tests/snapshots/a.yaml", &template)], &["test"]);
    }
}
