//! Apps that people sign in to, as the operator registers them.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{OidcClientId, TenantId};
use menshen_core::oidc::PersonClaim;
use menshen_store::{NewOidcClient, OidcAlg, OidcClientKind, OidcClientRow, OidcClientTerms, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, Keys};
use crate::input::{Id, Input};
use crate::oidc::{keys, uris};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::page::{Asked, PageIn, PageOut};

/// Apps of a tenant, at most.
const MOST: u64 = 100;

/// What can be changed of an app.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcClientIn {
    /// Its name, as people are shown it, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Where people may be sent with a code, 1 to 20 addresses; compared letter by letter.
    #[schema(min_items = 1, max_items = 20, example = json!(["https://exchange.example/callback"]))]
    pub redirect_uris: Vec<String>,
    /// Where they may be sent once they have signed out, at most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub post_logout_uris: Vec<String>,
    /// The verified claims that it may ask for: `name`, `given_name`, `family_name`, `birthdate`, `nationalities`; none where left out.
    #[serde(default)]
    pub claims: Vec<String>,
    /// What signs its ID tokens: `ES256`, or `EdDSA`; the first where left out.
    #[schema(example = "ES256")]
    pub alg: Option<String>,
}

/// An app that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOidcClientIn {
    /// Its name, as people are shown it, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Where people may be sent with a code, 1 to 20 addresses; compared letter by letter.
    #[schema(min_items = 1, max_items = 20, example = json!(["https://exchange.example/callback"]))]
    pub redirect_uris: Vec<String>,
    /// Where they may be sent once they have signed out, at most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub post_logout_uris: Vec<String>,
    /// The verified claims that it may ask for: `name`, `given_name`, `family_name`, `birthdate`, `nationalities`; none where left out.
    #[serde(default)]
    pub claims: Vec<String>,
    /// What signs its ID tokens: `ES256`, or `EdDSA`; the first where left out.
    #[schema(example = "ES256")]
    pub alg: Option<String>,
    /// `confidential`: it runs on a server and keeps a secret; `public`: it runs on people's devices and cannot.
    #[schema(example = "confidential")]
    pub kind: String,
    /// Apps of one sector know a person by one name, 1 to 100 letters, digits, dots and hyphens; each by another where left out.
    #[schema(min_length = 1, max_length = 100)]
    pub sector: Option<String>,
}

/// An app.
#[derive(Debug, Serialize, ToSchema)]
pub struct OidcClientOut {
    /// The id, which is also its `client_id`.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// `confidential` or `public`.
    pub kind: String,
    /// Where people may be sent with a code.
    pub redirect_uris: Vec<String>,
    /// Where they may be sent once they have signed out.
    pub post_logout_uris: Vec<String>,
    /// The verified claims that it may ask for.
    pub claims: Vec<String>,
    /// What signs its ID tokens.
    pub alg: String,
    /// Apps of one sector know a person by one name.
    pub sector: String,
    /// Who issues its tokens, where the operator has set `public_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

/// An app with its secret, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewOidcClientOut {
    /// The app.
    #[serde(flatten)]
    pub client: OidcClientOut,
    /// Its secret, where it can keep one. It is never shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl OidcClientOut {
    fn new(app: &App, row: OidcClientRow) -> Self {
        let base = app.config.public_url.as_deref();
        let issuer = base.map(|base| {
            let base = base.trim_end_matches('/');
            format!("{base}/oidc/{}", row.tenant_id)
        });
        Self {
            id: row.id.0,
            name: row.terms.name,
            kind: row.kind.as_str().to_owned(),
            redirect_uris: row.terms.redirect_uris,
            post_logout_uris: row.terms.post_logout_uris,
            claims: row.terms.claims,
            alg: row.terms.alg.as_str().to_owned(),
            sector: row.sector,
            issuer,
            created_at: row.created_at.to_timestamp().to_string(),
        }
    }
}

impl OidcClientIn {
    fn read(self, kind: OidcClientKind) -> Result<OidcClientTerms, ApiError> {
        let length = self.name.trim().chars().count();
        if !(1..=100).contains(&length) || self.name.chars().any(char::is_control) {
            let detail = "name must have 1 to 100 characters";
            return Err(ApiError::invalid("name_invalid", detail));
        }
        if self.redirect_uris.is_empty() {
            let detail = "an app needs an address that people are sent back to";
            return Err(ApiError::invalid("redirect_uri_invalid", detail));
        }
        for uris in [&self.redirect_uris, &self.post_logout_uris] {
            check(uris, kind)?;
        }
        let claims = self.claims.iter().map(|name| PersonClaim::parse(name));
        let claims: Option<BTreeSet<PersonClaim>> = claims.collect();
        let claims = claims.ok_or_else(|| {
            let detail =
                "claims must be of name, given_name, family_name, birthdate, nationalities";
            ApiError::invalid("claims_invalid", detail)
        })?;
        Ok(OidcClientTerms {
            name: self.name.trim().to_owned(),
            redirect_uris: self.redirect_uris,
            post_logout_uris: self.post_logout_uris,
            claims: claims
                .into_iter()
                .map(|claim| claim.name().to_owned())
                .collect(),
            alg: alg(self.alg.as_deref())?,
        })
    }
}

fn check(list: &[String], kind: OidcClientKind) -> Result<(), ApiError> {
    let refused = |rule: &str| Err(ApiError::invalid("redirect_uri_invalid", rule));
    if list.len() > uris::MOST || list.iter().collect::<BTreeSet<_>>().len() < list.len() {
        return refused("at most 20 addresses, each once");
    }
    match list.iter().find_map(|text| uris::fault(text, kind)) {
        Some(rule) => refused(rule),
        None => Ok(()),
    }
}

/// Reads what signs ID tokens; ES256 where nothing is said.
pub(super) fn alg(name: Option<&str>) -> Result<OidcAlg, ApiError> {
    name.map_or(Ok(OidcAlg::Es256), |name| {
        let unknown = |_| ApiError::invalid("alg_invalid", "alg must be ES256 or EdDSA");
        name.parse().map_err(unknown)
    })
}

impl NewOidcClientIn {
    fn read(self) -> Result<(OidcClientKind, Option<String>, OidcClientTerms), ApiError> {
        let unknown = |_| ApiError::invalid("kind_invalid", "kind must be confidential or public");
        let kind = self.kind.parse().map_err(unknown)?;
        let plain = |text: &String| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
            (1..=100).contains(&text.len()) && text.bytes().all(letter)
        };
        if self.sector.as_ref().is_some_and(|text| !plain(text)) {
            let detail = "sector must have 1 to 100 letters, digits, dots and hyphens";
            return Err(ApiError::invalid("sector_invalid", detail));
        }
        let rest = OidcClientIn {
            name: self.name,
            redirect_uris: self.redirect_uris,
            post_logout_uris: self.post_logout_uris,
            claims: self.claims,
            alg: self.alg,
        };
        Ok((kind, self.sector, rest.read(kind)?))
    }
}

/// Registers an app. Its secret is shown once.
#[utoipa::path(post, path = "/v1/oidc/clients", tag = "oidc", request_body = NewOidcClientIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = NewOidcClientOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_oidc_client(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    headers: HeaderMap,
    input: Input<NewOidcClientIn>,
) -> Result<Response, ApiError> {
    let (kind, sector, terms) = input.value.read()?;
    let (tenant, now) = (allowed.tenant.id, app.now());
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "create_oidc_client", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    leave_room(&mut work.tx, tenant).await?;
    keys::ensure(&mut work.tx, tenant, terms.alg, now).await?;
    let new = NewOidcClient {
        tenant_id: tenant,
        kind,
        sector: sector.as_deref(),
        terms: &terms,
    };
    let (row, secret) = work.tx.create_oidc_client(&new, now).await?;
    let act = Act::new(caller, "oidc_client.created", "oidc_client", row.id.0);
    let act = act
        .with("kind", kind.as_str())
        .with("claims", terms.claims.join(","));
    record::audit(&mut work.tx, act, now).await?;
    let out = NewOidcClientOut {
        client: OidcClientOut::new(&app, row),
        secret: secret.map(|secret| secret.reveal().to_owned()),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

async fn leave_room(tx: &mut Tx, tenant: TenantId) -> Result<(), ApiError> {
    tx.lock_tenant(tenant).await?;
    if tx.count_oidc_clients(tenant).await? < MOST {
        return Ok(());
    }
    let detail = format!("{MOST} apps are the most");
    Err(ApiError::conflict("too_many_oidc_clients", detail))
}

/// Lists apps, newest first.
#[utoipa::path(get, path = "/v1/oidc/clients", tag = "oidc", params(PageIn),
    responses((status = 200, body = PageOut<OidcClientOut>), (status = 422, body = Problem)))]
pub async fn list_oidc_clients(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<OidcClientOut>>, ApiError> {
    let limit = page.limit()?;
    let (tenant, after) = (allowed.tenant.id, page.after.map(OidcClientId));
    let rows = app
        .store
        .list_oidc_clients(tenant, after, limit + 1)
        .await?;
    let out = |row| OidcClientOut::new(&app, row);
    Ok(Json(PageOut::new(rows, limit, |row| row.id.0, out)))
}

/// Returns an app.
#[utoipa::path(get, path = "/v1/oidc/clients/{id}", tag = "oidc", params(("id" = Uuid, Path)),
    responses((status = 200, body = OidcClientOut), (status = 404, body = Problem)))]
pub async fn get_oidc_client(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    Id(id): Id<Uuid>,
) -> Result<Json<OidcClientOut>, ApiError> {
    let row = find(&app, &allowed, id).await?;
    Ok(Json(OidcClientOut::new(&app, row)))
}

/// Changes an app. Whether it keeps a secret, and by which name it knows people, stays as it is.
#[utoipa::path(put, path = "/v1/oidc/clients/{id}", tag = "oidc", params(("id" = Uuid, Path)), request_body = OidcClientIn,
    responses((status = 200, body = OidcClientOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_oidc_client(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    Id(id): Id<Uuid>,
    input: Input<OidcClientIn>,
) -> Result<Json<OidcClientOut>, ApiError> {
    let row = find(&app, &allowed, id).await?;
    let terms = input.value.read(row.kind)?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    keys::ensure(&mut tx, row.tenant_id, terms.alg, now).await?;
    tx.set_oidc_client(&row, &terms).await?;
    let act = Act::new(&allowed.caller, "oidc_client.changed", "oidc_client", id);
    let act = act.with("claims", terms.claims.join(","));
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let row = find(&app, &allowed, id).await?;
    Ok(Json(OidcClientOut::new(&app, row)))
}

/// Removes an app, with its codes and tokens, at once.
#[utoipa::path(delete, path = "/v1/oidc/clients/{id}", tag = "oidc", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn delete_oidc_client(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let row = find(&app, &allowed, id).await?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    tx.delete_oidc_client(&row, now).await?;
    let act = Act::new(&allowed.caller, "oidc_client.deleted", "oidc_client", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns an app of the caller's tenant.
pub(super) async fn find(
    app: &App,
    allowed: &Allowed<Keys>,
    id: Uuid,
) -> Result<OidcClientRow, ApiError> {
    let tenant = allowed.tenant.id;
    let found = app.store.find_oidc_client(tenant, OidcClientId(id)).await?;
    found.ok_or(ApiError::NotFound("oidc_client"))
}
