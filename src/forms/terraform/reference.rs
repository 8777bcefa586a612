//! What a text of a manifest is in Terraform: a reference where it names a resource of the same module.

use std::collections::BTreeMap;

use super::hcl::{Piece, Value};
use crate::manifests::Manifest;

/// The resources of the module, by kind and name.
pub(super) struct References(BTreeMap<(&'static str, String), String>);

impl References {
    pub(super) fn new(manifests: &[Manifest]) -> Self {
        let address = |manifest: &Manifest| {
            let key = (manifest.kind, manifest.name.clone());
            (
                key,
                format!("{}.{}", resource_type(manifest.kind), label(&manifest.name)),
            )
        };
        Self(manifests.iter().map(address).collect())
    }

    /// The resources of a kind.
    pub(super) fn of(&self, kind: &str) -> impl Iterator<Item = &str> {
        let addresses = self.0.iter().filter(move |((known, _), _)| *known == kind);
        addresses.map(|(_, address)| address.as_str())
    }

    /// An attribute of a resource; `None` for one that is not of this module.
    fn attribute(&self, kind: &str, name: &str, attribute: &str) -> Option<Piece> {
        let mut found = self.0.iter().filter(|((k, n), _)| *k == kind && n == name);
        let (_, address) = found.next()?;
        Some(Piece::Reference(format!("{address}.{attribute}")))
    }

    /// The name of a resource.
    pub(super) fn name(&self, kind: &str, name: &str) -> Value {
        Value::Text(vec![self.name_in_text(kind, name)])
    }

    fn name_in_text(&self, kind: &str, name: &str) -> Piece {
        self.attribute(kind, name, "name")
            .unwrap_or_else(|| Piece::Text(name.to_owned()))
    }

    /// `//gvc/G/identity/I`, as a workload takes it.
    pub(super) fn identity_link(&self, link: &str) -> Value {
        let name = link.rsplit('/').next().unwrap_or_default();
        match self.attribute("identity", name, "self_link") {
            Some(reference) => Value::Text(vec![reference]),
            None => Value::text(link),
        }
    }

    /// The same, as a policy takes it: without the leading `//`.
    pub(super) fn principal(&self, link: &str) -> Value {
        let link = link.strip_prefix("//").unwrap_or(link);
        match link.split('/').collect::<Vec<_>>()[..] {
            ["gvc", gvc, "identity", name] => Value::Text(joined(vec![
                Piece::Text("gvc/".to_owned()),
                self.name_in_text("gvc", gvc),
                Piece::Text("/identity/".to_owned()),
                self.name_in_text("identity", name),
            ])),
            _ => Value::text(link),
        }
    }

    /// `cpln://secret/NAME.KEY` and `cpln://volumeset/NAME`; any other text as it is.
    pub(super) fn uri(&self, uri: &str) -> Value {
        let target = uri
            .strip_prefix("cpln://")
            .and_then(|rest| rest.split_once('/'));
        let Some((kind, rest)) = target else {
            return Value::text(uri);
        };
        let end = rest.find(['.', '/']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        match self.attribute(kind, name, &format!("{kind}_link")) {
            Some(reference) if behind.is_empty() => Value::Text(vec![reference]),
            Some(reference) => Value::Text(vec![reference, Piece::Text(behind.to_owned())]),
            None => Value::text(uri),
        }
    }

    /// An address inside the GVC, whose parts are names.
    pub(super) fn address(&self, address: &str) -> Value {
        let mut pieces = Vec::new();
        for part in address.split_inclusive('.') {
            let name = part.trim_end_matches('.');
            let known = ["workload", "gvc"]
                .iter()
                .find_map(|kind| self.attribute(kind, name, "name"));
            pieces.push(known.unwrap_or_else(|| Piece::Text(name.to_owned())));
            pieces.push(Piece::Text(part[name.len()..].to_owned()));
        }
        Value::Text(joined(pieces))
    }
}

/// Texts that follow each other are one.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (out.last_mut(), piece) {
            (_, Piece::Text(text)) if text.is_empty() => {}
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (_, piece) => out.push(piece),
        }
    }
    out
}

/// What the provider calls a kind.
pub(super) fn resource_type(kind: &str) -> String {
    match kind {
        "volumeset" => "cpln_volume_set".to_owned(),
        kind => format!("cpln_{kind}"),
    }
}

/// A name as Terraform can write it: unique, because names hold no `_`.
pub(super) fn label(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let label: String = name.chars().map(letter).collect();
    match label.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{label}"),
        false => label,
    }
}
