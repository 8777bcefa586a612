//! What the start script of the nodes says of the place that it runs in: its own functions, without a cluster.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use common::{Result, documents, payload};

/// Runs some of the script's functions, in a directory with programs that stand in for those of the image.
fn say(programs: &[(&str, &str)], commands: &str) -> Result<String> {
    let image = tempfile::tempdir()?;
    let script = payload(&documents(&[])?, "-pgedge-startup")?;
    // all but what runs at the end
    let functions = script
        .split("# libpq reads these")
        .next()
        .unwrap_or_default();
    for (path, text) in programs {
        let path = image.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    let file = image.path().join("start.sh");
    fs::write(&file, &script)?;
    let prelude =
        "replica=0 location=aws-us-west-2 self=aws_us_west_2_0 PGDATA=/nowhere; load_members\n";
    let output = Command::new("bash")
        .args(["-c", &format!("{functions}\n{prelude}{commands}")])
        .arg(file)
        .env(
            "PATH",
            format!("{}/bin:/usr/bin:/bin", image.path().display()),
        )
        .output()?;
    Ok(String::from_utf8(output.stderr)?)
}

fn postgres(major: u8) -> String {
    format!("#!/bin/sh\necho 'postgres (PostgreSQL) {major}.1'\n")
}

#[test]
fn another_major_of_postgresql_or_spock_is_refused_in_words() -> Result<()> {
    let control = "share/postgresql/extension/spock.control";
    for (major, spock, said) in [
        (17, "5.0.13", ""),
        (
            17,
            "6.0.0",
            "FATAL: the image has Spock 6.0.0, and this script is for Spock 5: nothing was changed",
        ),
        (
            18,
            "5.0.13",
            "FATAL: the image has PostgreSQL 18, and this script is for 17: nothing was changed",
        ),
    ] {
        let control_text = format!("default_version = '{spock}'\n");
        let found = say(
            &[("bin/postgres", &postgres(major)), (control, &control_text)],
            "check_image",
        )?;
        assert_eq!(found.is_empty(), said.is_empty(), "{found}");
        assert!(found.contains(said), "{found}");
    }
    Ok(())
}

#[test]
fn a_node_that_the_values_do_not_have_ends_with_a_sentence() -> Result<()> {
    let commands = "self=gcp_us_east1_7; check_location";
    let found = say(&[], commands)?;
    assert!(
        found.contains("FATAL: the values have no node gcp_us_east1_7 (they have aws_us_west_2_0 ")
            && found.lines().count() == 1,
        "{found}"
    );
    Ok(())
}

#[test]
fn a_location_that_the_gvc_lacks_is_named() -> Result<()> {
    // the answer of the platform, to who has the token
    let curl = "#!/bin/sh\n\
        [ \"$(cat)\" = 'Authorization: token' ] && [ \"$6\" = http://api/org/shop/gvc/db ] || exit 22\n\
        echo '{\"spec\":{\"staticPlacement\":{\"locationLinks\":[\"//location/aws-us-west-2\",\"/org/shop/location/aws-eu-central-1\"]}}}'\n";
    let ask = "CPLN_ENDPOINT=http://api CPLN_ORG=shop CPLN_GVC=db CPLN_TOKEN=token; name_missing_locations";
    let found = say(&[("bin/curl", curl)], ask)?;
    assert!(
        found.contains("the GVC db does not have the location aws-us-east-2 of the values"),
        "{found}"
    );
    let curl = curl.replace("[\"//", "[\"//location/aws-us-east-2\",\"//");
    let found = say(&[("bin/curl", &curl)], ask)?;
    assert!(found.is_empty(), "{found}");
    Ok(())
}
