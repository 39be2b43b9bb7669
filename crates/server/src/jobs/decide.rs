//! A decision: evidence and claims to a verdict, recorded with everything that led to it.

use menshen_core::attempts::retry_at;
use menshen_core::card::ModelCards;
use menshen_core::claims::FirstIdentity;
use menshen_core::event::EventName;
use menshen_core::evidence::FaceMatch;
use menshen_core::ids::DecisionId;
use menshen_core::policy::Part;
use menshen_core::question::{Judge, Question};
use menshen_core::time::Millis;
use menshen_core::verification::{Flow, State, Status, Verdict, counts};
use menshen_core::{Claims, Decision, Evidence};
use menshen_engine::{Answer, Request};
use menshen_ledger::{CaseFile, Hash, InputFile};
use menshen_store::{
    CaptureRow, JobRow, NewDecision, NewIdentity, Part as Photo, Store, TenantKind, TenantRow, Tx,
};

use super::Submission;
use crate::app::App;
use crate::attempts::{self, Place};
use crate::capture::{self, Measured};
use crate::case::{Case, codes, word};
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::screening::{self, Found, Whose};
use crate::today;

/// What is known of a person and their documents.
struct Known {
    claims: Claims,
    evidence: Evidence,
    cards: ModelCards,
    inputs: Vec<InputFile>,
    selfie: Option<Vec<f32>>,
    screening: Option<Found>,
}

/// Judges the submission of a job. A verification that is not waiting for a verdict is left alone: the job
/// came a second time.
pub async fn run(app: &App, job: &JobRow) -> Result<(), ApiError> {
    let work: Submission = serde_json::from_str(&job.payload).map_err(ApiError::machine)?;
    let found = app
        .store
        .find_verification(work.tenant, work.verification)
        .await?;
    let Some(row) = found else { return Ok(()) };
    let tenant = app.store.find_tenant(work.tenant).await?;
    let tenant = tenant.ok_or(ApiError::NotFound("tenant"))?;
    let mut case = Case::read(app, row).await?;
    let waiting = matches!(case.progress.state, State::Processing { .. });
    if !waiting || case.row.attempt != work.attempt {
        return Ok(());
    }
    if job.tries > 1 || work.again {
        requeued(app, &mut case).await?;
    }
    match judge(app, &tenant, case).await {
        // Erased meanwhile, and the verification was ended with it: there is nothing left to judge.
        Err(ApiError::Erased) => Ok(()),
        done => done,
    }
}

async fn judge(app: &App, tenant: &TenantRow, case: Case) -> Result<(), ApiError> {
    let known = gather(app, tenant, &case).await?;
    let question = Question {
        parts: case.parts(),
        flow: case.flow,
        judge: match tenant.kind {
            TenantKind::Sandbox => Judge::Sandbox,
            TenantKind::Live => Judge::Evidence,
        },
    };
    let (claims, evidence, cards) = (&known.claims, &known.evidence, &known.cards);
    let decision = question.decide(&case.policy, claims, evidence, cards, today(app.now()));
    conclude(app, case, known, question, decision).await
}

/// Says that a submission was taken up again.
async fn requeued(app: &App, case: &mut Case) -> Result<(), ApiError> {
    let now = app.now();
    case.progress.state = case.progress.state.requeued()?;
    let mut tx = app.store.begin().await?;
    case.write(&mut tx, now).await?;
    record::event(&mut tx, EventName::VerificationRequeued, &case.row, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn gather(app: &App, tenant: &TenantRow, case: &Case) -> Result<Known, ApiError> {
    let applicant = case.row.applicant_id;
    let first = app.store.find_identity_claims(tenant.id, applicant).await?;
    let first: Option<Claims> = first
        .map(|sealed| serde_json::from_slice(&sealed))
        .transpose()
        .map_err(ApiError::machine)?;
    let own = case.claims(app).await?;
    let mut claims = own
        .or_else(|| first.clone())
        .ok_or(ApiError::NotFound("data"))?;
    claims.first = first
        .filter(|_| case.flow.is_again())
        .map(|first| FirstIdentity {
            name: first.name,
            number: first.number,
        });
    let mut known = Known {
        claims,
        evidence: Evidence::default(),
        cards: app
            .engine
            .as_ref()
            .map(menshen_engine::Pool::cards)
            .unwrap_or_default(),
        inputs: Vec::new(),
        selfie: None,
        screening: None,
    };
    let mut portrait = None;
    for row in newest(app.store.list_captures(tenant.id, case.row.id).await?) {
        let vector = add_photo(app, &row, &mut known).await?;
        match row.part {
            Photo::Front => portrait = vector,
            Photo::Selfie => known.selfie = vector,
            Photo::Back => {}
        }
    }
    if !case.parts().contains(&Part::Document) {
        // Without a document the face is compared with the one first verified.
        let template = app
            .store
            .find_identity_template(tenant.id, applicant)
            .await?;
        portrait = template.and_then(|template| capture::from_bytes(&template));
    }
    if let (Some(portrait), Some(selfie)) = (portrait, known.selfie.clone()) {
        known.evidence.face_match = Some(compare(app, portrait, selfie).await?);
    }
    if tenant.kind == TenantKind::Live {
        known.screening = screening::of_case(app, case, &known.claims).await?;
        let found = known.screening.as_ref();
        known.evidence.screening = found.map(|found| found.evidence.clone());
    }
    Ok(known)
}

/// Adds what was measured in a photo; returns the face's vector.
async fn add_photo(
    app: &App,
    row: &CaptureRow,
    known: &mut Known,
) -> Result<Option<Vec<f32>>, ApiError> {
    let sealed = app
        .store
        .find_capture_evidence(row.tenant_id, row.id)
        .await?;
    let sealed = sealed.ok_or(ApiError::NotFound("photo"))?;
    let kept: capture::Kept = serde_json::from_slice(&sealed).map_err(ApiError::machine)?;
    known.inputs.push(InputFile {
        part: row.part.as_str().to_owned(),
        sha256: Hash(kept.sha256),
        bytes: kept.bytes,
    });
    match (row.part, kept.measured) {
        (Photo::Front, Measured::Page(page)) => known.evidence.front = Some(*page),
        (Photo::Back, Measured::Page(page)) => known.evidence.back = Some(*page),
        (Photo::Selfie, Measured::Face(face)) => known.evidence.selfie = Some(*face),
        _ => {}
    }
    let vector = app
        .store
        .find_capture_embedding(row.tenant_id, row.id)
        .await?;
    Ok(vector.and_then(|bytes| capture::from_bytes(&bytes)))
}

/// Returns the newest photo of each part.
fn newest(rows: Vec<CaptureRow>) -> Vec<CaptureRow> {
    let mut kept: Vec<CaptureRow> = Vec::new();
    for row in rows {
        match kept.iter_mut().find(|old| old.part == row.part) {
            Some(old) if old.id < row.id => *old = row,
            Some(_) => {}
            None => kept.push(row),
        }
    }
    kept
}

async fn compare(app: &App, a: Vec<f32>, b: Vec<f32>) -> Result<FaceMatch, ApiError> {
    let engine = app.engine.as_ref().ok_or(ApiError::Busy)?;
    let answer = engine.ask(Request::Compare { a, b }).await;
    match answer.map_err(|error| capture::busy(app, &error))? {
        Answer::Score { model, score } => Ok(FaceMatch { model, score }),
        _ => Err(ApiError::Busy),
    }
}

async fn conclude(
    app: &App,
    mut case: Case,
    known: Known,
    question: Question,
    decision: Decision,
) -> Result<(), ApiError> {
    let now = app.now();
    let place = Place::of_row(&case.row)?;
    let counted = counts(decision.outcome, &decision.reasons);
    let mut wait = None;
    if counted {
        let mut failures = attempts::failures(app, &case, &place).await?;
        place.fail(&mut failures, now);
        wait = retry_at(&case.policy.attempts, &failures, now);
    }
    let ends = document_ends(&case, &known, today(now));
    let verdict = Verdict::new(&case.policy, &decision, ends, wait, now);
    case.progress.state = case.progress.state.decided(&verdict, now)?;
    case.progress = case.progress.without(&decision.reasons);
    case.row.codes = codes(&decision.reasons);
    let reasons = serde_json::to_vec(&decision.reasons).map_err(ApiError::machine)?;
    let id = DecisionId::new(now, Store::random_id_bytes()?);
    let file = evidence_file(app, &case, &known, question, &decision, id, now)?;
    let mut tx = app.store.begin().await?;
    note_alerts(&mut tx, &case, &known, now).await?;
    case.row.version = tx.put_reasons(&case.row, &reasons, now).await?;
    case.write(&mut tx, now).await?;
    tx.record_attempt(&place.attempt(&case, counted), now)
        .await?;
    let digest = Hash::of(&file).to_string();
    let new = NewDecision {
        id,
        tenant_id: case.row.tenant_id,
        applicant_id: case.row.applicant_id,
        verification_id: case.row.id,
        attempt: case.row.attempt,
        outcome: word(&decision.outcome),
        codes: case.row.codes.clone(),
        policy_identity: decision.policy_version.clone(),
        engine: app.engine_version(),
        evidence_file: &file,
        digest: digest.clone(),
    };
    tx.record_decision(&new, now).await?;
    if case.status() == Status::Verified {
        remember_identity(&mut tx, &case, &known, now).await?;
    }
    let tenant = Some(case.row.tenant_id);
    let act = Act::system(
        tenant,
        "verification.decided",
        "verification",
        case.row.id.0,
    )
    .with("decision", id.to_string())
    .with("outcome", word(&decision.outcome))
    .with("codes", case.row.codes.join(","))
    .with("evidence", digest);
    record::audit(&mut tx, act, now).await?;
    if let Some(name) = EventName::of(case.status()) {
        record::event(&mut tx, name, &case.row, now).await?;
    }
    tx.commit().await?;
    let took = case.row.submitted_at.map(|at| now.0 - at.0);
    app.metrics.decided(decision.outcome, took);
    Ok(())
}

/// Notes what the search of lists has found, which must be in force still.
async fn note_alerts(tx: &mut Tx, case: &Case, known: &Known, now: Millis) -> Result<(), ApiError> {
    let Some(found) = &known.screening else {
        return Ok(());
    };
    found.check(tx).await?;
    let whose = Whose {
        tenant: case.row.tenant_id,
        applicant: case.row.applicant_id,
        verification: case.row.id,
    };
    screening::note(tx, whose, &found.alerts, now).await?;
    Ok(())
}

/// Returns the last moment of the document's last day, anywhere on earth.
fn document_ends(case: &Case, known: &Known, today: jiff::civil::Date) -> Option<Millis> {
    let date = menshen_core::expiry(&case.policy, &known.claims, &known.evidence, today)?;
    let end = date.tomorrow().ok()?.at(12, 0, 0, 0);
    let zoned = end.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Millis::from(zoned.timestamp()))
}

fn evidence_file(
    app: &App,
    case: &Case,
    known: &Known,
    question: Question,
    decision: &Decision,
    id: DecisionId,
    now: Millis,
) -> Result<Vec<u8>, ApiError> {
    let file = CaseFile {
        decision_id: id,
        verification_id: case.row.id,
        tenant_id: case.row.tenant_id,
        made_at: now,
        today: today(now),
        inputs: known.inputs.clone(),
        question,
        claims: known.claims.clone(),
        evidence: known.evidence.clone(),
        cards: known.cards.clone(),
        decision: decision.clone(),
    };
    menshen_ledger::write_evidence(&file, &case.policy, &app.signer).map_err(ApiError::machine)
}

/// Keeps the identity first verified. It is never overwritten: a face is added where there was none, and a renewal
/// changes the document and keeps the person.
async fn remember_identity(
    tx: &mut Tx,
    case: &Case,
    known: &Known,
    now: Millis,
) -> Result<(), ApiError> {
    let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
    let mut claims = known.claims.clone();
    claims.first = None;
    let sealed = serde_json::to_vec(&claims).map_err(ApiError::machine)?;
    let template = known.selfie.as_deref().map(capture::to_bytes);
    let identity = NewIdentity {
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: case.row.id,
        name: &claims.name,
        number: &claims.number,
        claims: &sealed,
        template: template.as_deref(),
    };
    tx.record_identity(&identity, now).await?;
    tx.add_template(&identity).await?;
    if case.flow == Flow::Renewal {
        tx.renew_identity(&identity).await?;
    }
    Ok(())
}
