//! The way to try things out: a page that does what an integrator's server does, for whoever has the link.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use menshen_core::Policy;
use menshen_core::ids::TenantId;
use menshen_core::time::{HOUR, Millis};
use menshen_store::{Secret, Store, StoreError, TenantKind, TenantRow};

use crate::app::App;
use crate::problem::ApiError;
use crate::routes::tenants::tenant_scopes;
use crate::setup;
use crate::web::Held;

/// What the tenant of this page is called.
const NAME: &str = "demo";
/// How long a key of the page is good.
const GOOD_FOR: i64 = 12 * HOUR;

/// A link for whoever tries things out, good until the service stops.
pub struct Demo {
    token: Secret,
    tenant: TenantId,
    /// The drawn person: pictures and the data to type.
    files: BTreeMap<String, Held>,
}

impl Demo {
    /// Makes the link, and the tenant where it is not among those that are there.
    ///
    /// # Errors
    /// The store's.
    pub async fn new(
        store: &Store,
        tenants: &[TenantRow],
        files: BTreeMap<String, Vec<u8>>,
        now: Millis,
    ) -> Result<Self, StoreError> {
        let tenant = match tenants.iter().find(|tenant| tenant.name == NAME) {
            Some(tenant) => tenant.id,
            None => {
                let policy = alone();
                let (toml, identity) = (policy.to_toml(), policy.identity());
                let mut tx = store.begin().await?;
                let row = tx
                    .create_tenant(NAME, TenantKind::Live, &toml, &identity, now)
                    .await?;
                tx.commit().await?;
                row.id
            }
        };
        let held = files
            .into_iter()
            .map(|(name, bytes)| (name, Held::new(bytes)));
        Ok(Self {
            token: Secret::draw("")?,
            tenant,
            files: held.collect(),
        })
    }

    /// Returns the path of the page.
    pub fn path(&self) -> String {
        format!("/try/{}", self.token.reveal())
    }
}

/// The default policy, but for whoever tries it out alone.
fn alone() -> Policy {
    let mut policy = Policy::default();
    "demo".clone_into(&mut policy.version);
    let single = &mut policy.review.single_approval_levels;
    single.extend(policy.levels.keys().cloned());
    policy
}

fn of<'a>(app: &'a App, token: &str) -> Result<&'a Demo, ApiError> {
    let demo = app.demo.as_ref().filter(|demo| demo.token.is(token));
    demo.ok_or(ApiError::NotFound("link"))
}

/// The page.
///
/// # Errors
/// [`ApiError::NotFound`] for a wrong link.
pub async fn page(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Html<&'static str>, ApiError> {
    of(&app, &token).map(|_| Html(include_str!("../assets/try.html")))
}

/// Gives the page a key of its tenant.
///
/// # Errors
/// [`ApiError::NotFound`] for a wrong link.
pub async fn key(State(app): State<App>, Path(token): Path<String>) -> Result<Response, ApiError> {
    let tenant = of(&app, &token)?.tenant;
    let ends = Some(app.now().plus(GOOD_FOR));
    setup::give(
        &app,
        tenant,
        ("demo", "demo.key_created"),
        tenant_scopes(),
        ends,
    )
    .await
}

/// A picture of the drawn person, or the data to type.
///
/// # Errors
/// [`ApiError::NotFound`] for a wrong link, and for what the drawn person has not.
pub async fn file(
    State(app): State<App>,
    Path((token, name)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    let held = of(&app, &token)?.files.get(&name);
    let held = held.ok_or(ApiError::NotFound("file"))?;
    Ok(held.answer(&name, &asked).into_response())
}
