//! Cases that people decide. Ids and codes only: what they are about lies sealed with the decision that they look at.

use std::collections::BTreeSet;

use menshen_core::ids::{ApplicantId, CaseId, DecisionId, StaffId, TenantId, VerificationId};
use menshen_core::review::{Case, Matter, Queue, State};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::{Store, StoreError, Tx};

/// A case to be opened.
#[derive(Clone, Debug)]
pub struct NewReviewCase {
    /// The case.
    pub case: Case,
    /// The verification that it is about.
    pub verification_id: VerificationId,
    /// The decision that it looks at.
    pub decision_id: DecisionId,
    /// The kind of document, where one was chosen.
    pub kind: Option<String>,
    /// The policy that the verification is judged by.
    pub policy_identity: String,
    /// Whose decision is looked at again, where it is a person's.
    pub judged: Option<StaffId>,
    /// When an answer is due.
    pub due_at: Millis,
}

/// A case.
#[derive(Clone, Debug)]
pub struct ReviewCaseRow {
    /// The id.
    pub id: CaseId,
    /// The case.
    pub case: Case,
    /// The verification that it is about.
    pub verification_id: VerificationId,
    /// The decision that it looks at.
    pub decision_id: DecisionId,
    /// The kind of document, where one was chosen.
    pub kind: Option<String>,
    /// The policy that the verification is judged by.
    pub policy_identity: String,
    /// Whose decision is looked at again, where it is a person's.
    pub judged: Option<StaffId>,
    /// Have two people disagreed?
    pub disputed: bool,
    /// Did those who looked again say something else in the end?
    pub overturned: bool,
    /// When it was opened.
    pub opened_at: Millis,
    /// When an answer is due.
    pub due_at: Millis,
    /// When it was closed.
    pub closed_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

/// Where a case is, as it is stored.
#[derive(Clone, Copy)]
enum Word {
    Waiting,
    Claimed,
    Decided,
    Dropped,
}

words!(Word {
    Waiting = "waiting",
    Claimed = "claimed",
    Decided = "decided",
    Dropped = "dropped",
});

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, verification_id, decision_id, queue, level, kind, codes, policy_identity, state, ",
            "since, claimed_by, claim_until, votes, barred, seen, disputed, judged, overturned, opened_at, due_at, closed_at, ",
            "version FROM review_case ",
            $where
        )
    };
}
pub(crate) use select;

pub(crate) const CASE: &str = "review_case";
const INSERT: &str = "INSERT INTO review_case (id, tenant_id, applicant_id, verification_id, decision_id, queue, level, \
     kind, codes, policy_identity, state, since, claimed_by, claim_until, votes, barred, seen, disputed, judged, overturned, opened_at, \
     due_at, closed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, NULL, NULL, $12, $13, \
     $14, 0, $15, 0, $11, $16, NULL, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const LIST_OF: &str = select!("WHERE tenant_id = $1 AND verification_id = $2 ORDER BY id");
const UPDATE: &str = "UPDATE review_case SET state = $1, since = $2, claimed_by = $3, claim_until = $4, votes = $5, \
     barred = $6, seen = $7, disputed = $8, overturned = $9, closed_at = $10, version = version + 1 \
     WHERE id = $11 AND tenant_id = $12 AND version = $13";

/// A case's state as columns: word, since, claimed by, claimed until, closed at.
type Columns = (
    Word,
    Millis,
    Option<StaffId>,
    Option<Millis>,
    Option<Millis>,
);

fn columns(state: State) -> Columns {
    match state {
        State::Waiting { since } => (Word::Waiting, since, None, None, None),
        State::Claimed { by, since, until } => (Word::Claimed, since, Some(by), Some(until), None),
        State::Decided { at } => (Word::Decided, at, None, None, Some(at)),
        State::Dropped { at } => (Word::Dropped, at, None, None, Some(at)),
    }
}

fn ids(ids: &BTreeSet<StaffId>) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
}

fn votes(case: &Case) -> String {
    serde_json::to_string(&case.votes).expect("votes hold nothing that JSON lacks")
}

impl Store {
    /// Returns a case of a tenant.
    pub async fn find_review_case(
        &self,
        tenant: TenantId,
        id: CaseId,
    ) -> Result<Option<ReviewCaseRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns the cases about a verification, oldest first, closed ones too.
    pub async fn list_verification_cases(
        &self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Vec<ReviewCaseRow>, StoreError> {
        list_of(&mut *self.conn().await?, tenant, verification).await
    }
}

impl Tx {
    /// Opens a case.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where people are at it already.
    pub async fn open_review_case(
        &mut self,
        new: &NewReviewCase,
        now: Millis,
    ) -> Result<ReviewCaseRow, StoreError> {
        let id = CaseId::new(now, Store::random_id_bytes()?);
        let case = &new.case;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(case.tenant.to_string())
            .bind(case.applicant.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.decision_id.to_string())
            .bind(case.matter.queue.name())
            .bind(case.matter.level.clone())
            .bind(new.kind.clone())
            .bind(case.matter.codes.join(","))
            .bind(new.policy_identity.clone())
            .bind(now.0)
            .bind(votes(case))
            .bind(ids(&case.barred))
            .bind(ids(&case.seen))
            .bind(new.judged.map(|id| id.to_string()))
            .bind(new.due_at.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CASE, "open case", source))?;
        let row = find(self.conn(), case.tenant, id).await?;
        row.ok_or(StoreError::Missing { table: CASE })
    }

    /// Returns a case of a tenant.
    pub async fn find_review_case(
        &mut self,
        tenant: TenantId,
        id: CaseId,
    ) -> Result<Option<ReviewCaseRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns who has ever held or voted on a case about a verification: who knows it.
    pub async fn list_who_know(
        &mut self,
        tenant: TenantId,
        verification: VerificationId,
        but: Option<CaseId>,
    ) -> Result<BTreeSet<StaffId>, StoreError> {
        let rows = list_of(self.conn(), tenant, verification).await?;
        let rows = rows.into_iter().filter(|row| Some(row.id) != but);
        let of = |row: ReviewCaseRow| {
            let voted = row.case.votes.into_iter().map(|vote| vote.staff);
            voted.chain(row.case.seen).chain(row.case.barred)
        };
        Ok(rows.flat_map(of).collect())
    }

    /// Was a decision of the machine drawn before, for somebody else to look at again?
    pub async fn is_rechecked(
        &mut self,
        tenant: TenantId,
        verification: VerificationId,
        decision: DecisionId,
    ) -> Result<bool, StoreError> {
        let rows = list_of(self.conn(), tenant, verification).await?;
        let drawn = |row: &ReviewCaseRow| {
            row.case.matter.queue == Queue::Recheck && row.decision_id == decision
        };
        Ok(rows.iter().any(drawn))
    }

    /// Writes what may change in a case over the row's version; returns the row as it is then.
    pub async fn update_review_case(
        &mut self,
        row: ReviewCaseRow,
    ) -> Result<ReviewCaseRow, StoreError> {
        let (word, since, by, until, closed) = columns(row.case.state);
        let done = sqlx::query(UPDATE)
            .bind(word.as_str())
            .bind(since.0)
            .bind(by.map(|by| by.to_string()))
            .bind(until.map(|at| at.0))
            .bind(votes(&row.case))
            .bind(ids(&row.case.barred))
            .bind(ids(&row.case.seen))
            .bind(i64::from(row.disputed))
            .bind(i64::from(row.overturned))
            .bind(closed.map(|at| at.0))
            .bind(row.id.to_string())
            .bind(row.case.tenant.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("update case")?;
        one_row(CASE, &done)?;
        Ok(ReviewCaseRow {
            version: row.version + 1,
            closed_at: closed,
            ..row
        })
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: CaseId,
) -> Result<Option<ReviewCaseRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find case")?;
    one(CASE, row, read)
}

async fn list_of(
    conn: &mut AnyConnection,
    tenant: TenantId,
    verification: VerificationId,
) -> Result<Vec<ReviewCaseRow>, StoreError> {
    let rows = sqlx::query(LIST_OF)
        .bind(tenant.to_string())
        .bind(verification.to_string())
        .fetch_all(conn)
        .await
        .doing("list cases of a verification")?;
    all(CASE, &rows, read)
}

fn state(r: Reader<'_>) -> Result<State, StoreError> {
    let corrupt = |column| StoreError::Corrupt {
        table: CASE,
        column,
    };
    let since = r.at("since")?;
    Ok(match r.parse::<Word>("state")? {
        Word::Waiting => State::Waiting { since },
        Word::Claimed => State::Claimed {
            by: r
                .parse_maybe("claimed_by")?
                .ok_or_else(|| corrupt("claimed_by"))?,
            since,
            until: r
                .at_maybe("claim_until")?
                .ok_or_else(|| corrupt("claim_until"))?,
        },
        Word::Decided => State::Decided { at: since },
        Word::Dropped => State::Dropped { at: since },
    })
}

fn people(r: Reader<'_>, column: &'static str) -> Result<BTreeSet<StaffId>, StoreError> {
    let corrupt = |_| StoreError::Corrupt {
        table: CASE,
        column,
    };
    let ids = r.list(column)?;
    ids.iter().map(|id| id.parse().map_err(corrupt)).collect()
}

pub(crate) fn read(r: Reader<'_>) -> Result<ReviewCaseRow, StoreError> {
    let votes: String = r.get("votes")?;
    let votes = serde_json::from_str(&votes).map_err(|_| StoreError::Corrupt {
        table: CASE,
        column: "votes",
    });
    Ok(ReviewCaseRow {
        id: r.parse("id")?,
        case: Case {
            tenant: r.parse("tenant_id")?,
            applicant: r.parse::<ApplicantId>("applicant_id")?,
            matter: Matter {
                queue: r.parse("queue")?,
                level: r.get("level")?,
                codes: r.list("codes")?,
            },
            state: state(r)?,
            votes: votes?,
            barred: people(r, "barred")?,
            seen: people(r, "seen")?,
        },
        verification_id: r.parse("verification_id")?,
        decision_id: r.parse("decision_id")?,
        kind: r.get("kind")?,
        policy_identity: r.get("policy_identity")?,
        judged: r.parse_maybe("judged")?,
        disputed: r.flag("disputed")?,
        overturned: r.flag("overturned")?,
        opened_at: r.at("opened_at")?,
        due_at: r.at("due_at")?,
        closed_at: r.at_maybe("closed_at")?,
        version: r.get("version")?,
    })
}
