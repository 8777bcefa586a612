//! Which settings are the user's, which are the cluster's own, and which do harm: one table, the first rule that fits
//! decides.

use super::meaning::Meaning;

/// What a rule says of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is refused.
    Refused,
    /// It is allowed, and probably not what is wanted.
    Warned,
}

/// Which settings a rule is about.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// These.
    Names(&'static [&'static str]),
    /// All whose names begin so.
    Prefix(&'static str),
    /// All of this chapter of the server's listing.
    Category(&'static str),
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    of: Of,
    /// The value that it is about; every value where there is none.
    pub only: Option<bool>,
    /// What it says.
    pub verdict: Verdict,
    /// Why, as the second half of a sentence.
    pub why: &'static str,
    /// The way out.
    pub fix: &'static str,
}

const REMOVE: &str = "remove it";
const KEEP_DEFAULT: &str = "remove it to keep PostgreSQL's default";
const TIMEOUTS: &str = "it would reach Spock's workers and the start script too, and end them in the middle of their work";
const OF_A_ROLE: &str = "set it for a role of the application's own: `ALTER ROLE app SET …`, or in a transaction with `SET LOCAL …` (the workers of replication run as the role of `postgres.username`)";

const fn refused(of: Of, why: &'static str, fix: &'static str) -> Rule {
    Rule {
        of,
        only: None,
        verdict: Verdict::Refused,
        why,
        fix,
    }
}

const fn when(value: bool, rule: Rule) -> Rule {
    Rule {
        only: Some(value),
        ..rule
    }
}

const fn warned(of: Of, value: bool, why: &'static str) -> Rule {
    Rule {
        of,
        only: Some(value),
        verdict: Verdict::Warned,
        why,
        fix: KEEP_DEFAULT,
    }
}

/// Settings that follow from other values where nobody gives them, and may be given.
pub const COMPUTED: &[&str] = &[
    "checkpoint_timeout",
    "effective_cache_size",
    "maintenance_work_mem",
    "max_slot_wal_keep_size",
    "max_wal_size",
    "shared_buffers",
];

/// What to do about a value that cannot be mended, for people.
#[must_use]
pub fn without(name: &str) -> &'static str {
    match COMPUTED.contains(&name) {
        true => "remove it: then it follows from `resources` and `volumeset`",
        false => KEEP_DEFAULT,
    }
}

use Of::{Category, Names, Prefix};

/// Every rule. What no rule is about is allowed.
#[rustfmt::skip] // a table: one rule, one line
const RULES: &[Rule] = &[
    // what follows from the values, or is decided by the start script
    refused(Names(&["config_file", "data_directory", "external_pid_file", "ident_file"]), "the start script decides it", REMOVE),
    refused(Names(&["hba_file"]), "the start script writes the file", "use `postgres.extraHba`"),
    refused(Prefix("include"), "the start script decides which files are read", "write the settings here"),
    refused(Prefix("spock."), "replication rests on it", REMOVE),
    refused(Prefix("pgedge."), "the start script keeps its state there", REMOVE),
    refused(Names(&["snowflake.node", "lolor.node"]), "each node needs a number of its own", REMOVE),
    refused(Names(&["port"]), "everything connects to 5432", REMOVE),
    refused(Names(&["listen_addresses"]), "every node listens on all of its addresses", REMOVE),
    refused(Prefix("unix_socket_"), "the start script connects there", REMOVE),
    refused(Names(&["max_connections"]), "it follows from `maxReplicas` and `defaultPoolSize` of the pooler", "change one of these"),
    refused(Names(&["reserved_connections", "superuser_reserved_connections"]), "`max_connections` counts with PostgreSQL's 0 and 3", REMOVE),
    refused(Names(&["max_replication_slots", "max_wal_senders", "max_worker_processes", "max_logical_replication_workers"]), "it follows from `gvc.locations`", REMOVE),
    refused(Names(&["wal_level"]), "replication needs `logical`", REMOVE),
    refused(Names(&["track_commit_timestamp"]), "conflicts are resolved by it", REMOVE),
    refused(Names(&["wal_sender_timeout"]), "a stop has to end within the workload's grace period", REMOVE),
    refused(Names(&["tcp_user_timeout"]), "a peer that is cut off would hold up checkpoints", REMOVE),
    refused(Names(&["wal_writer_delay"]), "what was received has to be on disk soon, for its provider forgets it", REMOVE),
    refused(Names(&["output_plugin_libraries"]), "replication needs Spock's", REMOVE),
    refused(Names(&["shared_preload_libraries"]), "replication needs Spock's", "use `postgres.preload`, which is added to it"),
    refused(Names(&["password_encryption"]), "pg_hba.conf asks for scram-sha-256", REMOVE),
    refused(Names(&["restart_after_crash"]), "the start script decides how a node comes back", REMOVE),
    // what would reach the sessions that replicate
    refused(Names(&["lock_timeout", "transaction_timeout", "statement_timeout", "idle_session_timeout", "idle_in_transaction_session_timeout"]), TIMEOUTS, OF_A_ROLE),
    refused(Prefix("default_transaction_"), "it would change the transactions of Spock's workers too, and every node is a writer", OF_A_ROLE),
    refused(Names(&["transaction_deferrable", "transaction_isolation", "transaction_read_only"]), "it belongs to one transaction, a file cannot hold it", REMOVE),
    refused(Names(&["search_path", "row_security", "event_triggers", "restrict_nonsystem_relation_kind", "standard_conforming_strings"]), "Spock's workers and the start script run under it too", OF_A_ROLE),
    refused(Names(&["role", "session_authorization", "is_superuser", "seed"]), "it belongs to one session, a file cannot hold it", REMOVE),
    refused(Names(&["session_replication_role"]), "it would switch triggers and conflict handling off", REMOVE),
    refused(Names(&["client_encoding"]), "replication and the start script speak UTF8", "let each client say its own"),
    refused(Names(&["exit_on_error"]), "any error would end the session, Spock's too", REMOVE),
    refused(Names(&["default_tablespace", "temp_tablespaces"]), "the nodes have one volume and no tablespaces", REMOVE),
    // what loses data
    when(false, refused(Names(&["fsync", "full_page_writes"]), "a crash would destroy the data of the node", REMOVE)),
    when(true, refused(Names(&["data_sync_retry"]), "a failed write would pass for a written one", REMOVE)),
    warned(Names(&["synchronous_commit"]), false, "a crash loses the last transactions that clients were told are committed"),
    warned(Names(&["autovacuum", "track_counts"]), false, "nothing cleans the tables up: they grow, and in the end refuse writes"),
    // what cannot work in the container
    when(true, refused(Names(&["huge_pages"]), "a container has no huge pages set aside, and the node would not start", "write `try`, which is the default")),
    refused(Names(&["huge_page_size", "shared_memory_type"]), "a container has no such memory set aside", REMOVE),
    when(true, refused(Names(&["log_statement_stats"]), "it excludes the three settings for the parts of a statement", "use `log_parser_stats`, `log_planner_stats` and `log_executor_stats`")),
    refused(Prefix("bonjour"), "the image is built without it", REMOVE),
    refused(Prefix("krb_"), "roles log in with their passwords", REMOVE),
    refused(Names(&["gss_accept_delegation"]), "roles log in with their passwords", REMOVE),
    refused(Names(&["dynamic_library_path"]), "it decides which code the server loads", REMOVE),
    // whole chapters
    refused(Category("Client Connection Defaults / Shared Library Preloading"), "it loads the code that it names into every session", "use `postgres.preload`"),
    refused(Category("Connections and Authentication / SSL"), "TLS is off: the platform encrypts between workloads, and a node has no certificate", REMOVE),
    refused(Category("Developer Options"), "it is for PostgreSQL's developers and for damaged data", REMOVE),
    refused(Category("Preset Options"), "it was decided when PostgreSQL was built or the data directory was made", REMOVE),
    refused(Category("Replication / Primary Server"), "it waits for physical standbys, of which there are none: every write would wait for ever", REMOVE),
    refused(Category("Replication / Standby Servers"), "a node is a standby only while it joins, and the start script decides how", REMOVE),
    refused(Category("Reporting and Logging / Where to Log"), "the log is the container's: `cpln logs` shows it", REMOVE),
    refused(Category("Write-Ahead Log / Archiving"), "it runs the command or loads the library that it names, and fills the volume when that fails", "use `backup`"),
    refused(Category("Write-Ahead Log / Archive Recovery"), "it runs the command that it names, and a node recovers from its own WAL", REMOVE),
    refused(Category("Write-Ahead Log / Recovery Target"), "a node recovers to the end of its WAL, or begins again with a copy", REMOVE),
];

/// The rule for a setting. `category` is empty for those of extensions.
#[must_use]
pub fn rule(name: &str, category: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| match rule.of {
        Names(names) => names.contains(&name),
        Prefix(prefix) => name.starts_with(prefix),
        Category(begin) => category.starts_with(begin),
    })
}

impl Rule {
    /// Whether it is about this value.
    #[must_use]
    pub fn applies(&self, value: &Meaning) -> bool {
        let Some(only) = self.only else { return true };
        match value {
            Meaning::Bool(value) => *value == only,
            // a word that stands for yes or no among others
            Meaning::Text(word) => match only {
                true => ["on", "true", "yes", "1"].contains(&word.as_str()),
                false => ["off", "false", "no", "0"].contains(&word.as_str()),
            },
            Meaning::Integer(_) | Meaning::Real(_) => false,
        }
    }
}
