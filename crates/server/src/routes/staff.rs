//! People who work for a tenant: who they are, and as what.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::access::{Caller, Role};
use menshen_core::ids::{ApplicantId, StaffId};
use menshen_core::time::Millis;
use menshen_store::{StaffRow, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, ManageStaff};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::INVITED;

/// Somebody new.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffIn {
    /// Their name, for their colleagues: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// `operator`, `reviewer`, `senior` or `auditor`.
    #[schema(value_type = String, example = "reviewer")]
    pub role: Role,
    /// The applicant that they are themselves, where they are one: nobody works on their own case.
    #[serde(default)]
    pub applicant: Option<Uuid>,
}

/// Another role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleIn {
    /// `operator`, `reviewer`, `senior` or `auditor`.
    #[schema(value_type = String, example = "senior")]
    pub role: Role,
    /// The applicant that they are themselves. Left out, it stays as it was; it is never taken away.
    #[serde(default)]
    pub applicant: Option<Uuid>,
}

/// Somebody who works for the tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffOut {
    /// The id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// `operator`, `reviewer`, `senior` or `auditor`.
    pub role: String,
    /// The applicant that they are themselves, where that is known.
    pub applicant: Option<Uuid>,
    /// When they came, RFC 3339.
    pub created_at: String,
    /// Since when they are no longer let in.
    pub disabled_at: Option<String>,
    /// Have they set how they sign in, with their invitation?
    pub signs_in: bool,
    /// Their secret, for `Authorization: Bearer ..`, where it was drawn by this request. It is never shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Their invitation to sign in with a browser, where it was drawn by this request: good once, for 72 hours. It is never
    /// shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<String>,
}

fn describe(app: &App, row: &StaffRow) -> Result<StaffOut, ApiError> {
    let name = row.name(&app.store)?;
    Ok(StaffOut {
        id: row.id.0,
        name: name.as_text().unwrap_or_default().to_owned(),
        role: row.role.name().to_owned(),
        applicant: row.applicant.map(|id| id.0),
        created_at: row.created_at.to_timestamp().to_string(),
        disabled_at: row.disabled_at.map(|at| at.to_timestamp().to_string()),
        signs_in: row.signs_in,
        secret: None,
        invitation: None,
    })
}

/// Lets somebody in. Secret and invitation are shown once: the secret is for programs, the invitation for a browser.
#[utoipa::path(post, path = "/v1/staff", tag = "staff", request_body = StaffIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = StaffOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_staff(
    State(app): State<App>,
    allowed: Allowed<ManageStaff>,
    headers: HeaderMap,
    input: Input<StaffIn>,
) -> Result<Response, ApiError> {
    let StaffIn {
        name,
        role,
        applicant,
    } = input.value;
    if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        let detail = "name must have 1 to 100 characters";
        return Err(ApiError::invalid("name_invalid", detail));
    }
    let caller = &allowed.caller;
    within(caller, role)?;
    let begun = once::begin(&app, caller, &headers, "create_staff", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let tenant = allowed.tenant.id;
    let (row, secret) = work.tx.create_staff(tenant, &name, role, now).await?;
    let invitation = work.tx.invite_staff(&row, now.plus(INVITED)).await?;
    let row = link(&mut work.tx, &allowed, row, applicant, now).await?;
    let act = Act::new(&allowed.caller, "staff.created", "staff", row.id.0);
    record::audit(&mut work.tx, act.with("role", role.name()), now).await?;
    let out = StaffOut {
        secret: Some(secret.reveal().to_owned()),
        invitation: Some(invitation.reveal().to_owned()),
        ..describe(&app, &row)?
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Lists who works for the tenant, newest first.
#[utoipa::path(get, path = "/v1/staff", tag = "staff", params(PageIn),
    responses((status = 200, body = PageOut<StaffOut>), (status = 422, body = Problem)))]
pub async fn list_staff(
    State(app): State<App>,
    allowed: Allowed<ManageStaff>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<StaffOut>>, ApiError> {
    let limit = page.limit()?;
    let after = page.after.map(StaffId);
    let tenant = allowed.tenant.id;
    let rows = app.store.list_staff(tenant, after, limit + 1).await?;
    let mut described = Vec::with_capacity(rows.len());
    for row in &rows {
        described.push(describe(&app, row)?);
    }
    Ok(Json(PageOut::new(
        described,
        limit,
        |out| out.id,
        |out| out,
    )))
}

/// Gives somebody another role. Nobody changes their own.
#[utoipa::path(put, path = "/v1/staff/{id}", tag = "staff", params(("id" = Uuid, Path)), request_body = RoleIn,
    responses((status = 200, body = StaffOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_staff(
    State(app): State<App>,
    allowed: Allowed<ManageStaff>,
    Id(id): Id<Uuid>,
    input: Input<RoleIn>,
) -> Result<Json<StaffOut>, ApiError> {
    let RoleIn { role, applicant } = input.value;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = another(&mut tx, &allowed, id).await?;
    within(&allowed.caller, row.role)?;
    within(&allowed.caller, role)?;
    // Or a secret would be drawn while the account is an operator's, and the role given back.
    if !judges(role) {
        not_a_judge(&allowed.caller, row.role)?;
    }
    let row = link(&mut tx, &allowed, row, applicant, now).await?;
    let act = Act::new(&allowed.caller, "staff.role_changed", "staff", id);
    let act = act.with("from", row.role.name()).with("to", role.name());
    let row = tx.set_staff_role(row, role).await?;
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(describe(&app, &row)?))
}

/// Lets somebody in no longer, at once.
#[utoipa::path(delete, path = "/v1/staff/{id}", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn disable_staff(
    State(app): State<App>,
    allowed: Allowed<ManageStaff>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = another(&mut tx, &allowed, id).await?;
    tx.disable_staff(&row, now).await?;
    let act = Act::new(&allowed.caller, "staff.disabled", "staff", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Draws another secret for somebody, shown once; the one before ends at once.
#[utoipa::path(post, path = "/v1/staff/{id}/secret", tag = "staff",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = StaffOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn renew_staff_secret(
    State(app): State<App>,
    allowed: Allowed<ManageStaff>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let route = format!("renew_staff_secret {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, [0; 32]).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let row = to_be_let_in(&mut work.tx, &allowed, id).await?;
    let secret = work.tx.renew_staff_secret(&row).await?;
    let act = Act::new(&allowed.caller, "staff.secret_renewed", "staff", id);
    record::audit(&mut work.tx, act, app.now()).await?;
    let out = StaffOut {
        secret: Some(secret.reveal().to_owned()),
        ..describe(&app, &row)?
    };
    work.finish(&app, StatusCode::OK, &out).await
}

/// Draws an invitation for somebody, shown once: with it they set how they sign in with a browser. How they signed in
/// before ends at once, with their sessions.
#[utoipa::path(post, path = "/v1/staff/{id}/invitation", tag = "staff",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = StaffOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn invite_staff(
    State(app): State<App>,
    allowed: Allowed<ManageStaff>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let route = format!("invite_staff {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, [0; 32]).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let row = to_be_let_in(&mut work.tx, &allowed, id).await?;
    if row.disabled_at.is_some() {
        let detail = "this account is no longer let in; make another";
        return Err(ApiError::conflict("account_disabled", detail));
    }
    let now = app.now();
    work.tx.end_login(row.id).await?;
    let invitation = work.tx.invite_staff(&row, now.plus(INVITED)).await?;
    let act = Act::new(&allowed.caller, "staff.invited", "staff", id);
    record::audit(&mut work.tx, act, now).await?;
    let out = StaffOut {
        signs_in: false,
        invitation: Some(invitation.reveal().to_owned()),
        ..describe(&app, &row)?
    };
    work.finish(&app, StatusCode::OK, &out).await
}

/// Returns somebody for whom the caller may draw what lets them in.
async fn to_be_let_in(
    tx: &mut Tx,
    allowed: &Allowed<ManageStaff>,
    id: Uuid,
) -> Result<StaffRow, ApiError> {
    let row = another(tx, allowed, id).await?;
    within(&allowed.caller, row.role)?;
    not_a_judge(&allowed.caller, row.role)?;
    Ok(row)
}

/// A key hands out no more than it has: a role's scopes are its own, but for those that no key can have. Whoever is let in
/// themselves fills every role.
fn within(caller: &Caller, role: Role) -> Result<(), ApiError> {
    if caller.staff().is_some() {
        return Ok(());
    }
    let mut scopes = role.scopes().iter();
    let missing = scopes.find(|scope| !scope.needs_a_person() && !caller.has(**scope));
    missing.map_or(Ok(()), |scope| Err(ApiError::Scope(scope.name())))
}

/// Nobody who works here takes over the account of somebody who judges: their verdicts would bear another's name.
fn not_a_judge(caller: &Caller, role: Role) -> Result<(), ApiError> {
    match caller.staff() {
        Some(_) if judges(role) => Err(ApiError::conflict(
            "account_of_a_judge",
            "nobody who works here takes over the account of somebody who sees cases; disable it and make another",
        )),
        _ => Ok(()),
    }
}

/// Does a role see cases?
fn judges(role: Role) -> bool {
    role.scopes().iter().any(|scope| scope.needs_a_person())
}

/// Says which applicant somebody is, where that is told.
async fn link(
    tx: &mut Tx,
    allowed: &Allowed<ManageStaff>,
    row: StaffRow,
    applicant: Option<Uuid>,
    now: Millis,
) -> Result<StaffRow, ApiError> {
    let Some(id) = applicant else {
        return Ok(row);
    };
    if let Some(own) = row.applicant {
        return match own.0 == id {
            true => Ok(row),
            false => Err(ApiError::conflict(
                "applicant_linked",
                "another applicant is linked, and nobody is two people; disable the account and make another",
            )),
        };
    }
    let found = tx
        .find_applicant(allowed.tenant.id, ApplicantId(id))
        .await?;
    let found = found.ok_or(ApiError::NotFound("applicant"))?;
    let act = Act::new(&allowed.caller, "staff.linked", "staff", row.id.0);
    record::audit(tx, act.with("applicant", id.to_string()), now).await?;
    Ok(tx.link_staff(row, found.id).await?)
}

/// Returns somebody else than the caller: nobody raises themselves, and nobody locks the last door behind them.
async fn another(
    tx: &mut Tx,
    allowed: &Allowed<ManageStaff>,
    id: Uuid,
) -> Result<StaffRow, ApiError> {
    let row = tx.find_staff(allowed.tenant.id, StaffId(id)).await?;
    let row = row.ok_or(ApiError::NotFound("staff"))?;
    match allowed.caller.staff() {
        Some((own, _)) if own == row.id => Err(ApiError::conflict(
            "own_account",
            "nobody changes their own account; ask a colleague",
        )),
        _ => Ok(row),
    }
}
