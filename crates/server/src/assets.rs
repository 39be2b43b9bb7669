//! Pages that are part of the program. Nothing is loaded from elsewhere.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::problem::ApiError;

/// The API, for people.
pub async fn docs() -> Html<&'static str> {
    Html(include_str!("../assets/docs.html"))
}

/// Where the owner of an account stops its recovery. What names it stands behind the `#` of the address: opening the page changes
/// nothing, and no log has it.
pub async fn stop() -> Html<&'static str> {
    Html(include_str!("../assets/stop.html"))
}

/// Styles and scripts.
///
/// # Errors
/// [`ApiError::NotFound`] for a file that is not part of the program.
pub async fn asset(Path(name): Path<String>) -> Result<Response, ApiError> {
    let (text, kind) = match name.as_str() {
        "page.css" => (
            include_str!("../assets/page.css"),
            "text/css; charset=utf-8",
        ),
        "docs.js" => (
            include_str!("../assets/docs.js"),
            "text/javascript; charset=utf-8",
        ),
        "setup.js" => (
            include_str!("../assets/setup.js"),
            "text/javascript; charset=utf-8",
        ),
        "stop.js" => (
            include_str!("../assets/stop.js"),
            "text/javascript; charset=utf-8",
        ),
        "plain.js" => (
            include_str!("../assets/plain.js"),
            "text/javascript; charset=utf-8",
        ),
        "try.js" => (
            include_str!("../assets/try.js"),
            "text/javascript; charset=utf-8",
        ),
        _ => return Err(ApiError::NotFound("file")),
    };
    Ok((
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
        text,
    )
        .into_response())
}
