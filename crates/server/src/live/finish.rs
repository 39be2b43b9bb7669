//! The end of a session: everything measured, judged, and written in one transaction with the picture that it gave.

use axum::body::Bytes;
use menshen_core::card::ModelCards;
use menshen_core::evidence::{LiveEvidence, LivenessEvidence};
use menshen_core::judge_liveness;
use menshen_core::live::Stopped;
use menshen_core::progress::Material;
use menshen_core::reason::{End as Ends, Reason, Step};
use menshen_core::time::Millis;
use menshen_engine::live::sequence;
use menshen_store::{CaptureRow, LiveEnd, LiveRow, LiveState, Part, TenantRow, Tx};
use tokio::task::JoinHandle;

use super::replay;
use super::session::Session;
use crate::app::App;
use crate::capture::{self, Judged, Prepared};
use crate::case::{Case, codes};
use crate::problem::ApiError;
use crate::record::{self, Act};

/// Why a session ends now, where it is not over by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is over by itself.
    Over,
    /// The person or the client gave it up.
    GivenUp,
    /// Its time ran out.
    OutOfTime,
}

/// How a session ended.
pub struct Over {
    /// Where it stands.
    pub state: LiveState,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The steps of the verification that still need material.
    pub next: Vec<Step>,
}

/// The picture of the person, measured while colours are still shown: the frame of that number.
pub struct Ahead(JoinHandle<Option<(u32, Bytes, Judged)>>);

impl Ahead {
    /// Begins with it.
    pub fn begin(app: &App, session: &Session) -> Option<Self> {
        let (index, _) = session.held.best?;
        let (app, file) = (app.clone(), session.best.clone()?);
        let (tenant, id) = (session.row.tenant_id, session.row.verification_id);
        Some(Self(tokio::spawn(async move {
            let tenant = app.store.find_tenant(tenant).await.ok()??;
            let row = app.store.find_verification(tenant.id, id).await.ok()??;
            let case = Case::read(&app, row).await.ok()?;
            let judged = capture::judge(&app, &tenant, &case, Part::Selfie, &file).await;
            Some((index, file, judged.ok()?))
        })))
    }

    /// Returns it, where it is of that frame.
    async fn of(self, index: u32) -> Option<(Bytes, Judged)> {
        let (at, file, judged) = self.0.await.ok()??;
        (at == index).then_some((file, judged))
    }
}

/// Ends a session: judges it, and writes what was found. One that lacks nothing gives the picture of the person.
///
/// # Errors
/// [`ApiError::Stale`] where another connection has gone on with it; [`ApiError::Busy`] where the picture could not be measured
/// now: then the session is as it was; the store's.
pub async fn finish(
    app: &App,
    mut session: Session,
    end: End,
    ahead: Option<Ahead>,
) -> Result<Over, ApiError> {
    let start = std::time::Instant::now();
    match end {
        End::Over => {}
        End::GivenUp => session.held.live.stop(Stopped::Abandoned),
        End::OutOfTime => session.held.live.stop(Stopped::TimedOut),
    }
    let now = app.now();
    let (tenant, id) = (session.row.tenant_id, session.row.verification_id);
    let tenant = app.store.find_tenant(tenant).await?;
    let tenant = tenant.ok_or(ApiError::NotFound("tenant"))?;
    let row = app.store.find_verification(tenant.id, id).await?;
    let row = row.ok_or(ApiError::NotFound("verification"))?;
    let case = Case::new(row, session.policy.clone())?;
    let evidence = measure(app, &session, now);
    let reasons = judge_liveness(&session.policy, &evidence, &cards(app));
    app.metrics
        .live_judged("liveness", start.elapsed().as_secs_f64());
    let picture = match is_good(&session, &reasons) {
        true => picture(app, &tenant, &case, &session, ahead).await?,
        false => None,
    };
    let over = write(app, &session, case, evidence, picture, now).await?;
    app.metrics
        .live_judged("all", start.elapsed().as_secs_f64());
    app.metrics.live_ended(over.state);
    Ok(over)
}

/// A session whose time is over and that nobody holds.
///
/// # Errors
/// The store's.
pub async fn take_up(app: &App, row: LiveRow, now: Millis) -> Result<(), ApiError> {
    let (tenant, id) = (row.tenant_id, row.verification_id);
    match Session::read(app, row).await {
        Ok(Some(session)) => finish(app, session, End::OutOfTime, None).await.map(|_| ()),
        Ok(None) => Ok(()),
        Err(ApiError::Erased) => {
            let mut tx = app.store.begin().await?;
            tx.drop_live(tenant, id, LiveState::Expired, now).await?;
            Ok(tx.commit().await?)
        }
        Err(error) => Err(error),
    }
}

fn cards(app: &App) -> ModelCards {
    let cards = app.live_engine.as_ref().map(|engine| engine.cards());
    cards.unwrap_or_default()
}

/// Nothing that was asked for is missing, and nothing blocks.
fn is_good(session: &Session, reasons: &[Reason]) -> bool {
    let live = &session.held.live;
    live.is_over() && live.stopped().is_none() && Material::of(reasons) == Material::Good
}

/// Returns everything that was measured, but for frames of other sessions.
fn measure(app: &App, session: &Session, now: Millis) -> LivenessEvidence {
    let live = &session.held.live;
    let ready = app.live_engine.as_ref().map(|engine| engine.ready());
    let embedder = ready.and_then(|ready| {
        let card = ready.cards.find(&ready.embedder)?;
        Some((ready.embedder.as_str(), card.metric?))
    });
    let mut evidence = sequence(&session.frames, &live.colours, embedder);
    evidence.best_frame = session.held.best.map(|(index, _)| index);
    let reconnects = u32::try_from(session.row.connection.saturating_sub(1)).unwrap_or(0);
    let timing = session.held.arrivals.timing(reconnects);
    let readable = session.frames.iter().map(|timed| &timed.frame);
    let readable = readable.filter(|frame| frame.unreadable.is_none());
    let sizes: Vec<[u32; 2]> = readable.map(|frame| frame.size).collect();
    let colours = live.colours.iter().filter(|shown| shown.what.is_some());
    evidence.live = Some(LiveEvidence {
        mode: live.challenge.mode,
        bits: live.challenge.bits,
        cues: live.cues.clone(),
        cues_left: live.cues_left(),
        wrong: match live.stopped() {
            Some(Stopped::WrongAction { done, .. }) => Some(done),
            _ => None,
        },
        colours: colours.count() as u32,
        no_light: live.challenge.no_light,
        stopped: live.stopped(),
        ended_ms: session.at(now),
        replayed: 0,
        source: session.held.camera.judge(&sizes, timing.rate),
        timing,
    });
    evidence
}

/// Measures the best frame as every picture of a person is. One that does not do ends the session as any other fault.
async fn picture(
    app: &App,
    tenant: &TenantRow,
    case: &Case,
    session: &Session,
    ahead: Option<Ahead>,
) -> Result<Option<(Bytes, Judged)>, ApiError> {
    let Some((index, file)) = session.best(app).await? else {
        return Ok(None);
    };
    let known = match ahead {
        Some(ahead) => ahead.of(index).await,
        None => None,
    };
    if let Some(known) = known {
        return Ok(Some(known));
    }
    let judged = capture::judge(app, tenant, case, Part::Selfie, &file).await?;
    Ok(Some((file, judged)))
}

async fn write(
    app: &App,
    session: &Session,
    case: Case,
    mut evidence: LivenessEvidence,
    picture: Option<(Bytes, Judged)>,
    now: Millis,
) -> Result<Over, ApiError> {
    let found = picture.as_ref().map(|(_, judged)| judged.reasons.clone());
    let prepared = match picture {
        Some((file, judged)) if Material::of(&judged.reasons) == Material::Good => {
            Some(Prepared::new(app, &case, Part::Selfie, &file, judged, now).await?)
        }
        _ => None,
    };
    let row = &session.row;
    let mut tx = app.store.begin().await?;
    // The gallery first, as everywhere: nobody waits for another in a ring.
    tx.lock_gallery(row.tenant_id).await?;
    tx.lock_applicant(row.tenant_id, row.applicant_id).await?;
    let replayed = replay::look_up(&mut tx, session, now).await?;
    if let Some(live) = &mut evidence.live {
        live.replayed = replayed;
    }
    let mut reasons = judge_liveness(&session.policy, &evidence, &cards(app));
    let good = is_good(session, &reasons);
    if good && prepared.is_none() {
        reasons.extend(found.unwrap_or_default());
    }
    let (capture, case) = match prepared.filter(|_| good) {
        Some(prepared) => take(&mut tx, case, prepared, now).await?,
        None => (None, case),
    };
    let state = state(session, capture.is_some(), &reasons);
    let end = LiveEnd {
        state,
        evidence: &serde_json::to_vec(&evidence).map_err(ApiError::machine)?,
        reasons: &serde_json::to_vec(&reasons).map_err(ApiError::machine)?,
        codes: codes(&reasons),
        capture_id: capture.as_ref().map(|row| row.id),
    };
    tx.end_live(row, &end, now).await?;
    let act = Act::system(Some(row.tenant_id), "live.ended", "live", row.id.0)
        .with("verification", row.verification_id.to_string())
        .with("state", state.as_str())
        .with("codes", end.codes.join(","))
        .with(
            "capture",
            capture.map_or_else(String::new, |row| row.id.to_string()),
        );
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Over {
        state,
        next: case.missing(),
        reasons,
    })
}

/// Makes the best frame the verification's picture of the person; `None` where the verification takes nothing any more.
async fn take(
    tx: &mut Tx,
    case: Case,
    prepared: Prepared,
    now: Millis,
) -> Result<(Option<CaptureRow>, Case), ApiError> {
    // Its data may have been typed meanwhile.
    let (tenant, id) = (case.row.tenant_id, case.row.id);
    let row = tx.find_verification(tenant, id).await?;
    let row = row.ok_or(ApiError::NotFound("verification"))?;
    let mut case = Case::new(row, case.policy)?;
    let Ok(progress) = case.progress.clone().live_checked(now) else {
        return Ok((None, case));
    };
    case.progress = progress;
    let capture = prepared.record(tx, &case, now).await?;
    case.write(tx, now).await?;
    Ok((Some(capture), case))
}

fn state(session: &Session, taken: bool, reasons: &[Reason]) -> LiveState {
    let review = reasons.iter().any(|reason| reason.end == Ends::Review);
    match session.held.live.stopped() {
        Some(Stopped::TimedOut) => LiveState::Expired,
        None if taken && review => LiveState::Review,
        None if taken => LiveState::Passed,
        _ => LiveState::Failed,
    }
}
