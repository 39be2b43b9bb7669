//! Guesses at a person's secrets, counted exactly: by person and kind of secret, under the applicant's lock.

use menshen_core::guess::Guesses;
use menshen_core::ids::{ApplicantId, TenantId};

use crate::columns::{Reader, one};
use crate::error::{Doing, insert_error, one_row};
use crate::{StoreError, Tx};

/// What is guessed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A code sent to an address, for an appeal.
    AppealCode,
}

crate::columns::words!(Factor { AppealCode = "appeal_code" });

/// The count, as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessRow {
    /// The count.
    pub guesses: Guesses,
    /// Counts the changes; 0 where nothing was written yet.
    version: i64,
}

const GUESS: &str = "guess";
const FIND: &str = "SELECT run, total, wait_until, version FROM guess \
     WHERE applicant_id = $1 AND factor = $2 AND tenant_id = $3";
const INSERT: &str = "INSERT INTO guess (applicant_id, factor, tenant_id, run, total, wait_until, version) \
     VALUES ($1, $2, $3, $4, $5, $6, 1)";
const UPDATE: &str = "UPDATE guess SET run = $1, total = $2, wait_until = $3, version = version + 1 \
     WHERE applicant_id = $4 AND factor = $5 AND tenant_id = $6 AND version = $7";

impl Tx {
    /// Returns the count. The caller holds the applicant's lock, so that nobody counts beside it.
    pub async fn find_guesses(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        factor: Factor,
    ) -> Result<GuessRow, StoreError> {
        let row = sqlx::query(FIND)
            .bind(applicant.to_string())
            .bind(factor.as_str())
            .bind(tenant.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find guesses")?;
        let found = one(GUESS, row, read)?;
        Ok(found.unwrap_or(GuessRow {
            guesses: Guesses::default(),
            version: 0,
        }))
    }

    /// Writes the count over the one that was read.
    pub async fn put_guesses(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        factor: Factor,
        row: &GuessRow,
        guesses: Guesses,
    ) -> Result<(), StoreError> {
        let wait = guesses.wait_until.map(|at| at.0);
        let (run, total) = (i64::from(guesses.run), i64::from(guesses.total));
        if row.version == 0 {
            return sqlx::query(INSERT)
                .bind(applicant.to_string())
                .bind(factor.as_str())
                .bind(tenant.to_string())
                .bind(run)
                .bind(total)
                .bind(wait)
                .execute(self.conn())
                .await
                .map(|_| ())
                .map_err(|source| insert_error(GUESS, "count a guess", source));
        }
        let done = sqlx::query(UPDATE)
            .bind(run)
            .bind(total)
            .bind(wait)
            .bind(applicant.to_string())
            .bind(factor.as_str())
            .bind(tenant.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("count a guess")?;
        one_row(GUESS, &done)
    }
}

fn read(r: Reader<'_>) -> Result<GuessRow, StoreError> {
    let count = |column| {
        let number: i64 = r.get(column)?;
        u32::try_from(number).map_err(|_| StoreError::Corrupt {
            table: GUESS,
            column,
        })
    };
    Ok(GuessRow {
        guesses: Guesses {
            run: count("run")?,
            total: count("total")?,
            wait_until: r.at_maybe("wait_until")?,
        },
        version: r.get("version")?,
    })
}
