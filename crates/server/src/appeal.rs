//! An appeal beside its verification: both are changed by one transition each and written in one transaction.

use std::collections::BTreeSet;

use menshen_core::Policy;
use menshen_core::appeal::{Ending, Outcome, State};
use menshen_core::event::EventName;
use menshen_core::notice::Notice;
use menshen_core::policy::AppealRules;
use menshen_core::reason::Step;
use menshen_core::review::{Queue, State as Where, Verdict};
use menshen_core::time::Millis;
use menshen_core::verification::Status;
use menshen_store::{AppealRow, DecisionRow, ReviewCaseRow, Tx, VerificationRow};
use serde_json::json;

use crate::app::App;
use crate::case::{Case, word};
use crate::problem::ApiError;
use crate::record::{self, Act, News};
use crate::review;

/// An appeal, read.
pub struct Appeal {
    /// Its row.
    pub row: AppealRow,
    /// Its state.
    pub state: State,
}

impl Appeal {
    /// Reads a row.
    ///
    /// # Errors
    /// The machine's where the row is none that this version writes.
    pub fn read(row: AppealRow) -> Result<Self, ApiError> {
        let state = serde_json::from_str(&row.state).map_err(ApiError::machine)?;
        Ok(Self { row, state })
    }

    /// Writes the state back where nobody else has changed it meanwhile.
    ///
    /// # Errors
    /// [`menshen_store::StoreError::Conflict`] where somebody has.
    pub async fn write(
        &mut self,
        tx: &mut Tx,
        rules: &AppealRules,
        now: Millis,
    ) -> Result<(), ApiError> {
        let expected = self.row.version;
        self.row.status = self.state.word().name().to_owned();
        self.row.state = serde_json::to_string(&self.state).map_err(ApiError::machine)?;
        self.row.updated_at = now;
        self.row.due_at = self.state.due(rules, now);
        self.row.version = tx.update_appeal(&self.row, expected).await?;
        Ok(())
    }

    /// Returns the case of the appeal's verification.
    ///
    /// # Errors
    /// The store's.
    pub async fn case(&self, app: &App) -> Result<Case, ApiError> {
        let (tenant, id) = (self.row.tenant_id, self.row.verification_id);
        let row = app.store.find_verification(tenant, id).await?;
        Case::read(app, row.ok_or(ApiError::NotFound("verification"))?).await
    }
}

/// Returns when an appeal that is handed in now is answered, by the tenant's calendar.
///
/// # Errors
/// The machine's for a moment that is no date any more.
pub fn due(policy: &Policy, now: Millis) -> Result<Millis, ApiError> {
    let due = policy.service.appeal_due(&policy.calendar, now);
    due.map_err(ApiError::machine)
}

/// Tells the integrator, and the person where it is news to them, what became of an appeal.
///
/// # Errors
/// The store's.
pub async fn tell(
    tx: &mut Tx,
    name: EventName,
    appeal: &Appeal,
    case: &VerificationRow,
    now: Millis,
) -> Result<(), ApiError> {
    let (due, outcome) = match &appeal.state {
        State::Waiting { due, .. } => (Some(due.to_timestamp()), None),
        State::Decided { outcome, .. } => (None, Some(*outcome)),
        _ => (None, None),
    };
    let payload = json!({
        "appeal": appeal.row.id,
        "verification": appeal.row.verification_id,
        "applicant": appeal.row.applicant_id,
        "status": appeal.state.word(),
        "codes": appeal.row.code.iter().collect::<Vec<_>>(),
        "due": due,
        "outcome": outcome,
        "at": now.to_timestamp(),
    });
    tx.append_event(
        appeal.row.tenant_id,
        &word(&name),
        &payload.to_string(),
        now,
    )
    .await?;
    match Notice::of(name) {
        Some(notice) => {
            let news = News {
                tenant: case.tenant_id,
                applicant: case.applicant_id,
                verification: Some(case.id),
                code: None,
            };
            record::tell(tx, notice, &news, now).await
        }
        None => Ok(()),
    }
}

/// Reviewers have decided an appeal: it is recorded against the rule that was disputed, and the verification is free again.
/// The caller has changed the verification's state, and writes the case after this.
///
/// # Errors
/// The store's.
pub async fn decided(
    tx: &mut Tx,
    appeal: &mut Appeal,
    case: &mut Case,
    outcome: Outcome,
    now: Millis,
) -> Result<(), ApiError> {
    let rules = case.policy.appeals.clone();
    let rule = appeal.row.code.as_deref();
    let rule = rule.and_then(menshen_core::ReasonCode::parse);
    appeal.state = appeal.state.clone().decided(outcome, rule, now)?;
    appeal.write(tx, &rules, now).await?;
    tx.record_appeal_outcome(&appeal.row, &word(&outcome), now)
        .await?;
    match outcome {
        Outcome::Overturned => case.progress.appeal = None,
        Outcome::Upheld => case.progress = case.progress.clone().upheld(now),
    }
    let act = Act::system(
        Some(appeal.row.tenant_id),
        "appeal.decided",
        "appeal",
        appeal.row.id.0,
    )
    .with("verification", appeal.row.verification_id.to_string())
    .with("outcome", word(&outcome))
    .with("code", appeal.row.code.clone().unwrap_or_default())
    .with("policy", appeal.row.policy_identity.clone());
    record::audit(tx, act, now).await?;
    tell(tx, EventName::AppealDecided, appeal, &case.row, now).await
}

/// The reviewer of an appeal asks for steps once more. The caller has changed the verification's state, and writes the case
/// after this.
///
/// # Errors
/// The store's.
pub async fn asked(
    tx: &mut Tx,
    appeal: &mut Appeal,
    case: &mut Case,
    steps: &BTreeSet<Step>,
    now: Millis,
) -> Result<(), ApiError> {
    let rules = case.policy.appeals.clone();
    appeal.state = appeal.state.clone().asked(steps.clone(), now)?;
    appeal.write(tx, &rules, now).await?;
    case.progress = case.progress.clone().asked_under_appeal(steps);
    let tenant = Some(appeal.row.tenant_id);
    let act = Act::system(tenant, "appeal.asked_again", "appeal", appeal.row.id.0);
    let names: Vec<String> = steps.iter().map(word).collect();
    record::audit(tx, act.with("steps", names.join(",")), now).await?;
    tell(tx, EventName::AppealChanged, appeal, &case.row, now).await
}

/// Ends an open appeal without a decision, and frees its verification. The caller writes the case after this.
///
/// # Errors
/// The store's.
pub async fn end(
    tx: &mut Tx,
    appeal: &mut Appeal,
    case: &mut Case,
    why: Ending,
    now: Millis,
) -> Result<(), ApiError> {
    let rules = case.policy.appeals.clone();
    appeal.state = appeal.state.clone().lapsed(why, now)?;
    appeal.write(tx, &rules, now).await?;
    tx.end_appeal_codes(appeal.row.tenant_id, appeal.row.id, now)
        .await?;
    case.progress = case.progress.clone().released();
    let tenant = Some(appeal.row.tenant_id);
    let act = Act::system(tenant, "appeal.lapsed", "appeal", appeal.row.id.0);
    record::audit(tx, act.with("why", word(&why)), now).await?;
    tell(tx, EventName::AppealChanged, appeal, &case.row, now).await
}

/// Ends the open appeal of a verification that came to its end by another way. The caller writes the case after this.
///
/// # Errors
/// The store's.
pub async fn settle(
    tx: &mut Tx,
    case: &mut Case,
    why: Ending,
    now: Millis,
) -> Result<(), ApiError> {
    let Some(lock) = &case.progress.appeal else {
        return Ok(());
    };
    let row = tx.find_appeal(case.row.tenant_id, lock.appeal).await?;
    let mut appeal = Appeal::read(row.ok_or(ApiError::NotFound("appeal"))?)?;
    end(tx, &mut appeal, case, why, now).await
}

/// People have judged a verification: what follows for its open appeal, where it has one. The caller has changed the
/// verification's state, and writes the case after this.
///
/// # Errors
/// The store's.
pub async fn judged(
    tx: &mut Tx,
    case: &mut Case,
    queue: Queue,
    verdict: &Verdict,
    now: Millis,
) -> Result<(), ApiError> {
    let Some(lock) = &case.progress.appeal else {
        return Ok(());
    };
    let row = tx.find_appeal(case.row.tenant_id, lock.appeal).await?;
    let mut appeal = Appeal::read(row.ok_or(ApiError::NotFound("appeal"))?)?;
    match (queue, verdict) {
        (Queue::Appeal, Verdict::Approve) => {
            decided(tx, &mut appeal, case, Outcome::Overturned, now).await
        }
        (Queue::Appeal, Verdict::Refuse { .. }) => {
            decided(tx, &mut appeal, case, Outcome::Upheld, now).await
        }
        (Queue::Appeal, Verdict::AskAgain { steps, .. }) => {
            asked(tx, &mut appeal, case, steps, now).await
        }
        // Those who were late were faster than the appeal that was opened for it. What they ask for must not be locked.
        (_, Verdict::Approve | Verdict::AskAgain { .. }) => {
            end(tx, &mut appeal, case, Ending::Settled, now).await
        }
        _ => Ok(()),
    }
}

/// What those who decide an appeal start from. It is read before a transaction begins.
pub struct Handover {
    decision: Option<DecisionRow>,
    late: Option<ReviewCaseRow>,
}

impl Handover {
    /// Reads the machine's last decision, and the case of those who are late, where there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(app: &App, case: &Case) -> Result<Self, ApiError> {
        let (tenant, id) = (case.row.tenant_id, case.row.id);
        let decisions = app.store.list_verification_decisions(tenant, id).await?;
        let cases = app.store.list_verification_cases(tenant, id).await?;
        let late =
            |row: &ReviewCaseRow| row.closed_at.is_none() && row.case.matter.queue == Queue::Review;
        Ok(Self {
            decision: decisions.into_iter().find(|row| row.case_id.is_none()),
            late: cases.into_iter().find(late),
        })
    }

    /// Opens the case of an appeal that was handed in, and drops the one that it takes the place of. What the machine has not
    /// judged yet comes to people when it has: see [`crate::jobs`].
    ///
    /// # Errors
    /// The store's.
    pub async fn give(
        self,
        tx: &mut Tx,
        case: &Case,
        due: Millis,
        now: Millis,
    ) -> Result<(), ApiError> {
        if let Some(mut late) = self.late {
            late.case.state = Where::Dropped { at: now };
            let late = tx.update_review_case(late).await?;
            let tenant = Some(case.row.tenant_id);
            let act = Act::system(tenant, "review.dropped", "case", late.id.0);
            record::audit(tx, act.with("why", "appeal"), now).await?;
        }
        if case.status() != Status::Pending {
            return Ok(());
        }
        let decision = self.decision.ok_or(ApiError::NotFound("decision"))?;
        // The machine's codes alone: the signed file of the verdict tells by them how many it took.
        let about = (decision.id, decision.codes);
        review::open(tx, case, about, Queue::Appeal, (due, now)).await?;
        Ok(())
    }
}
