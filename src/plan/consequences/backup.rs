//! What becomes of dumps and snapshots.

use serde_json::Value;

use super::{Found, See, and};
use crate::plain::quoted;
use crate::plan::Action;
use crate::plan::diff::Difference;
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
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("workload") {
        let both = |of: fn(&Resource) -> Option<&str>| Some((of(old)?, of(new)?));
        if let Some((before, after)) = both(schedule)
            && before != after
        {
            found.push(instead(new, "dumps are made at", after, before, ""));
        }
        if let Some((before, after)) = both(folder)
            && before != after
        {
            let rest = "; those that are there stay where they are";
            found.push(instead(new, "dumps go to the folder", after, before, rest));
        }
    }
    found.extend(kept_otherwise(see, false));
    if let Some(new) = another_bucket(see) {
        let message = "dumps go to another bucket; those that are there stay where they are";
        found.push(Found::new(new, message));
    }
    for (old, new, differences) in see.changed_of("identity") {
        let stays = |provider: &&str| {
            [old, new]
                .iter()
                .all(|side| side.get(&[*provider]).is_some())
                && differences.iter().any(|d| {
                    d.path
                        .strip_prefix(*provider)
                        .is_some_and(|rest| rest.starts_with('.'))
                })
        };
        if ["aws", "gcp"].iter().any(stays) {
            let message = "the backup reaches its bucket with other rights: if they do not allow it, every dump fails";
            found.push(Found::new(new, message));
        }
    }
    for (old, new, _) in see.changed_of("volumeset") {
        if let (Some(before), Some(after)) = (snapshot(old, "schedule"), snapshot(new, "schedule"))
            && before != after
        {
            found.push(instead(new, "snapshots are taken at", after, before, ""));
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
    }
    found
}

pub(super) fn backups_deleted(see: &See<'_>) -> Vec<Found> {
    let mut found = kept_otherwise(see, true);
    for (old, new, _) in see.changed_of("volumeset") {
        let of = |side| snapshot(side, "retentionDuration");
        if let (Some(before), Some(after)) = (of(old), of(new))
            && seconds(after) < seconds(before)
        {
            let rest = ": older ones are deleted";
            found.push(instead(new, "snapshots are kept for", after, before, rest));
        }
    }
    found
}

fn instead(new: &Resource, what: &str, after: &str, before: &str, rest: &str) -> Found {
    let (after, before) = (quoted(after), quoted(before));
    Found::new(new, format!("{what} {after} instead of {before}{rest}"))
}

/// Scripts that keep other dumps than before: those that delete what is there, or the others.
fn kept_otherwise(see: &See<'_>, deletes: bool) -> Vec<Found> {
    let moves = another_bucket(see).is_some()
        || see
            .changed_of("workload")
            .any(|(old, new, _)| folder(old) != folder(new));
    let mut found = Vec::new();
    for (old, new, _) in see.changed_of("secret") {
        let (before, after) = (Kept::by(old), Kept::by(new));
        let (Some(after), false) = (&after, after == before) else {
            continue;
        };
        let is_less = !moves && after.is_less_than(before.as_ref());
        let what = match (is_less, moves) {
            (true, _) => "the next run deletes dumps that are there",
            (false, true) => "of the dumps in the new place",
            (false, false) => "dumps are kept for longer",
        };
        if is_less == deletes {
            found.push(Found::new(new, format!("{what}: {after}")));
        }
    }
    found
}

/// Which dumps the script of the backup keeps: the newest of each of so many days, weeks and months; all without any.
#[derive(PartialEq)]
struct Kept(Vec<u64>);

impl Kept {
    /// `None` for what is no such script, or one that keeps all because it knows of nothing else.
    fn by(script: &Resource) -> Option<Self> {
        let mut lines = script.text(&["data", "payload"])?.lines();
        let told = lines.find_map(|line| line.strip_prefix("KEEP=("))?;
        let numbers = told.split_once(')')?.0.split_whitespace();
        numbers
            .map(|number| number.parse().ok())
            .collect::<Option<_>>()
            .map(Self)
    }

    fn is_less_than(&self, before: Option<&Self>) -> bool {
        match before {
            _ if self.0.is_empty() => false,
            Some(before) if !before.0.is_empty() => self
                .0
                .iter()
                .zip(&before.0)
                .any(|(after, before)| after < before),
            _ => true,
        }
    }
}

impl std::fmt::Display for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return write!(f, "all are kept");
        }
        let units = self.0.iter().zip(["days", "weeks", "months"]);
        let told: Vec<String> = units
            .filter(|(number, _)| **number > 0)
            .map(|(number, unit)| format!("{number} {unit}"))
            .collect();
        write!(
            f,
            "only the newest of each of the last {} stays",
            and(&told)
        )
    }
}

/// The secret that names the bucket, when that is another one.
fn another_bucket<'a>(see: &See<'a>) -> Option<&'a Resource> {
    let is_other = |difference: &Difference| {
        difference.path == "data.backup-bucket"
            && difference.before.is_some()
            && difference.after.is_some()
    };
    let mut changed = see.changed_of("secret");
    let (_, new, _) = changed.find(|(_, _, differences)| differences.iter().any(is_other))?;
    Some(new)
}

fn schedule(workload: &Resource) -> Option<&str> {
    workload.text(&["spec", "job", "schedule"])
}

fn folder(workload: &Resource) -> Option<&str> {
    workload.variable("BACKUP_PREFIX")
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

/// `7d`, `1.5d`, `36h`, `90m`
fn seconds(duration: &str) -> Option<f64> {
    let number = duration.trim_end_matches(['d', 'h', 'm']);
    let unit = match duration.get(number.len()..)? {
        "d" => 86_400.0,
        "h" => 3_600.0,
        "m" => 60.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * unit)
}
