//! Prints of frames, against replays in other sessions. A print is sealed with its person's biometric key; what is looked up are
//! its parts, as digests with a key of the tenant.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use menshen_core::ids::{ApplicantId, LiveId, TenantId};
use menshen_core::live::BANDS;
use menshen_core::time::Millis;
use sqlx::AssertSqlSafe;

use crate::columns::all;
use crate::error::{Doing, insert_error};
use crate::live_sessions::chunk_row;
use crate::seal::Column;
use crate::subject::{Subject, SubjectKey};
use crate::{DigestKind, LiveRow, Purpose, Store, StoreError, Tx};

/// A print: 256 bits.
pub type Print = [u8; 32];

/// A print to be kept.
pub struct NewPrint {
    /// The frame's number among those kept of its session.
    pub n: i64,
    /// The print.
    pub print: Print,
    /// Its parts, which are looked up.
    pub bands: [Vec<u8>; BANDS],
}

const PRINT: Column = Column::new("live_print", "print_sealed");
const INSERT: &str = "INSERT INTO live_print (session_id, n, tenant_id, print_sealed, created_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (session_id, n) DO NOTHING";
const INSERT_BANDS: &str = "INSERT INTO live_band (session_id, n, tenant_id, digest) VALUES \
     ($1, $2, $3, $4), ($1, $2, $3, $5), ($1, $2, $3, $6), ($1, $2, $3, $7), ($1, $2, $3, $8), ($1, $2, $3, $9), \
     ($1, $2, $3, $10), ($1, $2, $3, $11), ($1, $2, $3, $12), ($1, $2, $3, $13), ($1, $2, $3, $14), ($1, $2, $3, $15) \
     ON CONFLICT (tenant_id, digest, session_id, n) DO NOTHING";
const PRUNE_BANDS: &str = "DELETE FROM live_band WHERE session_id IN \
     (SELECT session_id FROM live_print WHERE created_at <= $1)";
const PRUNE: &str = "DELETE FROM live_print WHERE created_at <= $1";
/// Parts looked up in one statement.
const AT_ONCE: usize = 120;
/// Only made of constants: as many places as parts are looked up at once.
static LOOK_UP: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (3..AT_ONCE + 3).map(|n| format!("${n}")).collect();
    format!(
        "SELECT p.session_id, p.n, s.applicant_id, p.print_sealed FROM live_band b \
         JOIN live_print p ON p.session_id = b.session_id AND p.n = b.n JOIN live_session s ON s.id = p.session_id \
         WHERE b.tenant_id = $1 AND b.session_id <> $2 AND b.digest IN ({})",
        places.join(", ")
    )
});
/// Hexadecimal digits of a digest that are kept: 128 bits.
const DIGITS: usize = 32;

impl Store {
    fn band(&self, tenant: TenantId, band: &[u8]) -> String {
        let mut digest = self.digest(tenant, DigestKind::Print, band);
        digest.truncate(DIGITS);
        digest
    }
}

impl Tx {
    /// Keeps prints of a session that ends.
    pub async fn keep_prints(
        &mut self,
        row: &LiveRow,
        prints: &[NewPrint],
        now: Millis,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let key = row.subject().key(self.conn(), keys, Purpose::Biometric);
        let key = key.await?;
        for new in prints {
            sqlx::query(INSERT)
                .bind(row.id.to_string())
                .bind(new.n)
                .bind(row.tenant_id.to_string())
                .bind(key.seal(PRINT, &chunk_row(row.id, new.n), &new.print)?)
                .bind(now.0)
                .execute(self.conn())
                .await
                .map_err(|source| insert_error("live_print", "keep print", source))?;
            let mut insert = sqlx::query(INSERT_BANDS)
                .bind(row.id.to_string())
                .bind(new.n)
                .bind(row.tenant_id.to_string());
            for band in &new.bands {
                insert = insert.bind(store.band(row.tenant_id, band));
            }
            insert.execute(self.conn()).await.doing("keep print")?;
        }
        Ok(())
    }

    /// Returns the prints of a tenant's other sessions that have any of some parts. To miss none of two sessions that end at
    /// once, lock the tenant's gallery before.
    pub async fn find_prints(
        &mut self,
        row: &LiveRow,
        bands: impl Iterator<Item = Vec<u8>>,
    ) -> Result<Vec<Print>, StoreError> {
        let (store, tenant) = (self.store.clone(), row.tenant_id);
        let digests: BTreeSet<String> = bands.map(|band| store.band(tenant, &band)).collect();
        let digests: Vec<String> = digests.into_iter().collect();
        let mut found: HashMap<(LiveId, i64), (ApplicantId, Vec<u8>)> = HashMap::new();
        for some in digests.chunks(AT_ONCE) {
            let mut query = sqlx::query(AssertSqlSafe(LOOK_UP.as_str()))
                .bind(tenant.to_string())
                .bind(row.id.to_string());
            for n in 0..AT_ONCE {
                query = query.bind(some.get(n).cloned().unwrap_or_default());
            }
            let rows = query.fetch_all(self.conn()).await.doing("find prints")?;
            let rows = all("live_print", &rows, |r| {
                let at = (r.parse("session_id")?, r.get("n")?);
                Ok((at, (r.parse("applicant_id")?, r.get("print_sealed")?)))
            })?;
            found.extend(rows);
        }
        self.open_prints(tenant, found).await
    }

    async fn open_prints(
        &mut self,
        tenant: TenantId,
        found: HashMap<(LiveId, i64), (ApplicantId, Vec<u8>)>,
    ) -> Result<Vec<Print>, StoreError> {
        let store = self.store.clone();
        let mut known: HashMap<ApplicantId, Option<SubjectKey>> = HashMap::new();
        let mut prints = Vec::with_capacity(found.len());
        for ((session, n), (applicant, sealed)) in found {
            if let std::collections::hash_map::Entry::Vacant(place) = known.entry(applicant) {
                let subject = Subject { tenant, applicant };
                let keys = &store.inner.keys;
                let key = subject.key(self.conn(), keys, Purpose::Biometric).await;
                place.insert(match key {
                    Ok(key) => Some(key),
                    Err(StoreError::Erased) => None,
                    Err(error) => return Err(error),
                });
            }
            let Some(Some(key)) = known.get(&applicant) else {
                continue;
            };
            let print = key.open(PRINT, &chunk_row(session, n), &sealed)?;
            let print = Print::try_from(&*print).map_err(|_| StoreError::Corrupt {
                table: "live_print",
                column: "print_sealed",
            })?;
            prints.push(print);
        }
        Ok(prints)
    }

    /// Removes prints that were kept before an instant; returns how many.
    pub async fn prune_prints(&mut self, before: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE_BANDS)
            .bind(before.0)
            .execute(self.conn())
            .await
            .doing("prune prints")?;
        sqlx::query(PRUNE)
            .bind(before.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune prints")
    }
}
