//! Each wrong input ends with status 1 and one error that names its code and its path, and prints no manifest.

mod common;

use common::{Result, program};

#[test]
fn wrong_inputs_are_refused() -> Result<()> {
    let mut wrong = Vec::new();
    for line in include_str!("refusals.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let (arguments, expected) = line
            .split_once(" | ")
            .ok_or_else(|| format!("no ` | ` in {line}"))?;
        let (code, path) = expected
            .split_once(' ')
            .ok_or_else(|| format!("no path in {line}"))?;
        let arguments = words(arguments);
        let output = program(
            &[
                &["render"],
                &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..],
            ]
            .concat(),
        )?;
        let stderr = String::from_utf8(output.stderr)?;
        let errors: Vec<&str> = stderr
            .lines()
            .filter(|line| line.starts_with("error"))
            .collect();
        let told = errors.len() == 1 && errors[0].starts_with(&format!("error[{code}]: `{path}`"));
        if output.status.code() != Some(1) || !output.stdout.is_empty() || !told {
            wrong.push(format!(
                "{line}\n  status {:?}, {errors:?}",
                output.status.code()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Words between blanks; a backslash keeps a blank.
fn words(line: &str) -> Vec<String> {
    line.replace("\\ ", "\u{0}")
        .split(' ')
        .map(|word| word.replace('\u{0}', " "))
        .collect()
}
