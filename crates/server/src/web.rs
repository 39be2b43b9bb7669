//! The pages that are built from `web/app` and taken into the program, and the networks that they fetch. Where they were not built,
//! a plain form takes the place of the capture element.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256, Sha384};

use crate::app::App;
use crate::problem::ApiError;

#[derive(Embed)]
#[folder = "../../web/dist/"]
struct Built;

/// What the pages need beyond what is in the program.
#[derive(Default)]
pub struct Pages {
    /// The networks that a page may fetch, by file name.
    pub models: BTreeMap<String, Vec<u8>>,
    /// The drawn person of the way to try things out; none where nobody is to try.
    pub demo: Option<BTreeMap<String, Vec<u8>>>,
}

/// A file in memory and what a browser knows it by.
pub struct Held {
    bytes: Bytes,
    tag: HeaderValue,
}

impl Held {
    /// Holds a file.
    pub fn new(bytes: Vec<u8>) -> Self {
        let tag = tag(&Sha256::digest(&bytes));
        let bytes = bytes.into();
        Self { bytes, tag }
    }

    /// Answers with the file, or that it is the one the browser has.
    pub fn answer(&self, name: &str, asked: &HeaderMap) -> Response {
        let headers = headers_of(name, &self.tag);
        match has(asked, &self.tag) {
            true => (StatusCode::NOT_MODIFIED, headers).into_response(),
            false => (headers, self.bytes.clone()).into_response(),
        }
    }
}

/// The page of a person, opened by a link that carries the person's token behind the `#`.
pub async fn verify() -> Html<&'static str> {
    Html(match Built::get("hosted.js") {
        Some(_) => include_str!("../assets/verify.html"),
        None => include_str!("../assets/plain.html"),
    })
}

/// The console of those who work here.
pub async fn console() -> Html<&'static str> {
    Html(match Built::get("console.js") {
        Some(_) => include_str!("../assets/console.html"),
        None => include_str!("../assets/unbuilt.html"),
    })
}

/// The account of somebody: sign-in, what they sign in with, devices. Apps of OpenID Connect send browsers here, too.
pub async fn account() -> Html<&'static str> {
    Html(match Built::get("account.js") {
        Some(_) => include_str!("../assets/account.html"),
        None => include_str!("../assets/unbuilt.html"),
    })
}

/// Help without signing in: what a device's camera, network and clock do, and what is official.
pub async fn help() -> Html<&'static str> {
    Html(match Built::get("help.js") {
        Some(_) => include_str!("../assets/help.html"),
        None => include_str!("../assets/unbuilt.html"),
    })
}

/// Returns the public key that signs lists of official channels, as `menshen official key` prints it. Whoever takes it from here trusts
/// this service; the page says so.
pub async fn key(State(app): State<App>) -> String {
    app.signer.verifier().to_text()
}

/// A file of the pages, packed where the browser unpacks it.
///
/// # Errors
/// [`ApiError::NotFound`] for a file that is not part of the program.
pub async fn file(Path(path): Path<String>, asked: HeaderMap) -> Result<Response, ApiError> {
    let missing = ApiError::NotFound("file");
    let Some(plain) = kind_of(&path).and_then(|_| Built::get(&path)) else {
        return Err(missing);
    };
    let tag = tag(&plain.metadata.sha256_hash());
    let mut headers = headers_of(&path, &tag);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if has(&asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let packed = unpacks(&asked)
        .then(|| Built::get(&format!("{path}.br")))
        .flatten();
    if packed.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Ok((headers, bytes_of(packed.unwrap_or(plain))).into_response())
}

/// A network that the engine in the page runs.
///
/// # Errors
/// [`ApiError::NotFound`] for one that pages do not use or that is not installed.
pub async fn model(
    State(app): State<App>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    let held = app
        .page_models
        .get(&name)
        .ok_or(ApiError::NotFound("file"))?;
    Ok(held.answer(&name, &asked))
}

/// What stands in `integrity="..."` of an integrator's page, for each script that may stand there.
pub async fn integrity() -> Json<BTreeMap<&'static str, String>> {
    static HASHES: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
        let hash = |name| {
            let file = Built::get(name)?;
            let digest = BASE64_STANDARD.encode(Sha384::digest(&file.data));
            Some((name, format!("sha384-{digest}")))
        };
        ["verify.js"].into_iter().filter_map(hash).collect()
    });
    Json(HASHES.clone())
}

/// Methods, headers and answers of the API that a page on another origin may use.
const CROSS: [(&str, &str); 4] = [
    (
        "access-control-allow-methods",
        "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    ),
    (
        "access-control-allow-headers",
        "authorization, content-type, idempotency-key, menshen-client, tus-resumable, upload-length, upload-metadata, upload-offset",
    ),
    (
        "access-control-expose-headers",
        "location, retry-after, menshen-capture, menshen-usable, tus-max-size, tus-resumable, upload-expires, upload-length, upload-offset",
    ),
    ("access-control-max-age", "600"),
];

/// Lets pages of the origins that the operator names load the element and call the API with a person's token. Cookies are never
/// taken from there, and an OPTIONS that asks for no such leave is the API's own.
pub async fn cross_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let named = |origin: &HeaderValue| {
        let named = app.config.web.embed_on.iter();
        named
            .map(String::as_bytes)
            .any(|named| named == origin.as_bytes())
    };
    let path = request.uri().path();
    let open = path.starts_with("/v1/") || path.starts_with("/web/") || is_called_by_apps(path);
    let Some(origin) = origin.filter(|origin| open && named(origin)) else {
        return next.run(request).await;
    };
    let asks = request
        .headers()
        .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match request.method() == Method::OPTIONS && asks {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    for (name, value) in CROSS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// Is it what apps call by themselves, which may run in a browser? Where browsers are sent, no page calls.
fn is_called_by_apps(path: &str) -> bool {
    let called = [
        "/.well-known/openid-configuration",
        "/jwks",
        "/token",
        "/userinfo",
        "/revoke",
    ];
    path.starts_with("/oidc/") && called.iter().any(|end| path.ends_with(end))
}

fn bytes_of(file: EmbeddedFile) -> Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    }
}

fn kind_of(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "jpg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "onnx" => "application/octet-stream",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => return None,
    })
}

/// What keeps the page of help for times without network.
const HELP_WORKER: &str = "help-worker.js";

fn headers_of(name: &str, tag: &HeaderValue) -> HeaderMap {
    // What bears a hash in its name never changes; all else is asked for again, and mostly not sent again.
    let keep = match name.starts_with("chunks/") || name.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let kind = kind_of(name).unwrap_or("application/octet-stream");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::ETAG, tag.clone());
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    if name == HELP_WORKER {
        // It answers for the page of help, and for no other one.
        headers.insert(
            HeaderName::from_static("service-worker-allowed"),
            HeaderValue::from_static("/help"),
        );
    }
    headers
}

/// Returns by what a browser knows a content, of its hash.
pub fn tag(digest: &[u8]) -> HeaderValue {
    let mut tag = String::from("\"");
    for byte in &digest[..16] {
        // A string takes whatever is written to it.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    HeaderValue::try_from(tag).expect("quotes and hexadecimal digits")
}

/// Does a browser have what it asks for?
pub fn has(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = asked.get(header::IF_NONE_MATCH);
    let known = known
        .and_then(|known| known.to_str().ok())
        .unwrap_or_default();
    known.split(',').any(|known| {
        let known = known.trim();
        known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes()
    })
}

fn unpacks(asked: &HeaderMap) -> bool {
    let kinds = asked.get(header::ACCEPT_ENCODING);
    let kinds = kinds
        .and_then(|kinds| kinds.to_str().ok())
        .unwrap_or_default();
    kinds.split(',').any(|kind| kind.trim() == "br")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_worker_of_the_help_page_may_answer_for_a_page_and_for_that_one_alone() {
        let tag = HeaderValue::from_static("\"0\"");
        let allowed = |name| headers_of(name, &tag).remove("service-worker-allowed");
        assert_eq!(
            allowed(HELP_WORKER),
            Some(HeaderValue::from_static("/help"))
        );
        assert_eq!(allowed("help.js"), None);
    }
}
