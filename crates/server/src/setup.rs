//! The operator's first way in: a link that works once.

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use menshen_core::access::Scope;
use menshen_core::ids::TenantId;
use menshen_core::time::Millis;
use menshen_store::{NewApiKey, Secret};
use serde_json::json;

use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};

/// A link that works once, for one tenant.
#[derive(Default)]
pub struct SetupLink(Mutex<Option<(Secret, TenantId)>>);

impl SetupLink {
    /// Returns a link that gives an operator's key of this tenant.
    pub const fn new(token: Secret, tenant: TenantId) -> Self {
        Self(Mutex::new(Some((token, tenant))))
    }

    fn take(&self, token: &str) -> Option<TenantId> {
        let mut link = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let right = link.as_ref().is_some_and(|(own, _)| own.is(token));
        if right {
            link.take().map(|(_, tenant)| tenant)
        } else {
            None
        }
    }
}

/// Shows a button: a link that is merely looked at (by a mail filter, a chat's preview) must not be used up.
pub async fn ask() -> Html<&'static str> {
    Html(include_str!("../assets/setup.html"))
}

/// Gives the operator a key, once.
///
/// # Errors
/// [`ApiError::NotFound`] for a wrong or used link.
pub async fn use_link(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let tenant = app.setup.take(&token).ok_or(ApiError::NotFound("link"))?;
    let scopes = Scope::of_keys().map(|scope| scope.name().to_owned());
    let scopes = scopes.collect();
    give(
        &app,
        tenant,
        ("operator", "operator.key_created"),
        scopes,
        None,
    )
    .await
}

/// Draws a key of a tenant and answers with it.
///
/// # Errors
/// [`ApiError::NotFound`] for a tenant that is gone.
pub async fn give(
    app: &App,
    tenant: TenantId,
    (label, action): (&str, &'static str),
    scopes: Vec<String>,
    expires_at: Option<Millis>,
) -> Result<Response, ApiError> {
    let tenant = app.store.find_tenant(tenant).await?;
    let tenant = tenant.ok_or(ApiError::NotFound("link"))?;
    let now = app.now();
    let new = NewApiKey {
        label: label.to_owned(),
        scopes,
        expires_at,
    };
    let mut tx = app.store.begin().await?;
    let (key, secret) = tx.create_api_key(&tenant, &new, now).await?;
    let act = Act::system(Some(tenant.id), action, "api_key", key.id.0);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(json!({ "secret": secret.reveal() })).into_response())
}
