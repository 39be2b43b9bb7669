//! The issuer of a tenant, and where it sends browsers.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::TenantId;
use menshen_core::oidc::{Fault, encode};
use menshen_store::TenantRow;
use uuid::Uuid;

use super::uris;
use crate::app::App;
use crate::problem::ApiError;

/// A tenant as a provider of OpenID Connect.
pub struct Issuer {
    /// Whose.
    pub tenant: TenantRow,
    base: String,
}

impl Issuer {
    /// Returns the issuer of a tenant.
    ///
    /// # Errors
    /// `public_url_missing` where the operator has not said under which address the service is reached, for tokens would name
    /// another; [`ApiError::NotFound`] for a tenant that is not there.
    pub async fn find(app: &App, tenant: Uuid) -> Result<Self, ApiError> {
        let base = app.config.public_url.as_deref().ok_or_else(|| {
            let detail = "the operator must set public_url: tokens name it";
            ApiError::conflict("public_url_missing", detail)
        })?;
        let tenant = app.store.find_tenant(TenantId(tenant)).await?;
        Ok(Self {
            tenant: tenant.ok_or(ApiError::NotFound("issuer"))?,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    /// Returns its name, which is also the beginning of its addresses.
    pub fn url(&self) -> String {
        format!("{}/oidc/{}", self.base, self.tenant.id)
    }

    /// Returns one of its addresses.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url())
    }

    /// Sends a browser to the page of accounts, with what it is about behind the `#`, which no server is told.
    pub fn page(&self, about: &str) -> Response {
        see_other(&format!("{}/account#{about}", self.base))
    }

    /// Returns where a browser goes with a code.
    pub fn with_code(&self, to: &str, state: Option<&str>, code: &str) -> String {
        self.back(to, &[("code", code)], state)
    }

    /// Returns where a browser goes with the news that nothing comes of it.
    pub fn with_fault(&self, to: &str, state: Option<&str>, fault: Fault) -> String {
        let detail = fault.to_string();
        let told = [("error", fault.code()), ("error_description", &*detail)];
        self.back(to, &told, state)
    }

    /// Every answer names who gives it (RFC 9207), so that an app with several providers cannot be led to send a code to another.
    fn back(&self, to: &str, told: &[(&str, &str)], state: Option<&str>) -> String {
        let issuer = self.url();
        let state = state.map(|state| ("state", state));
        let told = told.iter().copied().chain(state);
        uris::with_query(to, &encode(told.chain([("iss", &*issuer)])))
    }
}

/// Sends a browser to an address, with GET whatever it came with.
pub fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(error) => ApiError::machine(error).into_response(),
    }
}
