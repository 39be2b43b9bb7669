//! The tables of each version. Old files are never edited: a new version brings a new file.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr};

use crate::StoreError;
use crate::error::Doing;
use crate::open::Engine;

const CONNECT: &str = "connect to migrate the database";
/// Version, name, SQLite's text, PostgreSQL's text.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "start",
        include_str!("../migrations/sqlite/0001_start.sql"),
        include_str!("../migrations/postgres/0001_start.sql"),
    ),
    (
        2,
        "notices",
        include_str!("../migrations/sqlite/0002_notices.sql"),
        include_str!("../migrations/postgres/0002_notices.sql"),
    ),
    (
        3,
        "webhooks",
        include_str!("../migrations/sqlite/0003_webhooks.sql"),
        include_str!("../migrations/postgres/0003_webhooks.sql"),
    ),
    (
        4,
        "staff",
        include_str!("../migrations/sqlite/0004_staff.sql"),
        include_str!("../migrations/postgres/0004_staff.sql"),
    ),
    (
        5,
        "review",
        include_str!("../migrations/sqlite/0005_review.sql"),
        include_str!("../migrations/postgres/0005_review.sql"),
    ),
    (
        6,
        "tickets",
        include_str!("../migrations/sqlite/0006_tickets.sql"),
        include_str!("../migrations/postgres/0006_tickets.sql"),
    ),
    (
        7,
        "appeals",
        include_str!("../migrations/sqlite/0007_appeals.sql"),
        include_str!("../migrations/postgres/0007_appeals.sql"),
    ),
    (
        8,
        "duplicates",
        include_str!("../migrations/sqlite/0008_duplicates.sql"),
        include_str!("../migrations/postgres/0008_duplicates.sql"),
    ),
    (
        9,
        "screening",
        include_str!("../migrations/sqlite/0009_screening.sql"),
        include_str!("../migrations/postgres/0009_screening.sql"),
    ),
    (
        10,
        "events",
        include_str!("../migrations/sqlite/0010_events.sql"),
        include_str!("../migrations/postgres/0010_events.sql"),
    ),
    (
        11,
        "sign_in",
        include_str!("../migrations/sqlite/0011_sign_in.sql"),
        include_str!("../migrations/postgres/0011_sign_in.sql"),
    ),
    (
        12,
        "live",
        include_str!("../migrations/sqlite/0012_live.sql"),
        include_str!("../migrations/postgres/0012_live.sql"),
    ),
    (
        13,
        "accounts",
        include_str!("../migrations/sqlite/0013_accounts.sql"),
        include_str!("../migrations/postgres/0013_accounts.sql"),
    ),
    (
        14,
        "official",
        include_str!("../migrations/sqlite/0014_official.sql"),
        include_str!("../migrations/postgres/0014_official.sql"),
    ),
    (
        15,
        "passkeys",
        include_str!("../migrations/sqlite/0015_passkeys.sql"),
        include_str!("../migrations/postgres/0015_passkeys.sql"),
    ),
    (
        16,
        "oidc",
        include_str!("../migrations/sqlite/0016_oidc.sql"),
        include_str!("../migrations/postgres/0016_oidc.sql"),
    ),
    (
        17,
        "networks",
        include_str!("../migrations/sqlite/0017_networks.sql"),
        include_str!("../migrations/postgres/0017_networks.sql"),
    ),
];

/// Returns the version of the tables.
pub(crate) fn latest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|(version, ..)| *version)
        .max()
        .unwrap_or(0)
}

/// Returns SQLite's texts, for a test of what they make.
#[cfg(test)]
pub(crate) fn sqlite_texts() -> Vec<&'static str> {
    MIGRATIONS.iter().map(|(_, _, sqlite, _)| *sqlite).collect()
}

/// Brings the tables to this version's shape. Several nodes may do so at once.
pub(crate) async fn migrate(pool: &AnyPool, engine: Engine) -> Result<(), StoreError> {
    let migrations = MIGRATIONS.iter().map(|(version, name, sqlite, postgres)| {
        let sql = match engine {
            Engine::Sqlite => *sqlite,
            Engine::Postgres => *postgres,
        };
        Migration::new(
            *version,
            Cow::Borrowed(*name),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    let mut conn = pool.acquire().await.doing(CONNECT)?;
    if engine == Engine::Postgres {
        // Another node may be at it, and for long.
        let told = sqlx::raw_sql("SET lock_timeout = 0").execute(&mut *conn);
        told.await.doing(CONNECT)?;
    }
    let done = Migrator::with_migrations(migrations.collect())
        .run(&mut *conn)
        .await;
    // Never back to the pool: it is more patient than the others.
    conn.close().await.doing(CONNECT)?;
    done.map_err(|source| StoreError::Migrate { source })
}

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    #[test]
    fn both_databases_have_the_same_tables() {
        for (version, _, sqlite, postgres) in MIGRATIONS {
            assert_eq!(sqlite.replace(" BLOB", " BYTEA"), *postgres, "{version}");
        }
    }
}
