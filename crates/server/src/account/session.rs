//! Who has signed in to their account, by the cookie of their browser.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use menshen_core::access::Caller;
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{AccountRow, AccountSessionRow, ApplicantRow, SessionStage, TenantRow};

use super::{alive, caller};
use crate::app::App;
use crate::caller::bearer;
use crate::problem::ApiError;
use crate::sign_in::browser::{self, Browser, PEOPLE};

/// A person, in a browser.
pub struct Signed {
    /// The session.
    pub session: AccountSessionRow,
    /// Their account, as it is now.
    pub account: AccountRow,
    /// Who they are.
    pub applicant: ApplicantRow,
    /// Whose applicant.
    pub tenant: TenantRow,
}

impl Signed {
    /// Returns them as a caller.
    pub const fn caller(&self) -> Caller {
        caller(self.tenant.id, self.applicant.id)
    }
}

/// A person who has signed in.
pub struct SignedIn {
    /// Who, and where.
    pub signed: Signed,
    /// Their browser.
    pub browser: Browser,
}

/// A person who has shown a first factor, and has still to show a second one.
pub struct Passed {
    /// Who, and where.
    pub signed: Signed,
    /// Their browser.
    pub browser: Browser,
}

/// A browser of which nothing is known but that our own page asks in it.
pub struct Visitor(pub Browser);

impl FromRequestParts<App> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Browser::at(&PEOPLE, parts, app).map(Self)
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let (signed, browser) = of(parts, app, SessionStage::Open).await?;
        Ok(Self { signed, browser })
    }
}

impl FromRequestParts<App> for Passed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let (signed, browser) = of(parts, app, SessionStage::Factor).await?;
        Ok(Self { signed, browser })
    }
}

async fn of(parts: &Parts, app: &App, stage: SessionStage) -> Result<(Signed, Browser), ApiError> {
    // Whoever calls with a secret has no session, whatever else the browser sends.
    if bearer(parts).is_some() || browser::held(&PEOPLE, parts).is_none() {
        return Err(ApiError::Stranger);
    }
    let browser = Browser::at(&PEOPLE, parts, app)?;
    let held = browser.held.as_deref().ok_or(ApiError::Stranger)?;
    let signed = find(app, held, stage).await?;
    Ok((signed, browser))
}

/// Returns who has signed in, where the request comes from our own page; none without a cookie.
///
/// # Errors
/// [`ApiError::Stranger`] where the session has ended, [`ApiError::NotYou`] where another site asks.
pub async fn signed_in(app: &App, parts: &Parts) -> Result<Option<Signed>, ApiError> {
    let Some(held) = browser::held(&PEOPLE, parts) else {
        return Ok(None);
    };
    browser::check(&PEOPLE, parts, app)?;
    find(app, held, SessionStage::Open).await.map(Some)
}

/// Longest cookie that is looked up.
const LONGEST: usize = 100;
/// A use is noted once a minute.
const NOTED: i64 = MINUTE;

async fn find(app: &App, held: &str, stage: SessionStage) -> Result<Signed, ApiError> {
    if held.len() > LONGEST {
        return Err(ApiError::Stranger);
    }
    let now = app.now();
    let session = app.store.find_account_session(held, stage, alive(now));
    let session = session.await?.ok_or(ApiError::Stranger)?;
    let (tenant, id) = (session.tenant_id, session.applicant_id);
    let account = app.store.find_account(tenant, id).await?;
    let account = account.ok_or(ApiError::Stranger)?;
    let applicant = app.store.find_applicant(tenant, id).await?;
    let applicant = applicant.filter(|applicant| applicant.erased_at.is_none());
    let applicant = applicant.ok_or(ApiError::Stranger)?;
    let tenant = app.store.find_tenant(tenant).await?;
    let tenant = tenant.ok_or(ApiError::Stranger)?;
    note(app, &session, now).await?;
    Ok(Signed {
        session,
        account,
        applicant,
        tenant,
    })
}

/// Notes that a session is used, once a minute.
async fn note(app: &App, session: &AccountSessionRow, now: Millis) -> Result<(), ApiError> {
    if now.0 - session.seen_at.0 < NOTED {
        return Ok(());
    }
    Ok(app.store.touch_account_session(session.id, now).await?)
}
