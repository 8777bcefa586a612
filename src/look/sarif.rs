//! SARIF 2.1.0: each consequence as a result at the values that are behind it.

use serde_json::{Value, json};

use super::text;
use crate::plan::{Consequence, Plan, Rule, Severity};
use crate::report::{Places, sarif};

/// Writes one run.
pub(crate) fn write(plan: &Plan, mut places: Option<Places<'_>>) -> String {
    let mut rules: Vec<Rule> = plan.consequences.iter().map(|found| found.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let results = plan
        .consequences
        .iter()
        .map(|consequence| result(plan, consequence, &rules, places.as_mut()))
        .collect();
    sarif::log(rules.iter().copied().map(described).collect(), results)
}

fn described(rule: Rule) -> Value {
    json!({
        "id": rule.text(),
        "shortDescription": { "text": rule.meaning() },
        "defaultConfiguration": { "level": level(rule) },
    })
}

fn level(rule: Rule) -> &'static str {
    match rule.severity() {
        Severity::Danger => "error",
        Severity::Warning => "warning",
        Severity::Notice => "note",
    }
}

/// The first place of a value that is behind it is its own; all others are related.
fn result(
    plan: &Plan,
    consequence: &Consequence,
    rules: &[Rule],
    places: Option<&mut Places<'_>>,
) -> Value {
    let mut found = Vec::new();
    if let Some(places) = places {
        for cause in text::causes_of(plan, consequence) {
            found.extend(text::spot(cause, places).map(|spot| (spot, text::cause(cause, None))));
        }
    }
    let mut found = found.into_iter();
    let main = found.next().map(|(spot, _)| spot);
    let related: Vec<Value> = found
        .map(|(spot, said)| sarif::location(Some(&spot), None, Some(&said)))
        .collect();
    json!({
        "ruleId": consequence.rule.text(),
        "ruleIndex": rules.iter().position(|rule| *rule == consequence.rule),
        "level": level(consequence.rule),
        "message": { "text": consequence.message },
        "locations": [sarif::location(main.as_ref(), Some(&consequence.resource), None)],
        "relatedLocations": related,
    })
}
