//! Signing in with a browser, in two steps: a password, then a code. The cookie is another after each.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::ids::StaffId;
use menshen_core::password;
use menshen_core::strikes::Tried;
use menshen_core::time::Millis;
use menshen_store::{DigestKind, LoginRow, SessionRow, SessionStage, StaffRow, TenantRow, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::config::Secret;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::{Browser, STAFF, SetCookie};
use crate::sign_in::{self, Passed, Signed, SignedIn, codes, passwords, totp};

/// Who somebody says they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInIn {
    /// What they sign in as; compared without case.
    pub login: String,
    /// Their password.
    #[schema(value_type = String, format = "password")]
    pub password: Secret,
}

/// What comes next.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextOut {
    /// `factor`: a code, at `POST /v1/session/factor`.
    #[schema(example = "factor")]
    pub next: &'static str,
}

/// A second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorIn {
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(value_type = String, example = "123456")]
    pub code: Secret,
}

/// Somebody of staff who has signed in, and for how long.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOut {
    /// The session's id.
    pub session: Uuid,
    /// The person's id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// `operator`, `reviewer`, `senior` or `auditor`.
    pub role: String,
    /// What the role may do.
    pub scopes: Vec<String>,
    /// For whom they work.
    pub tenant: SessionTenantOut,
    /// When they signed in, RFC 3339.
    pub signed_in_at: String,
    /// When the session ends unless something is asked, RFC 3339.
    pub idle_ends_at: String,
    /// When it ends, whatever is asked, RFC 3339.
    pub ends_at: String,
    /// Recovery codes that are left.
    pub recovery_codes_left: i64,
}

/// The tenant of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionTenantOut {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// Is nobody in it real?
    pub sandbox: bool,
}

/// Returns a session as its owner sees it.
///
/// # Errors
/// The store's.
pub async fn describe(
    app: &App,
    session: &SessionRow,
    (staff, tenant): (&StaffRow, &TenantRow),
) -> Result<SessionOut, ApiError> {
    let text = |at: Millis| at.to_timestamp().to_string();
    let name = staff.name(&app.store)?;
    let idle = app.now().plus(sign_in::IDLE).min(session.expires_at);
    let scopes = staff.role.scopes().iter();
    Ok(SessionOut {
        session: session.id.0,
        id: staff.id.0,
        name: name.as_text().unwrap_or_default().to_owned(),
        role: staff.role.name().to_owned(),
        scopes: scopes.map(|scope| scope.name().to_owned()).collect(),
        tenant: SessionTenantOut {
            id: tenant.id.0,
            name: tenant.name.clone(),
            sandbox: tenant.kind == menshen_store::TenantKind::Sandbox,
        },
        signed_in_at: text(session.created_at),
        idle_ends_at: text(idle),
        ends_at: text(session.expires_at),
        recovery_codes_left: app.store.count_recovery_codes(staff.id).await?,
    })
}

pub(super) const FAILED: ApiError = ApiError::Unproven {
    code: "sign_in_failed",
    detail: "login or password is wrong",
};
pub(super) const FACTOR_WRONG: ApiError = ApiError::Unproven {
    code: "factor_wrong",
    detail: "the code is wrong, too old, or was used before",
};

/// Takes login and password. What is wrong with them is never said, and takes as long for a login that is not known.
#[utoipa::path(post, path = "/v1/session", tag = "session", request_body = SignInIn, security(()),
    params(("Menshen-Console" = String, Header, description = "1")),
    responses((status = 200, body = NextOut), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub async fn sign_in(
    State(app): State<App>,
    browser: Browser,
    input: Input<SignInIn>,
) -> Result<Response, ApiError> {
    let SignInIn { login, password } = input.value;
    // What cannot be a login is counted like one that is not known.
    let login = password::login(&login).unwrap_or_default();
    let whose = app.store.own_digest(DigestKind::Login, login.as_bytes());
    let tried = (Tried::Password, whose.as_str());
    let now = app.now();
    let mut tx = app.store.begin().await?;
    sign_in::count(&mut tx, &browser, tried, now).await?;
    tx.commit().await?;
    let row = app.store.find_login(&login).await?;
    let hash = row.as_ref().map(|row| row.password_hash(&app.store));
    let hash = hash.transpose()?;
    let hash = hash.as_ref().and_then(|hash| hash.as_text());
    let right = passwords::is(&app, hash, password.reveal()).await?;
    let mut tx = app.store.begin().await?;
    let still = match &row {
        Some(row) if right => is_still(&mut tx, row).await?,
        _ => false,
    };
    let Some(row) = row.as_ref().filter(|_| still) else {
        return refused(tx, row.as_ref(), "staff.password_failed", FAILED, now).await;
    };
    sign_in::right(&mut tx, &browser, tried).await?;
    if let Some(held) = &browser.held {
        tx.end_held_session(held).await?;
    }
    let whom = (row.tenant_id, row.staff_id);
    let (_, cookie) = sign_in::begin(&mut tx, whom, SessionStage::Factor, &browser, now).await?;
    tx.commit().await?;
    Ok((cookie, Json(NextOut { next: "factor" })).into_response())
}

/// Is it still how somebody signs in who is let in?
async fn is_still(tx: &mut Tx, row: &LoginRow) -> Result<bool, ApiError> {
    let now = tx.find_login_of(row.staff_id).await?;
    Ok(now.is_some_and(|now| now.version == row.version))
}

/// Writes down that somebody was refused, of whom nobody may be known, and refuses.
pub(super) async fn refused<T>(
    mut tx: Tx,
    row: Option<&LoginRow>,
    action: &'static str,
    error: ApiError,
    now: Millis,
) -> Result<T, ApiError> {
    let tenant = row.map(|row| row.tenant_id);
    let id = row.map_or(Uuid::nil(), |row| row.staff_id.0);
    record::audit(&mut tx, Act::system(tenant, action, "staff", id), now).await?;
    tx.commit().await?;
    Err(error)
}

/// Takes the second factor, and signs in.
#[utoipa::path(post, path = "/v1/session/factor", tag = "session", request_body = FactorIn, security(("session" = [])),
    params(("Menshen-Console" = String, Header, description = "1")),
    responses((status = 200, body = SessionOut), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub async fn show_factor(
    State(app): State<App>,
    passed: Passed,
    input: Input<FactorIn>,
) -> Result<Response, ApiError> {
    let Passed { signed, browser } = passed;
    let now = app.now();
    let staff = signed.staff.id;
    let code = input.value.code.reveal();
    let mut tx = app.store.begin().await?;
    count_factor(&mut tx, &browser, staff, now).await?;
    let row = tx.find_login_of(staff).await?.ok_or(ApiError::Stranger)?;
    // Evaluated where it is counted, that no try beside this one goes uncounted.
    let Some(by) = is_factor(&app, &mut tx, &row, code, now).await? else {
        return refused(tx, Some(&row), "staff.factor_failed", FACTOR_WRONG, now).await;
    };
    if !tx.end_session(staff, signed.session.id).await? {
        return Err(ApiError::Stranger);
    }
    let tried = (Tried::Factor, &*staff.to_string());
    sign_in::right(&mut tx, &browser, tried).await?;
    let whom = (row.tenant_id, staff);
    let (session, cookie) =
        sign_in::begin(&mut tx, whom, SessionStage::Open, &browser, now).await?;
    let act = Act::new(&signed.caller(), "staff.signed_in", "staff", staff.0);
    let act = act.with("session", session.id.to_string()).with("by", by);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let out = describe(&app, &session, (&signed.staff, &signed.tenant)).await?;
    Ok((cookie, Json(out)).into_response())
}

pub(super) async fn count_factor(
    tx: &mut Tx,
    browser: &Browser,
    staff: StaffId,
    now: Millis,
) -> Result<(), ApiError> {
    let tried = (Tried::Factor, &*staff.to_string());
    sign_in::count(tx, browser, tried, now).await
}

/// Uses a code up; returns what it was, or none where it is not right.
pub(super) async fn is_factor(
    app: &App,
    tx: &mut Tx,
    row: &LoginRow,
    typed: &str,
    now: Millis,
) -> Result<Option<&'static str>, ApiError> {
    let typed = typed.trim();
    if totp::is_code(typed) {
        let step = totp::step_of(&row.totp(&app.store)?, typed, now);
        return Ok(match step {
            Some(step) => tx.use_totp_step(row.staff_id, step).await?.then_some("app"),
            None => None,
        });
    }
    Ok(match codes::normal(typed) {
        Some(code) => {
            let used = tx.use_recovery_code(row.staff_id, &code, now).await?;
            used.then_some("recovery_code")
        }
        None => None,
    })
}

/// Says who has signed in.
#[utoipa::path(get, path = "/v1/session", tag = "session", security(("session" = [])),
    responses((status = 200, body = SessionOut), (status = 401, body = Problem)))]
pub async fn get_session(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<SessionOut>, ApiError> {
    let Signed {
        session,
        staff,
        tenant,
    } = signed_in.signed;
    describe(&app, &session, (&staff, &tenant)).await.map(Json)
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", tag = "session", security(("session" = [])),
    params(("Menshen-Console" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem)))]
pub async fn sign_out(State(app): State<App>, signed_in: SignedIn) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let (staff, session) = (signed.staff.id, signed.session.id);
    let mut tx = app.store.begin().await?;
    tx.end_session(staff, session).await?;
    let act = Act::new(&signed.caller(), "staff.signed_out", "staff", staff.0);
    let act = act.with("session", session.to_string());
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Ok((SetCookie::none(&STAFF), StatusCode::NO_CONTENT).into_response())
}
