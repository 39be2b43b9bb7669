//! Errors in the words of RFC 6749 (5.2) and RFC 6750 (3). They say what is wrong in fixed words, whatever was sent.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use menshen_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::ApiError;

/// Why an app was refused.
#[derive(Debug)]
pub enum Refusal {
    /// The request is malformed.
    Request(&'static str),
    /// The app has not proven who it is.
    Client,
    /// The code is not good: wrong, old, used, another app's, or not with this proof. Which one is never said.
    Grant,
    /// A grant of a kind that is not given here.
    GrantType,
    /// The access token is not good.
    Token,
    /// Something else.
    Other(ApiError),
}

/// What went wrong, by RFC 6749.
#[derive(Debug, Serialize, ToSchema)]
pub struct OauthErrorOut {
    /// A word for machines.
    #[schema(example = "invalid_grant")]
    pub error: &'static str,
    /// For people who read logs; repeats nothing of the request.
    pub error_description: &'static str,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Other(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

/// Which proofs are taken, for an app that has shown none that is good.
const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"oidc\"");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer error=\"invalid_token\"");

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, error_description) = match self {
            Self::Other(error) => return error.into_response(),
            Self::Request(detail) => (StatusCode::BAD_REQUEST, "invalid_request", detail),
            Self::Client => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "the app has not proven who it is",
            ),
            Self::Grant => (
                StatusCode::BAD_REQUEST,
                "invalid_grant",
                "the code is not good, or not for this request",
            ),
            Self::GrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "grant_type must be authorization_code",
            ),
            Self::Token => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "the access token is not good",
            ),
        };
        let out = OauthErrorOut {
            error,
            error_description,
        };
        let mut response = (status, Json(out)).into_response();
        let challenge = match error {
            "invalid_client" => Some(BASIC),
            "invalid_token" => Some(BEARER),
            _ => None,
        };
        let headers = response.headers_mut();
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
