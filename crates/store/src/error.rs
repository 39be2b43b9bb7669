//! Why the store could not do what it was asked. No message holds a stored value.

use std::path::PathBuf;

use thiserror::Error;

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("{action}")]
    Database {
        /// What was being done, e.g. `find applicant`.
        action: &'static str,
        /// The database's answer.
        #[source]
        source: sqlx::Error,
    },
    /// The tables could not be brought to this version's shape.
    #[error("migrate the database")]
    Migrate {
        /// What the migration said.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// The configuration names no database or place that the store knows.
    #[error("read the store's configuration: {what}")]
    Config {
        /// The broken rule.
        what: &'static str,
    },
    /// Somebody else changed the row since it was read; load it again.
    #[error("update {table}: the row has changed since it was read")]
    Conflict {
        /// The table.
        table: &'static str,
    },
    /// A record with the same unique key exists.
    #[error("insert into {table}: the same record exists")]
    Duplicate {
        /// The table.
        table: &'static str,
    },
    /// The record to work on does not exist, or belongs to another tenant.
    #[error("find a row of {table}: there is none")]
    Missing {
        /// The table.
        table: &'static str,
    },
    /// The subject's data keys were destroyed: the value cannot be read by anybody.
    #[error("open sealed data: the subject was erased")]
    Erased,
    /// A legal hold forbids the erasure.
    #[error("erase a subject: a legal hold is in force")]
    Held,
    /// The law still requires the record to be kept.
    #[error("erase a subject: the record must still be kept")]
    MustKeep,
    /// A sealed value is damaged, was moved, or belongs to another key.
    #[error("open {table}.{column}: the sealed value is damaged or out of place")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A key is wrapped with a master key that was not given.
    #[error("unwrap a key: master key {id} is not loaded")]
    MasterKey {
        /// The first eight bytes of the SHA-256 of the missing key, in hexadecimal.
        id: String,
    },
    /// A stored word, number or id is not what this version writes.
    #[error("read {table}.{column}: not a value this version writes")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// More bytes than were announced, or than a column may hold.
    #[error("{action}: more bytes than allowed")]
    TooLong {
        /// What was being done.
        action: &'static str,
    },
    /// A sealed file could not be written, read or removed.
    #[error("{action}")]
    Blob {
        /// What was being done.
        action: &'static str,
        /// The place's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file of this machine could not be read or written.
    #[error("{action} {path}")]
    File {
        /// What was being done, e.g. `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A backup is not one, was cut, or does not fit this version.
    #[error("restore a backup: {what}")]
    Backup {
        /// What is wrong with it.
        what: &'static str,
    },
    /// An audit entry would carry something that may be personal.
    #[error("append to the audit log")]
    AuditEntry {
        /// Which part.
        #[source]
        source: menshen_ledger::EntryError,
    },
    /// The audit log is not what was signed before: nothing more is signed.
    #[error("sign the audit log")]
    AuditTampered {
        /// What is wrong, and where.
        #[source]
        source: menshen_ledger::Tampered,
    },
    /// The operating system gave no randomness.
    #[error("draw random bytes")]
    Random {
        /// The operating system's answer.
        #[source]
        source: getrandom::Error,
    },
}

impl StoreError {
    /// Returns whether the same call may succeed a moment later: no connection was free, the database was
    /// locked, starting or out of reach, or two transactions waited for each other.
    pub fn is_busy(&self) -> bool {
        let Self::Database { source, .. } = self else {
            return false;
        };
        match source {
            // A server that went away comes back; what was under way is tried again.
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
            sqlx::Error::Database(error) => error
                .code()
                .is_some_and(|code| BUSY_CODES.contains(&&*code)),
            _ => false,
        }
    }
}

/// SQLite: busy, busy in recovery, busy with a stale snapshot. PostgreSQL: cannot serialise, deadlock, a lock that
/// was not free in time, too many connections, starting or stopping.
const BUSY_CODES: &[&str] = &[
    "5", "261", "517", "40001", "40P01", "55P03", "53300", "57P03", "57P01",
];

/// Names what was being done when the database refused.
pub(crate) trait Doing<T> {
    /// Returns the value, or the error with the name of the action.
    fn doing(self, action: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, action: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { action, source })
    }
}

/// Returns what a failed insert means: a duplicate where a unique key refused it.
pub(crate) fn insert_error(
    table: &'static str,
    action: &'static str,
    source: sqlx::Error,
) -> StoreError {
    if source
        .as_database_error()
        .is_some_and(|e| e.is_unique_violation())
    {
        StoreError::Duplicate { table }
    } else {
        StoreError::Database { action, source }
    }
}

/// Checks that an update with a version met its one row.
pub(crate) fn one_row(
    table: &'static str,
    done: &sqlx::any::AnyQueryResult,
) -> Result<(), StoreError> {
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::Conflict { table }),
    }
}
