//! Signing in by face: beside the key of a device that the account trusts, live, against the face that was verified.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::{Assurance, Factor, Way, assurance};
use menshen_core::ids::VerificationId;
use menshen_core::reason::{End, Reason, Step};
use menshen_core::strikes::Tried;
use menshen_core::time::MINUTE;
use menshen_core::verification::{Expiry, Flow};
use menshen_core::{Outcome, ReasonCode};
use menshen_store::{ApplicantTokenRow, DeviceRow, LiveRow, LiveState, SessionStage, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::{AccountNextOut, AccountOut, describe};
use super::tenant;
use super::trust::verified_level;
use super::ways::WayOut;
use crate::account::device::DeviceProofIn;
use crate::account::standing::Strange;
use crate::account::{Beginning, Passed, Signed, Visitor, begin, factor, login, open};
use crate::app::App;
use crate::case::Case;
use crate::input::Input;
use crate::jobs;
use crate::notice::phrase;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::live::shown;
use crate::routes::opening::Opening;
use crate::routes::reasons::ReasonOut;
use crate::sign_in::{count_address, forgive_address};

/// Who comes back on a device of theirs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceSignInIn {
    /// Where.
    pub tenant: Uuid,
    /// Their mail address or telephone number.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub login: String,
    /// The device shows its key.
    pub device: DeviceProofIn,
}

const NO_DEVICE: ApiError = ApiError::Unproven {
    code: "device_proof_wrong",
    detail: "the account does not know this device, or there is no such account; sign in with the password",
};

/// Takes the key of a trusted device in the place of the password: the face, or a passkey whose device checks who unlocks it, follows.
#[utoipa::path(post, path = "/v1/account/session/device-key", tag = "account", request_body = DeviceSignInIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AccountNextOut), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn sign_in_by_device(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<DeviceSignInIn>,
) -> Result<Response, ApiError> {
    let asked = input.value;
    let tenant = tenant(&app, asked.tenant).await?;
    let contact = login::read(&asked.login)?;
    let proof = asked.device.check(tenant.id);
    let now = app.now();
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, &browser, now).await?;
    tx.commit().await?;
    // Whatever is wrong with a key is said in the same words, and before anybody is looked up.
    let proof = proof.map_err(|error| match error {
        ApiError::Unproven { .. } => NO_DEVICE,
        error => error,
    })?;
    let mut tx = app.store.begin().await?;
    let used = proof.use_up(&mut tx, tenant.id, now).await?;
    let account = tx
        .find_account_by_login(tenant.id, &contact.address)
        .await?;
    let Some(account) = account.filter(|_| used) else {
        tx.commit().await?;
        return Err(NO_DEVICE);
    };
    let whom = (tenant.id, account.applicant_id);
    let device = proof.held_by(&mut tx, account.applicant_id).await?;
    let known = |row: &DeviceRow| row.is_trusted() && row.is_at_home(&browser.name);
    let Some(mut device) = device.filter(known) else {
        tx.commit().await?;
        return Err(NO_DEVICE);
    };
    forgive_address(&mut tx, &browser).await?;
    tx.device_used(&mut device, now).await?;
    let beginning = Beginning {
        stage: SessionStage::Factor,
        shown: vec![Factor::DeviceKey],
        device: Some(device.id),
        as_before: None,
    };
    let (_, cookie) = begin(&mut tx, whom, beginning, &browser, now).await?;
    let ways = factor::open_ways(&app, &mut tx, &account, true, now).await?;
    tx.commit().await?;
    let out = AccountNextOut {
        next: "factor",
        phrase: phrase(&app, whom).await?,
        // Another thing that is held makes nobody surer.
        ways: ways
            .into_iter()
            .filter(|way| assurance(&[Factor::DeviceKey, way.factor]) >= Some(Assurance::Two))
            .map(WayOut::from)
            .collect(),
    };
    Ok((cookie, Json(out)).into_response())
}

/// The device, where the session has not shown it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaceLoginIn {
    /// The device shows its key.
    pub device: Option<DeviceProofIn>,
}

/// A sign-in by face that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaceLoginOut {
    /// The live check is opened at `POST /v1/verifications/{id}/live` with this id.
    pub verification: Uuid,
    /// The token for it, and for nothing else.
    pub token: String,
    /// Until when it holds, RFC 3339.
    pub expires_at: String,
}

/// How long a sign-in by face may take.
const LASTS: i64 = 10 * MINUTE;

/// Begins a sign-in by face. The person may always take another way.
#[utoipa::path(post, path = "/v1/account/session/face", tag = "account", request_body = FaceLoginIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 201, body = FaceLoginOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn begin_face_login(
    State(app): State<App>,
    passed: Passed,
    input: Input<FaceLoginIn>,
) -> Result<Response, ApiError> {
    let Passed {
        mut signed,
        browser,
    } = passed;
    if signed.account.face_since.is_none() {
        let detail = "the person has not chosen to sign in by face";
        return Err(ApiError::conflict("face_login_not_enrolled", detail));
    }
    let proof = input
        .value
        .device
        .map(|proof| proof.check(signed.tenant.id));
    let proof = proof.transpose()?;
    let (policy, level) = (
        app.policy(&signed.tenant)?,
        verified_level(&app, &signed).await?,
    );
    let now = app.now();
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut tx = app.store.begin().await?;
    // Counted when it begins: whoever begins and never ends has tried, too.
    tx.count_strike(Tried::Face, &whom.1.to_string(), now)
        .await??;
    let device = match (proof, signed.session.device_id) {
        (Some(proof), _) => proof.known(&mut tx, whom, now).await?,
        (None, Some(id)) => tx.find_device(whom.0, id).await?,
        (None, None) => None,
    };
    // A face signs in only beside the key of a device that the account trusts.
    let device = device
        .filter(DeviceRow::is_trusted)
        .ok_or_else(|| Strange::Device.refusal())?;
    let beginning = Beginning {
        stage: SessionStage::Factor,
        shown: signed.session.shown.clone(),
        device: Some(device.id),
        as_before: None,
    };
    let (session, cookie) = begin(&mut tx, whom, beginning, &browser, now).await?;
    signed.session = session;
    let caller = signed.caller();
    let opening = Opening {
        caller: &caller,
        applicant: whom,
        level,
        flow: Flow::FaceLogin,
        policy,
    };
    let case = opening.open(&mut tx, now).await?;
    let row = ApplicantTokenRow {
        tenant_id: whom.0,
        applicant_id: whom.1,
        verification_id: Some(case.row.id),
        expires_at: now.plus(LASTS),
    };
    let token = tx.create_applicant_token(&row).await?;
    tx.commit().await?;
    let out = FaceLoginOut {
        verification: case.row.id.0,
        token: token.reveal().to_owned(),
        expires_at: row.expires_at.to_timestamp().to_string(),
    };
    Ok((StatusCode::CREATED, cookie, Json(out)).into_response())
}

/// Which sign-in by face.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaceDoneIn {
    /// The one that was begun.
    pub verification: Uuid,
}

/// What became of a sign-in by face.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaceDoneOut {
    /// Has the person signed in?
    pub signed_in: bool,
    /// Their account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountOut>,
    /// Why not, and what to do about it: light, glasses, lens, distance.
    pub reasons: Vec<ReasonOut>,
    /// The other ways, the best first.
    pub ways: Vec<WayOut>,
    /// Does the person look different since they were verified? After another way in, the flow `face_fails` takes the new face.
    pub refresh: bool,
}

/// Ends a sign-in by face whose live check is over. One that fails says why, and which other ways are open.
#[utoipa::path(post, path = "/v1/account/session/face/finish", tag = "account", request_body = FaceDoneIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = FaceDoneOut), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn finish_face_login(
    State(app): State<App>,
    passed: Passed,
    input: Input<FaceDoneIn>,
) -> Result<Response, ApiError> {
    let Passed { signed, browser } = passed;
    let now = app.now();
    let mut case = read(&app, &signed, VerificationId(input.value.verification)).await?;
    let live = over(&app, &case).await?;
    let whose = signed.applicant.id.to_string();
    let judged = match live {
        None => Some(jobs::judge_face_login(&app, &signed.tenant, &case).await?),
        Some(_) => None,
    };
    let approved = judged
        .as_ref()
        .is_some_and(|judged| judged.outcome == Outcome::Approved);
    let mut tx = app.store.begin().await?;
    // One use: whoever finishes it twice finds it over.
    case.progress.state = case.progress.state.expired(Expiry::Used, now)?;
    case.write(&mut tx, now).await?;
    if let Some(judged) = &judged {
        judged.record(&app, &mut tx, &case, now).await?;
    }
    let codes = judged
        .as_ref()
        .map(|judged| judged.codes())
        .unwrap_or_default();
    let act = Act::new(
        &signed.caller(),
        "account.face_judged",
        "verification",
        case.row.id.0,
    )
    .with("outcome", if approved { "approved" } else { "refused" })
    .with("codes", codes.join(","));
    record::audit(&mut tx, act, now).await?;
    if approved {
        tx.right_strike(Tried::Face, &whose).await?;
        let mut more = vec![Factor::Face];
        if !signed.session.shown.contains(&Factor::DeviceKey) {
            more.push(Factor::DeviceKey);
        }
        tx.commit().await?;
        let tx = app.store.begin().await?;
        let shown = (&more[..], None);
        let (signed, cookie) = open(&app, tx, signed, shown, &browser, now).await?;
        let out = FaceDoneOut {
            signed_in: true,
            account: Some(describe(&app, &signed).await?),
            reasons: Vec::new(),
            ways: Vec::new(),
            refresh: false,
        };
        return Ok((cookie, Json(out)).into_response());
    }
    let reasons = match (judged, live) {
        (Some(judged), _) => judged.reasons,
        (None, Some(live)) => read_live_reasons(&app, &live).await?,
        (None, None) => Vec::new(),
    };
    let out = refused(&app, &mut tx, &signed, reasons).await?;
    tx.commit().await?;
    Ok(Json(out).into_response())
}

/// Says why, and which other ways are open.
async fn refused(
    app: &App,
    tx: &mut Tx,
    signed: &Signed,
    reasons: Vec<Reason>,
) -> Result<FaceDoneOut, ApiError> {
    let ways = factor::open_ways(app, tx, &signed.account, true, app.now()).await?;
    // Only what makes the person surer than what they have shown.
    let surer = |way: &Way| {
        let mut shown = [&signed.session.shown[..], &[way.factor]].concat();
        if way.factor == Factor::Face {
            // It comes with the key of the device.
            shown.push(Factor::DeviceKey);
        }
        assurance(&shown) >= Some(Assurance::Two)
    };
    let other = |reason: &Reason| reason.code == ReasonCode::FaceMismatch;
    Ok(FaceDoneOut {
        signed_in: false,
        account: None,
        refresh: reasons.iter().any(other),
        reasons: shown(&personal(reasons)),
        ways: ways.into_iter().filter(surer).map(WayOut::from).collect(),
    })
}

/// What a person would look at nobody looks at here: another factor is asked for, and why is not told.
fn personal(reasons: Vec<Reason>) -> Vec<Reason> {
    let (doubts, mut told): (Vec<_>, Vec<_>) =
        (reasons.into_iter()).partition(|reason| reason.end == End::Review);
    if told.is_empty() && !doubts.is_empty() {
        told.push(Reason::new(ReasonCode::SecondFactorRequired));
    }
    told
}

async fn read_live_reasons(app: &App, live: &LiveRow) -> Result<Vec<Reason>, ApiError> {
    let sealed = app.store.find_live_reasons(live.tenant_id, live.id).await?;
    let read = |sealed: menshen_store::Opened| serde_json::from_slice(&sealed);
    let reasons = sealed.map(read).transpose().map_err(ApiError::machine)?;
    Ok(reasons.unwrap_or_default())
}

/// Returns the live check that has not passed; none where it has.
async fn over(app: &App, case: &Case) -> Result<Option<LiveRow>, ApiError> {
    if case.progress.done.contains(&Step::Liveness) {
        return Ok(None);
    }
    let rows = app.store.list_live(case.row.tenant_id, case.row.id).await?;
    let newest = rows.into_iter().max_by_key(|row| row.id);
    let ended = newest.filter(|row| row.state != LiveState::Open);
    let ended = ended.ok_or_else(|| {
        let detail = "the live check is not over";
        ApiError::conflict("live_not_over", detail)
    })?;
    Ok(Some(ended))
}

/// Returns the sign-in by face that this session has begun, whose device is trusted still.
async fn read(app: &App, signed: &Signed, id: VerificationId) -> Result<Case, ApiError> {
    let tenant = signed.tenant.id;
    let row = app.store.find_verification(tenant, id).await?;
    let begun = signed.session.created_at;
    let row = row.filter(|row| row.applicant_id == signed.applicant.id && row.created_at >= begun);
    let case = Case::read(app, row.ok_or(ApiError::NotFound("verification"))?).await?;
    let over = app.now().0 - case.row.created_at.0 > LASTS;
    if case.flow != Flow::FaceLogin || !case.progress.state.is_open() || over {
        return Err(ApiError::NotFound("verification"));
    }
    let device = match signed.session.device_id {
        Some(id) => app.store.find_device(tenant, id).await?,
        None => None,
    };
    let known = |row: &DeviceRow| row.is_trusted() && row.is_at_home(&signed.session.browser);
    let device = device.filter(known);
    device.ok_or(ApiError::NotFound("device"))?;
    Ok(case)
}
