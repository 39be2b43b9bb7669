//! Who has signed in, by the cookie of their browser.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use menshen_core::access::Caller;
use menshen_store::{SessionRow, SessionStage, StaffRow, TenantRow};

use super::browser::{self, Browser, STAFF};
use super::{alive, caller, note};
use crate::app::App;
use crate::caller::bearer;
use crate::problem::ApiError;

/// Somebody of staff, in a browser.
pub struct Signed {
    /// The session.
    pub session: SessionRow,
    /// Whose it is, as they are now.
    pub staff: StaffRow,
    /// For whom they work.
    pub tenant: TenantRow,
}

impl Signed {
    /// Returns them as a caller.
    pub const fn caller(&self) -> Caller {
        caller(&self.staff)
    }
}

/// Somebody of staff who has signed in.
pub struct SignedIn {
    /// Who, and where.
    pub signed: Signed,
    /// Their browser.
    pub browser: Browser,
}

/// Somebody of staff whose password was right, and who has still to show a second factor.
pub struct Passed {
    /// Who, and where.
    pub signed: Signed,
    /// Their browser.
    pub browser: Browser,
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

async fn of(
    parts: &mut Parts,
    app: &App,
    stage: SessionStage,
) -> Result<(Signed, Browser), ApiError> {
    // Whoever calls with a secret has no session, whatever else the browser sends.
    if bearer(parts).is_some() || browser::held(&STAFF, parts).is_none() {
        return Err(ApiError::Stranger);
    }
    let browser = Browser::from_request_parts(parts, app).await?;
    let held = browser.held.as_deref().ok_or(ApiError::Stranger)?;
    let signed = find(app, held, stage).await?;
    Ok((signed, browser))
}

/// Returns who has signed in, where the request comes from our own page; none without a cookie.
///
/// # Errors
/// [`ApiError::Stranger`] where the session has ended, [`ApiError::NotYou`] where another site asks.
pub async fn signed_in(app: &App, parts: &Parts) -> Result<Option<Signed>, ApiError> {
    let Some(held) = browser::held(&STAFF, parts) else {
        return Ok(None);
    };
    browser::check(&STAFF, parts, app)?;
    find(app, held, SessionStage::Open).await.map(Some)
}

/// Longest cookie that is looked up.
const LONGEST: usize = 100;

async fn find(app: &App, held: &str, stage: SessionStage) -> Result<Signed, ApiError> {
    if held.len() > LONGEST {
        return Err(ApiError::Stranger);
    }
    let now = app.now();
    let session = app.store.find_session(held, stage, alive(now)).await?;
    let session = session.ok_or(ApiError::Stranger)?;
    let (tenant, id) = (session.tenant_id, session.staff_id);
    let staff = app.store.find_staff(tenant, id).await?;
    let staff = staff.filter(|staff| staff.disabled_at.is_none());
    let staff = staff.ok_or(ApiError::Stranger)?;
    let tenant = app.store.find_tenant(tenant).await?;
    let tenant = tenant.ok_or(ApiError::Stranger)?;
    if stage == SessionStage::Open {
        note(app, &session, now).await?;
    }
    Ok(Signed {
        session,
        staff,
        tenant,
    })
}
