//! `test`: cases beside their snapshots.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::Result;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(cases: &[(&str, &str)]) -> Result<Self> {
        let folder = Self(tempfile::tempdir()?);
        fs::create_dir_all(folder.path().join("tests/cases"))?;
        for (name, values) in cases {
            fs::write(folder.path().join("tests/cases").join(name), values)?;
        }
        Ok(folder)
    }

    /// With the snapshots of its cases.
    fn accepted(cases: &[(&str, &str)]) -> Result<Self> {
        let folder = Self::new(cases)?;
        let output = folder.run(&["--update"])?;
        assert!(output.status.success(), "{}", said(&output));
        Ok(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn snapshot(&self, name: &str) -> std::path::PathBuf {
        self.path().join("tests/snapshots").join(name)
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Output> {
        Ok(Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
            .arg("test")
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(environment.iter().copied())
            .output()?)
    }
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

const SHOP: (&str, &str) = (
    "shop.yaml",
    "# a shop\n# flags: --release shop --set 'image=ghcr.io/pgedge/pgedge-postgres:17.6'\npostgres:\n  password: correct-horse-battery\n",
);
const TYPO: (&str, &str) = ("typo.yaml", "gvc:\n  nam: x\n");

#[test]
fn update_then_compare() -> Result<()> {
    let folder = Folder::new(&[SHOP, TYPO])?;
    let output = folder.run(&["--update"])?;
    let expected = "new      tests/snapshots/shop.yaml\nnew      tests/snapshots/typo.err\n";
    assert_eq!(said(&output), expected);
    let output = folder.run(&[])?;
    assert_eq!(said(&output), "2 cases pass\n");
    assert_eq!(output.status.code(), Some(0));
    let snapshot = fs::read_to_string(folder.snapshot("shop.yaml"))?;
    assert!(snapshot.contains("name: shop-pgcat\n") && snapshot.contains("pgedge-postgres:17.6"));
    assert!(
        !snapshot.contains("correct-horse"),
        "credentials are redacted"
    );
    let refusal = fs::read_to_string(folder.snapshot("typo.err"))?;
    assert!(
        refusal.starts_with("error[unknown-key]: `gvc.nam`") && refusal.contains("typo.yaml:2:3")
    );
    let output = folder.run(&["--update"])?;
    assert_eq!(said(&output), "every snapshot is what its case gives\n");
    Ok(())
}

#[test]
fn the_snapshot_is_what_render_prints() -> Result<()> {
    let folder = Folder::accepted(&[SHOP])?;
    let file = folder.path().join("tests/cases/shop.yaml");
    let flags = [
        "--release",
        "shop",
        "--set",
        "image=ghcr.io/pgedge/pgedge-postgres:17.6",
    ];
    let render = ["render", "--redact", "-f", &file.display().to_string()];
    let printed = common::stdout(&[&render[..], &flags].concat())?;
    assert_eq!(fs::read_to_string(folder.snapshot("shop.yaml"))?, printed);
    Ok(())
}

#[test]
fn a_changed_byte_fails() -> Result<()> {
    let folder = Folder::accepted(&[SHOP])?;
    let file = folder.snapshot("shop.yaml");
    let snapshot = fs::read_to_string(&file)?;
    for (from, to) in [
        ("minScale: 2", "minScale: 3"),
        ("# every node", "# Every node"),
        ("\"17\"", "'17'"),
    ] {
        let changed = snapshot.replacen(from, to, 1);
        assert_ne!(changed, snapshot);
        fs::write(&file, changed)?;
        let output = folder.run(&[])?;
        assert_eq!(
            output.status.code(),
            Some(3),
            "{from} → {to}: {}",
            said(&output)
        );
        assert!(said(&output).contains("`tests/snapshots/shop.yaml` is not what the case gives"));
        assert!(said(&output).contains("1 of 1 case fail"));
    }
    Ok(())
}

#[test]
fn a_difference_is_a_plan_with_the_values_behind_it() -> Result<()> {
    let folder = Folder::accepted(&[("shop.yaml", "gvc: {name: shop}\n")])?;
    let values = "gvc: {name: shop}\npgcat:\n  minReplicas: 3\npostgres:\n  password: correct-horse-battery\n";
    fs::write(folder.path().join("tests/cases/shop.yaml"), values)?;
    let output = folder.run(&[])?;
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3));
    for line in [
        "    shop: 0 to create, 1 to change, 0 to delete\n",
        "        spec.localOptions[aws-us-west-2].autoscaling.minScale   2 → 3\n",
        "        because pgcat.minReplicas   2 → 3   (shop.yaml:3)\n",
        "    · no replica of shop-pgcat that runs restarts (taken-up)\n",
        "1 of 1 case fail; `pgedge-tpl test --update` accepts what they give now\n",
    ] {
        assert!(said.contains(line), "{line}is not in\n{said}");
    }
    assert!(!said.contains("horse"));
    Ok(())
}

#[test]
fn ten_differences_are_told_and_the_others_named() -> Result<()> {
    let names: Vec<String> = (10..22).map(|at| format!("c{at}.yaml")).collect();
    let cases: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "{}\n")).collect();
    let folder = Folder::accepted(&cases)?;
    for name in &names {
        let values = "multiZone: true\n";
        fs::write(folder.path().join("tests/cases").join(name), values)?;
    }
    let output = folder.run(&[])?;
    let said = said(&output);
    assert_eq!(said.matches("because multiZone").count(), 20, "{said}");
    assert!(said.contains("c20: `tests/snapshots/c20.yaml` is not what the case gives\nc21: "));
    assert!(said.contains("12 of 12 cases fail"));
    Ok(())
}

#[test]
fn a_refusal_that_changes_fails() -> Result<()> {
    let folder = Folder::accepted(&[TYPO])?;
    fs::write(
        folder.path().join("tests/cases/typo.yaml"),
        "gvc:\n  nme: x\n",
    )?;
    let output = folder.run(&[])?;
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("`gvc.nme`"), "{}", said(&output));
    fs::write(
        folder.path().join("tests/cases/typo.yaml"),
        "gvc:\n  name: shop\n",
    )?;
    let output = folder.run(&[])?;
    assert_eq!(output.status.code(), Some(3));
    assert!(
        said(&output).contains("was refused before"),
        "{}",
        said(&output)
    );
    let output = folder.run(&["--update"])?;
    let expected = "updated  tests/snapshots/typo.yaml\nremoved  tests/snapshots/typo.err\n";
    assert_eq!(said(&output), expected);
    assert_eq!(said(&folder.run(&[])?), "1 case passes\n");
    Ok(())
}

#[test]
fn a_missing_snapshot_says_what_to_run() -> Result<()> {
    let folder = Folder::new(&[SHOP])?;
    for environment in [&[][..], &[("CI", "true")]] {
        let output = folder.run_with(&[], environment)?;
        assert_eq!(output.status.code(), Some(3));
        let said = said(&output);
        assert!(
            said.contains("run `pgedge-tpl test --update shop`"),
            "{said}"
        );
        assert!(!folder.path().join("tests/snapshots").exists());
    }
    Ok(())
}

#[test]
fn nothing_is_written_under_ci() -> Result<()> {
    let folder = Folder::new(&[SHOP])?;
    let output = folder.run_with(&["--update"], &[("CI", "true")])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("writes nothing where CI is set"));
    assert!(!folder.path().join("tests/snapshots").exists());
    for not_ci in ["", "false", "0"] {
        assert!(
            folder
                .run_with(&["--update"], &[("CI", not_ci)])?
                .status
                .success()
        );
    }
    Ok(())
}

#[test]
fn an_orphan_fails_and_goes_with_an_update() -> Result<()> {
    let folder = Folder::accepted(&[SHOP])?;
    fs::write(folder.snapshot("old.yaml"), "")?;
    fs::write(folder.snapshot("README.md"), "mine")?;
    let output = folder.run(&[])?;
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("`tests/snapshots/old.yaml` has no case"));
    assert!(folder.run(&["--update", "shop"])?.status.success());
    assert!(
        folder.snapshot("old.yaml").exists(),
        "it is not of this case"
    );
    assert_eq!(
        said(&folder.run(&["--update"])?),
        "removed  tests/snapshots/old.yaml\n"
    );
    assert!(folder.snapshot("README.md").exists());
    Ok(())
}

#[test]
fn an_empty_run_fails() -> Result<()> {
    let output = Folder::new(&[])?.run(&[])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no cases in `tests/cases`"));
    for (dir, missing) in [("elsewhere", "elsewhere"), ("empty", "empty/cases")] {
        let folder = Folder::new(&[])?;
        fs::create_dir(folder.path().join("empty"))?;
        let output = folder.run(&["--dir", dir])?;
        assert_eq!(output.status.code(), Some(1));
        let missing = format!("`{missing}`: there is no such folder");
        assert!(said(&output).contains(&missing), "{}", said(&output));
    }
    Ok(())
}

#[test]
fn cases_are_run_by_their_names_and_in_folders() -> Result<()> {
    let folder = Folder::new(&[SHOP, TYPO])?;
    fs::create_dir(folder.path().join("tests/cases/eu"))?;
    fs::write(
        folder.path().join("tests/cases/eu/shop.yaml"),
        "gvc: {name: shop-eu}\n",
    )?;
    fs::write(folder.path().join("tests/cases/eu/shop.json"), "{}")?;
    let output = folder.run(&["--update", "eu/shop"])?;
    let expected = "new      tests/snapshots/eu/shop.yaml\nnot run: `tests/cases/eu/shop.json`: a case is a .yaml file\n";
    assert_eq!(said(&output), expected);
    fs::remove_file(folder.path().join("tests/cases/eu/shop.json"))?;
    assert_eq!(said(&folder.run(&["eu/shop"])?), "1 case passes\n");
    let output = folder.run(&["shop", "eu/shop"])?;
    assert!(
        said(&output).contains("1 of 2 cases fail"),
        "{}",
        said(&output)
    );
    assert!(folder.run(&["--update"])?.status.success());
    fs::remove_file(folder.path().join("tests/cases/eu/shop.yaml"))?;
    let output = folder.run(&["--update"])?;
    assert_eq!(said(&output), "removed  tests/snapshots/eu/shop.yaml\n");
    let output = folder.run(&["tests"])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("named by a flag: `--dir tests`"),
        "{}",
        said(&output)
    );
    Ok(())
}

#[test]
fn every_line_is_shown_beside_the_plan() -> Result<()> {
    let folder = Folder::accepted(&[("shop.yaml", "gvc: {name: shop}\n")])?;
    fs::write(
        folder.path().join("tests/cases/shop.yaml"),
        "gvc: {name: shop}\nmultiZone: true\n",
    )?;
    let line = "    +      enabled: true\n";
    let without = said(&folder.run(&[])?);
    assert!(!without.contains(line), "{without}");
    let with = said(&folder.run(&["--diff"])?);
    assert!(
        with.contains("because multiZone") && with.contains(line),
        "{with}"
    );
    Ok(())
}

#[test]
fn update_of_one_case_writes_only_this() -> Result<()> {
    let folder = Folder::new(&[SHOP, TYPO])?;
    assert_eq!(
        said(&folder.run(&["--update", "typo"])?),
        "new      tests/snapshots/typo.err\n"
    );
    let output = folder.run(&["--update", "tpyo"])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("allowed: shop, typo"),
        "{}",
        said(&output)
    );
    Ok(())
}

#[test]
fn files_in_flags_are_beside_the_case() -> Result<()> {
    let folder = Folder::new(&[("shop.yaml", "# flags: -f ../base.yaml\nmultiZone: true\n")])?;
    fs::write(
        folder.path().join("tests/base.yaml"),
        "multiZone: false\nrelease: based\n",
    )?;
    assert!(folder.run(&["--update"])?.status.success());
    let snapshot = fs::read_to_string(folder.snapshot("shop.yaml"))?;
    assert!(
        snapshot.contains("based-pgcat") && snapshot.contains("multiZone:\n      enabled: true")
    );
    Ok(())
}

/// What the program wrote itself it need not read back; what the user's own templates write, it must.
#[test]
fn documents_of_own_templates_are_checked_though_nothing_changed() -> Result<()> {
    let case = ("own.yaml", "# flags: --templates templates\n");
    let folder = Folder::new(&[case])?;
    let template = folder
        .path()
        .join("tests/cases/templates/manifests/gvc.yaml.j2");
    fs::create_dir_all(template.parent().unwrap_or(Path::new("")))?;
    let right = include_str!("../templates/manifests/gvc.yaml.j2");
    let wrong = |text: &str| text.replace("description: Locations", "nickname: Locations");
    fs::write(&template, right)?;
    let output = folder.run(&["--update"])?;
    assert!(output.status.success(), "{}", said(&output));
    fs::write(&template, wrong(right))?;
    let snapshot = folder.snapshot("own.yaml");
    fs::write(&snapshot, wrong(&fs::read_to_string(&snapshot)?))?;
    let said = said(&folder.run(&[])?);
    assert!(
        said.contains("refused now") && said.contains("`nickname`"),
        "{said}"
    );
    Ok(())
}

#[test]
fn wrong_flags_are_wrong_input() -> Result<()> {
    for (flags, expected) in [
        (
            "--relase x",
            "`tests/cases/a.yaml`: flags: unexpected argument '--relase' found",
        ),
        ("--set 'x", "a quote is not closed"),
        ("-f -", "a case has no standard input"),
    ] {
        let folder = Folder::new(&[("a.yaml", &format!("# flags: {flags}\n"))])?;
        let output = folder.run(&["--update"])?;
        let refused = fs::read_to_string(folder.snapshot("a.err")).unwrap_or_default();
        let said = said(&output) + &refused;
        assert!(said.contains(expected), "{said}");
    }
    Ok(())
}

#[test]
fn junit_holds_every_result() -> Result<()> {
    let folder = Folder::accepted(&[SHOP, TYPO])?;
    fs::write(
        folder.path().join("tests/cases/typo.yaml"),
        "gvc:\n  'a<&\"b': x\n",
    )?;
    let output = folder.run(&["--junit", "results.xml"])?;
    assert_eq!(output.status.code(), Some(3));
    let xml = fs::read_to_string(folder.path().join("results.xml"))?;
    assert!(xml.contains("<testsuite name=\"tests\" tests=\"2\" failures=\"1\" errors=\"0\">"));
    assert!(xml.contains("name=\"shop\" file=\"tests/cases/shop.yaml\"/>"));
    assert!(
        xml.contains("<failure message=\"`tests/snapshots/typo.err` is not what the case gives\">")
    );
    assert!(xml.contains("a&lt;&amp;"), "{xml}");
    Ok(())
}
