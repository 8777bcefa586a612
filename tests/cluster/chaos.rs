//! A long run with faults at random, from a seed, by a client who knows what every row should be.
//!
//! `PGEDGE_TEST_CHAOS=SEED:SECONDS:NODES cargo test --test cluster -- chaos` runs it. Each step changes rows on one node:
//! it inserts, updates or deletes some, or truncates a table. A row is touched on a node only after its last change was
//! seen there. The others may not have it yet: what several nodes did to it reaches them in any order.
//! In the end every node has to hold exactly what the client knows: values and absence, not counts.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::bundle::Values;
use crate::platform::Platform;
use crate::wait;

const NAMES: [&str; 4] = [
    "aws_us_west_2_0",
    "aws_us_west_2_1",
    "aws_eu_central_1_0",
    "aws_eu_central_1_1",
];

/// Why changes could not be applied.
const SKIPPED: &str = "SELECT coalesce(string_agg(DISTINCT operation || ': ' || error_message, '; '), 'nothing') FROM spock.exception_log";

/// What a run is made of.
struct Plan {
    seed: u64,
    seconds: u64,
    nodes: usize,
}

/// The plan that the environment asks for.
fn plan() -> Result<Option<Plan>> {
    let Ok(text) = std::env::var("PGEDGE_TEST_CHAOS") else {
        return Ok(None);
    };
    let numbers: Vec<u64> = text.split(':').map(str::parse).collect::<Result<_, _>>()?;
    let [seed, seconds, nodes] = numbers[..] else {
        anyhow::bail!("PGEDGE_TEST_CHAOS is SEED:SECONDS:NODES");
    };
    Ok(Some(Plan {
        seed,
        seconds,
        nodes: nodes as usize,
    }))
}

/// Whether a run is wanted.
pub fn is_wanted() -> bool {
    std::env::var_os("PGEDGE_TEST_CHAOS").is_some()
}

/// Numbers from a seed: xorshift, as good as any for choosing.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// What the client knows of a row.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    Is(u64),
    Gone,
    /// A change whose answer was lost: it may have happened or not.
    Either(Box<Row>, Box<Row>),
}

impl Row {
    fn allows(&self, found: Option<u64>) -> bool {
        match self {
            Row::Is(value) => found == Some(*value),
            Row::Gone => found.is_none(),
            Row::Either(one, other) => one.allows(found) || other.allows(found),
        }
    }
}

/// How many rows are played with.
const ROWS: u64 = 2_000;
/// Rows touched by one step.
const STEP: usize = 20;

struct Client {
    dice: Dice,
    rows: BTreeMap<u64, Row>,
    next: u64,
    /// Value of all rows of `batch`, which is truncated and filled again.
    batch: Row,
    steps: usize,
    changes: usize,
}

impl Client {
    /// One step on a node, if what it is to touch has been seen there.
    fn step(&mut self, platform: &Platform, up: &[usize]) -> Result<()> {
        let on = up[self.dice.roll(up.len())];
        let ids: Vec<u64> = (0..STEP)
            .map(|_| self.dice.roll(ROWS as usize) as u64)
            .collect();
        let mut free: Vec<u64> = ids
            .into_iter()
            .filter(|id| !matches!(self.rows.get(id), Some(Row::Either(..))))
            .collect();
        free.sort_unstable();
        free.dedup();
        let Ok(found) = rows_of(platform, on, &free) else {
            return Ok(());
        };
        free.retain(|id| {
            self.rows
                .get(id)
                .unwrap_or(&Row::Gone)
                .allows(found.get(id).copied())
        });
        if free.is_empty() {
            return Ok(());
        }
        self.next += 1;
        let list = free
            .iter()
            .map(u64::to_string)
            .collect::<Vec<_>>()
            .join(",");
        let (statement, after) = match self.dice.roll(4) {
            0 => (format!("DELETE FROM rows WHERE id IN ({list})"), Row::Gone),
            _ => (
                format!(
                    "INSERT INTO rows SELECT unnest(ARRAY[{list}]), {0} ON CONFLICT (id) DO UPDATE SET value = {0}",
                    self.next
                ),
                Row::Is(self.next),
            ),
        };
        let done = node(platform, on)?.sql(&statement);
        for id in free {
            let before = self.rows.get(&id).cloned().unwrap_or(Row::Gone);
            let row = match &done {
                Ok(_) => after.clone(),
                Err(_) => Row::Either(Box::new(before), Box::new(after.clone())),
            };
            self.rows.insert(id, row);
            self.changes += 1;
        }
        self.steps += 1;
        if self.steps.is_multiple_of(10) {
            self.truncate(platform, up)?;
        }
        Ok(())
    }

    /// Empties the batch on one node and fills it again on another one, when that one has seen the one before.
    fn truncate(&mut self, platform: &Platform, up: &[usize]) -> Result<()> {
        let question = "SELECT coalesce(max(value), 0) FROM batch HAVING count(*) IN (0, 30) AND count(DISTINCT value) <= 1";
        let Row::Is(known) = self.batch else {
            return Ok(());
        };
        let on = up[self.dice.roll(up.len())];
        if !node(platform, on)?
            .sql(question)
            .is_ok_and(|found| found == known.to_string())
        {
            return Ok(());
        }
        self.next += 1;
        let (statement, after) = match known {
            0 => (
                format!(
                    "INSERT INTO batch SELECT i, {} FROM generate_series(1, 30) i",
                    self.next
                ),
                self.next,
            ),
            _ => ("TRUNCATE batch".to_owned(), 0),
        };
        self.batch = match node(platform, on)?.sql(&statement) {
            Ok(_) => Row::Is(after),
            Err(_) => Row::Either(Box::new(Row::Is(known)), Box::new(Row::Is(after))),
        };
        self.changes += 1;
        Ok(())
    }

    /// Rows whose last answer was lost are what they are, once all nodes agree.
    fn resolve(&mut self, platform: &Platform, up: &[usize]) -> Result<()> {
        let unsure: Vec<u64> = self
            .rows
            .iter()
            .filter(|(_, row)| matches!(row, Row::Either(..)))
            .map(|(id, _)| *id)
            .collect();
        let views: Vec<_> = up
            .iter()
            .map(|at| rows_of(platform, *at, &unsure))
            .collect::<Result<_>>()?;
        for id in unsure {
            let found = views[0].get(&id).copied();
            if views.iter().all(|view| view.get(&id).copied() == found)
                && self.rows[&id].allows(found)
            {
                self.rows.insert(id, found.map_or(Row::Gone, Row::Is));
            }
        }
        if let Row::Either(..) = self.batch {
            let found: u64 = node(platform, up[0])?
                .sql("SELECT coalesce(max(value), 0) FROM batch")?
                .parse()?;
            if self.batch.allows(Some(found)) {
                self.batch = Row::Is(found);
            }
        }
        Ok(())
    }

    /// What nodes hold that they should not.
    fn wrong(&self, platform: &Platform, nodes: usize) -> Result<Option<String>> {
        let all: Vec<u64> = (0..ROWS).collect();
        let mut wrong = Vec::new();
        let mut skipped = String::new();
        for (at, name) in NAMES.iter().enumerate().take(nodes) {
            let before = wrong.len();
            let found = rows_of(platform, at, &all)?;
            for id in &all {
                let known = self.rows.get(id).unwrap_or(&Row::Gone);
                if !known.allows(found.get(id).copied()) {
                    wrong.push(format!(
                        "{name} row {id}: {:?}, not {known:?}",
                        found.get(id)
                    ));
                }
            }
            let batch = node(platform, at)?.sql("SELECT count(*) || ' ' || coalesce(min(value), 0) || ' ' || coalesce(max(value), 0) FROM batch")?;
            if let Row::Is(value) = self.batch {
                let wanted = if value == 0 {
                    "0 0 0".to_owned()
                } else {
                    format!("30 {value} {value}")
                };
                if batch != wanted {
                    wrong.push(format!("{name} batch: {batch}, not {wanted}"));
                }
            }
            if wrong.len() > before {
                let reasons = node(platform, at)?.sql(SKIPPED)?;
                skipped += &format!("; {name} skipped {reasons}");
            }
        }
        let shown = wrong[..wrong.len().min(20)].join("; ");
        Ok((!wrong.is_empty()).then(|| format!("{} wrong: {shown}{skipped}", wrong.len())))
    }
}

fn node(platform: &Platform, at: usize) -> Result<&crate::replica::Replica> {
    platform
        .nodes()
        .find(|node| node.name() == NAMES[at])
        .context("there is no such node")
}

fn rows_of(platform: &Platform, at: usize, ids: &[u64]) -> Result<BTreeMap<u64, u64>> {
    let list = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    let found = node(platform, at)?.sql(&format!(
        "SELECT id || ' ' || value FROM rows WHERE id = ANY ('{{{list}}}')"
    ))?;
    found
        .lines()
        .map(|line| {
            let (id, value) = line.split_once(' ').context("not a row")?;
            Ok((id.parse()?, value.parse()?))
        })
        .collect()
}

/// One fault, and the node or nodes that the client leaves alone while it lasts.
fn fault(platform: &mut Platform, client: &mut Client, nodes: usize) -> Result<String> {
    let victim = client.dice.roll(nodes);
    let other = (victim + 1 + client.dice.roll(nodes - 1)) % nodes;
    let rest = |without: &[usize]| -> Vec<usize> {
        (0..nodes).filter(|at| !without.contains(at)).collect()
    };
    let name = match client.dice.roll(10) {
        0 => {
            platform.get(NAMES[victim])?.kill()?;
            play(platform, client, &rest(&[victim]), 4)?;
            platform.get(NAMES[victim])?.start()?;
            "kill"
        }
        1 => {
            for at in [victim, other] {
                platform.sql(NAMES[at], "CHECKPOINT")?;
            }
            play(platform, client, &rest(&[]), 4)?;
            for at in [victim, other] {
                platform.get(NAMES[at])?.kill()?;
            }
            for at in [other, victim] {
                platform.get(NAMES[at])?.start()?;
            }
            "double kill"
        }
        2 => {
            for at in rest(&[]) {
                platform.get(NAMES[at])?.kill()?;
            }
            for at in rest(&[]) {
                platform.get(NAMES[at])?.start()?;
            }
            "kill all"
        }
        3 => {
            platform.get(NAMES[victim])?.link.cut()?;
            play(platform, client, &rest(&[victim]), 8)?;
            platform.get(NAMES[victim])?.link.heal()?;
            "cut"
        }
        4 => {
            platform.get(NAMES[victim])?.stop()?;
            play(platform, client, &rest(&[victim]), 3)?;
            platform.get(NAMES[victim])?.start()?;
            "restart"
        }
        5 => {
            // one link stands still, the others go on
            let link = format!("'{}_sub_from_{}'", NAMES[victim], NAMES[other]);
            platform.sql(NAMES[victim], &format!("SELECT spock.sub_disable({link})"))?;
            play(platform, client, &rest(&[]), 8)?;
            platform.sql(NAMES[victim], &format!("SELECT spock.sub_enable({link})"))?;
            "link behind"
        }
        6 => {
            let filler = platform.get(NAMES[victim])?.fill_volume()?;
            play(platform, client, &rest(&[]), 10)?;
            std::fs::remove_file(filler)?;
            if !platform.get(NAMES[victim])?.runs()? {
                platform.get(NAMES[victim])?.start()?;
            }
            "full disk"
        }
        7 | 8 => {
            // what it wrote last has to have left it: what is lost with a volume is lost
            settle(platform, client, nodes)?;
            platform.get(NAMES[victim])?.kill()?;
            platform.get(NAMES[victim])?.empty_volume()?;
            platform.get(NAMES[victim])?.start()?;
            let end = Instant::now() + Duration::from_secs(180);
            while !platform.get(NAMES[victim])?.is_ready() && Instant::now() < end {
                play(platform, client, &rest(&[victim]), 1)?;
            }
            "wipe"
        }
        _ => {
            std::thread::sleep(Duration::from_secs(6));
            settle(platform, client, nodes)?;
            platform.get(NAMES[victim])?.snapshot()?;
            play(platform, client, &rest(&[]), 15)?;
            settle(platform, client, nodes)?;
            platform.get(NAMES[victim])?.kill()?;
            platform.get(NAMES[victim])?.restore()?;
            platform.get(NAMES[victim])?.start()?;
            let end = Instant::now() + Duration::from_secs(180);
            while !platform.get(NAMES[victim])?.is_ready() && Instant::now() < end {
                play(platform, client, &rest(&[victim]), 1)?;
            }
            "snapshot"
        }
    };
    platform.wait_ready(240)?;
    Ok(format!("{name} {}", NAMES[victim]))
}

fn play(platform: &Platform, client: &mut Client, up: &[usize], seconds: u64) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        client.step(platform, up)?;
    }
    Ok(())
}

/// Waits until every node holds what the client knows.
fn settle(platform: &Platform, client: &mut Client, nodes: usize) -> Result<()> {
    let all: Vec<usize> = (0..nodes).collect();
    wait::until(120, "every node holds what was acknowledged", || {
        client.resolve(platform, &all)?;
        client.wrong(platform, nodes)
    })
    .map(drop)
}

/// The run.
pub fn run(platform: &mut Platform) -> Result<()> {
    let plan = plan()?.context("PGEDGE_TEST_CHAOS is not set")?;
    ensure!((3..=4).contains(&plan.nodes), "3 or 4 nodes");
    let values = Values::new(&[
        ("aws-us-west-2", 2),
        ("aws-eu-central-1", plan.nodes as u64 - 2),
    ]);
    platform.prepare(&values)?;
    for name in &NAMES[..plan.nodes] {
        platform.get(name)?.limit_volume(2_000)?;
    }
    platform.apply(&values)?;
    platform.wait_ready(120)?;
    platform.sql(NAMES[0], "CREATE TABLE rows (id int PRIMARY KEY, value bigint NOT NULL); CREATE TABLE batch (id int PRIMARY KEY, value bigint NOT NULL)")?;
    let mut client = Client {
        dice: Dice(plan.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        rows: BTreeMap::new(),
        next: 0,
        batch: Row::Is(0),
        steps: 0,
        changes: 0,
    };
    settle(platform, &mut client, plan.nodes)?;
    let start = Instant::now();
    let mut faults: Vec<String> = Vec::new();
    while start.elapsed() < Duration::from_secs(plan.seconds) {
        let all: Vec<usize> = (0..plan.nodes).collect();
        play(platform, &mut client, &all, 3)?;
        let told = |error: anyhow::Error| error.context(format!("after {}", faults.join(", ")));
        let fault = fault(platform, &mut client, plan.nodes).map_err(told)?;
        faults.push(fault);
        settle(platform, &mut client, plan.nodes)
            .with_context(|| format!("after {}", faults.join(", ")))?;
    }
    for node in platform.nodes() {
        let skipped = node.sql("SELECT coalesce(string_agg(DISTINCT operation || ' ' || table_name || ': ' || error_message, '; '), 'nothing') FROM spock.exception_log")?;
        writeln!(std::io::stderr(), "{} has skipped {skipped}", node.name())?;
    }
    writeln!(
        std::io::stderr(),
        "seed {}: {} faults, {} steps, {} changes: {}",
        plan.seed,
        faults.len(),
        client.steps,
        client.changes,
        faults.join(", ")
    )?;
    Ok(())
}
