//! The provider of OpenID Connect: what apps call, what browsers are sent to, and how the operator registers apps.

pub mod authorize;
pub mod client_secret;
pub mod clients;
pub mod discovery;
pub mod keys;
pub mod logout;
pub mod person;
pub mod requests;
pub mod token;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// Returns the routes of the provider of OpenID Connect.
pub fn table() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(discovery::discover))
        .routes(routes!(discovery::jwks))
        .routes(routes!(authorize::authorize, authorize::authorize_by_form))
        .routes(routes!(token::give_tokens))
        .routes(routes!(token::userinfo, token::userinfo_by_post))
        .routes(routes!(token::revoke_token))
        .routes(routes!(logout::logout, logout::logout_by_form))
        .routes(routes!(requests::get_oidc_request))
        .routes(routes!(requests::continue_oidc_request))
        .routes(routes!(requests::deny_oidc_request))
        .routes(routes!(
            clients::create_oidc_client,
            clients::list_oidc_clients
        ))
        .routes(routes!(
            clients::get_oidc_client,
            clients::put_oidc_client,
            clients::delete_oidc_client
        ))
        .routes(routes!(client_secret::rotate_oidc_secret))
        .routes(routes!(person::find_oidc_person))
        .routes(routes!(keys::list_oidc_keys))
        .routes(routes!(keys::rotate_oidc_key))
}
