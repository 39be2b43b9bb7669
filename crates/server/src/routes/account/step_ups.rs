//! Confirming a sensitive action: what it is about is named first, then a factor is shown for it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::{Action, Factor};
use menshen_core::ids::{ApplicantId, StepUpId};
use menshen_core::strikes::Tried;
use menshen_store::{CodePurpose, StepUpRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::refused;
use super::session::{AccountCodeIn, AccountCodeOut, FACTOR_WRONG, is_password, send_to};
use super::ways::WayOut;
use crate::account::standing::{Trust, known};
use crate::account::{SignedIn, factor, step_up};
use crate::app::App;
use crate::caller::{Allowed, Manage};
use crate::config::Secret;
use crate::contact::masked;
use crate::input::{Id, Input};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::{self, count_address, forgive_address};

/// An action to be confirmed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpIn {
    /// `change_contact`, `change_password`, `add_factor`, `remove_factor`, `draw_recovery_codes`, `remove_device`,
    /// `export_data`, `erase_account`, or the operator's own: `withdrawal_address`, `withdrawal`.
    #[schema(value_type = String, example = "withdrawal_address")]
    pub action: Action,
    /// What the person is shown of it, word for word, at most 1,000 characters: what is done afterwards must say the same.
    #[schema(max_length = 1000, example = "USDT to TQ…7f, network TRON")]
    pub detail: String,
}

/// An action that waits to be confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepUpOut {
    /// The id.
    pub id: Uuid,
    /// The action.
    pub action: &'static str,
    /// What the person is shown of it.
    pub detail: String,
    /// The ways to confirm it; the password beside them.
    pub ways: Vec<WayOut>,
    /// When it lapses, RFC 3339.
    pub expires_at: String,
}

/// Longest detail in characters.
const LONGEST: usize = 1_000;

/// Names a sensitive action. An unknown device can confirm none.
#[utoipa::path(post, path = "/v1/account/step-ups", tag = "account", request_body = StepUpIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 201, body = StepUpOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_step_up(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<StepUpIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let StepUpIn { action, detail } = input.value;
    if detail.chars().count() > LONGEST || detail.chars().any(|c| c.is_control() && c != '\n') {
        let text = "detail must have at most 1000 characters";
        return Err(ApiError::invalid("detail_invalid", text));
    }
    let policy = app.policy(&signed.tenant)?;
    // Whoever has no key yet may still give the account a second factor.
    let known = known(&app, &policy, &signed).await?;
    let may = match known.trust {
        Trust::Trusted => true,
        Trust::Verify => false,
        Trust::TwoFactors | Trust::NoKey => !action.is_operators(),
    };
    if let Some(strange) = known.strange.filter(|_| !may) {
        return Err(strange.refusal());
    }
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let whom = (signed.tenant.id, signed.applicant.id, signed.session.id);
    let until = now.plus(step_up::LASTS);
    let row = tx
        .create_step_up(whom, (action, &detail), (now, until))
        .await?;
    let ways = factor::open_ways(&app, &mut tx, &signed.account, true, now).await?;
    let act = Act::new(
        &signed.caller(),
        "account.step_up_begun",
        "step_up",
        row.id.0,
    );
    record::audit(&mut tx, act.with("action", action.name()), now).await?;
    tx.commit().await?;
    let out = StepUpOut {
        id: row.id.0,
        action: action.name(),
        detail,
        ways: ways.into_iter().map(WayOut::from).collect(),
        expires_at: until.to_timestamp().to_string(),
    };
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

/// Returns a step-up of a session, where it is there and not over.
///
/// # Errors
/// [`ApiError::NotFound`]; the store's.
pub(super) async fn own(
    app: &App,
    signed: &crate::account::Signed,
    id: Uuid,
) -> Result<StepUpRow, ApiError> {
    let row = app
        .store
        .find_step_up(signed.tenant.id, StepUpId(id), app.now())
        .await?;
    let own = |row: &StepUpRow| {
        row.applicant_id == signed.applicant.id && row.session_id == signed.session.id
    };
    row.filter(own).ok_or(ApiError::NotFound("step-up"))
}

/// Sends a code to confirm an action with.
#[utoipa::path(post, path = "/v1/account/step-ups/{id}/code", tag = "account", request_body = AccountCodeIn, security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 202, body = AccountCodeOut), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn send_step_up_code(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
    input: Input<AccountCodeIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    own(&app, &signed, id).await?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let asked = (input.value.factor, CodePurpose::StepUp, Some(StepUpId(id)));
    let to = send_to(&app, &mut tx, &signed, asked, now).await?;
    tx.commit().await?;
    let address = masked(to.channel, &to.address);
    Ok((StatusCode::ACCEPTED, Json(AccountCodeOut { address })).into_response())
}

/// What confirms an action.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpConfirmIn {
    /// `password`, `totp`, `email_code`, `sms_code` or `recovery_code`. The password does only for accounts without another way.
    #[schema(value_type = String, example = "totp")]
    pub factor: Factor,
    /// What was typed.
    #[schema(value_type = String)]
    pub code: Secret,
}

/// An action that is confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfirmedOut {
    /// The id, to be named when it is done: once.
    pub id: Uuid,
    /// By what.
    pub shown: &'static str,
}

/// Confirms an action with a factor.
#[utoipa::path(post, path = "/v1/account/step-ups/{id}/confirm", tag = "account", request_body = StepUpConfirmIn, security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = ConfirmedOut), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn confirm_step_up(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
    input: Input<StepUpConfirmIn>,
) -> Result<Json<ConfirmedOut>, ApiError> {
    let SignedIn { signed, browser } = signed_in;
    let mut row = own(&app, &signed, id).await?;
    let now = app.now();
    let StepUpConfirmIn { factor: by, code } = input.value;
    let whom = (signed.tenant.id, signed.applicant.id.0);
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, &browser, now).await?;
    let taken = match by {
        Factor::Password => {
            // Whoever knows the password has it already: it confirms only that it is still they.
            let whose = signed.applicant.id.to_string();
            tx.count_strike(Tried::AccountPassword, &whose, now)
                .await??;
            tx.commit().await?;
            let account = Some(signed.account.clone());
            let (_, right) = is_password(&app, account, code.reveal()).await?;
            tx = app.store.begin().await?;
            if right {
                sign_in::right(&mut tx, &browser, (Tried::AccountPassword, &whose)).await?;
            }
            let alone = factor::open_ways(&app, &mut tx, &signed.account, true, now).await?;
            if right && !alone.is_empty() {
                tx.commit().await?;
                let detail = "the account has other factors; confirm with one of them";
                return Err(ApiError::conflict("factor_too_weak", detail));
            }
            right.then_some(Factor::Password)
        }
        by => {
            factor::take(
                &mut tx,
                &signed.account,
                (CodePurpose::StepUp, Some(row.id)),
                (by, code.reveal()),
                now,
            )
            .await?
        }
    };
    let Some(taken) = taken else {
        return refused(&app, tx, whom, "account.step_up_failed", FACTOR_WRONG).await;
    };
    forgive_address(&mut tx, &browser).await?;
    tx.confirm_step_up(&mut row, taken).await?;
    let act = Act::new(&signed.caller(), "account.step_up_confirmed", "step_up", id);
    let act = act
        .with("action", row.action.name())
        .with("by", taken.name());
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let shown = taken.name();
    Ok(Json(ConfirmedOut { id, shown }))
}

/// What the operator asks before it does what a person has confirmed here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpendIn {
    /// Whose action.
    pub applicant: Uuid,
    /// `withdrawal_address` or `withdrawal`.
    #[schema(value_type = String, example = "withdrawal")]
    pub action: Action,
    /// What the person was shown of it, word for word.
    #[schema(max_length = 1000)]
    pub detail: String,
}

/// Uses up the confirmation of an operator's own action: right before it is done, and once.
#[utoipa::path(post, path = "/v1/step-ups/{id}/use", tag = "accounts", request_body = SpendIn, params(("id" = Uuid, Path)),
    responses((status = 200, body = ConfirmedOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn use_step_up(
    State(app): State<App>,
    allowed: Allowed<Manage>,
    Id(id): Id<Uuid>,
    input: Input<SpendIn>,
) -> Result<Json<ConfirmedOut>, ApiError> {
    let SpendIn {
        applicant,
        action,
        detail,
    } = input.value;
    let applicant = allowed.applicant(&app, ApplicantId(applicant)).await?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let tenant = allowed.tenant.id;
    let row = tx.find_step_up(tenant, StepUpId(id), now).await?;
    let digest = tx.step_up_digest(tenant, &detail);
    let same = |row: &StepUpRow| {
        row.applicant_id == applicant.id && row.action == action && row.detail_digest == digest
    };
    let row = row.filter(same).filter(|row| row.action.is_operators());
    let row = row.ok_or(ApiError::NotFound("step-up"))?;
    // It ends with the session in which it was confirmed.
    let alive = crate::account::alive(now);
    let session = app
        .store
        .find_open_account_session(tenant, row.session_id, alive);
    if session.await?.is_none() {
        return Err(ApiError::NotFound("step-up"));
    }
    let shown = row.shown.map(Factor::name);
    let used = tx.use_step_up(&row, now).await?;
    let (Some(shown), true) = (shown, used) else {
        let detail = "the person has not confirmed it, or it was used";
        return Err(ApiError::conflict("step_up_needed", detail));
    };
    let act = Act::new(&allowed.caller, "account.step_up_used", "step_up", id);
    record::audit(&mut tx, act.with("action", action.name()), now).await?;
    tx.commit().await?;
    Ok(Json(ConfirmedOut { id, shown }))
}
