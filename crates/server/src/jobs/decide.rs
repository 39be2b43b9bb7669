//! A decision: evidence and claims to a verdict, recorded with everything that led to it.

use menshen_core::appeal::Ending;
use menshen_core::attempts::retry_at;
use menshen_core::card::ModelCards;
use menshen_core::claims::FirstIdentity;
use menshen_core::event::EventName;
use menshen_core::evidence::{FaceMatch, LivenessEvidence};
use menshen_core::ids::DecisionId;
use menshen_core::policy::Part;
use menshen_core::question::{Judge, Question};
use menshen_core::time::Millis;
use menshen_core::verification::{Flow, State, Status, Verdict, counts};
use menshen_core::{Claims, Decision, Evidence};
use menshen_engine::{Answer, Request, Standing};
use menshen_ledger::{CaseFile, Hash, InputFile};
use menshen_store::{CaptureRow, JobRow, Part as Photo, Store, TenantKind, TenantRow, Tx};

use super::Submission;
use crate::app::App;
use crate::appeal;
use crate::attempts::{self, Place};
use crate::capture::{self, Embedding, Measured};
use crate::case::{Case, codes};
use crate::duplicates::{self, Looked, Patience, Person};
use crate::identity::Sharing;
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::screening::{self, Found};
use crate::verdict::{self, Recorded, document_ends};
use crate::{review, today};

/// What is known of a person and their documents.
pub(super) struct Known {
    claims: Claims,
    evidence: Evidence,
    cards: ModelCards,
    inputs: Vec<InputFile>,
    selfie: Option<Embedding>,
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
    let patience = match job.tries > WAITS {
        true => Patience::Over,
        false => Patience::Wait,
    };
    match judge(app, &tenant, case, patience).await {
        // Erased meanwhile, and the verification was ended with it: there is nothing left to judge.
        Err(ApiError::Erased) if has_ended(app, &work).await? => Ok(()),
        done => done,
    }
}

/// Has the verification ended since it was read? One that waits still must be judged.
async fn has_ended(app: &App, work: &Submission) -> Result<bool, ApiError> {
    let found = app
        .store
        .find_verification(work.tenant, work.verification)
        .await?;
    let Some(row) = found else { return Ok(true) };
    let case = Case::read(app, row).await?;
    Ok(!matches!(case.progress.state, State::Processing { .. }))
}

/// How often a job waits until this node has read all faces; then a person looks at it.
const WAITS: i64 = 4;
/// How often others may be verified between the search and the record; then the job waits for its turn.
const ROUNDS: u32 = 8;

async fn judge(
    app: &App,
    tenant: &TenantRow,
    case: Case,
    patience: Patience,
) -> Result<(), ApiError> {
    let mut known = gather(app, tenant, &case).await?;
    let question = Question {
        parts: case.parts(),
        flow: case.flow,
        judge: match tenant.kind {
            TenantKind::Sandbox => Judge::Sandbox,
            TenantKind::Live => Judge::Evidence,
        },
        face_declined: case.progress.face_declined,
    };
    for _ in 0..ROUNDS {
        known.evidence.duplicates = None;
        let so_far = decide(app, &question, &case, &known).outcome;
        let person = person(&case, &question, &known);
        let Looked { found, seq } = person.look(app, so_far, patience).await?;
        let sharing = person.sharing();
        known.evidence.duplicates = Some(found);
        let decision = decide(app, &question, &case, &known);
        let record = Record {
            question: question.clone(),
            decision,
            sharing,
            seq,
        };
        match conclude(app, case.clone(), &known, record).await? {
            Concluded::Recorded => return Ok(()),
            Concluded::Moved => {}
        }
    }
    Err(ApiError::Busy)
}

pub(super) fn decide(app: &App, question: &Question, case: &Case, known: &Known) -> Decision {
    let (claims, evidence, cards) = (&known.claims, &known.evidence, &known.cards);
    question.decide(&case.policy, claims, evidence, cards, today(app.now()))
}

fn person<'a>(case: &'a Case, question: &'a Question, known: &'a Known) -> Person<'a> {
    Person {
        row: &case.row,
        policy: &case.policy,
        question,
        claims: &known.claims,
        selfie: known.selfie.as_ref(),
        cards: &known.cards,
    }
}

/// What is to be recorded.
struct Record {
    question: Question,
    decision: Decision,
    sharing: Sharing,
    /// Up to which change of the gallery nothing was missed.
    seq: i64,
}

/// What became of it.
enum Concluded {
    /// It is recorded.
    Recorded,
    /// Somebody was verified, or blocked, since the search: it says nothing of them.
    Moved,
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

pub(super) async fn gather(app: &App, tenant: &TenantRow, case: &Case) -> Result<Known, ApiError> {
    let applicant = case.row.applicant_id;
    let first = app.store.find_identity_claims(tenant.id, applicant).await?;
    let first: Option<Claims> = first
        .map(|sealed| serde_json::from_slice(&sealed))
        .transpose()
        .map_err(ApiError::machine)?;
    let own = case.claims(app).await?;
    let nobodys = || (case.flow == Flow::Recovery).then(Claims::of_nobody);
    let mut claims = own
        .or_else(|| first.clone())
        .or_else(nobodys)
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
            .map(|engine| engine.cards())
            .unwrap_or_default(),
        inputs: Vec::new(),
        selfie: None,
        screening: None,
    };
    let mut portrait = None;
    for row in newest(app.store.list_captures(tenant.id, case.row.id).await?) {
        let face = add_photo(app, &row, &mut known).await?;
        match row.part {
            Photo::Front => portrait = face.map(|face| face.vector),
            Photo::Selfie => {
                known.selfie = face;
                known.evidence.liveness = liveness(app, &row).await?;
            }
            Photo::Back => {}
        }
    }
    let parts = case.parts();
    let mut with = Vec::from_iter(portrait);
    let alone = parts.contains(&Part::Face) && !parts.contains(&Part::Document);
    if alone || case.flow == Flow::Recovery {
        // Without a document the face is compared with the one first verified; whoever recovers an account must be like both.
        let template = app.store.find_identity_template(tenant.id, applicant).await;
        let template = capture::unless_destroyed(template)?;
        let template = template.and_then(|template| capture::from_bytes(&template));
        // Without the face first verified a document alone proves nothing: a person looks.
        if template.is_none() {
            with.clear();
        }
        with.extend(template);
    }
    if let Some(selfie) = known.selfie.as_ref().map(|face| face.vector.clone()) {
        known.evidence.face_match = likeness(app, with, &selfie).await?;
    }
    if tenant.kind == TenantKind::Live {
        known.screening = screening::of_case(app, case, &known.claims).await?;
        // Where only the policy in force asks for a search, the decision is none of its business.
        let found = known.screening.as_ref();
        let found = found.filter(|_| case.policy.screening.required);
        known.evidence.screening = found.map(|found| found.evidence.clone());
    }
    Ok(known)
}

/// Adds what was measured in a photo; returns the face's vector.
async fn add_photo(
    app: &App,
    row: &CaptureRow,
    known: &mut Known,
) -> Result<Option<Embedding>, ApiError> {
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
        .await;
    let vector = capture::unless_destroyed(vector)?;
    let model = kept.embedder;
    let vector = vector.and_then(|bytes| capture::from_bytes(&bytes));
    Ok(vector.map(|vector| Embedding { model, vector }))
}

/// Returns what the live check has shown that a picture of the person came from; none for one that was handed in by itself.
async fn liveness(app: &App, selfie: &CaptureRow) -> Result<Option<LivenessEvidence>, ApiError> {
    let (store, tenant) = (&app.store, selfie.tenant_id);
    let session = store.find_live_of_capture(tenant, selfie.verification_id, selfie.id);
    let Some(session) = session.await? else {
        return Ok(None);
    };
    let sealed = store.find_live_evidence(tenant, session.id).await?;
    let read = |sealed: menshen_store::Opened| serde_json::from_slice(&sealed);
    sealed.map(read).transpose().map_err(ApiError::machine)
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

/// Returns how like a face is to the one of several that it is least like.
async fn likeness(
    app: &App,
    with: Vec<Vec<f32>>,
    selfie: &[f32],
) -> Result<Option<FaceMatch>, ApiError> {
    let mut least: Option<FaceMatch> = None;
    for other in with {
        let found = compare(app, other, selfie.to_vec()).await?;
        least = match least {
            Some(least) if least.score <= found.score => Some(least),
            _ => Some(found),
        };
    }
    Ok(least)
}

async fn compare(app: &App, a: Vec<f32>, b: Vec<f32>) -> Result<FaceMatch, ApiError> {
    let engine = app.engine.as_ref().ok_or(ApiError::Busy)?;
    let answer = engine.ask(Request::Compare { a, b }, Standing::Begun).await;
    match answer.map_err(|error| capture::busy(app, &error))? {
        Answer::Score { model, score } => Ok(FaceMatch { model, score }),
        _ => Err(ApiError::Busy),
    }
}

async fn conclude(
    app: &App,
    mut case: Case,
    known: &Known,
    record: Record,
) -> Result<Concluded, ApiError> {
    let now = app.now();
    let Record {
        question,
        decision,
        sharing,
        seq,
    } = record;
    let place = Place::of_row(&case.row)?;
    // Under an appeal people decide, and nothing is held against the person.
    let counted = case.progress.appeal.is_none() && counts(decision.outcome, &decision.reasons);
    let mut wait = None;
    if counted {
        let mut failures = attempts::failures(app, &case, &place).await?;
        place.fail(&mut failures, now);
        wait = retry_at(&case.policy.attempts, &failures, now);
    }
    let ends = document_ends(&case.policy, &known.claims, &known.evidence, now);
    let verdict = Verdict::new(&case.policy, &decision, ends, wait, now);
    case.progress = case.progress.decided(&verdict, now)?;
    case.progress = case.progress.without(&decision.reasons);
    let id = DecisionId::new(now, Store::random_id_bytes()?);
    let file = evidence_file(&case, known, question, &decision, (id, now));
    let recorded = Recorded {
        signed: verdict::sign(app, &case, &file)?,
        file: &file,
        outcome: decision.outcome,
        codes: codes(&decision.reasons),
        told: &decision.reasons,
        selfie: known.selfie.as_ref(),
        sharing,
        case: None,
    };
    let tenant = Some(case.row.tenant_id);
    let act = Act::system(
        tenant,
        "verification.decided",
        "verification",
        case.row.id.0,
    );
    let mut tx = app.store.begin().await?;
    // Whoever is verified takes their turn. Nobody who was verified or blocked since the search is overlooked.
    if case.status() == Status::Verified && tx.lock_gallery(case.row.tenant_id).await? != seq {
        return Ok(Concluded::Moved);
    }
    note_alerts(&mut tx, &case, known, now).await?;
    if case.status() == Status::Verified {
        // Somebody waited too long and appealed: there is nothing left to appeal against.
        appeal::settle(&mut tx, &mut case, Ending::Settled, now).await?;
    }
    verdict::record(app, &mut tx, &mut case, recorded, act, now).await?;
    tx.record_attempt(&place.attempt(&case, counted), now)
        .await?;
    if let State::Pending { due, queue, .. } = case.progress.state {
        review::open(
            &mut tx,
            &case,
            (id, codes(&decision.reasons)),
            queue,
            (due, now),
        )
        .await?;
    }
    let found = known.evidence.duplicates.as_ref();
    duplicates::tell(&mut tx, &case.row, found, &decision, now).await?;
    tx.commit().await?;
    let took = case.row.submitted_at.map(|at| now.0 - at.0);
    app.metrics.decided(decision.outcome, took);
    Ok(Concluded::Recorded)
}

/// Notes what the search of lists has found, which must be in force still.
async fn note_alerts(tx: &mut Tx, case: &Case, known: &Known, now: Millis) -> Result<(), ApiError> {
    match &known.screening {
        Some(found) => screening::still_clear(tx, case, found, now).await,
        None => Ok(()),
    }
}

pub(super) fn evidence_file(
    case: &Case,
    known: &Known,
    question: Question,
    decision: &Decision,
    (id, now): (DecisionId, Millis),
) -> CaseFile {
    CaseFile {
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
        human: None,
    }
}
