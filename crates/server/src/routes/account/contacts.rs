//! Another address of an account: proven with a code before it takes the old one's place, and the old one is told.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::{Action, HoldReason};
use menshen_store::{CodeKind, CodePurpose, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refused;
use super::session::AccountCodeOut;
use crate::account::codes::{Sending, send, take};
use crate::account::{SignedIn, hold, login, step_up};
use crate::app::App;
use crate::config::Secret;
use crate::contact::masked;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::contacts;

/// Another address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountContactIn {
    /// A mail address; either this or `phone`.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub email: Option<String>,
    /// A telephone number.
    #[schema(example = "+8613800000000")]
    pub phone: Option<String>,
    /// The step-up that confirms it: `change_contact`, with the address as its detail.
    pub step_up: Option<Uuid>,
}

/// Sends a code to an address that is to be the account's. Confirmed with `change_contact` and the address.
#[utoipa::path(post, path = "/v1/account/contacts", tag = "account", request_body = AccountContactIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 202, body = AccountCodeOut), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn offer_contact(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<AccountContactIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let asked = input.value;
    let contact = login::one_of(asked.email.as_deref(), asked.phone.as_deref())?;
    let most = app.policy(&signed.tenant)?.accounts.codes_a_day;
    let now = app.now();
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut tx = app.store.begin().await?;
    tx.lock_applicant(whom.0, whom.1).await?;
    let what = (Action::ChangeContact, &*contact.address);
    step_up::require(&mut tx, &signed, what, asked.step_up, now).await?;
    let taken = tx.find_account_by_login(whom.0, &contact.address).await?;
    let sending = Sending {
        tenant: whom.0,
        whose: &whom.1.to_string(),
        about: None,
        purpose: CodePurpose::Contact,
        // Whoever owns the address and has an account hears that; the one who asks here cannot tell.
        kind: if taken.is_some() {
            CodeKind::Exists
        } else {
            CodeKind::Code
        },
        to: &contact,
        really: true,
        locale: &signed.applicant.locale,
    };
    send(&app, &mut tx, sending, most, now).await?;
    let act = Act::new(
        &signed.caller(),
        "account.contact_offered",
        "applicant",
        whom.1.0,
    );
    record::audit(&mut tx, act.with("channel", contact.channel.as_str()), now).await?;
    tx.commit().await?;
    let address = masked(contact.channel, &contact.address);
    Ok((StatusCode::ACCEPTED, Json(AccountCodeOut { address })).into_response())
}

/// The code that was sent to the address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvenContactIn {
    /// The same mail address; either this or `phone`.
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// The same telephone number.
    pub phone: Option<String>,
    /// Six digits.
    #[schema(value_type = String, example = "042424")]
    pub code: Secret,
}

const CODE_WRONG: ApiError = ApiError::Unproven {
    code: "code_wrong",
    detail: "the code is wrong, too old, was used before, or went to another address",
};

/// Makes an address the account's, in place of the one of its kind before, which is told. Withdrawals are held.
#[utoipa::path(put, path = "/v1/account/contacts", tag = "account", request_body = ProvenContactIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn put_account_contact(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ProvenContactIn>,
) -> Result<StatusCode, ApiError> {
    let signed = signed_in.signed;
    let asked = input.value;
    let contact = login::one_of(asked.email.as_deref(), asked.phone.as_deref())?;
    let policy = app.policy(&signed.tenant)?;
    let now = app.now();
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut tx = app.store.begin().await?;
    tx.lock_applicant(whom.0, whom.1).await?;
    let sent_to = tx
        .account_code_address((whom.0, &whom.1.to_string()), CodePurpose::Contact, now)
        .await?;
    let same = sent_to.is_some_and(|address| address.as_text() == Some(&*contact.address));
    let typed = asked.code.reveal();
    let right = take(&mut tx, whom, (CodePurpose::Contact, None), typed, now).await?;
    if right.is_none() || !same {
        let whom = (whom.0, whom.1.0);
        return refused(&app, tx, whom, "account.code_failed", CODE_WRONG).await;
    }
    let before = contacts::replace(&mut tx, whom, contact.channel, now).await?;
    for id in before {
        tx.remove_account_login(whom, id).await?;
    }
    let id = contacts::add_one(&mut tx, whom, &contact, now).await?;
    let added = tx.add_account_login(whom, &contact.address, id).await;
    added.map_err(|error| match error {
        StoreError::Duplicate { .. } => CODE_WRONG,
        error => error.into(),
    })?;
    let account = tx.find_account(whom.0, whom.1).await?;
    let mut account = account.ok_or(ApiError::Stranger)?;
    hold(
        &mut tx,
        &mut account,
        (&policy, HoldReason::ContactChanged),
        now,
    )
    .await?;
    let act = Act::new(
        &signed.caller(),
        "account.contact_changed",
        "applicant",
        whom.1.0,
    );
    record::audit(&mut tx, act.with("channel", contact.channel.as_str()), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
