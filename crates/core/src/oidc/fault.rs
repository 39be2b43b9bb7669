//! Why an authorization request is not granted, in the words of RFC 6749 (4.1.2.1) and OpenID Connect Core 1.0 (3.1.2.6).

use thiserror::Error;

/// Why an authorization request is not granted. The client's app is told, by way of its redirect URI; nothing that was sent is
/// repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// A parameter is missing, there twice, or not as it must be.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// Another flow than that of the code.
    #[error("response_type must be code")]
    UnsupportedResponseType,
    /// Not a request of OpenID Connect.
    #[error("scope must have openid")]
    InvalidScope,
    /// The request as a signed object.
    #[error("the parameter request is not supported")]
    RequestNotSupported,
    /// The request by reference.
    #[error("the parameter request_uri is not supported")]
    RequestUriNotSupported,
    /// Nobody has signed in as asked, and no page may be shown.
    #[error("the person must sign in")]
    LoginRequired,
    /// The person must be asked, and no page may be shown.
    #[error("the person must be asked what they share")]
    ConsentRequired,
    /// No way of signing in here gives what is asked for.
    #[error("no known acr was asked for")]
    UnmetAuthentication,
    /// The person said no.
    #[error("the person refused")]
    AccessDenied,
}

impl Fault {
    /// Returns the word for machines, `error`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthentication => "unmet_authentication_requirements",
            Self::AccessDenied => "access_denied",
        }
    }
}
