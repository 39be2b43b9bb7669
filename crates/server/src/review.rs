//! What follows from what people say about a case: votes, verdicts, and looking again.

use std::collections::BTreeSet;
use std::sync::Arc;

use menshen_core::Policy;
use menshen_core::decide::Outcome;
use menshen_core::ids::{CaseId, DecisionId};
use menshen_core::reason::Step;
use menshen_core::review::{
    Case as Said, Matter, Queue, Refused, Reviewer, Settled, Verdict, Vote,
};
use menshen_core::time::Millis;
use menshen_core::verification::Status;
use menshen_ledger::{CaseFile, Hash, Human, verify_evidence};
use menshen_store::{
    NewReviewCase, Part, ReviewCaseRow, StaffRow, Store, TenantKind, Tx, VerificationRow,
};
use uuid::Uuid;

use crate::app::App;
use crate::appeal;
use crate::caller::{Allowed, Permission};
use crate::capture::{self, Embedding};
use crate::case::{Case, word};
use crate::duplicates::{self, Patience};
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::screening::{self, Found};
use crate::verdict::{self, Recorded, document_ends};

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let (code, detail) = (refused.code(), refused.to_string());
        match refused {
            Refused::NotThere => Self::NotFound("case"),
            Refused::Role
            | Refused::Own
            | Refused::Voted
            | Refused::Barred
            | Refused::NeedsSenior => Self::NotYou { code, detail },
            Refused::Closed | Refused::Held | Refused::NotHeld => Self::Conflict { code, detail },
            Refused::StandsAlone => Self::Invalid { code, detail },
        }
    }
}

/// Opens a case about a decision of the machine. Whoever knows an earlier case takes no appeal.
///
/// # Errors
/// The store's, where people are at it already.
pub async fn open(
    tx: &mut Tx,
    case: &Case,
    (decision, codes): (DecisionId, Vec<String>),
    queue: Queue,
    (due, now): (Millis, Millis),
) -> Result<ReviewCaseRow, ApiError> {
    let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
    let barred = match queue {
        Queue::Appeal => tx.list_who_know(tenant, case.row.id, None).await?,
        Queue::Review | Queue::Recheck => BTreeSet::new(),
    };
    let matter = Matter {
        queue,
        level: case.row.level.clone(),
        codes,
    };
    let new = NewReviewCase {
        case: Said::new((tenant, applicant), matter, barred, now),
        verification_id: case.row.id,
        decision_id: decision,
        kind: case.progress.kind.map(|kind| word(&kind)),
        policy_identity: case.row.policy_identity.clone(),
        judged: None,
        due_at: due,
    };
    let row = tx.open_review_case(&new, now).await?;
    let act = Act::system(Some(tenant), "review.opened", "case", row.id.0);
    let act = act
        .with("queue", queue.name())
        .with("verification", case.row.id.to_string());
    record::audit(tx, act, now).await?;
    Ok(row)
}

/// Returns somebody who works for the tenant as the rules of review see them.
pub fn reviewer(row: &StaffRow) -> Reviewer {
    Reviewer {
        tenant: row.tenant_id,
        staff: row.id,
        role: row.role,
        applicant: row.applicant,
    }
}

/// Returns who calls, as they are now.
///
/// # Errors
/// [`ApiError::Stranger`] for somebody who is no longer let in.
pub async fn who<P: Permission>(
    app: &App,
    tx: Option<&mut Tx>,
    allowed: &Allowed<P>,
) -> Result<Reviewer, ApiError> {
    let (staff, _) = allowed.caller.staff().ok_or(ApiError::Stranger)?;
    let tenant = allowed.tenant.id;
    let row = match tx {
        Some(tx) => tx.find_staff(tenant, staff).await?,
        None => app.store.find_staff(tenant, staff).await?,
    };
    let row = row.filter(|row| row.disabled_at.is_none());
    row.map(|row| reviewer(&row)).ok_or(ApiError::Stranger)
}

/// A case with what it is judged by. Read before a transaction, and its row again inside.
pub struct Read {
    /// The case.
    pub row: ReviewCaseRow,
    /// The policy of its verification.
    pub policy: Arc<Policy>,
}

impl Read {
    /// Returns a case of the caller's tenant.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for one that is not there or another's.
    pub async fn new<P: Permission>(
        app: &App,
        allowed: &Allowed<P>,
        id: CaseId,
    ) -> Result<Self, ApiError> {
        let tenant = allowed.tenant.id;
        let row = app.store.find_review_case(tenant, id).await?;
        let row = row.ok_or(ApiError::NotFound("case"))?;
        let policy = app.policy_of(tenant, &row.policy_identity).await?;
        Ok(Self { row, policy })
    }

    /// Reads the row again, inside a transaction.
    ///
    /// # Errors
    /// The store's.
    pub async fn again(&self, tx: &mut Tx) -> Result<ReviewCaseRow, ApiError> {
        let tenant = self.row.case.tenant;
        let row = tx.find_review_case(tenant, self.row.id).await?;
        let mut row = row.ok_or(ApiError::NotFound("case"))?;
        if row.case.matter.queue == Queue::Appeal {
            // Whoever has come to know the person since it was opened takes it no more.
            let (about, but) = (row.verification_id, Some(row.id));
            let know = tx.list_who_know(tenant, about, but).await?;
            row.case.barred.extend(know);
        }
        Ok(row)
    }

    /// Returns the file of the machine's decision: what the case is about.
    ///
    /// # Errors
    /// [`ApiError::Erased`]; the machine's where the file does not hold.
    pub async fn file(&self, app: &App) -> Result<(CaseFile, Hash), ApiError> {
        let (tenant, decision) = (self.row.case.tenant, self.row.decision_id);
        let file = app.store.find_decision_evidence(tenant, decision).await?;
        let file = file.ok_or(ApiError::NotFound("decision"))?;
        let held = verify_evidence(&file, &app.signer.verifier()).map_err(ApiError::machine)?;
        Ok((held.case, Hash::of(&file)))
    }
}

/// What a verdict is made of beside the votes.
pub struct Known {
    /// The machine's file.
    pub file: CaseFile,
    /// Its digest.
    pub saw: Hash,
    /// The face's vector, where one was measured.
    pub selfie: Option<Embedding>,
    /// What is known today, where the verdict would approve somebody.
    pub today: Option<Today>,
}

/// What is looked up again before people approve somebody: the machine may have decided days ago.
pub struct Today {
    /// What the lists of sanctioned people say, where the policy asks for them.
    screening: Option<Found>,
    /// Up to which change of the gallery and the blocklist nobody was overlooked.
    seq: i64,
    /// Accounts and entries that the machine did not know of, and the reviewer has looked at.
    others: BTreeSet<Uuid>,
}

impl Today {
    /// Looks for the person of a case again. `seen` names what the reviewer has looked at beyond the machine's evidence.
    async fn look(
        app: &App,
        kind: TenantKind,
        verification: &Case,
        file: &CaseFile,
        (selfie, seen): (Option<&Embedding>, &BTreeSet<Uuid>),
    ) -> Result<Self, ApiError> {
        // Nobody in the sandbox is real.
        let screening = match kind {
            TenantKind::Live => screening::for_approval(app, verification, &file.claims).await?,
            TenantKind::Sandbox => None,
        };
        let person = duplicates::Person {
            row: &verification.row,
            policy: &verification.policy,
            question: &file.question,
            claims: &file.claims,
            selfie,
            cards: &file.cards,
        };
        let looked = person.look(app, Outcome::Review, Patience::Wait).await?;
        let others = looked.found.beyond(file.evidence.duplicates.as_ref());
        if let Some(new) = others.iter().find(|id| !seen.contains(id)) {
            let detail = format!(
                "account or entry {new} is alike and was not known when the machine decided: look at it, then name it in others"
            );
            return Err(ApiError::conflict("duplicates_new", detail));
        }
        Ok(Self {
            screening,
            seq: looked.seq,
            others,
        })
    }
}

impl Known {
    /// Reads what a verdict about a verification is made of.
    ///
    /// # Errors
    /// The store's; `hits_open` and `duplicates_new` where nobody may be approved yet.
    pub async fn read<P: Permission>(
        app: &App,
        (allowed, read): (&Allowed<P>, &Read),
        verification: &Case,
        (verdict, seen): (&Verdict, &BTreeSet<Uuid>),
    ) -> Result<Self, ApiError> {
        let (file, saw) = read.file(app).await?;
        let selfie = selfie(app, &read.row).await?;
        // Looking again approves nobody.
        let approves =
            matches!(verdict, Verdict::Approve) && read.row.case.matter.queue != Queue::Recheck;
        let kind = allowed.tenant.kind;
        let today = match approves {
            true => {
                let look = Today::look(app, kind, verification, &file, (selfie.as_ref(), seen));
                Some(look.await?)
            }
            false => None,
        };
        Ok(Self {
            file,
            saw,
            selfie,
            today,
        })
    }
}

/// Returns the template of the selfie that the case is about; none where it was destroyed.
async fn selfie(app: &App, row: &ReviewCaseRow) -> Result<Option<Embedding>, ApiError> {
    let tenant = row.case.tenant;
    let rows = app.store.list_captures(tenant, row.verification_id).await?;
    let shown = |part: Part, at: Millis| part == Part::Selfie && at <= row.opened_at;
    let newest = rows.iter().find(|row| shown(row.part, row.created_at));
    let Some(capture) = newest else {
        return Ok(None);
    };
    match capture::embedding(app, capture).await {
        Err(ApiError::Erased) => Ok(None),
        found => found,
    }
}

/// Writes a vote, and what follows where it settles the case.
///
/// # Errors
/// The rules' and the store's: then nothing has happened.
pub async fn vote<P: Permission>(
    app: &App,
    tx: &mut Tx,
    (allowed, read): (&Allowed<P>, &Read),
    verdict: Verdict,
    known: &Known,
    now: Millis,
) -> Result<ReviewCaseRow, ApiError> {
    let rules = &read.policy.review;
    if let Some(today) = &known.today {
        // Nobody who was verified or blocked since the search is overlooked.
        let seq = tx.lock_gallery(read.row.case.tenant).await?;
        if seq != today.seq {
            return Err(ApiError::Stale);
        }
    }
    // Erasure locks the person, too: one of the two waits, and sees what the other has done.
    let whom = (read.row.case.tenant, read.row.case.applicant);
    tx.lock_applicant(whom.0, whom.1).await?;
    let row = read.again(tx).await?;
    let who = who(app, Some(&mut *tx), allowed).await?;
    let (case, settled) = row.case.clone().voted(&who, verdict.clone(), rules, now)?;
    let disputed = case.is_disputed(rules);
    let mut row = ReviewCaseRow {
        case,
        disputed,
        ..row
    };
    if let Some(settled) = &settled {
        row.overturned = row.case.is_upheld(settled) == Some(false);
    }
    let row = tx.update_review_case(row).await?;
    let codes: Vec<&str> = verdict.codes().iter().map(|code| code.as_str()).collect();
    let act = Act::new(&allowed.caller, "review.voted", "case", row.id.0)
        .with("verdict", verdict.name())
        .with("codes", codes.join(","))
        .with("standing", stands(&row, settled.is_some()))
        .with("verification", row.verification_id.to_string());
    record::audit(tx, act, now).await?;
    if let Some(settled) = &settled {
        settle(app, tx, (read, &row), settled, known, now).await?;
    }
    Ok(row)
}

/// Returns the word for where a case is after a vote.
pub fn stands(row: &ReviewCaseRow, settled: bool) -> &'static str {
    match (settled, row.disputed) {
        (true, _) => "settled",
        (false, true) => "disputed",
        (false, false) => "second",
    }
}

async fn settle(
    app: &App,
    tx: &mut Tx,
    (read, row): (&Read, &ReviewCaseRow),
    settled: &Settled,
    known: &Known,
    now: Millis,
) -> Result<(), ApiError> {
    let tenant = row.case.tenant;
    let verification = tx.find_verification(tenant, row.verification_id).await?;
    let verification = verification.ok_or(ApiError::NotFound("verification"))?;
    match row.case.is_upheld(settled) {
        None => judge(app, tx, (read, row), verification, settled, known, now).await,
        Some(upheld) => {
            let action = match upheld {
                true => "review.upheld",
                false => "review.overturned",
            };
            let mut act = Act::system(Some(tenant), action, "case", row.id.0);
            if let Some(judged) = row.judged {
                act = act.with("judged", judged.to_string());
            }
            record::audit(tx, act, now).await?;
            match upheld {
                true => Ok(()),
                false => overturn(app, tx, (read, row), verification, settled, known, now).await,
            }
        }
    }
}

/// The verification ends where the machine's verdict would have led it, or goes back for a step.
async fn judge(
    app: &App,
    tx: &mut Tx,
    (read, row): (&Read, &ReviewCaseRow),
    verification: VerificationRow,
    settled: &Settled,
    known: &Known,
    now: Millis,
) -> Result<(), ApiError> {
    let policy = &read.policy;
    let mut case = Case::new(verification, Arc::clone(policy))?;
    let ends = document_ends(policy, &known.file.claims, &known.file.evidence, now);
    let state = case.progress.state;
    case.progress.state = state.judged(settled, policy, ends, now)?;
    if let Verdict::AskAgain { steps, .. } = settled.verdict() {
        case.progress = case.progress.asked_again(steps);
    }
    let queue = row.case.matter.queue;
    appeal::judged(tx, &mut case, queue, settled.verdict(), now).await?;
    write(app, tx, row, &mut case, settled, known, now).await?;
    match row.case.votes.as_slice() {
        [vote] => look_again(tx, row, &case, vote, now).await,
        _ => Ok(()),
    }
}

/// Writes people's verdict with its signed evidence.
async fn write(
    app: &App,
    tx: &mut Tx,
    row: &ReviewCaseRow,
    case: &mut Case,
    settled: &Settled,
    known: &Known,
    now: Millis,
) -> Result<(), ApiError> {
    let verdict = settled.verdict();
    let human = Human {
        case: row.id,
        queue: row.case.matter.queue,
        level: row.case.matter.level.clone(),
        saw: known.saw,
        votes: row.case.votes.clone(),
        verdict: verdict.clone(),
    };
    let file = CaseFile {
        decision_id: DecisionId::new(now, Store::random_id_bytes()?),
        made_at: now,
        human: Some(human),
        ..known.file.clone()
    };
    let refused = matches!(verdict, Verdict::Refuse { .. });
    // Whoever was verified until now has nothing to mend, and nothing to appeal.
    let told = match case.status() {
        Status::Expired => Vec::new(),
        _ => verdict.reasons(),
    };
    let outcome = match (row.case.matter.queue, case.status()) {
        // Looking again approves nobody: the person may try again.
        (Queue::Recheck, Status::Failed) => Outcome::Retry,
        _ => verdict.outcome(),
    };
    let mut codes: Vec<String> = verdict
        .codes()
        .iter()
        .map(|code| code.as_str().to_owned())
        .collect();
    if refused {
        codes.push(menshen_core::ReasonCode::ReviewRefused.as_str().to_owned());
    }
    let recorded = Recorded {
        signed: verdict::sign(app, case, &file)?,
        file: &file,
        outcome,
        codes,
        told: &told,
        selfie: known.selfie.as_ref(),
        sharing: duplicates::sharing(&case.policy, &file.question),
        case: Some(row.id),
    };
    let tenant = Some(case.row.tenant_id);
    let id = case.row.id.0;
    let act = Act::system(tenant, "verification.decided", "verification", id);
    let mut act = act.with("case", row.id.to_string());
    if let Some(today) = &known.today {
        let others: Vec<String> = today.others.iter().map(Uuid::to_string).collect();
        if !others.is_empty() {
            act = act.with("others", others.join(","));
        }
        if let Some(found) = &today.screening {
            screening::still_clear(tx, case, found, now).await?;
            act = act.with("searched", found.lists());
        }
    }
    verdict::record(app, tx, case, recorded, act, now).await
}

/// Draws whether somebody else looks again at what one person has decided for good.
async fn look_again(
    tx: &mut Tx,
    row: &ReviewCaseRow,
    case: &Case,
    vote: &Vote,
    now: Millis,
) -> Result<(), ApiError> {
    let for_good = !matches!(vote.verdict, Verdict::AskAgain { .. });
    if !for_good || !case.policy.review.rechecks(Store::random_share()?) {
        return Ok(());
    }
    let drawn = tx.is_rechecked(row.case.tenant, row.verification_id, row.decision_id);
    if drawn.await? {
        return Ok(());
    }
    let new = NewReviewCase {
        case: row.case.recheck(vote.clone(), now),
        verification_id: row.verification_id,
        decision_id: row.decision_id,
        kind: row.kind.clone(),
        policy_identity: row.policy_identity.clone(),
        judged: Some(vote.staff),
        due_at: now.plus(case.policy.times.review()),
    };
    let opened = tx.open_review_case(&new, now).await?;
    let tenant = Some(row.case.tenant);
    let act = Act::system(tenant, "review.opened", "case", opened.id.0)
        .with("queue", Queue::Recheck.name())
        .with("verification", row.verification_id.to_string());
    record::audit(tx, act, now).await
}

/// Two have looked again and do not confirm it. Where that decision is still in force, it no longer is.
async fn overturn(
    app: &App,
    tx: &mut Tx,
    (read, row): (&Read, &ReviewCaseRow),
    verification: VerificationRow,
    settled: &Settled,
    known: &Known,
    now: Millis,
) -> Result<(), ApiError> {
    let mut case = Case::new(verification, Arc::clone(&read.policy))?;
    let state = case.progress.state;
    let first = row.case.votes.first();
    let in_force = first.is_some_and(|vote| vote.at == state.since());
    let Ok(state) = state.overturned(now) else {
        return Ok(());
    };
    if !in_force {
        return Ok(());
    }
    case.progress.state = state;
    if let (Status::Failed, Some(vote)) = (case.status(), first) {
        let steps = match settled.verdict() {
            Verdict::AskAgain { steps, .. } => steps.clone(),
            Verdict::Approve | Verdict::Refuse { .. } => steps_of(&case, vote),
        };
        case.progress = case.progress.clone().asked_again(&steps);
    }
    write(app, tx, row, &mut case, settled, known, now).await
}

/// Returns the steps that a refusal was about; all where it was about none.
fn steps_of(case: &Case, vote: &Vote) -> BTreeSet<Step> {
    let asked = menshen_core::progress::steps(&case.policy, &case.parts(), case.progress.kind);
    let codes = vote.verdict.codes();
    let about = |step: &Step| codes.iter().any(|code| code.spec().step == *step);
    let some: BTreeSet<Step> = asked.iter().copied().filter(about).collect();
    if some.is_empty() {
        return asked.into_iter().collect();
    }
    some
}
