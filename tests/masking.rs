//! No output shows a secret: not in a source line, not in a message, not by its length.

use clap::{Args, Command, FromArgMatches};
use pgedge_tpl::cli::{Format, ValueFlags};
use pgedge_tpl::layers::{self, Memory};
use pgedge_tpl::merge;
use pgedge_tpl::problem::{Code, Path, Problem};
use pgedge_tpl::report::report;
use proptest::prelude::*;
use proptest::sample::select;

const BUILT_IN: &str = include_str!("layers/built-in.yaml");
/// What stands for a secret in every case below.
const SECRET: &str = "hunter2";

/// All that is said about a file and flags, in every form, with a problem added at every value and key.
fn said(file: &str, args: &[&str]) -> String {
    let files = Memory::default()
        .with("values.yaml", file)
        .with("secret.txt", "0");
    let command = ValueFlags::augment_args(Command::new("masking").no_binary_name(true));
    let matches = command.try_get_matches_from(args);
    let flags = matches.and_then(|matches| ValueFlags::from_arg_matches(&matches));
    let Ok(mut flags) = flags else {
        return format!("{args:?} are no arguments, but {SECRET}");
    };
    flags.files.push("values.yaml".into());
    let (built_in, mut problems) = merge::built_in(BUILT_IN);
    let (layers, found) = layers::read_from(&files, &flags, built_in.sources());
    problems.extend(found);
    let (merged, found) = merge::merge(built_in, layers);
    problems.extend(found);
    let mut paths = vec![];
    every_path(merged.tree(), &Path::root(), &mut paths);
    paths.retain(|path| merged.is_given(path));
    paths.extend(merged.removed().keys().cloned());
    for path in paths {
        problems.push(Problem::of_key(
            Code::UnknownKey,
            path.clone(),
            "there is no such key",
        ));
        let value = merged.node(&path).map(|node| node.to_json());
        let text = value.map_or_else(String::new, |value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        });
        // as messages cut long values
        let cut: String = text.chars().take(60).collect();
        let text = if cut.len() < text.len() {
            format!("{cut}…")
        } else {
            text
        };
        let found = format!("`{text}` is wrong");
        problems.push(Problem::of_value(Code::InvalidValue, path, found));
    }
    [Format::Text, Format::Json, Format::Github, Format::Sarif]
        .map(|format| anstream::adapter::strip_str(&report(&problems, &merged, format)).to_string())
        .join("\n")
}

/// Only scalars: a message never quotes a list or a mapping.
fn every_path(node: &layers::Node, path: &Path, paths: &mut Vec<Path>) {
    match &node.value {
        layers::Value::Map(entries) => {
            entries
                .iter()
                .for_each(|entry| every_path(&entry.node, &path.key(&entry.key), paths));
        }
        layers::Value::List(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| every_path(item, &path.index(at), paths));
        }
        _ => paths.push(path.clone()),
    }
}

/// Where a secret is said, if it is.
fn leaks(input: &str, said: &str) -> Option<String> {
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| line.contains(SECRET) || line.contains("p4ss"))
        .collect();
    (!lines.is_empty()).then(|| format!("{input}\n  {}", lines.join("\n  ")))
}

fn leaks_of_file(file: &str) -> Vec<String> {
    let files = [
        file.to_owned(),
        format!("{file}\nbroken: [\n"),
        format!("{file}\n\t\n: @\n"),
        format!("broken: @\n{file}\n"),
    ];
    files
        .iter()
        .filter_map(|file| leaks(file, &said(file, &[])))
        .collect()
}

#[track_caller]
fn assert_none(leaks: Vec<String>) {
    assert!(
        leaks.is_empty(),
        "{} leaks\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

#[test]
fn files() {
    let files = [
        "postgres:\n  password: hunter2\n",
        "postgres:\n  password: 'hunter2'\n  username: 5\n",
        "postgres:\n  password: \"hunter2 # x\" # hunter2\n",
        "postgres: {username: u, password: hunter2, database: d}\n",
        "postgres: {\"password\": \"hunter2\"}\n",
        "{\"postgres\": {\"password\": \"hunter2\", \"database\": 5}}\n",
        "postgres:\n  password: |\n    a\n    hunter2\n\n    hunter2\n  username: x\n",
        "postgres:\n  password: >-\n    a\n    hunter2\n",
        "postgres:\n  password:\n    hunter2\n",
        "postgres:\n  password: a\n    hunter2\n    hunter2\n",
        "postgres:\n  password: \"a\n    hunter2\n  b hunter2\"\n",
        "postgres:\n  password: 'a\n\n    hunter2''s hunter2'\n",
        "postgres:\n  password: [a, hunter2]\n",
        "postgres:\n  password:\n  - hunter2\n  - hunter2\n",
        "postgres:\n  password: {hunter2: hunter2}\n",
        "postgres:\n  password: {hunter2: 1, hunter2: 2}\n",
        "postgres:\n  password:\n    hunter2: 1\n    hunter2: 2\n",
        "postgres:\n  password: hunter2\n  password: hunter2\n",
        "postgres:\n  passwrd: hunter2\n",
        "postgres:\n  password: &p hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2\nx: *p\n",
        "postgres:\n  Password: hunter2\n  PASSWORD_2: hunter2\n  user_pwd: hunter2\n  secretKey: hunter2\n",
        "postgres:\n  \"pass\\u0077ord\": hunter2\n",
        "postgres:\n  ? password\n  : hunter2\n",
        "postgres:\n  ? password\n  :\n    hunter2\n",
        "x: &p hunter2\npostgres:\n  password: *p\n",
        "x: &p\n  - hunter2\npostgres:\n  password: *p\n",
        "x: &p {a: hunter2}\npostgres:\n  password: {<<: *p}\n",
        "postgres:\n  password: &p hunter2\nimage: *p\n",
        "x: &x\n  password: hunter2\npostgres:\n  <<: *x\n",
        "postgres:\n  password: !!str hunter2\n",
        "postgres:\n  password: !vault hunter2\n",
        "postgres:\n  password: !!binary hunter2\n",
        "postgres:\n  password:hunter2\n",
        "password:hunter2\n",
        "postgres:\n  password = hunter2\n",
        "postgres: password=hunter2\n",
        "image: postgres://u@host/db?password=hunter2\n",
        "postgres:\n  username: u # password: hunter2\n",
        "postgres:\n  # password: hunter2\n  username: 5\n",
        "postgres:\r\n  password: hunter2\r\n  username: u\r\n",
        "\u{feff}postgres:\n  password: hunter2\n",
        "postgres:\n  password: @hunter2\n",
        "postgres:\n  password: `hunter2\n",
        "postgres:\n  password: %hunter2\n",
        "postgres:\n  password: *hunter2\n",
        "postgres:\n  password: &hunter2\n",
        "postgres:\n  password: &hunter2 x\n",
        "postgres:\n  password: !hunter2\n",
        "postgres:\n  password: hunter2: hunter2\n",
        "postgres:\n  password: \"hunter2\n",
        "postgres:\n  password: 'hunter2' hunter2\n",
        "postgres:\n  password: [hunter2\n",
        "postgres:\n  password: {hunter2\n",
        "postgres:\n  password: \"\\hunter2\"\n",
        "postgres:\n  password: |hunter2\n",
        "postgres:\n  password: |\n  hunter2\n",
        "postgres:\n  password: \"\n  hunter2\n  : x\"\n",
        "postgres: {password: a\n  hunter2, b: c}\n",
        "postgres: {\n  password: \"a\nhunter2\",\n  database: 5\n}\n",
        "postgres:\n\tpassword: hunter2\n",
        "postgres:\n  password: \thunter2\n",
        "- password: hunter2\n",
        "--- password: hunter2\n",
        "a: 1\n---\npostgres:\n  password: hunter2\n---\n- x\n",
    ];
    assert_none(files.iter().flat_map(|file| leaks_of_file(file)).collect());
}

#[test]
fn flags() {
    let args = [
        "--set=postgres.password=hunter2",
        "--set=postgres.password=hunter2,hunter2",
        "--set=postgres.password=p4ss,hunter2=1",
        "--set=postgres.password=p4ss,hunter2=1,image=x",
        "--set=postgres.password=p4ss,hunter2.x=1",
        "--set=postgres.password=p4ss,hunter2[0]=1",
        "--set=postgres.password=p4ss,hunter2[x]=1",
        "--set=postgres.password=p4ss,hunter2=null",
        "--set=postgres.password=p4ss,image.hunter2=1",
        "--set=postgres.password=p4ss,postgres.hunter2=1",
        "--set=postgres.password=p4ss,,hunter2",
        "--set=postgres.password=p4ss,a[hunter2",
        "--set=postgres.password={hunter2,hunter2",
        "--set=postgres.password={hunter2}hunter2",
        "--set=postgres.password[0]=hunter2",
        "--set=postgres.password.x=hunter2",
        "--set=postgres.password=\\hunter2\\",
        "--set=postgres.password='hunter2'",
        "--set=image=x,postgres.password=hunter2",
        "--set=postgres={username:u,password:hunter2}",
        "--set=postgres={password: hunter2",
        "--set=postgres.pass\\word=hunter2",
        "--set=postgres.passwd=hunter2",
        "--set=postgres.password:hunter2",
        "--set=postgres.password hunter2",
        "--set=password",
        "--set-string=postgres.password=hunter2,hunter2",
        "--set-literal=postgres.password=hunter2,hunter2",
        "--set-literal=postgres.password:hunter2",
        "--set-file=postgres.password=hunter2",
        "--set-file=postgres.password=secret.txt,hunter2",
        "--set-file=postgres.password={hunter2}",
        "--set-file=postgres.password=secret.txt,image=hunter2",
        "--set-json=postgres.password=\"hunter2\"",
        "--set-json=postgres.password=hunter2",
        "--set-json=postgres={\"password\":\"hunter2\"}",
        "--set-json=postgres={\"password\":\"hunter2\",\"database\":5}",
        "--set-json=postgres={\"password\":\"hunter2\"",
        "--set-json=postgres={\"password\":\"hunter2\"} hunter2",
        "--set-json=postgres={\"password\":hunter2}",
        "--set-json=postgres={password:hunter2}",
        "--set-json={\"postgres\":{\"password\":\"hunter2\"}}",
        "--set-json={\"postgres\":{\"password\":{\"hunter2\":1,\"hunter2\":2}}}",
        "--set-json={\"postgres\":{\"pass\\u0077ord\":\"hunter2\"}}",
        "--set-json={\"postgres\":{\"pass\\u0077ord\":\"hunter2\"",
        "--set-json=postgres={'password':'hunter2'}",
    ];
    assert_none(
        args.iter()
            .filter_map(|arg| leaks(arg, &said("", &[arg])))
            .collect(),
    );
}

/// A name for a secret gives it away nowhere, not even when the secret itself is no longer in effect.
#[test]
fn aliases_of_secrets() {
    let file = "postgres:\n  password: &p hunter2\nimage: *p\nx: [*p]\n";
    let said = said(file, &["--set=postgres.password=x"]);
    assert_eq!(leaks(file, &said), None);
}

#[test]
fn lengths() {
    for (short, long) in [
        (
            "postgres: {password: hunter2, database: 5}\n",
            "postgres: {password: hunter2hunter2, database: 5}\n",
        ),
        (
            "postgres:\n  password: hunter2\n",
            "postgres:\n  password: hunter2hunter2\n",
        ),
        (
            "postgres: {password: hunter2, database: [}\n",
            "postgres: {password: hunter2hunter2, database: [}\n",
        ),
    ] {
        assert_eq!(said(short, &[]), said(long, &[]));
    }
    for (short, long) in [
        (
            "--set=postgres.password=hunter2,image=x",
            "--set=postgres.password=hunter2hunter2,image=x",
        ),
        (
            "--set-json={\"postgres\":{\"password\":\"x\",\"database\":5}}",
            "--set-json={\"postgres\":{\"password\":\"xxxx\",\"database\":5}}",
        ),
    ] {
        assert_eq!(said("", &[short]), said("", &[long]));
    }
}

#[test]
fn what_is_no_secret_is_shown() {
    let said = said(
        "postgres:\n  password: hunter2\n  username: shown\n",
        &["--set=postgres.password=x,image=y"],
    );
    assert!(said.contains("username: shown"), "{said}");
    assert!(said.contains("`image`"), "{said}");
}

/// Ways to write a secret behind its key, in block style.
const VALUES: &[&str] = &[
    " hunter2",
    " 'hunter2'",
    " \"hunter2\"",
    " \"hunter2",
    " 'hunter2",
    " |\n    hunter2\n    hunter2",
    " >-\n    a\n\n    hunter2",
    "\n    hunter2",
    " a\n    hunter2",
    " 'a\n    hunter2'",
    " {a: hunter2}",
    " {a: hunter2",
    " [a,\n    hunter2]",
    " [a,\n    hunter2",
    "\n  - hunter2",
    "\n    a: hunter2",
    " &a hunter2",
    " !!str hunter2",
    " # hunter2\n    hunter2",
    " @hunter2",
    " *hunter2",
    " hunter2: hunter2",
    " 12 # hunter2",
];
/// What can stand before and behind.
const AROUND: &[&str] = &[
    "a: 1\n",
    "gvc:\n",
    "  name: x\n",
    "  locations: [\n",
    "  - a\n",
    "image: 'x\n",
    "image: \"x\n",
    "image: x\n",
    "{",
    "}",
    "[",
    "]\n",
    "- ",
    "? ",
    ": ",
    "\t",
    "# ",
    "&a ",
    "*a",
    "---\n",
    "...\n",
    "x: |\n",
    "x: >\n",
    "é: 😀\n",
    "@",
    "`",
    "%",
    "!x ",
    "\r\n",
    "'",
    "\"",
    "\\",
    ",",
    "<<: *a\n",
    "postgres:\n",
    "  username: u\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: inputs(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn secrets_in_any_file(
        before in prop::collection::vec(select(AROUND), 0..5),
        key in select(&["password", "'password'", "\"password\"", "Password", "dbPwd", "pasword"][..]),
        value in select(VALUES),
        behind in prop::collection::vec(select(AROUND), 0..5),
    ) {
        let file = format!("{}\n  {key}:{value}\n{}", before.concat(), behind.concat());
        prop_assert_eq!(leaks(&file, &said(&file, &[])), None);
    }

    #[test]
    fn secrets_in_any_argument(
        kind in select(&["--set", "--set-string", "--set-json", "--set-file", "--set-literal"][..]),
        before in prop::collection::vec(select(&["a=1,", "a", "{", "[0]", "\\", "\"", ".", "postgres.", ",", "a={", "é"][..]), 0..4),
        value in prop::collection::vec(select(&["hunter2", ",", "=", ".", "{", "}", "[0]", "\\", "\"", "'", ":", "null", " "][..]), 1..8),
    ) {
        let argument = format!("{kind}={}password={}", before.concat(), value.concat());
        prop_assert_eq!(leaks(&argument, &said("", &[&argument])), None);
    }
}

fn inputs() -> u32 {
    std::env::var("PGEDGE_TPL_INPUTS")
        .ok()
        .and_then(|inputs| inputs.parse().ok())
        .unwrap_or(60)
}
