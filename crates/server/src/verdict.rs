//! A verdict on its way into the database. The machine's and people's are written by the same hand: reasons, state, signed
//! evidence, identity, event and audit entry, in one transaction.

use menshen_core::claims::Claims;
use menshen_core::decide::Outcome;
use menshen_core::event::EventName;
use menshen_core::ids::CaseId;
use menshen_core::time::Millis;
use menshen_core::verification::Status;
use menshen_core::{Evidence, Policy, Reason};
use menshen_ledger::{CaseFile, Hash};
use menshen_store::{NewDecision, Tx};

use crate::app::App;
use crate::capture::Embedding;
use crate::case::{Case, word};
use crate::identity::{self, Sharing};
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::today;

/// A verdict, with everything that led to it.
pub struct Recorded<'a> {
    /// The file of evidence, signed.
    pub signed: Vec<u8>,
    /// What it holds.
    pub file: &'a CaseFile,
    /// The outcome.
    pub outcome: Outcome,
    /// The codes of all reasons.
    pub codes: Vec<String>,
    /// The reasons that the person is told.
    pub told: &'a [Reason],
    /// The face's vector, kept where the identity is.
    pub selfie: Option<&'a Embedding>,
    /// May another account have the same document?
    pub sharing: Sharing,
    /// The case in which people decided.
    pub case: Option<CaseId>,
}

/// Returns a signed file of evidence.
///
/// # Errors
/// The machine's where the verdict does not follow from the file.
pub fn sign(app: &App, case: &Case, file: &CaseFile) -> Result<Vec<u8>, ApiError> {
    menshen_ledger::write_evidence(file, &case.policy, &app.signer).map_err(ApiError::machine)
}

/// Writes a verdict and what follows from it. The case has its new state already.
///
/// # Errors
/// The store's: then nothing has happened.
pub async fn record(
    app: &App,
    tx: &mut Tx,
    case: &mut Case,
    recorded: Recorded<'_>,
    act: Act,
    now: Millis,
) -> Result<(), ApiError> {
    // Two people with one document take turns; the second is refused below.
    if case.status() == Status::Verified {
        tx.lock_gallery(case.row.tenant_id).await?;
    }
    // Erasure locks the person, too: one of the two waits, and sees what the other has done.
    tx.lock_applicant(case.row.tenant_id, case.row.applicant_id)
        .await?;
    case.row.codes.clone_from(&recorded.codes);
    let reasons = serde_json::to_vec(recorded.told).map_err(ApiError::machine)?;
    case.row.version = tx.put_reasons(&case.row, &reasons, now).await?;
    case.write(tx, now).await?;
    let digest = Hash::of(&recorded.signed).to_string();
    let file = recorded.file;
    let new = NewDecision {
        id: file.decision_id,
        tenant_id: case.row.tenant_id,
        applicant_id: case.row.applicant_id,
        verification_id: case.row.id,
        attempt: case.row.attempt,
        outcome: word(&recorded.outcome),
        codes: recorded.codes,
        policy_identity: file.decision.policy_version.clone(),
        engine: app.engine_version(),
        evidence_file: &recorded.signed,
        digest: digest.clone(),
        case_id: recorded.case,
        kind: case.progress.kind.map(|kind| word(&kind)),
        program: case.row.program.clone(),
        submitted_at: case.row.submitted_at,
    };
    tx.record_decision(&new, now).await?;
    if case.status() == Status::Verified {
        let (claims, selfie) = (&file.claims, recorded.selfie);
        identity::remember(tx, case, claims, selfie, recorded.sharing, now).await?;
    }
    let act = act
        .with("decision", file.decision_id.to_string())
        .with("outcome", word(&recorded.outcome))
        .with("codes", case.row.codes.join(","))
        .with("evidence", digest);
    record::audit(tx, act, now).await?;
    let name = match case.status() {
        // The machine never leaves it there: people ask for a step once more.
        Status::InProgress => Some(EventName::VerificationAskedAgain),
        status => EventName::of(status),
    };
    match name {
        Some(name) => record::event(tx, name, &case.row, now).await,
        None => Ok(()),
    }
}

/// Returns the last moment of the document's last day, anywhere on earth.
pub fn document_ends(
    policy: &Policy,
    claims: &Claims,
    evidence: &Evidence,
    now: Millis,
) -> Option<Millis> {
    let date = menshen_core::expiry(policy, claims, evidence, today(now))?;
    let end = date.tomorrow().ok()?.at(12, 0, 0, 0);
    let zoned = end.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Millis::from(zoned.timestamp()))
}
