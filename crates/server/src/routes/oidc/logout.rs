//! An app sends a person's browser here, so that they sign out (OpenID Connect RP-Initiated Logout 1.0).

use axum::extract::{RawQuery, State};
use axum::response::Response;
use menshen_core::ids::OidcClientId;
use menshen_core::oidc::{Form, encode};
use menshen_store::OidcClientRow;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::input::Id;
use crate::oidc::issuer::see_other;
use crate::oidc::{Issuer, OauthErrorOut, Posted, Refusal, jwt, uris};
use crate::problem::ApiError;
use crate::record::{self, Act};

/// Who is to sign out. Read by a reader of its own: this says what there is.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it only describes the form, which is read strictly elsewhere"
)]
pub struct LogoutIn {
    /// The ID token that the app was given last; without one the person is asked.
    pub id_token_hint: Option<String>,
    /// Which app.
    pub client_id: Option<String>,
    /// Where the browser goes afterwards: one of those that the app was registered with.
    pub post_logout_redirect_uri: Option<String>,
    /// Comes back as it is.
    pub state: Option<String>,
}

/// Ends the session in which a person has signed in to an app, and sends them back to it. Without a good ID token, which proves that the
/// app asks, the page of accounts asks the person.
#[utoipa::path(get, path = "/oidc/{tenant}/logout", tag = "oidc", security(()), params(("tenant" = Uuid, Path), LogoutIn),
    responses((status = 303, description = "To the app, or to the page of accounts", headers(("location" = String)))))]
pub async fn logout(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let issuer = Issuer::find(&app, tenant).await?;
    match Form::parse(query.unwrap_or_default().as_bytes()) {
        Ok(form) => sign_out(&app, &issuer, &form).await,
        Err(_) => Ok(issuer.page("oidc-error=invalid_request")),
    }
}

/// The same with the request as a form.
#[utoipa::path(post, path = "/oidc/{tenant}/logout", tag = "oidc", security(()), params(("tenant" = Uuid, Path)),
    request_body(content = LogoutIn, content_type = "application/x-www-form-urlencoded"),
    responses((status = 400, body = OauthErrorOut), (status = 303, description = "To the app, or to the page of accounts", headers(("location" = String)))))]
pub async fn logout_by_form(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    posted: Posted,
) -> Result<Response, Refusal> {
    let issuer = Issuer::find(&app, tenant).await?;
    Ok(sign_out(&app, &issuer, &posted.form).await?)
}

/// Which session of which app, by an ID token. One that has run out says it as well as a new one.
#[derive(Deserialize)]
struct Hint {
    aud: String,
    sid: String,
}

/// Longest `state` that is taken back.
const LONGEST_STATE: usize = 1_024;

async fn sign_out(app: &App, issuer: &Issuer, form: &Form) -> Result<Response, ApiError> {
    let keys = app
        .store
        .list_oidc_keys(issuer.tenant.id, app.now())
        .await?;
    let hint = form.get("id_token_hint");
    let hint = hint.and_then(|token| jwt::read::<Hint>(&keys, token));
    let named = form.get("client_id");
    let hint = hint.filter(|hint| named.is_none_or(|named| named == hint.aud));
    let id = hint.as_ref().and_then(|hint| hint.aud.parse().ok());
    let (Some(hint), Some(id)) = (hint, id) else {
        return Ok(issuer.page("sign-out"));
    };
    let client = app
        .store
        .find_oidc_client(issuer.tenant.id, OidcClientId(id));
    let Some(client) = client.await? else {
        return Ok(issuer.page("sign-out"));
    };
    end(app, &client, &hint.sid).await?;
    Ok(back(issuer, &client, form))
}

/// Ends the session, with all that was given in it. One that has ended already stays so.
async fn end(app: &App, client: &OidcClientRow, sid: &str) -> Result<(), ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = tx
        .find_oidc_grant_by_sid((client.tenant_id, client.id), sid)
        .await?;
    let Some(row) = row else {
        return Ok(());
    };
    if !tx
        .end_account_session(row.applicant_id, row.session_id)
        .await?
    {
        return Ok(());
    }
    let act = Act::system(
        Some(client.tenant_id),
        "account.signed_out",
        "applicant",
        row.applicant_id.0,
    );
    let act = act.with("session", row.session_id.to_string());
    let act = act.with("client", client.id.to_string());
    record::audit(&mut tx, act, now).await?;
    Ok(tx.commit().await?)
}

fn back(issuer: &Issuer, client: &OidcClientRow, form: &Form) -> Response {
    let to = form.get("post_logout_redirect_uri");
    let known = |to: &&str| {
        client
            .terms
            .post_logout_uris
            .iter()
            .any(|known| known == to)
    };
    let Some(to) = to.filter(known) else {
        return issuer.page("signed-out");
    };
    let state = form
        .get("state")
        .filter(|state| state.len() <= LONGEST_STATE);
    match state {
        Some(state) => see_other(&uris::with_query(to, &encode([("state", state)]))),
        None => see_other(to),
    }
}
