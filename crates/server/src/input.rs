//! Bodies: JSON with the digest of its bytes, so that a repeated request can be compared.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::problem::ApiError;

/// Largest JSON body in bytes.
pub const LARGEST_JSON: usize = 256 * 1024;

/// A JSON body of at most so many bytes.
pub struct Input<T, const LARGEST: usize = LARGEST_JSON> {
    /// What it says.
    pub value: T,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned, const LARGEST: usize> FromRequest<App> for Input<T, LARGEST> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _app: &App) -> Result<Self, ApiError> {
        let bytes = bytes(request, LARGEST).await?;
        let digest = Sha256::digest(&bytes).into();
        let value = serde_json::from_slice(&bytes).map_err(|error| unread(&error))?;
        Ok(Self { value, digest })
    }
}

/// Returns a request's body of at most `largest` bytes.
///
/// # Errors
/// [`ApiError::TooLarge`], or [`ApiError::Invalid`] for one that did not arrive whole.
pub async fn bytes(request: Request, largest: usize) -> Result<Bytes, ApiError> {
    let announced = request.headers().get(axum::http::header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > largest as u64) {
        return Err(ApiError::TooLarge(largest as u64));
    }
    let body = axum::body::to_bytes(request.into_body(), largest).await;
    body.map_err(|error| {
        let limit = std::error::Error::source(&error)
            .is_some_and(|source| source.to_string().contains("length limit"));
        if limit {
            ApiError::TooLarge(largest as u64)
        } else {
            ApiError::invalid("upload_incomplete", "the body did not arrive whole")
        }
    })
}

/// Says where the JSON is wrong without repeating what stands there.
fn unread(error: &serde_json::Error) -> ApiError {
    use serde_json::error::Category;
    let (line, column) = (error.line(), error.column());
    let what = match error.classify() {
        Category::Data => "has a missing, unknown or mistyped key",
        _ => "is not valid JSON",
    };
    ApiError::invalid(
        "body_invalid",
        format!("the body {what} (line {line}, column {column})"),
    )
}

/// A path parameter that is an id. One that does not read names nothing.
pub struct Id<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id))
            .map_err(|_| ApiError::NotFound("record"))
    }
}
