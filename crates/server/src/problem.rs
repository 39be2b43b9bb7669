//! Errors as people and machines see them: `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use menshen_core::appeal;
use menshen_core::attachment::Fault;
use menshen_core::guess::Capped;
use menshen_core::passkey;
use menshen_core::time::Millis;
use menshen_core::verification::NotNow;
use menshen_core::{Catalogue, Locale, Reason, ReasonCode};
use menshen_store::StoreError;
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use crate::routes::StepOut;
use crate::routes::entitlements::RestrictionOut;
use crate::routes::reasons::{Audience, ReasonOut, TextOut, show};

/// Why a request was not done.
#[derive(Debug, Error)]
pub enum ApiError {
    /// Who are you?
    #[error(
        "a valid key or token is needed in the header `Authorization: Bearer ..`, or the cookie of a session"
    )]
    Stranger,
    /// Who are you? What was shown does not prove it.
    #[error("{detail}")]
    Unproven {
        /// A word for machines.
        code: &'static str,
        /// For people.
        detail: &'static str,
    },
    /// Not you.
    #[error("this key lacks the scope `{0}`")]
    Scope(&'static str),
    /// Not you, whatever your scopes.
    #[error("{detail}")]
    NotYou {
        /// A word for machines.
        code: &'static str,
        /// For people.
        detail: String,
    },
    /// Not there, or another tenant's: nobody can tell which.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The route is there, and not for this method.
    #[error("this route does not take this method")]
    Method,
    /// Another version of the upload protocol than this one.
    #[error("Tus-Resumable must be {0}")]
    TusVersion(&'static str),
    /// A body of another kind than this one.
    #[error("Content-Type must be {0}")]
    Kind(&'static str),
    /// A piece that does not fit its checksum.
    #[error("the piece does not fit its checksum; send it again")]
    Checksum,
    /// Not now.
    #[error("{0}")]
    NotNow(#[from] NotNow),
    /// Somebody else was faster: load it again.
    #[error("the record has changed meanwhile; read it again")]
    Stale,
    /// Everything personal was destroyed.
    #[error("this applicant was erased")]
    Erased,
    /// Not now, for another reason.
    #[error("{detail}")]
    Conflict {
        /// A word for machines.
        code: &'static str,
        /// For people.
        detail: String,
    },
    /// Parts are missing.
    #[error("steps are missing")]
    StepsMissing(Vec<StepOut>),
    /// The person must put something right first, outside this request.
    #[error("the person must do something first")]
    FirstThis(Box<Reason>),
    /// What the person handed in does not do.
    #[error("what was handed in does not do")]
    NotLikeThis(Box<Reason>),
    /// The person must be warned first.
    #[error("this limits the account; tell the person, then send accept_limits")]
    Limits(Box<RestrictionOut>),
    /// Not like this.
    #[error("{detail}")]
    Invalid {
        /// A word for machines.
        code: &'static str,
        /// For people; names the key, never what was typed.
        detail: String,
    },
    /// A picture that is not taken.
    #[error("{}", Catalogue::of(Locale::En).attachment(*.0))]
    Attachment(Fault),
    /// A passkey that does not do.
    #[error("{}", Catalogue::of(Locale::En).passkey(*.0))]
    Passkey(passkey::Fault),
    /// Larger than allowed.
    #[error("larger than the limit of {0} bytes")]
    TooLarge(u64),
    /// Later: too many failures.
    #[error("too many failed attempts; the next one is possible at {}", .0.to_timestamp())]
    TooMany(Millis),
    /// Later: somebody unknown has done this too often.
    #[error("this was done too often from here; the next one is possible at {}", .0.to_timestamp())]
    TooOften(Millis),
    /// Later: there is too much to do.
    #[error("too much to do at the moment")]
    Busy,
    /// The machine failed; nothing was changed.
    #[error("the machine failed; nothing was changed")]
    Machine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A name that never changes, relative to the documentation.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A word for machines.
    pub code: String,
    /// What happened, without anything personal.
    pub detail: String,
    /// The same for the person, where it is theirs to put right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextOut>,
    /// When it can be tried again, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// Steps that are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<StepOut>,
    /// What the person must do first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<ReasonOut>,
    /// What would be limited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<RestrictionOut>,
}

/// A status of the upload protocol's own, which HTTP does not know.
const CHECKSUM_MISMATCH: u16 = 460;
/// Seconds after which a client should come back when there is too much to do.
const COME_BACK: u32 = 2;

impl ApiError {
    /// Wraps a failure of the machine.
    pub fn machine(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Machine(Box::new(error))
    }

    /// Returns an error about the form of a request.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Invalid { code, detail }
    }

    /// Returns an error about the state of things.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Conflict { code, detail }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Stranger | Self::Unproven { .. } => StatusCode::UNAUTHORIZED,
            Self::Scope(_) | Self::NotYou { .. } => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TusVersion(_) => StatusCode::PRECONDITION_FAILED,
            Self::Kind(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Checksum => {
                StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST)
            }
            Self::NotNow(_)
            | Self::Conflict { .. }
            | Self::StepsMissing(_)
            | Self::FirstThis(_)
            | Self::Limits(_)
            | Self::Stale
            | Self::Erased => StatusCode::CONFLICT,
            Self::Invalid { .. } | Self::NotLikeThis(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge(_) | Self::Attachment(Fault::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) | Self::TooOften(_) | Self::Attachment(Fault::TooManyToday) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Attachment(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Passkey(fault) => match fault {
                passkey::Fault::Refused => StatusCode::UNAUTHORIZED,
                passkey::Fault::NotTaken | passkey::Fault::BackedUp | passkey::Fault::Name => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                passkey::Fault::Over
                | passkey::Fault::Known
                | passkey::Fault::TooMany
                | passkey::Fault::OneFactor
                | passkey::Fault::Unavailable => StatusCode::CONFLICT,
            },
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Machine(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Stranger => "unauthenticated",
            Self::Scope(_) => "scope_missing",
            Self::NotFound(_) => "not_found",
            Self::Method => "method_not_allowed",
            Self::TusVersion(_) => "tus_version",
            Self::Kind(_) => "content_type",
            Self::Checksum => "checksum_mismatch",
            Self::NotNow(NotNow {
                appeal: Some(_), ..
            }) => ReasonCode::AppealInProgress.as_str(),
            Self::NotNow(_) => "not_now",
            Self::StepsMissing(_) => "steps_missing",
            Self::Limits(_) => "limits_not_accepted",
            Self::FirstThis(reason) | Self::NotLikeThis(reason) => reason.code.as_str(),
            Self::Stale => "stale",
            Self::Erased => "applicant_erased",
            Self::Attachment(fault) => fault.code(),
            Self::Passkey(fault) => fault.code(),
            Self::Unproven { code, .. }
            | Self::NotYou { code, .. }
            | Self::Conflict { code, .. }
            | Self::Invalid { code, .. } => code,
            Self::TooLarge(_) => "too_large",
            Self::TooMany(_) => "attempts_exhausted",
            Self::TooOften(_) => "too_often",
            Self::Busy => "busy",
            Self::Machine(_) => "machine_failed",
        }
    }

    fn retry_at(&self) -> Option<Millis> {
        match self {
            Self::TooMany(at) | Self::TooOften(at) => Some(*at),
            Self::NotNow(not_now) => not_now.retry_at,
            _ => None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Self::Machine(error) = &self {
            tracing::error!(error = %chain(error.as_ref()), "a request failed");
        }
        let code = self.code();
        let problem = Problem {
            kind: format!("/docs#problem-{code}"),
            title: status
                .canonical_reason()
                .unwrap_or("Checksum Mismatch")
                .to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: self.to_string(),
            text: match self {
                Self::Attachment(fault) => Some(TextOut::of(|catalogue| {
                    catalogue.attachment(fault).to_owned()
                })),
                Self::Passkey(fault) => {
                    Some(TextOut::of(|catalogue| catalogue.passkey(fault).to_owned()))
                }
                _ => None,
            },
            retry_at: self.retry_at().map(|at| at.to_timestamp().to_string()),
            missing: match &self {
                Self::StepsMissing(steps) => steps.clone(),
                _ => Vec::new(),
            },
            reasons: match &self {
                Self::FirstThis(reason) | Self::NotLikeThis(reason) => {
                    show(&[Reason::clone(reason)], Audience::Person)
                }
                Self::NotNow(NotNow {
                    appeal: Some(due), ..
                }) => show(&[appeal::in_progress(*due)], Audience::Person),
                _ => Vec::new(),
            },
            limits: match &self {
                Self::Limits(limits) => vec![RestrictionOut::clone(limits)],
                _ => Vec::new(),
            },
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(COME_BACK));
        }
        if let Self::TusVersion(version) = self {
            headers.insert("tus-version", HeaderValue::from_static(version));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<appeal::NotNow> for ApiError {
    fn from(refused: appeal::NotNow) -> Self {
        Self::conflict("appeal_not_now", refused.to_string())
    }
}

impl From<Capped> for ApiError {
    fn from(capped: Capped) -> Self {
        match capped {
            Capped::Wait { until } => Self::TooMany(until),
            Capped::Never => Self::conflict(
                "guesses_used_up",
                "too many were wrong; another way, or a person of support, helps",
            ),
        }
    }
}

impl From<passkey::Fault> for ApiError {
    fn from(fault: passkey::Fault) -> Self {
        Self::Passkey(fault)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => Self::Stale,
            StoreError::Erased => Self::Erased,
            StoreError::Held => Self::conflict("held", "a legal hold forbids it"),
            error if error.is_busy() => Self::Busy,
            error => Self::machine(error),
        }
    }
}

/// Returns an error with its causes, once, where it is handled.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
