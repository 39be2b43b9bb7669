//! People's accounts, as their own pages call them: with a cookie, and `Menshen-Page: 1` beside whatever changes something.

pub mod contacts;
pub mod copy;
pub mod devices;
pub mod erasure;
pub mod face;
pub mod factors;
pub mod invitations;
pub mod limits;
pub mod passkey_sign_in;
pub mod passkeys;
pub mod password;
pub mod proof;
pub mod recovery;
pub mod registration;
pub mod reset;
pub mod session;
pub mod sessions;
pub mod step_ups;
pub mod totp;
pub mod trust;
pub mod verifications;
pub mod ways;

use menshen_core::ids::TenantId;
use menshen_store::{TenantRow, Tx};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};

/// Returns the routes of accounts.
pub fn table() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(registration::start_registration))
        .routes(routes!(registration::prove_registration))
        .routes(routes!(registration::show_invitation))
        .routes(routes!(registration::open_account))
        .routes(routes!(
            invitations::create_invitation_code,
            invitations::list_invitation_codes
        ))
        .routes(routes!(invitations::remove_invitation_code))
        .routes(routes!(
            session::sign_in_to_account,
            session::get_account_session,
            session::sign_out_of_account
        ))
        .routes(routes!(session::send_sign_in_code))
        .routes(routes!(session::show_account_factor))
        .routes(routes!(face::sign_in_by_device))
        .routes(routes!(face::begin_face_login))
        .routes(routes!(face::finish_face_login))
        .routes(routes!(sessions::list_account_sessions))
        .routes(routes!(sessions::end_account_session))
        .routes(routes!(devices::draw_nonce))
        .routes(routes!(devices::list_devices))
        .routes(routes!(devices::show_device))
        .routes(routes!(devices::rename_device))
        .routes(routes!(devices::revoke_device))
        .routes(routes!(trust::verify_device))
        .routes(routes!(trust::trust_device))
        .routes(routes!(step_ups::create_step_up))
        .routes(routes!(step_ups::send_step_up_code))
        .routes(routes!(step_ups::confirm_step_up))
        .routes(routes!(step_ups::use_step_up))
        .routes(routes!(factors::list_factors))
        .routes(routes!(factors::draw_account_recovery_codes))
        .routes(routes!(factors::put_face_login, factors::delete_face_login))
        .routes(routes!(totp::offer_totp))
        .routes(routes!(totp::put_totp))
        .routes(routes!(totp::remove_totp))
        .routes(routes!(passkeys::offer_passkey))
        .routes(routes!(passkeys::create_passkey, passkeys::list_passkeys))
        .routes(routes!(passkeys::rename_passkey))
        .routes(routes!(passkeys::remove_passkey))
        .routes(routes!(passkey_sign_in::ask_for_passkey))
        .routes(routes!(passkey_sign_in::sign_in_with_passkey))
        .routes(routes!(passkey_sign_in::ask_to_confirm))
        .routes(routes!(passkey_sign_in::confirm_with_passkey))
        .routes(routes!(password::put_account_password))
        .routes(routes!(
            contacts::offer_contact,
            contacts::put_account_contact
        ))
        .routes(routes!(verifications::list_own_verifications))
        .routes(routes!(verifications::create_own_token))
        .routes(routes!(limits::list_own_limits))
        .routes(routes!(copy::copy_data))
        .routes(routes!(erasure::erase_account))
        .routes(routes!(reset::start_reset))
        .routes(routes!(reset::finish_reset))
        .routes(routes!(recovery::start_recovery))
        .routes(routes!(recovery::begin_recovery))
        .routes(routes!(recovery::recovery_state))
        .routes(routes!(recovery::stop_recovery))
        .routes(routes!(recovery::finish_recovery))
}

/// Returns the tenant that a page names.
///
/// # Errors
/// [`ApiError::NotFound`] where there is none.
pub async fn tenant(app: &App, id: Uuid) -> Result<TenantRow, ApiError> {
    let found = app.store.find_tenant(TenantId(id)).await?;
    found.ok_or(ApiError::NotFound("tenant"))
}

/// Writes down that somebody was refused, of whom nobody may be known, and refuses. What was counted stays counted.
pub async fn refused<T>(
    app: &App,
    mut tx: Tx,
    (tenant, whose): (TenantId, Uuid),
    action: &'static str,
    error: ApiError,
) -> Result<T, ApiError> {
    let act = Act::system(Some(tenant), action, "applicant", whose);
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Err(error)
}
