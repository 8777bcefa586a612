//! What happens to clusters. The first line of each scenario names the failure that it would have caught.

mod backup;
mod backup_faults;
mod boot;
mod credentials;
mod exact;
pub mod join;
mod links;
mod lost;
mod pooler;
pub mod pooler_bench;
mod pooler_load;
mod restart;
mod scale;
mod schema;
mod shutdown;
mod statements;

use anyhow::Result;

use crate::bundle::Values;
use crate::platform::Platform;
use crate::wait;

pub type Scenario = fn(&mut Platform) -> Result<()>;

/// What needs real Spock: pglogical keeps no writers out of a node that is not ready, goes on without a word where a
/// change meets no row, and knows nothing of Spock's commits. Those from the growth of a
/// cluster on are only too long for every run, and dumps of other releases need two of PostgreSQL.
pub const REAL_SPOCK: &[&str] = &[
    "nobody_writes_to_a_node_that_is_not_ready",
    "changes_keep_their_order",
    "a_join_is_exact",
    "one_link_behind_the_others",
    "a_late_deletion_takes_no_newer_row_along",
    "volumes_of_the_public_template_are_taken_over",
    "a_join_is_patient",
    "a_kill_loses_nothing_received",
    "growing_restarts_nobody",
    "backup_of_another_release_restores",
    "a_rollout_leaves_one_that_writes",
    "a_long_partition_catches_up",
    "a_volume_that_was_set_back_joins_afresh",
    "a_volume_of_an_earlier_release_is_aligned",
    "backup_of_text_restores",
    "pooler_makes_clients_wait",
    "pooler_pgbouncer_leaves_a_primary_that_is_cut_off",
    "slots_lost_on_both_sides_converge",
];

/// The long ones first: three run at a time.
pub const ALL: &[(&str, Scenario)] = &[
    (
        "pooler_leaves_a_dead_primary",
        pooler::leaves_a_dead_primary,
    ),
    (
        "pooler_pgbouncer_leaves_a_dead_primary",
        pooler::pgbouncer_leaves_a_dead_primary,
    ),
    (
        "pooler_leaves_a_primary_that_is_cut_off",
        pooler::leaves_a_primary_that_is_cut_off,
    ),
    ("changes_keep_their_order", exact::order),
    ("a_join_is_exact", exact::join),
    ("a_join_can_be_broken_off", exact::broken_join),
    ("a_crash_of_two_replays_nothing", exact::crash_of_two),
    ("one_link_behind_the_others", exact::one_link_behind),
    (
        "a_late_deletion_takes_no_newer_row_along",
        exact::late_deletion,
    ),
    ("a_kill_loses_nothing_received", exact::kill_after_receipt),
    (
        "a_volume_of_an_earlier_release_is_aligned",
        exact::earlier_release,
    ),
    (
        "volumes_of_the_public_template_are_taken_over",
        exact::public_template,
    ),
    ("a_join_is_patient", join::patient),
    ("a_volume_that_was_set_back_joins_afresh", exact::set_back),
    (
        "slots_lost_on_both_sides_converge",
        lost::slots_on_both_sides,
    ),
    ("unequal_survivors_level_out", lost::unequal_survivors),
    ("a_second_unique_key_is_a_conflict", lost::second_key),
    ("sequences_are_ahead_after_a_failover", lost::sequences),
    ("nobody_writes_to_a_node_that_is_not_ready", lost::not_ready),
    ("a_full_volume_keeps_its_state", lost::full_volume),
    (
        "settings_of_the_user_stay_outside",
        lost::settings_of_the_user,
    ),
    (
        "the_documented_schema_change_strands_nothing",
        schema::documented_change,
    ),
    (
        "pooler_pgbouncer_leaves_a_primary_that_is_cut_off",
        pooler::pgbouncer_leaves_a_primary_that_is_cut_off,
    ),
    (
        "pooler_writes_stay_in_their_location",
        pooler::writes_stay_in_their_location,
    ),
    (
        "pooler_pgbouncer_writes_stay_in_their_location",
        pooler::pgbouncer_writes_stay_in_their_location,
    ),
    (
        "pooler_makes_clients_wait",
        pooler_load::a_busy_pool_makes_clients_wait,
    ),
    (
        "pooler_pgbouncer_under_load",
        pooler_load::pgbouncer_under_load,
    ),
    (
        "pooler_sends_each_statement_where_it_belongs",
        statements::each_goes_where_it_belongs,
    ),
    (
        "pooler_clients_read_their_own_writes",
        statements::clients_read_their_own_writes,
    ),
    ("a_long_partition_catches_up", links::long_partition),
    ("a_lost_slot_leads_to_a_new_copy", links::lost_slot),
    ("two_nodes_join_under_writes", join::two_at_once),
    ("an_emptied_node_copies_again", join::emptied),
    ("growing_restarts_nobody", scale::growing),
    ("scale_in_leaves_no_slot", scale::in_and_out),
    ("backup_and_restore", backup::round_trip),
    ("backup_of_text_restores", backup::text),
    (
        "backup_of_another_release_restores",
        backup::another_release,
    ),
    ("backup_outlives_its_node", backup_faults::nodes),
    ("backup_fails_with_its_bucket", backup_faults::bucket),
    ("backup_ends_when_cut_off", backup_faults::network),
    ("backup_keeps_what_it_says", backup_faults::retention),
    ("first_boot", boot::first_boot),
    ("restart_and_crash_lose_nothing", restart::one_by_one),
    ("crash_of_all_loses_nothing", restart::all_at_once),
    ("a_rollout_leaves_one_that_writes", restart::rollout),
    (
        "odd_credentials_and_their_rotation",
        credentials::odd_and_rotated,
    ),
    ("ddl_replicates", schema::ddl),
    (
        "a_dump_restores_into_an_empty_cluster",
        schema::dump_and_restore,
    ),
    ("shutdown_is_fast", shutdown::fast),
    (
        "a_foreign_data_directory_is_refused",
        shutdown::foreign_directory,
    ),
];

pub const FIRST: &str = "aws_us_west_2_0";
pub const SECOND: &str = "aws_us_west_2_1";
pub const THIRD: &str = "aws_eu_central_1_0";

/// Three nodes in two locations.
fn three_nodes() -> Values {
    Values::new(&[("aws-us-west-2", 2), ("aws-eu-central-1", 1)])
}

/// Two nodes in one.
fn two_nodes() -> Values {
    Values::new(&[("aws-us-west-2", 2)])
}

/// A mesh in service, with the scenarios' table.
fn running(platform: &mut Platform, values: &Values) -> Result<()> {
    platform.apply(values)?;
    platform.wait_ready(120)?;
    platform.create_table()
}

/// An `INSERT` of so many rows.
fn rows(count: usize) -> String {
    format!("INSERT INTO items SELECT gen_random_uuid(), 'row' FROM generate_series(1, {count})")
}

/// Every node answers alike.
fn agree(platform: &Platform, question: &str, answer: &str) -> Result<()> {
    wait::until(
        90,
        &format!("every node answers {answer} to `{question}`"),
        || {
            let answers: Vec<String> = platform
                .nodes()
                .map(|node| node.sql(question))
                .collect::<Result<_>>()?;
            Ok(answers
                .iter()
                .any(|given| given != answer)
                .then(|| format!("{answers:?}")))
        },
    )
    .map(drop)
}

/// Tells a figure to who runs a scenario with `--nocapture`.
#[allow(clippy::print_stderr)]
fn note(figure: &str) {
    eprintln!("{figure}");
}
