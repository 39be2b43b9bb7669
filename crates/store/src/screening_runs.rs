//! Searches of everyone of a tenant: how far each has come, and the people in the order in which they are searched.

use menshen_core::ids::{ApplicantId, ScreeningRunId, TenantId, VerificationId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, newer_than, older_than, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::identity::{CLAIMS, IDENTITY};
use crate::subject::Subject;
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreeningOutcome {
    /// Everyone was searched.
    Done,
    /// A newer one took its place.
    Superseded,
    /// The tenant's policy asks for none.
    NotRequired,
}

words!(ScreeningOutcome { Done = "done", Superseded = "superseded", NotRequired = "not_required" });

/// A search of everyone of a tenant.
#[derive(Clone, Debug)]
pub struct ScreeningRunRow {
    /// The id.
    pub id: ScreeningRunId,
    /// Whose people.
    pub tenant_id: TenantId,
    /// The last one who was searched.
    pub last_applicant: Option<ApplicantId>,
    /// How many were searched.
    pub people: i64,
    /// How many hits were news.
    pub hits: i64,
    /// How many could not be read, and so were not searched.
    pub unread: i64,
    /// How it ended.
    pub outcome: Option<ScreeningOutcome>,
    /// When it was asked for.
    pub started_at: Millis,
    /// When it moved last.
    pub moved_at: Millis,
    /// When it ended.
    pub finished_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

/// A verified person.
pub struct VerifiedPerson {
    /// Who.
    pub applicant_id: ApplicantId,
    /// By which verification first.
    pub verification_id: VerificationId,
    /// The claims that were verified; none where what is stored is damaged.
    pub claims: Option<Opened>,
}

/// What a step of a search has done.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScreeningStep {
    /// The last one who was searched.
    pub last: Option<ApplicantId>,
    /// How many were searched.
    pub people: i64,
    /// How many hits were news.
    pub hits: i64,
    /// How many could not be read.
    pub unread: i64,
    /// How the search ends with it.
    pub outcome: Option<ScreeningOutcome>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, last_applicant, people, hits, unread, outcome, started_at, moved_at, finished_at, ",
            "version FROM screening_run ",
            $where
        )
    };
}

const RUN: &str = "screening_run";
const SUPERSEDE: &str = "UPDATE screening_run SET outcome = 'superseded', finished_at = $1, version = version + 1 \
     WHERE tenant_id = $2 AND finished_at IS NULL";
const INSERT: &str = "INSERT INTO screening_run (id, tenant_id, last_applicant, people, hits, unread, outcome, \
     started_at, moved_at, finished_at, version) VALUES ($1, $2, '', 0, 0, 0, NULL, $3, $4, NULL, 1)";
const MOVE: &str = "UPDATE screening_run SET last_applicant = $1, people = people + $2, hits = hits + $3, \
     unread = unread + $4, outcome = $5, moved_at = $6, finished_at = $7, version = version + 1 \
     WHERE id = $8 AND version = $9 AND finished_at IS NULL";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const LIST: &str = select!("WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
const STALLED: &str =
    select!("WHERE finished_at IS NULL AND moved_at <= $1 ORDER BY moved_at, id LIMIT $2");
const PEOPLE: &str = "SELECT i.applicant_id, i.verification_id, i.claims_sealed, k.master_key_id, k.wrapped \
     FROM identity i JOIN subject_key k ON k.applicant_id = i.applicant_id AND k.purpose = 'document' \
     AND k.destroyed_at IS NULL WHERE i.tenant_id = $1 AND i.applicant_id > $2 ORDER BY i.applicant_id LIMIT $3";

impl Store {
    /// Returns a search of a tenant's people.
    pub async fn find_screening_run(
        &self,
        tenant: TenantId,
        id: ScreeningRunId,
    ) -> Result<Option<ScreeningRunRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find screening run")?;
        one(RUN, row, read)
    }

    /// Returns the searches of a tenant's people, newest first.
    pub async fn list_screening_runs(
        &self,
        tenant: TenantId,
        after: Option<ScreeningRunId>,
        limit: u32,
    ) -> Result<Vec<ScreeningRunRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list screening runs")?;
        all(RUN, &rows, read)
    }

    /// Returns searches of all tenants that have not moved since an instant, the longest waiting first.
    pub async fn list_stalled_screening_runs(
        &self,
        before: Millis,
        limit: u32,
    ) -> Result<Vec<ScreeningRunRow>, StoreError> {
        let rows = sqlx::query(STALLED)
            .bind(before.0)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list stalled screening runs")?;
        all(RUN, &rows, read)
    }

    /// Returns verified people of a tenant in the order of their ids; those who were erased are left out.
    pub async fn list_verified_people(
        &self,
        tenant: TenantId,
        after: Option<ApplicantId>,
        limit: u32,
    ) -> Result<Vec<VerifiedPerson>, StoreError> {
        let rows = sqlx::query(PEOPLE)
            .bind(tenant.to_string())
            .bind(newer_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list verified people")?;
        all(IDENTITY, &rows, |r| self.read_person(tenant, r))
    }

    fn read_person(&self, tenant: TenantId, r: Reader<'_>) -> Result<VerifiedPerson, StoreError> {
        let applicant: ApplicantId = r.parse("applicant_id")?;
        let subject = Subject { tenant, applicant };
        let (master, wrapped): (String, Vec<u8>) = (r.get("master_key_id")?, r.get("wrapped")?);
        let sealed: Vec<u8> = r.get("claims_sealed")?;
        let opened = self
            .inner
            .keys
            .unwrap(&master, &wrapped, &subject.bound(Purpose::Document))
            .and_then(|key| CLAIMS.open(&key, tenant, &applicant.to_string(), &sealed));
        Ok(VerifiedPerson {
            applicant_id: applicant,
            verification_id: r.parse("verification_id")?,
            claims: match opened {
                Ok(claims) => Some(claims),
                // One person's row must not keep everyone else from being searched.
                Err(StoreError::Damaged { .. }) => None,
                Err(error) => return Err(error),
            },
        })
    }
}

impl Tx {
    /// Begins a search of a tenant's people, which takes the place of one that is under way.
    pub async fn begin_screening_run(
        &mut self,
        tenant: TenantId,
        first_move: Millis,
        now: Millis,
    ) -> Result<ScreeningRunId, StoreError> {
        sqlx::query(SUPERSEDE)
            .bind(now.0)
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .doing("supersede screening runs")?;
        let id = ScreeningRunId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(now.0)
            .bind(first_move.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(RUN, "begin screening run", source))?;
        Ok(id)
    }

    /// Notes how far a search has come, over the row's version.
    pub async fn move_screening_run(
        &mut self,
        row: &ScreeningRunRow,
        step: ScreeningStep,
        now: Millis,
    ) -> Result<(), StoreError> {
        let last = step.last.or(row.last_applicant);
        let done = sqlx::query(MOVE)
            .bind(newer_than(last))
            .bind(step.people)
            .bind(step.hits)
            .bind(step.unread)
            .bind(step.outcome.map(ScreeningOutcome::as_str))
            .bind(now.0)
            .bind(step.outcome.map(|_| now.0))
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("move screening run")?;
        one_row(RUN, &done)
    }
}

fn read(r: Reader<'_>) -> Result<ScreeningRunRow, StoreError> {
    let last: String = r.get("last_applicant")?;
    let last = (!last.is_empty()).then(|| r.parse("last_applicant"));
    Ok(ScreeningRunRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        last_applicant: last.transpose()?,
        people: r.get("people")?,
        hits: r.get("hits")?,
        unread: r.get("unread")?,
        outcome: r.parse_maybe("outcome")?,
        started_at: r.at("started_at")?,
        moved_at: r.at("moved_at")?,
        finished_at: r.at_maybe("finished_at")?,
        version: r.get("version")?,
    })
}
