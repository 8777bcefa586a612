//! The cluster as a picture: as text, for Mermaid and as SVG, and what a change does to it.

mod common;

use std::fs;

use common::{Result, program, stdout};

const VALUES: &str = "gvc:
  name: shop
  locations:
    - name: aws-us-west-2
      replicas: 2
    - name: aws-eu-central-1
      replicas: 1
postgres: {password: hunter2}
backup:
  enabled: true
  aws: {bucket: acme-dumps, cloudAccountName: acme, policyName: acme}
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Result<Self> {
        let folder = Self(tempfile::tempdir()?);
        fs::write(folder.0.path().join("values.yaml"), VALUES)?;
        Ok(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

#[test]
fn as_text() -> Result<()> {
    let folder = Folder::new()?;
    let said = stdout(&[
        "notes",
        "--only",
        "topology",
        "-f",
        &folder.file("values.yaml"),
    ])?;
    let expected = "\
What runs where
===============

shop-pgedge: 3 nodes in 2 locations

  applications
      |  port 5432
      v
  shop-pgcat (2 to 4 in each location)
      |  writes: to one node, the first that is ready in this order
      |  reads: there too
      v
  +---------------+ +------------------+
  | aws-us-west-2 | | aws-eu-central-1 |
  |               | |                  |
  | replica-0     | | replica-0        |
  | replica-1     | +------------------+
  +---------------+
  <-- Spock: every node sends its changes to every other -->
      |
      v
  shop-pgedge-backup (0 2 * * *, in aws-us-west-2)
      |  dumps
      v
  s3://acme-dumps/pgedge/backups/
";
    assert_eq!(said, expected);
    Ok(())
}

#[test]
fn for_mermaid_and_as_svg() -> Result<()> {
    let folder = Folder::new()?;
    let values = folder.file("values.yaml");
    let mermaid = stdout(&["notes", "-o", "mermaid", "-f", &values])?;
    for line in [
        "flowchart TB\n",
        "  subgraph location1[\"aws-eu-central-1\"]\n    node1_0[(\"replica-0\")]\n  end\n",
        "  bucket[/\"s3://acme-dumps/pgedge/backups/\"/]\n",
    ] {
        assert!(mermaid.contains(line), "{line} is not in\n{mermaid}");
    }
    let svg = stdout(&["notes", "-o", "svg", "-f", &values])?;
    for text in [
        "replica-1",
        "aws-eu-central-1",
        "shop-pgcat",
        "s3://acme-dumps/pgedge/backups/",
    ] {
        assert!(
            svg.contains(&format!(">{text}</text>")),
            "{text} is not in\n{svg}"
        );
    }
    assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    assert!(!(mermaid + &svg).contains("hunter2"));
    Ok(())
}

#[test]
fn a_plan_shows_a_change_of_topology_only() -> Result<()> {
    let folder = Folder::new()?;
    let (values, old) = (folder.file("values.yaml"), folder.file("old.yaml"));
    fs::write(&old, program(&["render", "-f", &values])?.stdout)?;
    let plan = |flags: &[&str]| {
        stdout(&[&["plan", &old, "-o", "markdown", "-f", &values], flags].concat())
    };
    let more = plan(&[
        "--set",
        "gvc.locations[1].replicas=2,gvc.locations[0].replicas=1",
    ])?;
    let block = more
        .split("```mermaid\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let block = block.ok_or_else(|| format!("no picture in\n{more}"))?;
    assert!(block.contains("  style node1_1 stroke:#1a7f37"), "{block}");
    assert!(block.contains("  style node0_1 stroke:#cf222e"), "{block}");
    let same = plan(&["--set", "resources.minCpu=1"])?;
    assert!(
        same.contains("resources.minCpu") && !same.contains("mermaid"),
        "{same}"
    );
    // what others wrote into a manifest ends neither the label nor the block
    let hostile =
        fs::read_to_string(&old)?.replace("name: shop-pgcat", "name: \"a\\\"]\\n```\\n<b>-pgcat\"");
    fs::write(&old, hostile)?;
    let said = program(&["plan", &old, "-o", "markdown", "-f", &values])?;
    let said = String::from_utf8(said.stdout)?;
    assert!(!said.contains("<b>"), "{said}");
    Ok(())
}
