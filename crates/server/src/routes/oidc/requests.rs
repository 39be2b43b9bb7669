//! The page of accounts asks a person for an app: who wants to know what, and what the person says to that.

use axum::Json;
use axum::extract::{Path, State};
use menshen_core::oidc::{Acr, Asked, Fault, Lack, PersonClaim, Prompt, lack};
use menshen_store::{AccountSessionRow, OidcClientRow, OidcRequestRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::{SignedIn, Visitor};
use crate::app::App;
use crate::input::Input;
use crate::oidc::grant::grant;
use crate::oidc::session::{shown, subject};
use crate::oidc::{Issuer, uris};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// What an app asks a person for.
#[derive(Debug, Serialize, ToSchema)]
pub struct OidcRequestOut {
    /// The tenant whose account it is.
    pub tenant: Uuid,
    /// Its name: who the person has the account with.
    pub official_name: String,
    /// The app's id.
    pub client: Uuid,
    /// Its name.
    pub client_name: String,
    /// Where the person goes back to: a host, or the scheme of an app on their device.
    pub goes_to: String,
    /// Verified claims that it asks for: `name`, `given_name`, `family_name`, `birthdate`, `nationalities`.
    pub claims: Vec<&'static str>,
    /// How surely the person must have signed in, where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "urn:menshen:acr:two")]
    pub acr: Option<&'static str>,
    /// Must they sign in again, whether they have or not?
    pub sign_in_again: bool,
    /// Until when it can be answered, RFC 3339.
    pub expires_at: String,
}

/// What a person agrees to.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContinueIn {
    /// Which of the claims that are asked for they share; none where left out.
    #[serde(default)]
    pub share: Vec<String>,
}

/// Where the page goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoOnOut {
    /// An address of the app, with a code or the news that there is none.
    pub redirect: String,
}

/// A request that waits for its person, read.
struct Waiting {
    row: OidcRequestRow,
    asked: Asked,
    client: OidcClientRow,
    issuer: Issuer,
}

/// Longest name of a request that is looked up.
const LONGEST: usize = 100;

impl Waiting {
    async fn find(app: &App, request: &str) -> Result<Self, ApiError> {
        let missing = || ApiError::NotFound("request");
        if request.len() > LONGEST {
            return Err(missing());
        }
        let row = app.store.find_oidc_request(request, app.now()).await?;
        let row = row.ok_or_else(missing)?;
        let client = app.store.find_oidc_client(row.tenant_id, row.client_id);
        let client = client.await?.ok_or_else(missing)?;
        let asked = row.asked(&app.store)?;
        Ok(Self {
            asked: serde_json::from_slice(&asked).map_err(ApiError::machine)?,
            issuer: Issuer::find(app, row.tenant_id.0).await?,
            client,
            row,
        })
    }

    /// Looks whether a session does.
    fn check(&self, app: &App, session: &AccountSessionRow) -> Result<(), ApiError> {
        if session.tenant_id != self.row.tenant_id {
            return Err(ApiError::NotFound("request"));
        }
        let subject = subject(&app.store, &self.client, session.applicant_id);
        let shown = shown(session, &subject).ok_or(ApiError::Stranger)?;
        let refuse = |code, detail: &str| Err(ApiError::conflict(code, detail));
        match lack(&self.asked, Some(self.row.created_at), shown, app.now()) {
            None => Ok(()),
            Some(Lack::Other) => refuse("another_account", "the app expects another account"),
            Some(Lack::Fresh) => refuse("sign_in_again", "the app asks for a sign-in of now"),
            Some(Lack::Stronger) => refuse("stronger_needed", "the app asks for more factors"),
        }
    }
}

/// Says which app asks, and for what. Whoever has the request's name may know: it was drawn for one browser.
#[utoipa::path(get, path = "/v1/account/oidc/{request}", tag = "oidc", security(()), params(("request" = String, Path)),
    responses((status = 200, body = OidcRequestOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get_oidc_request(
    State(app): State<App>,
    Path(request): Path<String>,
) -> Result<Json<OidcRequestOut>, ApiError> {
    let Waiting {
        row,
        asked,
        client,
        issuer,
    } = Waiting::find(&app, &request).await?;
    let claims = asked.claims.all();
    Ok(Json(OidcRequestOut {
        tenant: issuer.tenant.id.0,
        official_name: issuer.tenant.name,
        client: client.id.0,
        goes_to: uris::shown(&asked.redirect_uri),
        client_name: client.terms.name,
        claims: claims.into_iter().map(PersonClaim::name).collect(),
        acr: asked.acr.map(Acr::urn),
        sign_in_again: asked.prompt == Prompt::Login || asked.max_age == Some(0),
        expires_at: row.expires_at.to_timestamp().to_string(),
    }))
}

/// Goes on for a person who has signed in: the app gets its code, and what they share with it. Once.
#[utoipa::path(post, path = "/v1/account/oidc/{request}/continue", tag = "oidc", request_body = ContinueIn, security(("account" = [])),
    params(("request" = String, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = GoOnOut), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn continue_oidc_request(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(request): Path<String>,
    input: Input<ContinueIn>,
) -> Result<Json<GoOnOut>, ApiError> {
    let waiting = Waiting::find(&app, &request).await?;
    let session = signed_in.signed.session;
    waiting.check(&app, &session)?;
    let Waiting {
        row,
        mut asked,
        client,
        issuer,
    } = waiting;
    agree(&mut asked, &input.value.share)?;
    let mut tx = app.store.begin().await?;
    if !tx.use_oidc_request(&row).await? {
        return Err(ApiError::NotFound("request"));
    }
    let redirect = grant(&mut tx, (&issuer, &client), &session, asked, app.now()).await?;
    tx.commit().await?;
    Ok(Json(GoOnOut { redirect }))
}

/// Leaves of what is asked for what the person agrees to.
fn agree(asked: &mut Asked, share: &[String]) -> Result<(), ApiError> {
    let all = asked.claims.all();
    let known = |name: &String| PersonClaim::parse(name).filter(|claim| all.contains(claim));
    let shared: Option<_> = share.iter().map(known).collect();
    let shared = shared.ok_or_else(|| {
        let detail = "share may only name claims that are asked for";
        ApiError::invalid("share_invalid", detail)
    })?;
    asked.claims.retain(&shared);
    Ok(())
}

/// Says no, signed in or not: the app is told so, and nothing else. Once.
#[utoipa::path(post, path = "/v1/account/oidc/{request}/deny", tag = "oidc", security(()),
    params(("request" = String, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = GoOnOut), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn deny_oidc_request(
    State(app): State<App>,
    _visitor: Visitor,
    Path(request): Path<String>,
) -> Result<Json<GoOnOut>, ApiError> {
    let Waiting {
        row,
        asked,
        client,
        issuer,
    } = Waiting::find(&app, &request).await?;
    let mut tx = app.store.begin().await?;
    if !tx.use_oidc_request(&row).await? {
        return Err(ApiError::NotFound("request"));
    }
    let act = Act::system(
        Some(client.tenant_id),
        "oidc.denied",
        "oidc_client",
        client.id.0,
    );
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    let (to, state) = (&asked.redirect_uri, asked.state.as_deref());
    Ok(Json(GoOnOut {
        redirect: issuer.with_fault(to, state, Fault::AccessDenied),
    }))
}
