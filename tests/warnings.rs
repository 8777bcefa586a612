//! What a team can do about warnings: allow them, with a reason, fail on them, or not hear of them.

mod common;

use std::fs;

use common::{Result, program};
use serde_json::Value;

/// Two locations of one replica, one of which somebody knows about.
const KNOWN: &str = "gvc:
  name: shop
  locations:
    # pgedge-tpl: allow single-replica, a place to try things
    - name: aws-us-west-2
      replicas: 1
    - name: aws-us-east-2
      replicas: 1
postgres:
  password: hunter2
";

/// Exit status, stdout, stderr.
fn said(values: &str, arguments: &[&str]) -> Result<(Option<i32>, String, String)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("values.yaml").display().to_string();
    fs::write(&path, values)?;
    let output = program(&[arguments, &["-f", &path]].concat())?;
    Ok((
        output.status.code(),
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    ))
}

fn lint(values: &str, flags: &[&str]) -> Result<Vec<(String, String, u64)>> {
    let arguments = [&["lint", "-o", "json"], flags].concat();
    let (_, report, nothing) = said(values, &arguments)?;
    assert_eq!(nothing, "", "a report goes to stdout");
    let report: Value = serde_json::from_str(&report)?;
    let found = report.as_array().ok_or("no array")?.iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(found
        .filter(|found| found["code"] != "floating-image")
        .map(|found| {
            (
                text(&found["severity"]),
                text(&found["code"]),
                found["line"].as_u64().unwrap_or_default(),
            )
        })
        .collect())
}

fn of(severity: &str, line: u64) -> (String, String, u64) {
    (severity.to_owned(), "single-replica".to_owned(), line)
}

#[test]
fn a_comment_allows_what_hangs_below_it() -> Result<()> {
    let both = [of("allowed", 6), of("warning", 8)];
    assert_eq!(lint(KNOWN, &[])?, both);
    // above the key: all below it; behind the value: that one
    let above = KNOWN.replace(
        "    #",
        "  # pgedge-tpl: allow single-replica\n    # not this program:",
    );
    let above = above.replacen("  locations:\n", "", 1).replace(
        "  # pgedge-tpl: allow single-replica\n",
        "  # pgedge-tpl: allow single-replica\n  locations:\n",
    );
    assert_eq!(lint(&above, &[])?, [of("allowed", 7), of("allowed", 9)]);
    let behind = KNOWN
        .replace(
            "    # pgedge-tpl: allow single-replica, a place to try things\n",
            "",
        )
        .replacen(
            "replicas: 1",
            "replicas: 1 # pgedge-tpl: allow single-replica",
            1,
        );
    assert_eq!(lint(&behind, &[])?, [of("allowed", 5), of("warning", 7)]);
    // items right below their key
    let flat = "gvc:\n  # pgedge-tpl: allow single-replica\n  locations:\n  - name: aws-us-west-2\n    replicas: 1\npostgres: {password: hunter2}\n";
    assert_eq!(lint(flat, &[])?, [of("allowed", 5)]);
    Ok(())
}

#[test]
fn the_flag_allows_a_warning_everywhere() -> Result<()> {
    let both = [of("allowed", 6), of("allowed", 8)];
    assert_eq!(lint(KNOWN, &["--allow", "single-replica"])?, both);
    let (status, report, _) = said(KNOWN, &["lint", "--allow", "single-replica"])?;
    assert_eq!(status, Some(0));
    assert!(
        report.contains(": a place to try things\n") || report.contains(": --allow\n"),
        "{report}"
    );
    let (_, sarif, _) = said(KNOWN, &["lint", "-o", "sarif"])?;
    assert!(
        sarif.contains("\"justification\": \"a place to try things\""),
        "{sarif}"
    );
    Ok(())
}

#[test]
fn what_is_allowed_is_not_denied() -> Result<()> {
    let deny = ["render", "--deny-warnings", "--allow", "floating-image"];
    let (status, manifests, report) = said(KNOWN, &deny)?;
    assert_eq!((status, manifests.as_str()), (Some(1), ""));
    assert!(report.contains(":8:17"), "{report}");
    assert!(!report.contains(":6:17"), "{report}");
    let (status, ..) = said(KNOWN, &[&deny[..], &["--allow", "single-replica"]].concat())?;
    assert_eq!(status, Some(0));
    Ok(())
}

#[test]
fn names_of_no_warning_are_refused() -> Result<()> {
    for name in ["unknown-key", "single-replicas", "", "--allow"] {
        let flag = format!("--allow={name}");
        let (status, report, _) = said(KNOWN, &["lint", &flag])?;
        assert_eq!(status, Some(1), "{name}: {report}");
        assert!(
            report.starts_with("error[unknown-rule]"),
            "{name}: {report}"
        );
    }
    let misspelt = KNOWN.replace("allow single-replica", "allow singel-replica");
    let (status, report, _) = said(&misspelt, &["lint"])?;
    assert_eq!(status, Some(1));
    assert!(report.contains("values.yaml:4:5"), "{report}");
    let (status, ..) = said(&KNOWN.replace("allow", "ignore"), &["lint"])?;
    assert_eq!(status, Some(1));
    Ok(())
}

#[test]
fn a_comment_hides_no_error_and_shows_no_secret() -> Result<()> {
    let values = "postgres:\n  password: |\n    # pgedge-tpl: allow builtin-password, hunter2\n  databse: x\n";
    let (status, report, _) = said(values, &["lint"])?;
    assert_eq!(status, Some(1));
    assert!(!report.contains("hunter2"), "{report}");
    Ok(())
}

#[test]
fn defaults_are_told_in_one_line() -> Result<()> {
    let values = "gvc: {name: shop}\n";
    let line = "note: 2 warnings about defaults (floating-image, builtin-password): `pgedge-tpl lint` shows them\n";
    assert_eq!(said(values, &["values"])?.2, line);
    assert_eq!(said(values, &["render", "--redact"])?.2, line);
    let (_, _, report) = said(values, &["render"])?;
    assert!(
        report.starts_with("warning[builtin-password]"),
        "what may be applied: {report}"
    );
    assert!(!report.contains("warning[floating-image]"), "{report}");
    for command in ["render", "values", "notes", "lint"] {
        assert_eq!(said(values, &[command, "-q"])?.2, "", "{command}");
    }
    let (status, report, _) = said("gvc: {nam: shop}\n", &["lint", "-q"])?;
    assert_eq!(status, Some(1));
    assert!(report.contains("error[unknown-key]"));
    Ok(())
}

#[test]
fn plan_allows_rules_and_warnings() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let values = folder.path().join("values.yaml").display().to_string();
    let old = folder.path().join("old.yaml").display().to_string();
    fs::write(&values, KNOWN)?;
    fs::write(&old, program(&["render", "-f", &values])?.stdout)?;
    let change = [
        "plan",
        &old,
        "-f",
        &values,
        "--set",
        "pgcat.poolMode=session",
    ];
    let deny = [
        &change[..],
        &["--deny", "pooler-restart", "--deny-warnings"],
    ]
    .concat();
    let allow = "--allow=pooler-restart,single-replica,floating-image";
    for (allow, status) in [
        (allow, 0),
        ("--allow=pooler-restart", 1),
        ("--allow=nothing", 1),
    ] {
        let output = program(&[&deny[..], &[allow]].concat())?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{allow}: {said}");
    }
    Ok(())
}
