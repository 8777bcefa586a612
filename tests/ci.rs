//! What the README recommends for CI does what it says, as far as it can without GitHub: the steps of the job run one
//! by one in a repository, the hook is one of git's.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::Result;
use common::recorder::{Recorder, Request};
use serde_json::json;
use serde_yaml::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VALUES: &str = "gvc:\n  name: shop\npostgres:\n  credentialsSecretName: shop-login\npgcat:\n  image: ghcr.io/postgresml/pgcat:v1.2.0\n";

/// The first block of a language that holds this.
fn block(language: &str, holds: &str) -> Result<String> {
    let readme = fs::read_to_string(format!("{ROOT}/README.md"))?;
    let found = readme
        .split(&format!("```{language}\n"))
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .find(|block| block.contains(holds));
    Ok(found
        .ok_or(format!("no {language} block with `{holds}`"))?
        .to_owned())
}

/// What the job runs, with what GitHub puts in.
fn steps(base: &str) -> Result<Vec<String>> {
    let job: Value = serde_yaml::from_str(&block("yaml", "jobs:")?)?;
    let steps = job["jobs"]["manifests"]["steps"]
        .as_sequence()
        .ok_or("no steps")?;
    let steps: Vec<String> = steps
        .iter()
        .filter_map(|step| step["run"].as_str())
        .map(|run| run.replace("${{ github.event.pull_request.base.sha }}", base))
        .collect();
    assert!(steps.len() >= 4 && steps.iter().all(|step| !step.contains("${{")));
    Ok(steps)
}

struct Repository(tempfile::TempDir);

impl Repository {
    /// With values, a case, snapshot and manifests, all committed.
    fn new() -> Result<Self> {
        let repository = Self(tempfile::tempdir()?);
        fs::create_dir_all(repository.folder().join("tests/cases"))?;
        repository.write("values.yaml", VALUES)?;
        repository.write("tests/cases/shop.yaml", VALUES)?;
        repository
            .succeed("git init -q . && git config user.name a && git config user.email a@b.c")?;
        repository.succeed("pgedge-tpl test --update")?;
        repository.succeed("pgedge-tpl render -f values.yaml --output-dir manifests")?;
        repository.succeed("git add . && git commit -qm base")?;
        Ok(repository)
    }

    fn folder(&self) -> std::path::PathBuf {
        self.0.path().join("repository")
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.folder().join(name), text)?)
    }

    fn run(&self, script: &str, environment: &[(&str, &str)]) -> Result<Output> {
        let program = Path::new(env!("CARGO_BIN_EXE_pgedge-tpl"));
        let folder = program.parent().ok_or("no folder")?.display();
        let path = std::env::var("PATH").unwrap_or_default();
        Ok(Command::new("bash")
            .args(["-euo", "pipefail", "-c", script])
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", format!("{folder}:{path}"))
            .env("HOME", self.0.path())
            .envs(environment.iter().copied())
            .output()?)
    }

    fn succeed(&self, script: &str) -> Result<String> {
        let output = self.run(script, &[])?;
        assert!(output.status.success(), "{script}: {}", said(&output));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The first step of the job that fails and all that was said, as if the last commit were the pull request.
    fn job(&self) -> Result<(Option<String>, String)> {
        let base = self.succeed("git rev-parse HEAD")?;
        let summary = self.0.path().join("summary").display().to_string();
        let environment = [("CI", "true"), ("GITHUB_STEP_SUMMARY", summary.as_str())];
        let mut all = String::new();
        for step in steps(base.trim())? {
            let output = self.run(&step, &environment)?;
            all += &said(&output);
            if !output.status.success() {
                return Ok((Some(step), all));
            }
        }
        all += &fs::read_to_string(summary)?;
        Ok((None, all))
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_job_passes_and_tells_the_change() -> Result<()> {
    let repository = Repository::new()?;
    let (failed, said) = repository.job()?;
    assert_eq!(failed, None, "{said}");
    assert!(said.contains("### shop: nothing changes"), "{said}");

    repository.succeed("git worktree prune && rm -rf ../base && git worktree prune")?;
    let more = VALUES.replace("pgcat:\n", "pgcat:\n  minReplicas: 3\n");
    repository.write("values.yaml", &more)?;
    repository.succeed("pgedge-tpl render -f values.yaml --output-dir manifests")?;
    let (failed, said) = repository.job()?;
    assert_eq!(failed, None, "{said}");
    assert!(
        said.contains("::notice file=values.yaml,line=6,title=taken-up::"),
        "{said}"
    );
    assert!(
        said.contains("pgcat.minReplicas   2 → 3   (values.yaml:6)"),
        "{said}"
    );
    Ok(())
}

#[test]
fn the_job_fails_on_what_it_is_for() -> Result<()> {
    let lint = "lint";
    let wrong: [(&str, &str, &str); 4] = [
        ("values.yaml", "gvc:\n  nam: shop\n", lint),
        (
            "tests/cases/shop.yaml",
            "gvc:\n  name: shoe\n",
            "pgedge-tpl test",
        ),
        (
            "values.yaml",
            "gvc:\n  name: shop\nmultiZone: true\n",
            "--check",
        ),
        ("", "", "--deny-dangerous"),
    ];
    for (file, text, step) in wrong {
        let repository = Repository::new()?;
        if file.is_empty() {
            repository.write("values.yaml", &VALUES.replace("shop", "shoe"))?;
            repository.succeed("pgedge-tpl render -f values.yaml --output-dir manifests")?;
        } else {
            repository.write(file, text)?;
        }
        let (failed, said) = repository.job()?;
        assert!(
            failed.is_some_and(|failed| failed.contains(step)),
            "{step}: {said}"
        );
    }
    Ok(())
}

/// Nothing of the cluster was there before: a README only.
fn first_pull_request() -> Result<Repository> {
    let repository = Repository::new()?;
    repository.succeed("git rm -rq --cached . && echo shop > README && git add README")?;
    repository.succeed("git commit -q --amend -m base")?;
    Ok(repository)
}

#[test]
fn the_job_passes_on_the_first_pull_request() -> Result<()> {
    let (failed, said) = first_pull_request()?.job()?;
    assert_eq!(failed, None, "{said}");
    assert!(said.contains("9 to create"), "{said}");
    Ok(())
}

/// What the action runs, each step with its environment: the inputs as they are by default, and what GitHub puts in.
fn run_action(repository: &Repository) -> Result<(Option<String>, String)> {
    let action = fs::read_to_string(format!("{ROOT}/.github/actions/pgedge-tpl/action.yml"))?;
    let action: Value = serde_yaml::from_str(&action)?;
    let base = repository.succeed("git rev-parse HEAD")?;
    repository.succeed("git remote add origin .")?;
    let summary = repository.0.path().join("summary").display().to_string();
    let given = |word: &str| match word.strip_prefix("inputs.") {
        Some("comment") => "false".to_owned(),
        Some(input) => action["inputs"][input]["default"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        None if word.ends_with("base.sha") => base.trim().to_owned(),
        None => String::new(),
    };
    let mut all = String::new();
    let steps = action["runs"]["steps"].as_sequence().ok_or("no steps")?;
    for step in steps {
        let script = step["run"].as_str().ok_or("no script")?;
        assert!(
            !script.contains("${{"),
            "what others wrote reaches a script as a variable only"
        );
        let variables = step["env"].as_mapping().into_iter().flatten();
        let variables = variables.filter_map(|(name, value)| {
            let word = value
                .as_str()?
                .trim_start_matches("${{")
                .trim_end_matches("}}")
                .trim();
            Some((name.as_str()?.to_owned(), given(word)))
        });
        let mut variables: Vec<(String, String)> = variables.collect();
        variables.push(("CI".to_owned(), "true".to_owned()));
        variables.push(("GITHUB_STEP_SUMMARY".to_owned(), summary.clone()));
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let output = repository.run(script, &variables)?;
        all += &said(&output);
        if !output.status.success() {
            return Ok((step["name"].as_str().map(str::to_owned), all));
        }
    }
    all += &fs::read_to_string(summary)?;
    Ok((None, all))
}

#[test]
fn the_action_does_what_the_job_does() -> Result<()> {
    let (failed, said) = run_action(&first_pull_request()?)?;
    assert_eq!(failed, None, "{said}");
    assert!(said.contains("9 to create"), "{said}");
    let repository = Repository::new()?;
    let more = VALUES.replace("pgcat:\n", "pgcat:\n  minReplicas: 3\n");
    repository.write("values.yaml", &more)?;
    let (failed, said) = run_action(&repository)?;
    assert_eq!(failed.as_deref(), Some("manifests"), "{said}");
    let repository = Repository::new()?;
    repository.write("values.yaml", &more)?;
    repository.succeed("pgedge-tpl render -f values.yaml --output-dir manifests")?;
    let (failed, said) = run_action(&repository)?;
    assert_eq!(failed, None, "{said}");
    assert!(
        said.contains("file=values.yaml,line=6,title=taken-up"),
        "{said}"
    );
    Ok(())
}

/// The hooks of pre-commit.com are commands of the program.
#[test]
fn every_pre_commit_hook_runs() -> Result<()> {
    let hooks: Value = serde_yaml::from_str(&fs::read_to_string(format!(
        "{ROOT}/.pre-commit-hooks.yaml"
    ))?)?;
    let repository = Repository::new()?;
    let hooks = hooks.as_sequence().ok_or("no hooks")?;
    assert_eq!(hooks.len(), 3);
    for hook in hooks {
        let words = hook["args"]
            .as_sequence()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let words: Vec<&str> = hook["entry"].as_str().into_iter().chain(words).collect();
        repository.succeed(&words.join(" "))?;
    }
    Ok(())
}

#[test]
fn the_hook_refuses_a_commit_with_stale_manifests() -> Result<()> {
    let repository = Repository::new()?;
    repository.write(".git/hooks/pre-commit", &block("sh", "#!/bin/sh")?)?;
    repository.succeed("chmod +x .git/hooks/pre-commit")?;
    repository.succeed("git commit -q --allow-empty -m fine")?;
    repository.write("values.yaml", "gvc:\n  name: shop\nmultiZone: true\n")?;
    let output = repository.run("git commit -qam stale", &[])?;
    assert!(!output.status.success());
    assert!(
        said(&output).contains("changed  manifests/workload-shop-pgcat.yaml"),
        "{}",
        said(&output)
    );
    repository.succeed("pgedge-tpl render -f values.yaml --output-dir manifests")?;
    repository.succeed("git add . && git commit -qm fresh")?;
    Ok(())
}

/// Commit, apply, change a password, change a value, review, merge, apply: with the real client, from fresh clones.
#[test]
fn what_is_reviewed_is_what_is_applied() -> Result<()> {
    let repository = Repository::new()?;
    let platform = Recorder::start()?;
    let folder = repository.0.path();
    let bash = |script: &str, stdin: &str| -> Result<String> {
        let output = platform.run(
            folder,
            "bash",
            &["-euo", "pipefail", "-c", script],
            stdin.as_bytes(),
        )?;
        match output.status.success() {
            true => Ok(said(&output)),
            false => Err(format!("{script}: {}", said(&output)).into()),
        }
    };
    let apply = block("sh", "cpln apply --file manifests")?;
    assert_eq!(apply.trim(), "cpln apply --file manifests");

    // the secret is made as the notes say, and what is committed is applied
    let notes = commands(
        &repository.succeed("pgedge-tpl notes -f values.yaml --only prerequisites")?,
        "read -rs",
        "unset",
    );
    bash(
        &notes
            .replace("USERNAME", "app")
            .replace("DATABASE", "orders"),
        "first-marker\n",
    )?;
    bash(
        &format!("git clone -q repository one && cd one && {apply}"),
        "",
    )?;
    let puts = |requests: &[Request]| {
        requests
            .iter()
            .filter(|request| request.method == "PUT")
            .count()
    };
    assert_eq!(puts(&platform.requests()), 9, "{:#?}", platform.requests());

    // another password: no commit knows of it, and what is committed is still what is there
    let notes = commands(
        &repository.succeed("pgedge-tpl notes -f values.yaml --only scaling")?,
        "(umask",
        "--gvc shop",
    );
    let before = platform.requests().len();
    bash(
        &format!(
            "export EDITOR=\"sed -i s/first-marker/second-marker/\"; cd one; {}",
            notes.replace("\"${EDITOR:-vi}\"", "$EDITOR")
        ),
        "",
    )?;
    let requests = platform.requests().split_off(before);
    assert_eq!(puts(&requests), 1, "{requests:#?}");
    let restarted = requests
        .iter()
        .filter(|request| request.body.contains("cpln/deployTimestamp"));
    assert_eq!(restarted.count(), 2, "{requests:#?}");
    assert_eq!(bash("cd one; git status --porcelain", "")?, "");
    let plan = "pgedge-tpl plan manifests -f values.yaml --exit-code --deny-dangerous 2>/dev/null";
    assert_eq!(
        bash(&format!("cd one; {plan}"), "")?.lines().next(),
        Some("shop: nothing changes")
    );

    // another value: reviewed by the job, merged, applied from a fresh clone
    let more = VALUES.replace("pgcat:\n", "pgcat:\n  minReplicas: 3\n");
    repository.write("values.yaml", &more)?;
    repository.succeed("pgedge-tpl render -f values.yaml --output-dir manifests")?;
    let (failed, told) = repository.job()?;
    assert_eq!(failed, None, "{told}");
    assert!(
        told.contains("pgcat.minReplicas   2 → 3   (values.yaml:6)"),
        "{told}"
    );
    repository.succeed("git commit -qam change")?;
    bash(
        &format!("git clone -q repository two && cd two && {apply}"),
        "",
    )?;
    let pooler = platform
        .resource("/org/o/gvc/shop/workload/shop-pgcat")
        .ok_or("no pooler")?
        .to_string();
    assert!(
        pooler.contains("\"minScale\":3") && pooler.contains("cpln://secret/shop-login.password"),
        "{pooler}"
    );
    let login = platform
        .resource("/org/o/secret/shop-login")
        .ok_or("no secret")?;
    assert_eq!(
        login["data"],
        json!({ "username": "app", "password": "second-marker", "database": "orders" })
    );
    assert_eq!(
        bash(&format!("cd two; {plan}"), "")?.lines().next(),
        Some("shop: nothing changes")
    );

    // nothing that git keeps has ever held a password
    let kept = repository.succeed("git add -A; git log -p --all; git ls-files | xargs cat")?;
    assert!(
        kept.contains("shop-login") && !kept.contains("marker") && !kept.contains("[redacted]")
    );
    Ok(())
}

/// The lines of commands in notes, from the one that begins so to the one that holds that.
fn commands(notes: &str, first: &str, last: &str) -> String {
    let lines = notes
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.starts_with(first));
    let mut taken = String::new();
    for line in lines {
        taken += &format!("{line}\n");
        if line.contains(last) {
            break;
        }
    }
    taken
}

/// Credentials in the values after all: a change of one is never told as none, and goes its own way.
#[test]
fn a_password_in_the_values_is_applied_by_a_pipe() -> Result<()> {
    let repository = Repository::new()?;
    let platform = Recorder::start()?;
    let values = "gvc: {name: shop}\npostgres: {password: first-marker}\n";
    repository.write("values.yaml", values)?;
    repository.succeed("pgedge-tpl render -f values.yaml --redact --output-dir manifests")?;
    let committed = repository.succeed("cat manifests/*")?;
    assert!(!committed.contains("marker") && committed.contains("[redacted]"));
    repository.write("values.yaml", &values.replace("first", "second"))?;
    let plan = "pgedge-tpl plan manifests -f values.yaml --deny-dangerous";
    let output = repository.run(plan, &[])?;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("consequences that are denied: not-compared"),
        "{}",
        said(&output)
    );
    assert!(!said(&output).contains("marker"), "{}", said(&output));
    let readme = fs::read_to_string(format!("{ROOT}/README.md"))?;
    let pipe = "render -f values.yaml | cpln apply --file -";
    assert!(readme.contains(&format!("`{pipe}`")));
    let script = format!("pgedge-tpl {pipe}");
    let output = platform.run(&repository.folder(), "bash", &["-c", &script], b"")?;
    assert!(output.status.success(), "{}", said(&output));
    let login = platform
        .resource("/org/o/secret/shop-pgedge-config")
        .ok_or("no secret")?;
    assert_eq!(login["data"]["password"], "second-marker");
    // the folder itself is refused before anything is sent
    let before = platform.requests().len();
    let output = platform.run(
        &repository.folder(),
        "cpln",
        &["apply", "--file", "manifests"],
        b"",
    )?;
    let sent = platform.requests().split_off(before);
    assert!(
        !output.status.success() && sent.iter().all(|request| request.method != "PUT"),
        "{sent:#?}"
    );
    Ok(())
}
