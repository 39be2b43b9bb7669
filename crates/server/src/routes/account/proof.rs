//! Somebody who has no session proves that an address is theirs: a code is sent to it, and taken.

use menshen_core::ids::{RegistrationId, TenantId};
use menshen_core::time::{DAY, Millis};
use menshen_store::{CodeKind, CodePurpose, RegistrationRow, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use super::refused;
use crate::account::codes::{Sending, next_code, send, take_counted};
use crate::app::App;
use crate::config::Secret;
use crate::contact::Contact;
use crate::problem::ApiError;
use crate::sign_in::browser::Browser;
use crate::sign_in::{count_address, forgive_address};

/// How long what begins with a proof may take.
const LASTS: i64 = DAY;
/// Codes to one address a day.
const CODES: u32 = 5;

/// What is answered to a code that does not prove the address.
pub const CODE_WRONG: ApiError = ApiError::Unproven {
    code: "code_wrong",
    detail: "the code is wrong, too old, or was used before; or the registration has lapsed",
};

/// A registration that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationOut {
    /// Names it in what follows; shown once.
    pub registration: String,
    /// `code`: the code that was sent, at `POST /v1/account/registrations/code`.
    #[schema(example = "code")]
    pub next: &'static str,
    /// When it lapses, RFC 3339.
    pub expires_at: String,
}

/// An address to be proven.
pub struct Asking<'a> {
    /// Of which tenant.
    pub tenant: TenantId,
    /// The address.
    pub contact: &'a Contact,
    /// In which language.
    pub locale: &'a str,
    /// What for.
    pub purpose: CodePurpose,
    /// What the message says.
    pub kind: CodeKind,
}

impl Asking<'_> {
    /// Sends the code, in a transaction.
    ///
    /// # Errors
    /// `channel_absent`; [`ApiError::TooMany`]; the store's.
    pub async fn ask(
        self,
        app: &App,
        tx: &mut Tx,
        browser: &Browser,
        now: Millis,
    ) -> Result<(RegistrationId, RegistrationOut), ApiError> {
        count_address(tx, browser, now).await?;
        self.refuse_flood(tx, now).await?;
        let until = now.plus(LASTS);
        let to = (self.contact.channel, &*self.contact.address);
        let made = tx.create_registration(self.tenant, to, self.locale, (now, until));
        let (id, token) = made.await?;
        let sending = Sending {
            tenant: self.tenant,
            whose: &id.to_string(),
            about: None,
            purpose: self.purpose,
            kind: self.kind,
            to: self.contact,
            really: true,
            locale: self.locale,
        };
        send(app, tx, sending, CODES, now).await?;
        let out = RegistrationOut {
            registration: token.reveal().to_owned(),
            next: "code",
            expires_at: until.to_timestamp().to_string(),
        };
        Ok((id, out))
    }

    /// Nobody's mailbox or telephone is filled by others: one message in half a minute, and few a day, however many begin.
    async fn refuse_flood(&self, tx: &mut Tx, now: Millis) -> Result<(), ApiError> {
        let since = now.plus(-DAY);
        let times = tx.list_registration_times(self.tenant, &self.contact.address, since);
        next_code(&times.await?, CODES, now)
    }
}

/// Takes the code, and returns what it proves with the transaction that has counted it.
///
/// # Errors
/// [`CODE_WRONG`]; [`ApiError::TooMany`], `guesses_used_up`; the store's. What was counted stays counted.
pub async fn prove(
    app: &App,
    browser: &Browser,
    (registration, code): (&Secret, &Secret),
    purpose: CodePurpose,
    now: Millis,
) -> Result<(Tx, RegistrationRow), ApiError> {
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, browser, now).await?;
    let found = tx.find_registration(registration.reveal(), now).await?;
    let Some(row) = found else {
        tx.commit().await?;
        return Err(CODE_WRONG);
    };
    let whose = row.id.to_string();
    let of = (row.tenant_id, &*whose);
    let typed = (purpose, code.reveal());
    // Counted by the address: another registration brings no new tries.
    let right = take_counted(&mut tx, of, &row.login_digest, typed, now).await?;
    if right.is_none() {
        let whom = (row.tenant_id, row.id.0);
        return refused(app, tx, whom, "account.code_failed", CODE_WRONG).await;
    }
    forgive_address(&mut tx, browser).await?;
    Ok((tx, row))
}
