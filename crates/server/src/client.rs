//! The program that a person uses, as it names itself.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use menshen_core::Policy;
use menshen_core::policy::{Client, judge_client};
use menshen_core::verification::Flow;

use crate::app::App;
use crate::problem::ApiError;

/// The program behind a request; none where it does not name itself, as servers do not.
pub struct Program(Option<Client>);

impl FromRequestParts<App> for Program {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get("menshen-client") else {
            return Ok(Self(None));
        };
        let client = value.to_str().ok().and_then(|text| text.parse().ok());
        let refusal = || ApiError::invalid("client_invalid", "Menshen-Client must be NAME/VERSION");
        client.map(Some).map(Self).ok_or_else(refusal)
    }
}

impl Program {
    /// Returns its name, without the version.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref().map(|client| client.name.as_str())
    }

    /// Returns what it says of itself.
    pub const fn client(&self) -> Option<&Client> {
        self.0.as_ref()
    }

    /// Refuses a program that is too old for a flow, before it takes a photo.
    ///
    /// # Errors
    /// `client_outdated` with the version that is needed.
    pub fn check(&self, policy: &Policy, flow: Flow) -> Result<(), ApiError> {
        let reason = self.0.as_ref();
        let reason = reason.and_then(|client| judge_client(policy, flow, client));
        reason.map_or(Ok(()), |reason| Err(ApiError::FirstThis(Box::new(reason))))
    }
}
