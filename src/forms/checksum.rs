//! What tells two texts apart, and says nothing of the secrets in them.

use sha2::{Digest, Sha256};

use crate::layers::secret;

/// The checksum of what may be seen of these texts, in hexadecimal: of a secret its keys, of scripts and everything
/// else what stands behind no secret's word. Whoever has it cannot try passwords on it.
pub fn checksum<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut seen = Sha256::new();
    for text in texts {
        see(text, &mut seen);
    }
    format!("{:x}", seen.finalize())
}

fn see(text: &str, seen: &mut Sha256) {
    let is_secret = text.lines().any(is_all_secret);
    let mut is_data = false;
    for line in text.lines() {
        let is_below = line.starts_with(' ');
        is_data = line == "data:" || is_data && is_below;
        match line.split_once(':') {
            Some((key, _)) if is_secret && is_data && is_below => seen.update(key),
            None if is_secret && is_data => {}
            _ => seen.update(secret::hidden(line)),
        }
        seen.update("\n");
    }
}

/// Whether this line says that all data of the document is secret: a secret that holds no script, or that is encoded.
fn is_all_secret(line: &str) -> bool {
    line == "kind: Secret"
        || line
            .strip_prefix("type: ")
            .is_some_and(|kind| kind != "opaque")
}
