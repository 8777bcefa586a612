//! What stands between a pull request and a database must not be passed blind: whose a resource is, what was not
//! compared, what is refused.

mod common;

use std::fs;
use std::process::{Command, Output, Stdio};

use common::Result;
use common::folder::Folder;
use common::recorder::apply;
use pulldown_cmark::{Event, Options, Parser};

impl Folder {
    fn new(values: &str) -> Result<Self> {
        let folder = Self::empty()?;
        folder.write("values.yaml", values)?;
        Ok(folder)
    }

    /// Words are split at blanks.
    fn run(&self, command: &str) -> Result<Output> {
        Ok(self.command(command).stdin(Stdio::null()).output()?)
    }

    fn command(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"));
        program
            .args(command.split_whitespace())
            .current_dir(self.path())
            .env_clear();
        program
    }

    /// Runs it, which must end with this status; gives both outputs.
    fn says(&self, command: &str, status: i32) -> Result<String> {
        let output = self.run(command)?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said)?;
        match output.status.code() == Some(status) {
            true => Ok(said),
            false => Err(format!("{command}: {:?}\n{said}", output.status).into()),
        }
    }
}

const SHOP: &str = "gvc: {name: shop}\npostgres: {password: correct-horse-battery}\n";

fn rendered() -> Result<Folder> {
    let folder = Folder::new(SHOP)?;
    let old = folder.run("render -f values.yaml")?.stdout;
    fs::write(folder.path().join("live.yaml"), old)?;
    Ok(folder)
}

fn holds(said: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(said.contains(wanted), "{wanted}\nis not in\n{said}");
    }
}

#[test]
fn a_gvc_that_others_manage_is_not_deleted() -> Result<()> {
    let folder = rendered()?;
    let plan = "plan live.yaml -f values.yaml --set gvc.create=false --deny-dangerous --exit-code";
    let said = folder.says(plan, 3)?;
    holds(
        &said,
        &[
            "shop: 1 to create, 0 to change, 0 to delete, 1 to stay\n",
            "= gvc shop\n+ policy shop-pgedge-gvc-policy\n    because gvc.create   true → false   (--set)",
            "· the GVC shop stays as it is: its locations are managed elsewhere from now on\n  (gvc-left)",
        ],
    );
    assert!(!said.contains("delete shop"), "{said}");
    Ok(())
}

#[test]
fn only_what_is_ours_is_in_a_plan() -> Result<()> {
    let folder = rendered()?;
    let live = fs::read_to_string(folder.path().join("live.yaml"))?;
    let others = "---
kind: workload
name: storefront
gvc: shop
---
kind: domain
name: shop.example.com
---
kind: policy
name: storefront-policy
---
kind: secret
name: storefront
tags: {app.cpln.io/instance: storefront}
---
kind: secret
name: shop-old
";
    folder.write("more.yaml", &(live + others))?;
    let said = folder.says("plan more.yaml -f values.yaml --exit-code", 3)?;
    holds(
        &said,
        &[
            "shop: no difference was seen, 1 not compared\n",
            "secret shop-old: has no tag that says whose it is",
            "note: 4 resources there are of something else: left as they are\n",
        ],
    );
    assert!(!said.contains("delete"), "{said}");
    assert!(!said.contains("storefront"), "{said}");
    Ok(())
}

#[test]
fn a_wrong_folder_is_no_list_of_deletions() -> Result<()> {
    let folder = rendered()?;
    let other = folder
        .run("render --set gvc.name=other --set backup.enabled=true")?
        .stdout;
    fs::create_dir(folder.path().join("other"))?;
    fs::write(folder.path().join("other/all.yaml"), other)?;
    let said = folder.says("plan other -f values.yaml --deny-dangerous", 1)?;
    holds(
        &said,
        &[
            "shop: 10 to create, 0 to change, 0 to delete\n",
            "a second, empty cluster",
            "note: 12 resources there are of the cluster `other`: left as they are\n",
            "consequences that are denied: new-cluster\n",
        ],
    );
    assert!(!said.contains("cpln"), "{said}");
    Ok(())
}

#[test]
fn what_holds_data_has_no_command_and_the_rest_is_in_the_order_that_works() -> Result<()> {
    let folder = rendered()?;
    let old = folder
        .run("render -f values.yaml --set backup.enabled=true")?
        .stdout;
    fs::write(folder.path().join("live.yaml"), old)?;
    folder.write(
        "new.yaml",
        "kind: secret\nname: shop-pgcat-config\ntags: {app.cpln.io/instance: shop}\n",
    )?;
    let said = folder.says("plan live.yaml new.yaml --deny-dangerous", 1)?;
    for precious in [
        "workload shop-pgedge ",
        "volumeset shop-pgedge-vs",
        "gvc shop",
    ] {
        holds(
            &said,
            &[&format!("! {precious}", precious = precious.trim_end())],
        );
        assert!(!said.contains(&format!("delete {precious}")), "{said}");
    }
    let place = |kind: &str| said.find(&format!("`cpln {kind} delete"));
    let places: Vec<Option<usize>> = ["workload", "policy", "identity", "secret"]
        .iter()
        .map(|kind| place(kind))
        .collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?}\n{said}"
    );
    holds(
        &said,
        &["holds-data: dangerous", "holds-data, no-more-backups\n"],
    );
    Ok(())
}

#[test]
fn a_redacted_side_hides_no_change() -> Result<()> {
    let folder = Folder::new(SHOP)?;
    folder.says("render -f values.yaml --redact --output-dir manifests", 0)?;
    for change in ["password=another-horse", "username=app", "database=orders"] {
        let plan =
            |flags: &str| format!("plan manifests -f values.yaml --set postgres.{change} {flags}");
        let said = folder.says(&plan(""), 0)?;
        holds(
            &said,
            &[
                "shop: no difference was seen, 1 not compared\n",
                "not-compared: dangerous",
            ],
        );
        folder.says(&plan("--exit-code"), 3)?;
        for deny in [
            "--deny credentials",
            "--deny first-boot-only",
            "--deny-dangerous",
            "--deny restart,not-compared",
        ] {
            let said = folder.says(&plan(deny), 1)?;
            holds(&said, &["consequences that are denied: not-compared\n"]);
        }
        folder.says(&plan("--deny-dangerous --allow not-compared"), 0)?;
    }
    // what is not secret is compared as ever, also where both sides are redacted
    let said = folder.says(
        "plan manifests -f values.yaml --set pgcat.poolMode=session",
        0,
    )?;
    holds(
        &said,
        &[
            "-pool_mode = \"transaction\"".replace('-', "- ").as_str(),
            "because pgcat.poolMode",
        ],
    );
    folder.says("render -f values.yaml --redact --output-dir next", 0)?;
    let said = folder.says("plan manifests next --exit-code", 3)?;
    holds(&said, &["shop: no difference was seen, 1 not compared\n"]);
    Ok(())
}

#[test]
fn a_redacted_folder_cannot_be_applied() -> Result<()> {
    let folder = Folder::new(SHOP)?;
    folder.says("render -f values.yaml --redact --output-dir manifests", 0)?;
    let (output, requests) = apply(folder.path(), "manifests", b"")?;
    let said = String::from_utf8(output.stderr)?;
    assert!(!output.status.success(), "{said}");
    assert!(
        requests.iter().all(|request| request.method != "PUT"),
        "{requests:?}"
    );
    holds(&said, &["does not contain a \"kind\" property"]);
    let stream = folder.run("render -f values.yaml --redact")?.stdout;
    let (output, requests) = apply(folder.path(), "-", &stream)?;
    assert!(
        !output.status.success() && requests.is_empty(),
        "{requests:?}"
    );
    Ok(())
}

#[test]
fn a_mask_is_no_value() -> Result<()> {
    let folder = Folder::new(SHOP)?;
    let merged = folder.run("values -f values.yaml")?.stdout;
    fs::write(folder.path().join("merged.yaml"), merged)?;
    for command in [
        "render -f merged.yaml",
        "plan nothing --new -f merged.yaml",
        "lint --set postgres.username=[redacted]",
    ] {
        let said = folder.says(command, 1)?;
        holds(
            &said,
            &["`[redacted]` is what is printed in place of a value"],
        );
    }
    Ok(())
}

#[test]
fn nothing_at_all_is_refused_unless_it_is_said() -> Result<()> {
    let folder = rendered()?;
    folder.write("empty.yaml", "")?;
    folder.write("blank.yaml", "---\n# nothing\n---\n")?;
    folder.write("folder/README.md", "no manifest")?;
    for old in ["-", "empty.yaml", "blank.yaml", "folder"] {
        let said = folder.says(&format!("plan {old} -f values.yaml"), 1)?;
        holds(
            &said,
            &["holds no manifest", "--new says that there is nothing yet"],
        );
        let said = folder.says(&format!("plan {old} --new -f values.yaml --exit-code"), 3)?;
        holds(&said, &["shop: 10 to create, 0 to change, 0 to delete\n"]);
    }
    folder.says("plan not-there --new -f values.yaml", 0)?;
    let said = folder.says("plan live.yaml --new -f values.yaml", 1)?;
    holds(
        &said,
        &["`live.yaml` holds 10 manifests, but --new says that there is nothing yet"],
    );
    Ok(())
}

#[test]
fn a_gvc_of_another_name_takes_the_secrets_along() -> Result<()> {
    let folder = Folder::new("gvc: {name: shop}\nrelease: prod\n")?;
    let old = folder.run("render -f values.yaml")?.stdout;
    fs::write(folder.path().join("live.yaml"), old)?;
    let said = folder.says("plan live.yaml -f values.yaml --set gvc.name=store", 0)?;
    holds(
        &said,
        &[
            "replicas restart, and then not",
            "prod: 5 to create, 3 to change, 0 to delete, 5 to stay\n",
            "`prod-pgedge-policy`",
            "new-cluster:",
        ],
    );
    assert!(!said.contains("delete prod"), "{said}");
    Ok(())
}

#[test]
fn what_is_no_manifest_is_named() -> Result<()> {
    let folder = rendered()?;
    folder.says("render -f values.yaml --output-dir manifests", 0)?;
    folder.write("manifests/kustomization.yaml", "resources: [a.yaml]\n")?;
    let said = folder.says("plan manifests -f values.yaml --exit-code", 0)?;
    holds(
        &said,
        &["note: `manifests/kustomization.yaml`: a document without `kind` and `name`:"],
    );
    let said = folder.says("plan values.yaml -f values.yaml", 1)?;
    holds(&said, &["a values file? `render` makes manifests of it"]);
    folder.write(
        "run-together.yaml",
        "kind: gvc\nname: a\nkind: secret\nname: b\n",
    )?;
    let said = folder.says("plan run-together.yaml -f values.yaml", 1)?;
    holds(
        &said,
        &[
            "`run-together.yaml`, line 3: `kind`: this key is given twice",
            "put a line `---` between them",
        ],
    );
    Ok(())
}

/// What a terminal, a runner of GitHub or a shell would do something with.
const HOSTILE: &str =
    "\u{1b}]52;c;aGk=\u{7}\u{1b}[2J\r\n::error::x\u{9b}31m\u{202e}`$(touch x)`|<img src=x>";

fn is_harmless(command: &str, output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        let said = String::from_utf8_lossy(stream);
        let bare = ["\u{1b}[0m", "\u{1b}[1m"]
            .iter()
            .fold(said.to_string(), |said, code| said.replace(code, ""));
        for hidden in ['\u{1b}', '\u{7}', '\r', '\u{9b}', '\u{202e}'] {
            assert!(!bare.contains(hidden), "{command}: {hidden:?} in\n{bare:?}");
        }
        assert!(
            !bare.lines().any(|line| line.starts_with("::error::x")),
            "{command}:\n{bare}"
        );
    }
}

#[test]
fn hostile_texts_do_nothing() -> Result<()> {
    let folder = rendered()?;
    // as escapes, which every reader takes
    let escape = |c: char| match c {
        ' '..='~' if c != '"' => c.to_string(),
        c => format!("\\u{:04x}", u32::from(c)),
    };
    let text = format!("\"{}\"", HOSTILE.chars().map(escape).collect::<String>());
    let live = fs::read_to_string(folder.path().join("live.yaml"))?;
    let changed = live
        .replace(
            "description: Configuration of the pgcat pooler",
            &format!("description: {text}"),
        )
        .replace("suspend: false", &format!("suspend: {text}"))
        .replace(
            "  encoding: plain",
            &format!("  {text}: {text}\n  encoding: plain"),
        )
        + &format!(
            "---\nkind: secret\nname: shop-x\ntags: {{app.cpln.io/instance: {text}, app.cpln.io/managed-by: pgedge-tpl}}\n"
        );
    folder.write("hostile.yaml", &changed)?;
    for look in ["human", "json", "markdown", "github"] {
        let command = format!("plan hostile.yaml -f values.yaml -o {look}");
        let output = folder.run(&command)?;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        is_harmless(&command, &output);
        let said = String::from_utf8(output.stdout)?;
        if look == "markdown" {
            let events = Parser::new_ext(&said, Options::ENABLE_TABLES);
            let html = events.filter_map(|event| match event {
                Event::Html(html) | Event::InlineHtml(html) => Some(html.to_string()),
                _ => None,
            });
            let html: String = html.collect();
            assert!(
                html.contains("<details>") && !html.contains("<img"),
                "{said}"
            );
        }
    }
    for (kind, name) in [
        ("secret", HOSTILE),
        (HOSTILE, "x"),
        ("secret", "$(touch x)"),
        ("secret", "a;b"),
        ("secret", "-x"),
    ] {
        let document = serde_json::json!({ "kind": kind, "name": name });
        folder.write("name.json", &document.to_string())?;
        let output = folder.run("plan name.json -f values.yaml")?;
        assert_eq!(output.status.code(), Some(1), "{name:?}");
        is_harmless("plan name.json", &output);
    }
    let file = format!("{HOSTILE}.yaml").replace('/', "-");
    let path = folder.path().join(&file);
    for content in [
        "a: [\n",
        "nothing: here\n",
        "gvc: {nme: x}\n",
        "kind: gvc\nname: a\nkind: b\n",
    ] {
        fs::write(&path, content)?;
        for arguments in [
            vec!["plan", &file, "-f", "values.yaml"],
            vec!["plan", ".", "-f", "values.yaml"],
            vec!["render", "-f", &file],
            vec!["render", "-f", &file, "--format", "github"],
            vec!["lint", "-f", "values.yaml", "--set-file", &file],
            vec!["migrate", &file],
            vec!["render", "--output-dir", &file],
            vec!["render", "--templates", &file],
            vec!["test", &file],
            vec!["render", "--only", HOSTILE],
            vec!["render", "--set", HOSTILE],
            vec!["explain", HOSTILE],
            vec!["plan", "live.yaml", "--deny", HOSTILE],
        ] {
            let output = folder.command("").args(&arguments).output()?;
            is_harmless(&format!("{arguments:?}"), &output);
        }
    }
    let values = serde_json::json!({ "postgres": { "username": "x", HOSTILE: HOSTILE, "password": "p" }, HOSTILE: 1 });
    folder.write("hostile-values.yaml", &values.to_string())?;
    for command in [
        "migrate hostile-values.yaml --credentials-secret login",
        "render -f hostile-values.yaml",
        "lint -f hostile-values.yaml",
    ] {
        let output = folder.run(command)?;
        // the product of `migrate` is the text itself
        is_harmless(
            command,
            &Output {
                stdout: Vec::new(),
                ..output
            },
        );
    }
    Ok(())
}

#[test]
fn redacted_manifests_hold_no_secret() -> Result<()> {
    let values = "gvc: {name: shop}
tags: {api-token: tag-hunter2}
postgres:
  password: hunter2
  parameters:
    myapp.conninfo: host=a password=conn-hunter2
    myapp.passphrase_command: echo phrase-hunter2
    myapp.archive_command: AWS_SECRET_ACCESS_KEY=key-hunter2 aws s3 cp %p s3://b/%f
    myapp.restore_command: fetch --secret-key blank-hunter2 %f
";
    let folder = Folder::new(values)?;
    let redacted = folder.run("render -f values.yaml --redact")?;
    assert!(redacted.status.success());
    let said = String::from_utf8(redacted.stdout)?;
    assert!(
        !said.contains("hunter2"),
        "{}",
        said.lines()
            .filter(|line| line.contains("hunter2"))
            .collect::<String>()
    );
    let plain = String::from_utf8(folder.run("render -f values.yaml")?.stdout)?;
    for secret in ["conn", "phrase", "key", "blank", "tag"] {
        assert!(plain.contains(&format!("{secret}-hunter2")), "{secret}");
    }
    folder.write("tests/cases/shop.yaml", values)?;
    folder.says("test --update", 0)?;
    let snapshot = fs::read_to_string(folder.path().join("tests/snapshots/shop.yaml"))?;
    assert_eq!(snapshot, said);
    // a change of one of them is not seen, and that is said
    folder.write("old.yaml", &said)?;
    let said = folder.says("plan old.yaml -f values.yaml --set postgres.parameters.myapp\\.conninfo=password\\=other --deny-dangerous", 1)?;
    holds(
        &said,
        &["secret shop-pgedge-startup: redacted, so a change cannot be seen: `payload`"],
    );
    Ok(())
}

#[test]
fn a_migration_says_where_the_password_still_is() -> Result<()> {
    let folder = Folder::new("")?;
    folder.write(
        "old.yaml",
        "postgres:
  # hunter2 until March
  ? username
  : app
  ? password
  : hunter2
  pasword: hunter3
  database: orders
",
    )?;
    let output = folder.run("migrate old.yaml --credentials-secret login")?;
    let (values, said) = (
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    );
    assert!(!values.contains(": hunter2\n"), "{values}");
    holds(
        &said,
        &[
            "line 2 of the new values may still hold the password",
            "old.yaml:7: `postgres.pasword`",
        ],
    );
    let hunter3 = values.lines().position(|line| line.contains("hunter3"));
    if let Some(at) = hunter3 {
        holds(
            &said,
            &[&format!(
                "line {} of the new values may still hold the password",
                at + 1
            )],
        );
    }
    assert!(!said.contains("hunter"), "{said}");
    folder.write("new.yaml", &values)?;
    folder.says("render -f new.yaml", 0)?;
    Ok(())
}

/// Found by random files: a key in the wrong place is a comment afterwards, with its password.
#[test]
fn a_password_in_the_wrong_place_is_told() -> Result<()> {
    let folder = Folder::new("")?;
    folder.write(
        "old.yaml",
        "gvc: {name: shop}\nresources:\n  password: marker-horse\n",
    )?;
    let said = folder.says("migrate old.yaml --credentials-secret login", 0)?;
    holds(
        &said,
        &["line 4 of the new values may still hold the password"],
    );
    Ok(())
}

#[test]
fn snapshots_behind_a_link_stay() -> Result<()> {
    let folder = Folder::new("")?;
    folder.write("tests/cases/shop.yaml", SHOP)?;
    folder.write("elsewhere/theirs.yaml", "mine\n")?;
    std::os::unix::fs::symlink("../elsewhere", folder.path().join("tests/snapshots"))?;
    let said = folder.says("test --update", 1)?;
    holds(&said, &["is a link"]);
    assert!(folder.path().join("elsewhere/theirs.yaml").exists());
    Ok(())
}

#[test]
fn cases_that_are_not_run_are_named() -> Result<()> {
    let folder = Folder::new("")?;
    folder.write("tests/cases/shop.yaml", SHOP)?;
    folder.write("tests/cases/more/other.yaml", SHOP)?;
    folder.write("tests/cases/json.json", "{}")?;
    folder.says("test --update", 0)?;
    let said = folder.says("test", 0)?;
    holds(&said, &["not run: `tests/cases/json.json`", "2 cases pass"]);
    let snapshot = folder.path().join("tests/snapshots/shop.yaml");
    let text = fs::read_to_string(&snapshot)?.replace('\n', "\r\n");
    fs::write(&snapshot, text)?;
    folder.says("test", 0)?;
    Ok(())
}

/// A number that one reader of YAML takes and another does not once made a whole document vanish from the plan.
#[test]
fn no_document_vanishes() -> Result<()> {
    let folder = rendered()?;
    let tags = "{% include 'manifests/_tags.yaml.j2' %}\n";
    let gvc = include_str!("../templates/manifests/gvc.yaml.j2");
    let own = gvc.replace(tags, &format!("{tags}  large: 18446744073709551616\n"));
    folder.write("own/manifests/gvc.yaml.j2", &own)?;
    let plan = "plan live.yaml -f values.yaml --templates own --exit-code";
    holds(
        &folder.says(plan, 3)?,
        &[
            "shop: 0 to create, 1 to change, 0 to delete\n",
            "~ gvc shop",
        ],
    );
    Ok(())
}
