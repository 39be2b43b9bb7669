//! An app sends a person's browser here, so that they sign in.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use menshen_core::ids::OidcClientId;
use menshen_core::oidc::{Asked, Fault, Form, Next, PersonClaim, next};
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{AccountSessionRow, OidcClientRow};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::input::Id;
use crate::oidc::grant::grant;
use crate::oidc::issuer::see_other;
use crate::oidc::session::{Held, shown, subject};
use crate::oidc::{Issuer, OauthErrorOut, Posted, Refusal, jwt, person};
use crate::problem::ApiError;

/// How long a person may take to sign in and to say what they share.
const ASKED_LASTS: i64 = 30 * MINUTE;

/// A request of OpenID Connect. Read by a reader of its own: this says what there is.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it only describes the form, which is read strictly elsewhere"
)]
pub struct AuthorizeIn {
    /// Which app.
    pub client_id: String,
    /// Where the browser goes afterwards: one of those that the app was registered with, letter by letter.
    pub redirect_uri: String,
    /// `code`.
    pub response_type: String,
    /// Must have `openid`.
    pub scope: String,
    /// SHA-256 of the verifier that the app shows with the code, in base64url.
    pub code_challenge: String,
    /// `S256`.
    pub code_challenge_method: String,
    /// Comes back as it is.
    pub state: Option<String>,
    /// Stands in the ID token.
    pub nonce: Option<String>,
    /// `none`, `login`, `consent` or `select_account`.
    pub prompt: Option<String>,
    /// How many seconds ago the person may have signed in.
    pub max_age: Option<u32>,
    /// Classes of sign-in that will do; the weakest known one counts.
    pub acr_values: Option<String>,
    /// Which verified claims are asked for, as JSON.
    pub claims: Option<String>,
    /// An ID token of the person who is expected.
    pub id_token_hint: Option<String>,
}

/// Sends a person who has signed in back to the app with a code, and anybody else to the page of accounts. An app or a redirect URI
/// that is not known is never gone to.
#[utoipa::path(get, path = "/oidc/{tenant}/authorize", tag = "oidc", security(()), params(("tenant" = Uuid, Path), AuthorizeIn),
    responses((status = 303, description = "To the app, or to the page of accounts", headers(("location" = String)))))]
pub async fn authorize(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    held: Held,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let issuer = Issuer::find(&app, tenant).await?;
    match Form::parse(query.unwrap_or_default().as_bytes()) {
        Ok(form) => begin(&app, &issuer, &held, &form).await,
        Err(_) => Ok(issuer.page("oidc-error=invalid_request")),
    }
}

/// The same with the request as a form.
#[utoipa::path(post, path = "/oidc/{tenant}/authorize", tag = "oidc", security(()), params(("tenant" = Uuid, Path)),
    request_body(content = AuthorizeIn, content_type = "application/x-www-form-urlencoded"),
    responses((status = 400, body = OauthErrorOut), (status = 303, description = "To the app, or to the page of accounts", headers(("location" = String)))))]
pub async fn authorize_by_form(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    held: Held,
    posted: Posted,
) -> Result<Response, Refusal> {
    let issuer = Issuer::find(&app, tenant).await?;
    Ok(begin(&app, &issuer, &held, &posted.form).await?)
}

async fn begin(app: &App, issuer: &Issuer, held: &Held, form: &Form) -> Result<Response, ApiError> {
    let Some(client) = client_of(app, issuer, form).await? else {
        return Ok(issuer.page("oidc-error=client_unknown"));
    };
    let to = form.get("redirect_uri").unwrap_or_default();
    // Where the app was not registered for, nobody is sent, not with an error either.
    if !client.terms.redirect_uris.iter().any(|known| known == to) {
        return Ok(issuer.page("oidc-error=redirect_uri_unknown"));
    }
    let back = |fault: Fault| {
        let state = Asked::state_of(form);
        see_other(&issuer.with_fault(to, state.as_deref(), fault))
    };
    let asked = match read(app, issuer, &client, form).await? {
        Ok(asked) => asked,
        Err(fault) => return Ok(back(fault)),
    };
    let now = app.now();
    let session = held.session(app, &client).await?;
    match decide(app, &client, session.as_ref(), &asked, now) {
        (Next::Code, Some(session)) => {
            let mut tx = app.store.begin().await?;
            let to = grant(&mut tx, (issuer, &client), session, asked, now).await?;
            tx.commit().await?;
            Ok(see_other(&to))
        }
        (Next::Refuse(fault), _) => Ok(back(fault)),
        (Next::Code | Next::Page, _) => ask(app, issuer, &client, &asked, now).await,
    }
}

async fn client_of(
    app: &App,
    issuer: &Issuer,
    form: &Form,
) -> Result<Option<OidcClientRow>, ApiError> {
    let id = form.get("client_id").and_then(|id| id.parse().ok());
    let Some(id) = id else {
        return Ok(None);
    };
    let found = app
        .store
        .find_oidc_client(issuer.tenant.id, OidcClientId(id));
    Ok(found.await?)
}

/// Who is expected, by an ID token.
#[derive(Deserialize)]
struct Hint {
    sub: String,
    aud: String,
}

/// Reads what is asked for, less what the app was not registered for.
async fn read(
    app: &App,
    issuer: &Issuer,
    client: &OidcClientRow,
    form: &Form,
) -> Result<Result<Asked, Fault>, ApiError> {
    let to = form.get("redirect_uri").unwrap_or_default();
    let mut asked = match Asked::read(form, to) {
        Ok(asked) => asked,
        Err(fault) => return Ok(Err(fault)),
    };
    let verifies = person::framework(app, &issuer.tenant).is_some();
    let allowed = client.terms.claims.iter().filter(|_| verifies);
    let allowed = allowed
        .filter_map(|name| PersonClaim::parse(name))
        .collect();
    asked.claims.retain(&allowed);
    if let Some(token) = form.get("id_token_hint") {
        let keys = app
            .store
            .list_oidc_keys(issuer.tenant.id, app.now())
            .await?;
        let hint = jwt::read::<Hint>(&keys, token);
        let hint = hint.filter(|hint| hint.aud == client.id.to_string());
        let Some(hint) = hint else {
            let fault = Fault::InvalidRequest("id_token_hint is none of this app's ID tokens");
            return Ok(Err(fault));
        };
        asked.subject = Some(hint.sub);
    }
    Ok(Ok(asked))
}

fn decide<'a>(
    app: &App,
    client: &OidcClientRow,
    session: Option<&'a AccountSessionRow>,
    asked: &Asked,
    now: Millis,
) -> (Next, Option<&'a AccountSessionRow>) {
    let Some(row) = session else {
        return (next(asked, None, now), None);
    };
    let subject = subject(&app.store, client, row.applicant_id);
    (next(asked, shown(row, &subject), now), session)
}

/// Keeps what is asked for until the person has answered on the page.
async fn ask(
    app: &App,
    issuer: &Issuer,
    client: &OidcClientRow,
    asked: &Asked,
    now: Millis,
) -> Result<Response, ApiError> {
    let sealed = serde_json::to_vec(asked).map_err(ApiError::machine)?;
    let whose = (client.tenant_id, client.id);
    let mut tx = app.store.begin().await?;
    let request = tx
        .create_oidc_request(whose, &sealed, now.plus(ASKED_LASTS), now)
        .await?;
    tx.commit().await?;
    Ok(issuer.page(&format!("oidc={}", request.reveal())))
}
