//! The table of settings is what the server says of itself.

use std::fs;

use crate::common::Result;
use crate::server::Server;

#[test]
fn the_table_is_the_servers() -> Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/values/setting");
    let server = Server::new()?;
    server.start("", "")?;
    let settings = server.sql(&fs::read_to_string(format!("{folder}/postgres-17.sql"))?)?;
    assert_eq!(
        fs::read_to_string(format!("{folder}/postgres-17.tsv"))?,
        settings
    );
    let zones = server.sql(r#"SELECT name FROM pg_timezone_names ORDER BY name COLLATE "C""#)?;
    assert_eq!(
        fs::read_to_string(format!("{folder}/time-zones.txt"))?,
        zones
    );
    Ok(())
}
