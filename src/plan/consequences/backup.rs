//! What becomes of dumps and snapshots.

use serde_json::Value;

use super::{Found, See};
use crate::plain::quoted;
use crate::plan::Action;
use crate::plan::resource::Resource;

pub(super) fn no_more_backups(see: &See<'_>) -> Vec<Found> {
    let is_left_behind = !see.left_behind().is_empty();
    let gone = see
        .of(Action::Delete)
        .filter_map(|change| change.old)
        .filter(|old| old.workload_type() == "cron" && !is_left_behind)
        .map(|old| {
            let message = format!(
                "no dumps are wanted any more; {} goes on with the old settings until it is deleted or suspended",
                old.id.name
            );
            Found::new(old, message)
        });
    let suspended = see
        .changed_of("workload")
        .filter(|(old, new, _)| new.workload_type() == "cron" && runs(old) && !runs(new))
        .map(|(_, new, _)| {
            Found::new(
                new,
                format!("{} is suspended: no dump is made", new.id.name),
            )
        });
    let unscheduled = see
        .changed_of("volumeset")
        .filter(|(old, new, _)| {
            snapshot(old, "schedule").is_some() && snapshot(new, "schedule").is_none()
        })
        .map(|(_, new, _)| Found::new(new, "no snapshot is taken any more: there is no schedule"));
    gone.chain(suspended).chain(unscheduled).collect()
}

pub(super) fn backups_change(see: &See<'_>) -> Vec<Found> {
    let mut found = dumps_change(see);
    found.extend(kept_or_sent_elsewhere(see));
    found.extend(snapshots_change(see));
    found
}

fn dumps_change(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("workload") {
        let schedule = |resource: &'_ Resource| -> Option<String> {
            resource
                .text(&["spec", "job", "schedule"])
                .map(str::to_owned)
        };
        if let (Some(before), Some(after)) = (schedule(old), schedule(new))
            && before != after
        {
            found.push(Found::new(
                new,
                format!(
                    "dumps are made at {} instead of {}",
                    quoted(&after),
                    quoted(&before)
                ),
            ));
        }
        if let (Some(before), Some(after)) =
            (old.variable("BACKUP_PREFIX"), new.variable("BACKUP_PREFIX"))
            && before != after
        {
            let message = format!(
                "dumps go to the folder {} instead of {}; those that are there stay where they are",
                quoted(after),
                quoted(before)
            );
            found.push(Found::new(new, message));
        }
    }
    found
}

/// What the secrets of the backup say: for how long, and where to.
fn kept_or_sent_elsewhere(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, differences) in see.changed_of("secret") {
        if let Some(after) = kept(new)
            && kept(old) != Some(after)
            && !after.is_empty()
        {
            let message = format!(
                "the next run removes old dumps: those of so many days, weeks and months stay: {after}"
            );
            found.push(Found::new(new, message));
        }
        let mut changed = differences
            .iter()
            .filter(|d| d.before.is_some() && d.after.is_some());
        if changed.any(|d| d.path == "data.backup-bucket") {
            let message = "dumps go to another bucket; those that are there stay where they are";
            found.push(Found::new(new, message));
        }
    }
    found
}

fn snapshots_change(see: &See<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("volumeset") {
        if let (Some(before), Some(after)) = (snapshot(old, "schedule"), snapshot(new, "schedule"))
            && before != after
        {
            let message = format!(
                "snapshots are taken at {} instead of {}",
                quoted(after),
                quoted(before)
            );
            found.push(Found::new(new, message));
        }
        let is_final = |volumes: &Resource| {
            volumes.get(&["spec", "snapshots", "createFinalSnapshot"]) == Some(&Value::Bool(true))
        };
        if is_final(old) && !is_final(new) {
            found.push(Found::new(
                new,
                "a volume that is deleted leaves no last snapshot any more",
            ));
        }
        let (before, after) = (
            snapshot(old, "retentionDuration"),
            snapshot(new, "retentionDuration"),
        );
        if let (Some(before), Some(after)) = (before, after)
            && seconds(after) < seconds(before)
        {
            let message = format!(
                "snapshots are kept for {} instead of {}: older ones are deleted",
                quoted(after),
                quoted(before)
            );
            found.push(Found::new(new, message));
        }
    }
    found
}

/// How many dumps the script of the backup keeps; nothing when it keeps all.
fn kept(script: &Resource) -> Option<&str> {
    let mut lines = script.text(&["data", "payload"])?.lines();
    let told = lines.find_map(|line| line.strip_prefix("KEEP=("))?;
    Some(told.split_once(')')?.0)
}

fn snapshot<'r>(volumes: &'r Resource, key: &str) -> Option<&'r str> {
    volumes.text(&["spec", "snapshots", key])
}

/// Whether a cron workload runs in any location.
fn runs(workload: &Resource) -> bool {
    let is_on = |options: &Value| options.get("suspend") != Some(&Value::Bool(true));
    let locations: Vec<&Value> = workload.items(&["spec", "localOptions"]).collect();
    workload.get(&["spec", "defaultOptions"]).is_none_or(is_on) || locations.into_iter().any(is_on)
}

/// `7d`, `36h`, `90m`
fn seconds(duration: &str) -> Option<u64> {
    let digits = duration.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match duration.get(digits.len()..)? {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}
