//! Entries of lists that a person's name comes near, and what somebody has found about each: the memory of exceptions.

use menshen_core::ids::{ApplicantId, ScreeningHitId, ScreeningListId, TenantId, VerificationId};
use menshen_core::policy::SanctionList;
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, older_than, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// What is known of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreeningHitState {
    /// Nobody has looked at it.
    Open,
    /// It is another person.
    Cleared,
    /// It is this person.
    Confirmed,
}

words!(ScreeningHitState { Open = "open", Cleared = "cleared", Confirmed = "confirmed" });

/// An entry that a person's name comes near, just found.
pub struct NewScreeningHit<'a> {
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Whose name.
    pub applicant_id: ApplicantId,
    /// The verification that it was found in, or that the person was first verified by.
    pub verification_id: VerificationId,
    /// The list.
    pub list: SanctionList,
    /// Its version.
    pub list_id: ScreeningListId,
    /// The list's own id of the entry.
    pub entry: &'a str,
    /// The digest of the entry's content.
    pub entry_digest: &'a str,
    /// How near, in thousandths.
    pub score_permille: i64,
    /// The explanation, with names; it is sealed.
    pub detail: &'a [u8],
}

/// A hit, without the names.
#[derive(Clone, Debug)]
pub struct ScreeningHitRow {
    /// The id.
    pub id: ScreeningHitId,
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Whose name.
    pub applicant_id: ApplicantId,
    /// The verification that it was found in.
    pub verification_id: VerificationId,
    /// The list.
    pub list: SanctionList,
    /// Its version.
    pub list_id: ScreeningListId,
    /// The list's own id of the entry.
    pub entry: String,
    /// The digest of the entry's content.
    pub entry_digest: String,
    /// How near, in thousandths.
    pub score_permille: i64,
    /// What is known of it.
    pub state: ScreeningHitState,
    /// Who found that out.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Millis>,
    /// Until when it is no alert.
    pub cleared_until: Option<Millis>,
    /// When it was found.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

impl ScreeningHitRow {
    /// Is it an exception in force for this content of the entry?
    pub fn covers(&self, entry_digest: &str, now: Millis) -> bool {
        self.state == ScreeningHitState::Cleared
            && self.entry_digest == entry_digest
            && self.cleared_until.is_some_and(|until| until > now)
    }

    fn subject(&self) -> Subject {
        Subject {
            tenant: self.tenant_id,
            applicant: self.applicant_id,
        }
    }
}

/// Whether a hit is news.
#[derive(Clone, Debug)]
pub enum Met {
    /// It is.
    New(ScreeningHitId),
    /// It is not: it is open, confirmed, or an exception in force.
    Known(Box<ScreeningHitRow>),
}

/// What somebody found about a hit.
#[derive(Clone, Copy, Debug)]
pub struct ScreeningFinding<'a> {
    /// Cleared until an instant, or confirmed.
    pub cleared_until: Option<Millis>,
    /// Why, in words; it is sealed.
    pub reason: &'a str,
    /// Who says so.
    pub by: &'a str,
}

/// Which hits.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScreeningHitsAsked {
    /// Those in a state.
    pub state: Option<ScreeningHitState>,
    /// Those of a person.
    pub applicant: Option<ApplicantId>,
    /// None of this person.
    pub but: Option<ApplicantId>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, verification_id, list, list_id, entry, entry_digest, score_permille, ",
            "state, decided_by, decided_at, cleared_until, created_at, version FROM screening_hit ",
            $where
        )
    };
}

const HIT: &str = "screening_hit";
const DETAIL: Column = Column::new(HIT, "detail_sealed");
const REASON: Column = Column::new(HIT, "reason_sealed");
const INSERT: &str = "INSERT INTO screening_hit (id, tenant_id, applicant_id, verification_id, list, list_id, entry, \
     entry_digest, score_permille, detail_sealed, state, reason_sealed, decided_by, decided_at, cleared_until, \
     created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', NULL, NULL, NULL, NULL, $11, 1)";
const REFRESH: &str = "UPDATE screening_hit SET list_id = $1, entry_digest = $2, score_permille = $3, \
     detail_sealed = $4, version = version + 1 WHERE id = $5 AND version = $6";
const DECIDE: &str = "UPDATE screening_hit SET state = $1, reason_sealed = $2, decided_by = $3, decided_at = $4, \
     cleared_until = $5, version = version + 1 WHERE id = $6 AND version = $7";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const NEWEST: &str = select!(
    "WHERE tenant_id = $1 AND applicant_id = $2 AND list = $3 AND entry = $4 ORDER BY id DESC LIMIT 1"
);
/// Those of the erased name no entry: they are nobody's any more.
const LIST: &str = select!(
    "WHERE tenant_id = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR applicant_id = $3) AND entry <> '' \
     AND applicant_id <> $4 AND id < $5 ORDER BY id DESC LIMIT $6"
);
const OF_APPLICANT: &str = select!("WHERE tenant_id = $1 AND applicant_id = $2 ORDER BY id DESC");
const SEALED_DETAIL: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, detail_sealed AS sealed FROM screening_hit WHERE id = $1 AND tenant_id = $2",
    column: DETAIL,
    purpose: Purpose::Document,
};
const SEALED_REASON: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, reason_sealed AS sealed FROM screening_hit WHERE id = $1 AND tenant_id = $2",
    column: REASON,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a hit of a tenant.
    pub async fn find_screening_hit(
        &self,
        tenant: TenantId,
        id: ScreeningHitId,
    ) -> Result<Option<ScreeningHitRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns a tenant's hits, newest first; those of erased people are left out.
    pub async fn list_screening_hits(
        &self,
        tenant: TenantId,
        asked: ScreeningHitsAsked,
        after: Option<ScreeningHitId>,
        limit: u32,
    ) -> Result<Vec<ScreeningHitRow>, StoreError> {
        let state = asked.state.map_or("", ScreeningHitState::as_str);
        let text = |id: Option<ApplicantId>| id.map_or_else(String::new, |id| id.to_string());
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(state)
            .bind(text(asked.applicant))
            .bind(text(asked.but))
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list screening hits")?;
        all(HIT, &rows, read)
    }

    /// Returns everything that was ever found for a person, newest first.
    pub async fn list_applicant_screening_hits(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<ScreeningHitRow>, StoreError> {
        let rows = sqlx::query(OF_APPLICANT)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list screening hits")?;
        all(HIT, &rows, read)
    }

    /// Returns a hit's explanation, with the names on both sides.
    pub async fn find_screening_detail(
        &self,
        tenant: TenantId,
        id: ScreeningHitId,
    ) -> Result<Option<Opened>, StoreError> {
        let mut conn = self.conn().await?;
        SEALED_DETAIL.open(self, &mut conn, tenant, id).await
    }

    /// Returns why a hit was cleared or confirmed.
    pub async fn find_screening_reason(
        &self,
        tenant: TenantId,
        id: ScreeningHitId,
    ) -> Result<Option<Opened>, StoreError> {
        let mut conn = self.conn().await?;
        SEALED_REASON.open(self, &mut conn, tenant, id).await
    }
}

impl Tx {
    /// Returns a hit of a tenant.
    pub async fn find_screening_hit(
        &mut self,
        tenant: TenantId,
        id: ScreeningHitId,
    ) -> Result<Option<ScreeningHitRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Notes a hit where it is news: an entry that was never met, whose exception has ended, or whose content has
    /// changed since it was cleared. An open one whose entry has changed is brought up to date.
    pub async fn meet_screening_hit(
        &mut self,
        new: &NewScreeningHit<'_>,
        now: Millis,
    ) -> Result<Met, StoreError> {
        self.lock_applicant(new.tenant_id, new.applicant_id).await?;
        let row = sqlx::query(NEWEST)
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.list.name())
            .bind(new.entry.to_owned())
            .fetch_optional(self.conn())
            .await
            .doing("find screening hit")?;
        match one(HIT, row, read)? {
            Some(row) if row.state == ScreeningHitState::Open => {
                if row.entry_digest != new.entry_digest {
                    self.refresh(&row, new).await?;
                }
                Ok(Met::Known(Box::new(row)))
            }
            Some(row)
                if row.state == ScreeningHitState::Confirmed
                    || row.covers(new.entry_digest, now) =>
            {
                Ok(Met::Known(Box::new(row)))
            }
            _ => self.insert_hit(new, now).await.map(Met::New),
        }
    }

    /// Writes what somebody found about a hit.
    pub async fn decide_screening_hit(
        &mut self,
        row: &ScreeningHitRow,
        finding: ScreeningFinding<'_>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let key = row.subject().key(self.conn(), keys, Purpose::Document);
        let reason = finding.reason.as_bytes();
        let reason = key.await?.seal(REASON, &row.id.to_string(), reason)?;
        let state = match finding.cleared_until {
            Some(_) => ScreeningHitState::Cleared,
            None => ScreeningHitState::Confirmed,
        };
        let done = sqlx::query(DECIDE)
            .bind(state.as_str())
            .bind(reason)
            .bind(finding.by.to_owned())
            .bind(now.0)
            .bind(finding.cleared_until.map(|at| at.0))
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("decide screening hit")?;
        one_row(HIT, &done)
    }

    async fn insert_hit(
        &mut self,
        new: &NewScreeningHit<'_>,
        now: Millis,
    ) -> Result<ScreeningHitId, StoreError> {
        let id = ScreeningHitId::new(now, Store::random_id_bytes()?);
        let detail = self.seal_detail(new, id).await?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.list.name())
            .bind(new.list_id.to_string())
            .bind(new.entry.to_owned())
            .bind(new.entry_digest.to_owned())
            .bind(new.score_permille)
            .bind(detail)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(HIT, "note screening hit", source))?;
        Ok(id)
    }

    async fn refresh(
        &mut self,
        row: &ScreeningHitRow,
        new: &NewScreeningHit<'_>,
    ) -> Result<(), StoreError> {
        let detail = self.seal_detail(new, row.id).await?;
        let done = sqlx::query(REFRESH)
            .bind(new.list_id.to_string())
            .bind(new.entry_digest.to_owned())
            .bind(new.score_permille)
            .bind(detail)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("refresh screening hit")?;
        one_row(HIT, &done)
    }

    async fn seal_detail(
        &mut self,
        new: &NewScreeningHit<'_>,
        id: ScreeningHitId,
    ) -> Result<Vec<u8>, StoreError> {
        let store = self.store.clone();
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let keys = &store.inner.keys;
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        key.seal(DETAIL, &id.to_string(), new.detail)
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: ScreeningHitId,
) -> Result<Option<ScreeningHitRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find screening hit")?;
    one(HIT, row, read)
}

fn read(r: Reader<'_>) -> Result<ScreeningHitRow, StoreError> {
    let list: String = r.get("list")?;
    Ok(ScreeningHitRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse("verification_id")?,
        list: SanctionList::parse(&list).ok_or(StoreError::Corrupt {
            table: HIT,
            column: "list",
        })?,
        list_id: r.parse("list_id")?,
        entry: r.get("entry")?,
        entry_digest: r.get("entry_digest")?,
        score_permille: r.get("score_permille")?,
        state: r.parse("state")?,
        decided_by: r.get("decided_by")?,
        decided_at: r.at_maybe("decided_at")?,
        cleared_until: r.at_maybe("cleared_until")?,
        created_at: r.at("created_at")?,
        version: r.get("version")?,
    })
}
