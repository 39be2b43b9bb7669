//! Who has signed in, in the browser that an app has sent here. It comes from another site, so that the checks of our own pages do not
//! hold: nothing is done for it but what the app was registered for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use menshen_core::ids::ApplicantId;
use menshen_core::oidc::{Acr, Shown};
use menshen_store::{AccountSessionRow, DigestKind, OidcClientRow, SessionStage, Store};

use crate::account;
use crate::app::App;
use crate::problem::ApiError;
use crate::sign_in::browser::{self, PEOPLE};

/// What the browser of a person holds, wherever it comes from.
pub struct Held(Option<String>);

impl FromRequestParts<App> for Held {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, ApiError> {
        let held = browser::held(&PEOPLE, parts);
        Ok(Self(
            held.filter(|held| held.len() <= LONGEST).map(str::to_owned),
        ))
    }
}

/// Longest cookie that is looked up.
const LONGEST: usize = 100;

impl Held {
    /// Returns the session in which a person of the app's tenant has signed in; none where it has ended, or is another tenant's.
    ///
    /// # Errors
    /// The store's.
    pub async fn session(
        &self,
        app: &App,
        client: &OidcClientRow,
    ) -> Result<Option<AccountSessionRow>, ApiError> {
        let Some(held) = &self.0 else {
            return Ok(None);
        };
        let alive = account::alive(app.now());
        let found = app
            .store
            .find_account_session(held, SessionStage::Open, alive);
        let session = found.await?.filter(|row| row.tenant_id == client.tenant_id);
        let Some(session) = session else {
            return Ok(None);
        };
        let person = app
            .store
            .find_applicant(session.tenant_id, session.applicant_id)
            .await?;
        let there = person.is_some_and(|person| person.erased_at.is_none());
        Ok(there.then_some(session))
    }
}

/// Returns the name by which the apps of a sector know a person: another for each, and none from which the person's id follows.
pub fn subject(store: &Store, client: &OidcClientRow, applicant: ApplicantId) -> String {
    let value = format!("{}|{applicant}", client.sector);
    store.digest(client.tenant_id, DigestKind::OidcSubject, value.as_bytes())
}

/// Returns what an app knows a session by.
pub fn sid(store: &Store, client: &OidcClientRow, session: &AccountSessionRow) -> String {
    let value = format!("{}|{}", client.id, session.id);
    store.digest(client.tenant_id, DigestKind::OidcSession, value.as_bytes())
}

/// Returns how and when somebody has signed in; none where what they showed counts for nothing.
pub fn shown<'a>(session: &AccountSessionRow, subject: &'a str) -> Option<Shown<'a>> {
    Some(Shown {
        at: session.created_at,
        acr: Acr::of(&session.shown)?,
        subject,
    })
}
