//! What stands behind a key that nobody knows is a secret until known better: no command shows it, in no format, whatever
//! the file looks like.

mod common;

use std::fs;

use common::{Result, program};

/// What stands for the value of an unknown key in every input below; no word beside it tells that it is a secret.
const VALUE: &str = "h0nter2";

const FILES: &[&str] = &[
    "postgres:\n  dsn: h0nter2\n",
    "postgres:\n  passwrd: h0nter2\n  databse: h0nter2\n",
    "dsn: h0nter2\n",
    "dsns:\n- h0nter2\n- a: h0nter2\n",
    "postgres:\n  connection:\n    host: a\n    h0nter2: b\n    pin: h0nter2\n",
    "postgres: {dsn: h0nter2, conn: [h0nter2, {a: h0nter2}], h0nter2: 1}\n",
    "postgres:\n  dsn: |\n    h0nter2\n    h0nter2\n",
    "postgres:\n  dsn: >-\n    x\n\n    h0nter2\n",
    "postgres:\n  dsn: \"h0nter2 # h0nter2\" # h0nter2\n",
    "postgres:\n  dsn: a\n    h0nter2\n",
    "x-a: &a h0nter2\npostgres:\n  dsn: *a\nimage: *a\n",
    "x-note: h0nter2\nmultiZone: maybe\n",
    "x-a: &a {dsn: h0nter2}\npostgres:\n  <<: *a\n",
    "gvc:\n  locations:\n  - name: aws-us-west-2\n    replicas: 3\n    tokn: h0nter2\n",
    "postgres:\n  parameters:\n    work_men: h0nter2\n    primary_conninfo: h0nter2\n    archive_command: h0nter2\n",
    "postgres:\n  parameters:\n    work_mem: 8MB\n    auto_explain.foo: a\n    Work_mem: h0nter2\n",
    "postgres:\n  dsn: h0nter2\n  dsn: h0nter2\n",
    "postgres:\n  dsn: h0nter2\npostgres:\n  dsn: h0nter2\n",
    "pgcat:\n  resources:\n    cpuu: h0nter2\n    cpu: 1\n",
    "postgres:\n- dsn: h0nter2\n",
    "backup:\n  gcp:\n    keyfile: h0nter2\n  aws:\n    accessKey: h0nter2\n",
    "postgres:\n  dsn: !vault h0nter2\n",
    "postgres:\n  ? dsn\n  : h0nter2\n",
    "{\"postgres\": {\"dsn\": \"h0nter2\", \"password\": \"x\"}}\n",
    "postgres:\r\n  dsn: h0nter2\r\n  databse: x\r\n",
    "postgres:\n  dsn: h0nter2\n  parameters: null\n",
    "\u{feff}postgres:\n  dsn: h0nter2\n",
    // not YAML
    "postgres:\n  dsn: h0nter2\n  bad: [\n",
    "postgres:\n  dsn: h0nter2: h0nter2\n",
    "\tdsn: h0nter2\n",
    "postgres:\n  dsn: \"h0nter2\n",
    "dsn: h0nter2\n bad: h0nter2\n",
    "postgres:\n  ? dsn\n  : h0nter2: h0nter2\n",
    "{\"postgres\": {\"dsn\":\"h0nter2\", \"password\": }}\n",
    "postgres:\n  dsn:\n    h0nter2\n   bad: h0nter2\n",
];

const FLAGS: &[[&str; 2]] = &[
    ["--set", "postgres.dsn=h0nter2"],
    ["--set", "dsn=h0nter2"],
    ["--set", "postgres.dsn=a,h0nter2=1"],
    ["--set", "postgres.dsn={a,h0nter2}"],
    ["--set", "postgres.dsn[0]=h0nter2"],
    ["--set", "postgres.parameters.work_men=h0nter2"],
    ["--set", "gvc.locations[0].tokn=h0nter2"],
    ["--set", "image=x,postgres.dsn=h0nter2"],
    ["--set-string", "a.b.c=h0nter2"],
    ["--set-json", "postgres.dsn={\"a\":\"h0nter2\"}"],
    ["--set-json", "{\"dsn\":\"h0nter2\"}"],
    ["--set-literal", "postgres.dsn=a,h0nter2"],
];

const COMMANDS: &[&[&str]] = &[
    &["lint"],
    &["lint", "--format", "json"],
    &["lint", "--format", "github"],
    &["lint", "--format", "sarif"],
    &["render"],
    &["render", "-o", "terraform"],
    &["values", "--origin"],
    &["values", "--origin", "-o", "json"],
    &["plan", "--new"],
    &["plan", "--new", "-o", "markdown"],
    &["notes"],
];

#[test]
fn no_command_shows_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("values.yaml");
    let name = file.display().to_string();
    let mut shown = Vec::new();
    for text in FILES {
        fs::write(&file, text)?;
        for command in COMMANDS {
            let output = program(&[command, &["-f", &name][..]].concat())?;
            shown.extend(leak(&output.stdout, text, command));
            shown.extend(leak(&output.stderr, text, command));
        }
        // what `migrate` writes is the file itself
        let migrate = ["migrate", &name, "--gvc", "shop"];
        shown.extend(leak(&program(&migrate)?.stderr, text, &["migrate"]));
    }
    for flag in FLAGS {
        for command in COMMANDS {
            let output = program(&[command, &flag[..]].concat())?;
            shown.extend(leak(&output.stdout, flag[1], command));
            shown.extend(leak(&output.stderr, flag[1], command));
        }
    }
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    Ok(())
}

fn leak(output: &[u8], input: &str, command: &[&str]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    let line = text.lines().find(|line| line.contains(VALUE))?;
    Some(format!("{command:?} of {input:?}: {line}"))
}
