//! The same way for other programs: values in, manifests out, nothing printed.

use anstream::adapter::strip_str;

use super::pipeline::Input;
use crate::cli::{Format, TemplateFlags, ValueFlags};
use crate::layers::Memory;
use crate::manifests::Manifest;
use crate::report::report;
use crate::{merge, values};

/// The manifests of the cluster that these values, laid over the built-in ones, describe. Whatever the credentials are,
/// they stand in them.
///
/// ```
/// let manifests = pgedge_tpl::render("gvc: {name: shop}").unwrap();
/// assert!(manifests.iter().any(|manifest| manifest.kind == "workload" && manifest.name == "shop-pgedge"));
///
/// let problems = pgedge_tpl::render("gvc: {nam: shop}").unwrap_err();
/// assert!(problems.starts_with("error[unknown-key]: `gvc.nam`: there is no such key"));
/// ```
///
/// # Errors
///
/// Every problem with the values, as `lint` writes them for people.
pub fn render(values: &str) -> Result<Vec<Manifest>, String> {
    const NAME: &str = "values.yaml";
    let flags = ValueFlags {
        files: vec![NAME.into()],
        ..ValueFlags::default()
    };
    let files = Memory::default().with(NAME, values);
    let mut input = Input::read_from(&files, &flags, merge::built_in(values::BUILT_IN));
    let manifests = input.manifests(&TemplateFlags::default(), false);
    manifests
        .filter(|_| !input.problems.has_errors())
        .ok_or_else(|| {
            let told = report(&input.problems, &input.merged, Format::Text);
            strip_str(&told).to_string()
        })
}
