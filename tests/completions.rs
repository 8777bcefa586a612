//! Completion, as the shells themselves have it.

mod common;

use std::fs;
use std::process::Command;

use common::{Result, program, stdout};

/// What bash would offer at the end of this line. It is bash's own completion that is asked, so words are split as there.
fn completed(line: &str) -> Result<Vec<String>> {
    // as readline has it: words end at blanks, = and :
    let script = r#"
source <("$1" completions bash)
compopt() { :; }
COMP_LINE=$2 COMP_POINT=${#2}
spaced=${COMP_LINE//[=]/ = }
read -ra COMP_WORDS <<<"$spaced"
[[ $COMP_LINE != *[\ =] ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p pgedge-tpl)
function=${function#*-F }
"${function%% *}" pgedge-tpl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;
    let said = Command::new("bash")
        .args(["-c", script, "bash", env!("CARGO_BIN_EXE_pgedge-tpl"), line])
        .output()?;
    assert!(
        said.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    Ok(String::from_utf8(said.stdout)?
        .lines()
        .map(str::to_owned)
        .collect())
}

#[test]
fn bash_completes_commands_paths_kinds_and_topics() -> Result<()> {
    for (line, offered) in [
        ("pgedge-tpl ren", "render"),
        (
            "pgedge-tpl render --set pgcat.poolM",
            "pgcat.poolMode= pgcat.poolMode=session pgcat.poolMode=transaction pgcat.poolMode=statement",
        ),
        ("pgedge-tpl render --set pgcat.poolMode=se", "session"),
        (
            "pgedge-tpl render --set multiZone=true,pgcat.poolMode=se",
            "session",
        ),
        ("pgedge-tpl render --set=multiZone=", "true false"),
        (
            "pgedge-tpl lint --set-json gvc.loc",
            "gvc.locations= gvc.locations[0].name= gvc.locations[0].replicas=",
        ),
        ("pgedge-tpl render --only vol", "volumeset"),
        ("pgedge-tpl render --only gvc,vol", "gvc,volumeset"),
        ("pgedge-tpl render --output=ter", "terraform"),
        ("pgedge-tpl notes --only connect,re", "connect,restore"),
        ("pgedge-tpl plan a.yaml --deny pooler-r", "pooler-restart"),
        (
            "pgedge-tpl plan a.yaml --deny outage,replicas",
            "outage,replicas-removed",
        ),
        ("pgedge-tpl lint --allow single", "single-replica"),
        ("pgedge-tpl explain gvc.locations.n", "gvc.locations.name"),
    ] {
        let expected: Vec<&str> = offered.split(' ').collect();
        let mut found = completed(line)?;
        found.retain(|word| !word.is_empty());
        assert_eq!(found, expected, "{line}");
    }
    let all = completed("pgedge-tpl ")?;
    assert!(
        all.iter()
            .all(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_lowercase())),
        "{all:?}"
    );
    Ok(())
}

#[test]
fn bash_offers_files_where_files_go() -> Result<()> {
    let found = completed(&format!(
        "pgedge-tpl render -f {}/Cargo.to",
        env!("CARGO_MANIFEST_DIR")
    ))?;
    assert!(
        found.iter().any(|word| word.ends_with("Cargo.toml")),
        "{found:?}"
    );
    Ok(())
}

/// What fish itself would offer at the end of this line, without what it says of it.
fn completed_by_fish(line: &str) -> Result<Vec<String>> {
    let script = r#"
$argv[1] completions fish | source
complete -C $argv[2]
"#;
    let home = tempfile::tempdir()?;
    let said = Command::new("fish")
        .args([
            "--no-config",
            "-c",
            script,
            env!("CARGO_BIN_EXE_pgedge-tpl"),
            line,
        ])
        .env("HOME", home.path())
        .output()
        .map_err(|error| format!("fish: {error}; tests/run installs it"))?;
    assert!(
        said.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let offered = String::from_utf8(said.stdout)?;
    let words = offered.lines().filter_map(|line| line.split('\t').next());
    Ok(words.map(str::to_owned).collect())
}

#[test]
fn fish_goes_on_after_a_comma() -> Result<()> {
    for (line, offered) in [
        ("pgedge-tpl render --only gvc,vol", "gvc,volumeset"),
        ("pgedge-tpl notes --only connect,re", "connect,restore"),
        (
            "pgedge-tpl plan a --deny outage,cap",
            "outage,capacity-down",
        ),
        (
            "pgedge-tpl render --set multiZone=true,volumeset.cap",
            "multiZone=true,volumeset.capacity=",
        ),
        ("pgedge-tpl explain gvc.locations.n", "gvc.locations.name"),
        ("pgedge-tpl man ren", "render"),
    ] {
        assert_eq!(completed_by_fish(line)?, [offered], "{line}");
    }
    Ok(())
}

/// In zsh the words of a list are `_sequence`'s, and its script can be read.
#[test]
fn zsh_reads_its_script() -> Result<()> {
    let script = stdout(&["completions", "zsh"])?;
    for flag in ["only", "deny", "allow", "set", "set-json", "set-string"] {
        let list = format!("'*--{flag}=");
        let mut lines = script
            .lines()
            .filter(|line| line.starts_with(&list))
            .peekable();
        assert!(lines.peek().is_some(), "{flag}");
        assert!(
            lines.all(|line| line.contains(":_sequence compadd")),
            "{flag}"
        );
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("_pgedge-tpl");
    fs::write(&file, script)?;
    let said = Command::new("zsh").arg("-n").arg(file).output();
    let said = said.map_err(|error| format!("zsh: {error}; tests/run installs it"))?;
    assert!(said.status.success() && said.stderr.is_empty());
    Ok(())
}

#[test]
fn every_shell_gets_the_paths_and_no_parser_is_narrowed() -> Result<()> {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = stdout(&["completions", shell])?;
        assert!(script.contains("migrate"), "{shell}");
        // PowerShell's script completes no arguments of flags
        assert_eq!(
            script.contains("pgcat.poolMode="),
            shell != "powershell",
            "{shell}"
        );
    }
    let parsed = program(&["render", "--only", "work*", "--set", "pgcat.maxReplicas=5"])?;
    assert!(parsed.status.success());
    Ok(())
}
