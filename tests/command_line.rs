//! What a wrong or an empty command line is told: the word that is wrong, and the command that was meant.

mod common;

use std::fs::{self, File};
use std::process::{Command, Stdio};

use common::{Result, program};

/// What the program says of arguments that it cannot read.
fn misused(arguments: &[&str]) -> Result<String> {
    let output = program(arguments)?;
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    Ok(String::from_utf8(output.stderr)?)
}

#[test]
fn what_is_wrong_and_what_was_meant() -> Result<()> {
    for (arguments, found, help) in [
        (
            vec!["render", "prod.yaml"],
            "`prod.yaml`: a file of values belongs to `-f`",
            "write `pgedge-tpl render -f prod.yaml`",
        ),
        (
            vec!["lint", "prod.yaml"],
            "belongs to `-f`",
            "write `pgedge-tpl lint -f prod.yaml`",
        ),
        (vec!["help"], "no such command", "`pgedge-tpl --help`"),
        (vec!["version"], "no such command", "`pgedge-tpl --version`"),
        (vec!["template"], "no such command", "called `render`"),
        (vec!["diff"], "no such command", "called `plan`"),
        (vec!["validate"], "no such command", "called `lint`"),
        (
            vec!["rendr"],
            "`rendr`: there is no such command",
            "did you mean `render`?",
        ),
        (
            vec!["render", "--outptu", "x"],
            "`render` has no such flag",
            "did you mean `--output`?",
        ),
        (
            vec!["render", "-o", "yml"],
            "`yml` is not one of its values",
            "did you mean `yaml`?",
        ),
        (
            vec!["plan"],
            "`<OLD>` is missing",
            "`pgedge-tpl plan --help`",
        ),
        (
            vec!["lint", "-q", "--deny-warnings"],
            "does not go with",
            "leave one out",
        ),
    ] {
        let said = misused(&arguments)?;
        assert!(said.starts_with("error[command-line]: "), "{said}");
        assert!(said.contains(found), "{arguments:?}: {said}");
        assert!(said.contains(help), "{arguments:?}: {said}");
    }
    Ok(())
}

#[test]
fn two_files_behind_one_flag_are_told() -> Result<()> {
    let output = program(&["render", "-f", "a.yaml,b.yaml"])?;
    let said = String::from_utf8(output.stderr)?;
    assert!(said.contains("`-f base.yaml -f prod.yaml`"), "{said}");
    Ok(())
}

/// What `render` says with this as standard input.
fn with_input(input: Stdio, arguments: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .arg("render")
        .args(arguments)
        .stdin(input)
        .output()?;
    assert!(output.status.success());
    Ok(String::from_utf8(output.stderr)?)
}

#[test]
fn forgotten_values_are_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("values.yaml");
    fs::write(&path, "gvc: {name: shop}\n")?;
    let name = path.display().to_string();
    let not_read = "note: standard input was not read: `-f -` takes the values from it\n";
    let default = "note: no values were given, so this is the documented default cluster";
    assert!(with_input(Stdio::null(), &[])?.contains(default));
    let set = ["--set", "gvc.name=shop"];
    for arguments in [&[][..], &set] {
        let said = with_input(File::open(&path)?.into(), arguments)?;
        assert!(said.ends_with(not_read), "{said}");
    }
    for arguments in [vec!["-f", "-"], vec!["-f", &name]] {
        let said = with_input(File::open(&path)?.into(), &arguments)?;
        assert!(
            !said.contains("note: standard") && !said.contains(default),
            "{said}"
        );
    }
    assert!(!with_input(Stdio::null(), &set)?.contains(default));
    Ok(())
}

#[test]
fn only_takes_several_and_kinds_in_any_case() -> Result<()> {
    let render = |only: &str| common::stdout(&["render", "--only", only]);
    let both = render("workload/*-pgcat")? + &render("gvc")?;
    let said = render("WorkLoad/*-pgcat,GVC")?;
    assert_eq!(
        said.matches("kind: ").count(),
        both.matches("kind: ").count()
    );
    assert!(said.contains("kind: gvc\n") && said.contains("kind: workload\n"));
    let notes = common::stdout(&["notes", "--only", "Connect,restore"])?;
    assert!(notes.contains("Connecting\n") && notes.contains("Restoring a dump\n"));
    Ok(())
}

#[test]
fn merged_values_hold_their_secrets_on_demand() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("values.yaml").display().to_string();
    fs::write(&path, "gvc: {name: shop}\npostgres: {password: hunter2}\n")?;
    let shown = common::stdout(&["values", "-f", &path])?;
    assert!(
        shown.starts_with("# for reading only:") && !shown.contains("hunter2"),
        "{shown}"
    );
    let whole = common::stdout(&["values", "-f", &path, "--show-secrets"])?;
    assert!(
        !whole.contains("[redacted]") && !whole.contains("for reading"),
        "{whole}"
    );
    let merged = folder.path().join("merged.yaml").display().to_string();
    fs::write(&merged, whole)?;
    let render = |file: &str| common::stdout(&["render", "-f", file]);
    assert_eq!(render(&path)?, render(&merged)?);
    Ok(())
}

#[test]
fn a_path_is_explained_without_its_brackets() -> Result<()> {
    let with = common::stdout(&["explain", "gvc.locations[].replicas"])?;
    assert_eq!(
        common::stdout(&["explain", "gvc.locations.replicas"])?,
        with
    );
    assert_eq!(
        common::stdout(&["explain", "gvc.locations[0].replicas"])?,
        with
    );
    Ok(())
}
