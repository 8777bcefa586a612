//! Whatever is in the files and arguments, the program neither panics nor hangs, and what it says is well formed.
//!
//! `PGEDGE_TPL_INPUTS=100000 cargo test --test any_input` tries more inputs than the few of every day.

use std::time::{Duration, Instant};

use pgedge_tpl::cli::{Format, ValueFlags};
use pgedge_tpl::layers::{self, Memory, Node, Value};
use pgedge_tpl::merge::{self, Merged};
use pgedge_tpl::problem::{Code, Path, Place, Problem};
use pgedge_tpl::report::report;
use proptest::prelude::*;
use proptest::sample::select;

const BUILT_IN: &str = include_str!("../values.yaml");
/// Far more than any input needs, unoptimised and on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

/// What YAML is made of, and what breaks it.
const YAML: &[&str] = &[
    "a",
    "b",
    "gvc",
    "name",
    "locations",
    "password",
    "true",
    "null",
    "~",
    "1",
    "1.10",
    "0777",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    " ",
    "- ",
    "-",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ",",
    "&a ",
    "*a",
    "&b ",
    "*b",
    "!!str ",
    "!x ",
    "!!int ",
    "|",
    ">",
    "|-\n",
    ">+2\n",
    "\"",
    "'",
    "''",
    "\\",
    "\\u0041",
    "\\x",
    "#",
    " # ",
    "\t",
    "<<: ",
    "<<",
    "---\n",
    "...\n",
    "--- ",
    "%YAML 1.2\n",
    "%",
    "@",
    "`",
    "\u{feff}",
    "\r\n",
    "\r",
    "é",
    "日本",
    "😀",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{1b}[31m",
    "\u{0}",
];

/// What arguments are made of.
const ARGUMENT: &[&str] = &[
    "a",
    "b",
    "gvc",
    "locations",
    "postgres",
    "password",
    ".",
    "..",
    "=",
    "==",
    ",",
    ",,",
    "[",
    "]",
    "[0]",
    "[1]",
    "[9]",
    "[65536]",
    "[-1]",
    "[99999999999999999999]",
    "{",
    "}",
    "{}",
    "[]",
    "\\",
    "\\,",
    "\\\\",
    "\"",
    "'",
    "1",
    "-0",
    "007",
    "1e400",
    "-1.5E+3",
    "true",
    "NULL",
    "null",
    " ",
    "\t",
    "\n",
    ":",
    "\"a\":",
    "\"\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "é",
    "😀",
    "x",
    "/dev/null",
    "-",
];

fn inputs() -> u32 {
    std::env::var("PGEDGE_TPL_INPUTS")
        .ok()
        .and_then(|inputs| inputs.parse().ok())
        .unwrap_or(100)
}

fn text(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

/// Any bytes, pieces of YAML, and the built-in file with something put into it or cut out of it.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let spoiled = (0..BUILT_IN.len(), 0..40_usize, text(YAML, 6)).prop_map(|(at, cut, text)| {
        let mut bytes = BUILT_IN.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, text.into_bytes());
        bytes
    });
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..60),
        6 => text(YAML, 40).prop_map(String::into_bytes),
        3 => spoiled,
    ]
}

fn arguments() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(ARGUMENT, 14), 0..2)
}

fn flags() -> impl Strategy<Value = ValueFlags> {
    (
        arguments(),
        arguments(),
        arguments(),
        arguments(),
        arguments(),
    )
        .prop_map(
            |(set_json, set, set_string, set_file, set_literal)| ValueFlags {
                set_json,
                set,
                set_string,
                set_file,
                set_literal,
                ..ValueFlags::default()
            },
        )
}

/// `name` says which input it was.
fn try_input(name: &str, files: &[Vec<u8>], mut flags: ValueFlags) {
    let start = Instant::now();
    let mut memory = Memory::default();
    for (at, bytes) in files.iter().enumerate() {
        let name = format!("{at}.yaml");
        memory = memory.with(name.as_str(), bytes.as_slice());
        flags.files.push(name.into());
    }
    let (built_in, mut problems) = merge::built_in(BUILT_IN);
    let (layers, found) = layers::read_from(&memory, &flags, built_in.sources());
    problems.extend(found);
    let (merged, found) = merge::merge(built_in, layers);
    problems.extend(found);
    let mut paths = vec![Path::of("no.such.key")];
    every_path(merged.tree(), &Path::root(), &mut paths);
    for path in paths
        .into_iter()
        .take(200)
        .filter(|path| merged.is_given(path))
    {
        assert_inside(&merged, &Place::Value(path.clone()));
        problems.push(Problem::of_key(
            Code::UnknownKey,
            path,
            "there is no such key",
        ));
    }
    for problem in &problems {
        assert_inside(&merged, &problem.place);
    }
    let _ = report(&problems, &merged, Format::Text);
    let annotations = report(&problems, &merged, Format::Github);
    assert!(
        annotations.lines().all(|line| line.starts_with("::")),
        "{annotations}"
    );
    for format in [Format::Json, Format::Sarif] {
        let text = report(&problems, &merged, format);
        assert!(
            serde_json::from_str::<serde_json::Value>(&text).is_ok(),
            "{text}"
        );
    }
    assert!(start.elapsed() < LIMIT, "{name}: {:?}", start.elapsed());
}

/// A place is between two characters of its text.
fn assert_inside(merged: &Merged, place: &Place) {
    let Some(span) = merged.locate(place) else {
        return;
    };
    let text = merged
        .sources()
        .get(span.source)
        .map_or("", |source| &*source.text);
    assert!(
        text.get(span.start..span.end).is_some(),
        "{place:?} is not in {text:?}"
    );
}

fn every_path(node: &Node, path: &Path, paths: &mut Vec<Path>) {
    paths.push(path.clone());
    match &node.value {
        Value::Map(entries) => {
            entries
                .iter()
                .for_each(|entry| every_path(&entry.node, &path.key(&entry.key), paths));
        }
        Value::List(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| every_path(item, &path.index(at), paths));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: inputs(), max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files(files in prop::collection::vec(file(), 1..3)) {
        try_input("files", &files, ValueFlags::default());
    }

    #[test]
    fn arguments_of_flags(flags in flags()) {
        try_input("arguments", &[], flags);
    }

    #[test]
    fn both(file in file(), flags in flags()) {
        try_input("both", &[file], flags);
    }
}

/// Texts that are large or deep on purpose.
#[test]
fn bombs() {
    let laughs: String = (1..30)
        .map(|level| {
            format!(
                "x{level}: &x{level} [{}]\n",
                vec![format!("*x{}", level - 1); 9].join(", ")
            )
        })
        .collect();
    let chain: String = (1..2000)
        .map(|level| format!("x{level}: &x{level} [*x{}]\n", level - 1))
        .collect();
    for (name, text) in [
        ("brackets", "[".repeat(1_000_000)),
        ("braces", "{a: ".repeat(300_000)),
        (
            "closed brackets",
            format!("a: {}{}", "[".repeat(200_000), "]".repeat(200_000)),
        ),
        ("dashes", "- ".repeat(1_000_000)),
        ("question marks", "? ".repeat(1_000_000)),
        (
            "deep block",
            (0..1500)
                .map(|depth| format!("{:depth$}a:\n", ""))
                .collect(),
        ),
        ("laughs", format!("x0: &x0 ha\n{laughs}")),
        ("chain", format!("x0: &x0 ha\n{chain}")),
        ("cycle", "a: &a [*a, *a]\n".to_owned()),
        (
            "many keys",
            (0..50_000).map(|key| format!("k{key}: 1\n")).collect(),
        ),
        ("one key many times", "a: 1\n".repeat(50_000)),
        ("many secrets", "password: x\n".repeat(100_000)),
        (
            "broken secrets",
            format!("{}\t- [", "password: x\n".repeat(100_000)),
        ),
        (
            "broken secrets in a line",
            format!("{}\t- [", "password,".repeat(100_000)),
        ),
        (
            "anchors",
            format!("{}\t- [", "password: *a &a\n".repeat(100_000)),
        ),
        ("long line", format!("a: {}\nb: [\n", "x".repeat(1_000_000))),
        ("long key", format!("{}: [\n", "x".repeat(1_000_000))),
        ("spaces", format!("a:{}b: [\n", " ".repeat(1_000_000))),
        ("line breaks", format!("a: [{}", "\n".repeat(1_000_000))),
        ("quotes", "\"".repeat(1_000_000)),
        ("documents", "---\na: 1\n".repeat(100_000)),
        ("too large", "a".repeat(100 << 20)),
    ] {
        try_input(name, &[text.into_bytes()], ValueFlags::default());
    }
}

/// The same in arguments.
#[test]
fn bombs_in_arguments() {
    for argument in [
        format!("a={}", "{".repeat(100_000)),
        format!("a={}", "[".repeat(100_000)),
        format!("a={}", "{\"a\":".repeat(20_000)),
        format!("a{}=1", "[0]".repeat(40_000)),
        format!("a{}=1", ".a".repeat(50_000)),
        "a=1,".repeat(25_000),
        "a".repeat(100_000),
        ",".repeat(100_000),
        format!("password={}", ",a".repeat(50_000)),
        format!("a={{{}}}", "a,".repeat(50_000)),
    ] {
        for pick in 0..5 {
            let mut flags = ValueFlags::default();
            let lists = [
                &mut flags.set_json,
                &mut flags.set,
                &mut flags.set_string,
                &mut flags.set_file,
                &mut flags.set_literal,
            ];
            for (at, list) in lists.into_iter().enumerate() {
                list.extend((at == pick).then(|| argument.clone()));
            }
            try_input(&argument[..8], &[], flags);
        }
    }
}
