//! Which app calls: a form that it sends, and how it proves who it is.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::ids::OidcClientId;
use menshen_core::oidc::Form;
use menshen_store::{OidcClientKind, OidcClientRow};
use zeroize::Zeroizing;

use super::{Issuer, Refusal};
use crate::app::App;
use crate::config::Secret;
use crate::input;
use crate::problem::ApiError;

/// Largest form in bytes.
const LARGEST: usize = 32 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// A form that was sent.
pub struct Posted {
    /// Its parameters.
    pub form: Form,
    /// The headers beside it.
    pub headers: HeaderMap,
}

impl FromRequest<App> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Refusal> {
        let headers = request.headers().clone();
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case(FORM) {
            return Err(Refusal::Request("Content-Type must be that of a form"));
        }
        let bytes = match input::bytes(request, LARGEST).await {
            Ok(bytes) => bytes,
            Err(ApiError::TooLarge(_)) => return Err(Refusal::Request("the form is too large")),
            Err(error) => return Err(error.into()),
        };
        let form = Form::parse(&bytes);
        let form = form.map_err(|_| Refusal::Request("the form is malformed"))?;
        Ok(Self { form, headers })
    }
}

/// What an app says of itself.
struct Said {
    id: String,
    secret: Option<Secret>,
}

/// Returns the app that calls, where it has proven itself: by its secret in the header or the form, or, where it can keep none,
/// by what it shows beside its name.
///
/// # Errors
/// [`Refusal::Client`], whatever is wrong; [`Refusal::Request`] where it shows two proofs.
pub async fn authenticate(
    app: &App,
    issuer: &Issuer,
    posted: &Posted,
) -> Result<OidcClientRow, Refusal> {
    let said = said(posted)?;
    let id = said.id.parse().map_err(|_| Refusal::Client)?;
    let found = app
        .store
        .find_oidc_client(issuer.tenant.id, OidcClientId(id));
    let client = found.await?.ok_or(Refusal::Client)?;
    let proven = match (client.kind, &said.secret) {
        (OidcClientKind::Confidential, Some(secret)) => {
            client.is_secret(secret.reveal(), app.now())
        }
        (OidcClientKind::Public, None) => true,
        (OidcClientKind::Confidential, None) | (OidcClientKind::Public, Some(_)) => false,
    };
    match proven {
        true => Ok(client),
        false => Err(Refusal::Client),
    }
}

fn said(posted: &Posted) -> Result<Said, Refusal> {
    let form = &posted.form;
    let (id, secret) = (form.get("client_id"), form.get("client_secret"));
    if !posted.headers.contains_key(header::AUTHORIZATION) {
        return Ok(Said {
            id: id.ok_or(Refusal::Client)?.to_owned(),
            secret: secret.map(|secret| Secret::new(secret.to_owned())),
        });
    }
    if secret.is_some() {
        return Err(Refusal::Request("the app must prove itself in one way"));
    }
    let said = basic(&posted.headers).ok_or(Refusal::Client)?;
    match id {
        Some(id) if id != said.id => Err(Refusal::Client),
        _ => Ok(said),
    }
}

/// Reads the header: both halves are written as in a form (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Option<Said> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = Zeroizing::new(BASE64_STANDARD.decode(encoded.trim()).ok()?);
    let at = plain.iter().position(|byte| *byte == b':')?;
    let half = |bytes: &[u8]| {
        let form = Form::parse(&[b"half=", bytes].concat()).ok()?;
        form.get("half").map(str::to_owned)
    };
    Some(Said {
        id: half(&plain[..at])?,
        secret: Some(Secret::new(half(&plain[at + 1..])?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(form: &str, authorization: Option<&str>) -> Posted {
        let mut headers = HeaderMap::new();
        if let Some(text) = authorization {
            headers.insert(header::AUTHORIZATION, text.parse().unwrap());
        }
        Posted {
            form: Form::parse(form.as_bytes()).ok().unwrap(),
            headers,
        }
    }

    #[test]
    fn an_app_says_who_it_is_in_one_way() {
        let basic = format!("Basic {}", BASE64_STANDARD.encode("a%2Db:s%3A+x"));
        let read = said(&posted("grant_type=x", Some(&basic))).ok().unwrap();
        assert_eq!(read.id, "a-b");
        assert_eq!(read.secret.as_ref().map(Secret::reveal), Some("s: x"));
        let read = said(&posted("client_id=a&client_secret=s", None))
            .ok()
            .unwrap();
        assert_eq!(read.secret.as_ref().map(Secret::reveal), Some("s"));
        assert!(
            said(&posted("client_id=a", None))
                .ok()
                .unwrap()
                .secret
                .is_none()
        );
        let both = said(&posted("client_id=a-b&client_secret=s", Some(&basic)));
        assert!(matches!(both, Err(Refusal::Request(_))));
        for (form, header) in [
            ("client_id=other", basic.as_str()),
            ("client_id=a", "Bearer x"),
            ("client_id=a", "Basic ???"),
            ("client_id=a", "Basic"),
            ("client_id=a", "Basic YQ=="),
        ] {
            let read = said(&posted(form, Some(header)));
            assert!(matches!(read, Err(Refusal::Client)), "{header}");
        }
    }
}
