//! The end of an account, by its owner.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::Action;
use menshen_core::policy::Erasure;

use super::devices::ConfirmedIn;
use crate::account::{SignedIn, step_up};
use crate::app::App;
use crate::erase::erase;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::Act;
use crate::sign_in::browser::{PEOPLE, SetCookie};

/// Erases the person: their account, what they typed, their photos and face. What the law wants kept of somebody who was verified is refused
/// until then (`must_be_kept`), and so is what is held, or an account over which a hold stands (`account_held`). Where the policy leaves it to the
/// operator (`[accounts] erasure`), the person asks for it with a ticket (`erasure_by_operator`). There is no way back. Confirmed with `erase_account` and an empty detail.
#[utoipa::path(post, path = "/v1/account/erasure", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn erase_account(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ConfirmedIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let policy = app.policy(&signed.tenant)?;
    if policy.accounts.erasure == Erasure::Ask {
        let detail = "the operator ends accounts; write a ticket";
        return Err(ApiError::conflict("erasure_by_operator", detail));
    }
    // Whoever has just taken an account over must not be able to make it vanish.
    if signed.account.hold.is_some_and(|hold| hold.stands(now)) {
        let detail = "a hold stands over the account; come back when it has ended";
        return Err(ApiError::conflict("account_held", detail));
    }
    let mut tx = app.store.begin().await?;
    let what = (Action::EraseAccount, "");
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    tx.commit().await?;
    let whom = (signed.tenant.id, signed.applicant.id);
    let keep = policy.times.keep_documents();
    let act = Act::new(&signed.caller(), "applicant.erased", "applicant", whom.1.0);
    erase(&app, whom, keep, act.with("by", "person"), now).await?;
    Ok((SetCookie::none(&PEOPLE), StatusCode::NO_CONTENT).into_response())
}
