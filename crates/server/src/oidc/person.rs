//! The verified claims of a person, where they are verified at this moment by a document.

use menshen_core::Claims;
use menshen_core::ids::ApplicantId;
use menshen_core::oidc::{Subject, VerifiedAsked, VerifiedClaims};
use menshen_core::policy::Part;
use menshen_core::time::Millis;
use menshen_core::verification::{State, Status};
use menshen_store::{StoreError, TenantKind, TenantRow};

use crate::app::App;
use crate::case::Case;
use crate::problem::ApiError;

/// By which rules people of a sandbox are verified: by none.
const SANDBOX: &str = "urn:menshen:trust-framework:sandbox";
/// Verifications read at once; a person has few.
const BATCH: u32 = 200;

/// Returns by which rules the people of a tenant are verified, as the operator names them; none where they name none.
pub fn framework<'a>(app: &'a App, tenant: &TenantRow) -> Option<&'a str> {
    match tenant.kind {
        TenantKind::Sandbox => Some(SANDBOX),
        TenantKind::Live => app.config.oidc.trust_framework.as_deref(),
    }
}

/// Returns the claims that are told; none where the person is not verified now, where a condition is not met, or where the operator
/// names no rules.
///
/// # Errors
/// The store's.
pub async fn verified(
    app: &App,
    tenant: &TenantRow,
    applicant: ApplicantId,
    asked: Option<&VerifiedAsked>,
) -> Result<Option<VerifiedClaims>, ApiError> {
    let (Some(asked), Some(framework)) = (asked, framework(app, tenant)) else {
        return Ok(None);
    };
    let now = app.now();
    let Some(since) = verified_since(app, tenant, applicant, now).await? else {
        return Ok(None);
    };
    let record = match app.store.find_identity_claims(tenant.id, applicant).await {
        Ok(Some(record)) => record,
        Ok(None) | Err(StoreError::Erased) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let claims: Claims = serde_json::from_slice(&record).map_err(ApiError::machine)?;
    let subject = Subject {
        claims: &claims,
        since,
        framework,
    };
    Ok(VerifiedClaims::of(asked, &subject, now))
}

/// Returns since when a person is verified by a document, by the newest verification that holds good now.
async fn verified_since(
    app: &App,
    tenant: &TenantRow,
    applicant: ApplicantId,
    now: Millis,
) -> Result<Option<Millis>, ApiError> {
    let rows = app
        .store
        .list_applicant_verifications(tenant.id, applicant, None, BATCH)
        .await?;
    for row in rows {
        let case = Case::read(app, row).await?;
        let State::Verified { since, until } = case.progress.state else {
            continue;
        };
        // Typed data by itself proves nothing of anybody.
        let by_document =
            case.status() == Status::Verified && case.parts().contains(&Part::Document);
        if by_document && until.is_none_or(|until| until > now) {
            return Ok(Some(since));
        }
    }
    Ok(None)
}
