//! A sign-in by face, judged at once: by the same evidence, policy and signed file as a verification, and nobody is verified by it.

use menshen_core::decide::{Decision, Outcome};
use menshen_core::ids::DecisionId;
use menshen_core::question::{Judge, Question};
use menshen_core::reason::Reason;
use menshen_core::time::Millis;
use menshen_ledger::Hash;
use menshen_store::{NewDecision, Store, TenantKind, TenantRow, Tx};

use super::decide::{Known, decide, evidence_file, gather};
use crate::app::App;
use crate::case::{Case, codes, word};
use crate::problem::ApiError;
use crate::verdict;

/// What was found.
pub struct FaceJudged {
    /// The outcome. Anything but approved signs nobody in: no person is asked.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
    question: Question,
    decision: Decision,
    known: Known,
}

/// Compares the face of a live check with the one first verified.
///
/// # Errors
/// [`ApiError::Busy`] where it could not be compared; the store's.
pub async fn judge_face_login(
    app: &App,
    tenant: &TenantRow,
    case: &Case,
) -> Result<FaceJudged, ApiError> {
    let known = gather(app, tenant, case).await?;
    let question = Question {
        parts: case.parts(),
        flow: case.flow,
        judge: match tenant.kind {
            TenantKind::Sandbox => Judge::Sandbox,
            TenantKind::Live => Judge::Evidence,
        },
        face_declined: false,
    };
    let decision = decide(app, &question, case, &known);
    Ok(FaceJudged {
        outcome: decision.outcome,
        reasons: decision.reasons.clone(),
        question,
        decision,
        known,
    })
}

impl FaceJudged {
    /// Returns the codes of all reasons.
    pub fn codes(&self) -> Vec<String> {
        codes(&self.reasons)
    }

    /// Writes the decision with its signed file of evidence.
    ///
    /// # Errors
    /// The machine's where it does not follow from the file; the store's.
    pub async fn record(
        &self,
        app: &App,
        tx: &mut Tx,
        case: &Case,
        now: Millis,
    ) -> Result<(), ApiError> {
        let id = DecisionId::new(now, Store::random_id_bytes()?);
        let question = self.question.clone();
        let file = evidence_file(case, &self.known, question, &self.decision, (id, now));
        let signed = verdict::sign(app, case, &file)?;
        let new = NewDecision {
            id,
            tenant_id: case.row.tenant_id,
            applicant_id: case.row.applicant_id,
            verification_id: case.row.id,
            attempt: case.row.attempt,
            outcome: word(&self.outcome),
            codes: self.codes(),
            policy_identity: self.decision.policy_version.clone(),
            engine: app.engine_version(),
            evidence_file: &signed,
            digest: Hash::of(&signed).to_string(),
            case_id: None,
            kind: None,
            program: case.row.program.clone(),
            submitted_at: None,
        };
        Ok(tx.record_decision(&new, now).await.map(|_| ())?)
    }
}
