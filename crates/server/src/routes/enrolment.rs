//! Enrolment: whoever holds an invitation sets what they sign in with from then on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::password;
use menshen_store::{InvitationRow, NewLogin, SessionStage, StaffRow, StoreError, TenantRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::own_sign_in::{check_password, set_codes};
use super::session::{SessionOut, describe};
use crate::app::App;
use crate::config::Secret;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::Browser;
use crate::sign_in::{self, codes, passwords, totp};

/// An invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationIn {
    /// Its text, `mi_..`.
    #[schema(value_type = String)]
    pub invitation: Secret,
}

/// What an invitation is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationOut {
    /// Whom it invites.
    pub name: String,
    /// As what: `operator`, `reviewer`, `senior` or `auditor`.
    pub role: String,
    /// For whom they work.
    pub tenant: String,
    /// The authenticator app's secret, in base32, for those who type it.
    pub secret: String,
    /// The same for a QR code.
    pub otpauth: String,
    /// When the invitation ends, RFC 3339.
    pub expires_at: String,
}

/// What somebody signs in with from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolIn {
    /// The invitation's text, `mi_..`.
    #[schema(value_type = String)]
    pub invitation: Secret,
    /// A work mail address or a name: 3 to 254 characters without spaces, nobody else's. Compared without case.
    #[schema(min_length = 3, max_length = 254)]
    pub login: String,
    /// A password: 12 to 128 characters, neither login nor name, none of the commonest.
    #[schema(value_type = String, format = "password", min_length = 12, max_length = 128)]
    pub password: Secret,
    /// Six digits that the authenticator app shows.
    #[schema(value_type = String, example = "123456")]
    pub code: Secret,
}

/// Somebody who has enrolled, and has signed in with that.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolledOut {
    /// Their session.
    pub session: SessionOut,
    /// Ten codes, shown once: each stands in once for the authenticator app.
    pub recovery_codes: Vec<String>,
}

/// An invitation that is good, with whom it invites.
struct Invited {
    row: InvitationRow,
    staff: StaffRow,
    tenant: TenantRow,
}

impl Invited {
    async fn find(app: &App, invitation: &Secret) -> Result<Self, ApiError> {
        const UNKNOWN: ApiError = ApiError::Unproven {
            code: "invitation_invalid",
            detail: "this invitation is unknown, used or over; ask for another",
        };
        let text = invitation.reveal();
        let row = match text.len() {
            0..=100 => app.store.find_invitation(text, app.now()).await?,
            _ => None,
        };
        let row = row.ok_or(UNKNOWN)?;
        let staff = app.store.find_staff(row.tenant_id, row.staff_id).await?;
        let tenant = app.store.find_tenant(row.tenant_id).await?;
        Ok(Self {
            staff: staff.ok_or(UNKNOWN)?,
            tenant: tenant.ok_or(UNKNOWN)?,
            row,
        })
    }
}

/// Says what an invitation is for, and what to set up an authenticator app with.
#[utoipa::path(post, path = "/v1/enrolment", tag = "session", request_body = InvitationIn, security(()),
    params(("Menshen-Console" = String, Header, description = "1")),
    responses((status = 200, body = InvitationOut), (status = 401, body = Problem)))]
pub async fn open_invitation(
    State(app): State<App>,
    _browser: Browser,
    input: Input<InvitationIn>,
) -> Result<Json<InvitationOut>, ApiError> {
    let Invited { row, staff, tenant } = Invited::find(&app, &input.value.invitation).await?;
    let secret = row.totp(&app.store)?;
    let name = staff.name(&app.store)?;
    let name = name.as_text().unwrap_or_default();
    Ok(Json(InvitationOut {
        secret: totp::base32(&secret),
        otpauth: totp::uri(&secret, &tenant.name, name),
        name: name.to_owned(),
        role: staff.role.name().to_owned(),
        tenant: tenant.name,
        expires_at: row.expires_at.to_timestamp().to_string(),
    }))
}

/// Uses an invitation: sets login, password and authenticator app, and signs in.
#[utoipa::path(post, path = "/v1/enrolment/finish", tag = "session", request_body = EnrolIn, security(()),
    params(("Menshen-Console" = String, Header, description = "1")),
    responses((status = 201, body = EnrolledOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn enrol(
    State(app): State<App>,
    browser: Browser,
    input: Input<EnrolIn>,
) -> Result<Response, ApiError> {
    let invited = Invited::find(&app, &input.value.invitation).await?;
    let now = app.now();
    let (totp, step) = set_up(&app, &invited, &input.value)?;
    let login = login(&input.value.login)?;
    check_password(&app, &invited.staff, &login, &input.value.password)?;
    let hash = passwords::hash(&app, input.value.password.reveal()).await?;
    let recovery_codes = codes::draw()?;
    let Invited { row, staff, tenant } = invited;
    let whom = (tenant.id, staff.id);
    let mut tx = app.store.begin().await?;
    tx.use_invitation(&row).await?;
    tx.end_login(staff.id).await?;
    let new = NewLogin {
        login: &login,
        password_hash: &hash,
        totp: &totp,
        totp_step: step,
    };
    tx.set_login(whom, &new).await.map_err(taken)?;
    set_codes(&mut tx, whom, &recovery_codes).await?;
    let (session, cookie) =
        sign_in::begin(&mut tx, whom, SessionStage::Open, &browser, now).await?;
    let caller = sign_in::caller(&staff);
    let act = Act::new(&caller, "staff.enrolled", "staff", staff.id.0);
    record::audit(&mut tx, act.with("session", session.id.to_string()), now).await?;
    tx.commit().await?;
    let out = EnrolledOut {
        session: describe(&app, &session, (&staff, &tenant)).await?,
        recovery_codes,
    };
    Ok((StatusCode::CREATED, cookie, Json(out)).into_response())
}

/// Returns the secret of the app that was set up, and the step of the code that it showed.
fn set_up(
    app: &App,
    invited: &Invited,
    input: &EnrolIn,
) -> Result<(menshen_store::Opened, i64), ApiError> {
    let secret = invited.row.totp(&app.store)?;
    let step = totp::step_of(&secret, input.code.reveal().trim(), app.now());
    let wrong = || ApiError::invalid("code_wrong", "this is not the code that the app shows now");
    let step = step.ok_or_else(wrong)?;
    Ok((secret, step))
}

fn login(typed: &str) -> Result<String, ApiError> {
    let invalid = || {
        let detail = "a login must have 3 to 254 characters, without spaces";
        ApiError::invalid("login_invalid", detail)
    };
    password::login(typed).ok_or_else(invalid)
}

fn taken(error: StoreError) -> ApiError {
    match error {
        StoreError::Duplicate { .. } => ApiError::conflict(
            "login_taken",
            "somebody else has this login; choose another",
        ),
        error => error.into(),
    }
}
