//! The signed lists that a tenant publishes. They are made when they are asked for: a signature costs less than to keep one, and every node
//! makes the same bytes.

use menshen_core::announcement::{AFTER, Announcement};
use menshen_core::ids::TenantId;
use menshen_core::official::Channel;
use menshen_core::time::{DAY, HOUR, Millis};
use menshen_ledger::{OfficialFile, OfficialList, write_official};
use menshen_store::{ListState, TenantKind, TenantRow};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::ApiError;

/// How often a list is signed anew, in milliseconds: between two changes all who ask within it get the same bytes.
const SIGNED_EVERY: i64 = HOUR;
/// How long a list of channels holds, in milliseconds: whoever is without network for a week can still check.
const CHANNELS_LAST: i64 = 7 * DAY;
/// How long a list of announcements holds, in milliseconds: news of last week are none.
const ANNOUNCEMENTS_LAST: i64 = DAY;

/// Returns a tenant that is named in public.
///
/// # Errors
/// [`ApiError::NotFound`].
pub async fn tenant(app: &App, id: TenantId) -> Result<TenantRow, ApiError> {
    let found = app.store.find_tenant(id).await?;
    found.ok_or(ApiError::NotFound("tenant"))
}

/// Returns all channels of a tenant, in the order of the signed list.
///
/// # Errors
/// The machine's where a row is none that this version writes.
pub async fn channels(app: &App, tenant: &TenantRow) -> Result<Vec<Channel>, ApiError> {
    let state = app.store.official_channels(tenant.id).await?;
    let mut channels: Vec<Channel> = read(&state)?;
    channels.sort();
    Ok(channels)
}

/// Returns the signed list of a tenant's channels.
///
/// # Errors
/// The store's and the machine's: no list is shown in part.
pub async fn signed_channels(app: &App, tenant: &TenantRow) -> Result<Vec<u8>, ApiError> {
    let state = app.store.official_channels(tenant.id).await?;
    let list = OfficialList::channels(read(&state)?);
    let issued_at = issued(hour(app.now()), &state);
    sign(app, tenant, (&state, issued_at, CHANNELS_LAST), list)
}

/// Returns the signed list of a tenant's announcements: those to come, in force, and over for a week.
///
/// # Errors
/// The store's and the machine's: no list is shown in part.
pub async fn signed_announcements(app: &App, tenant: &TenantRow) -> Result<Vec<u8>, ApiError> {
    let hour = hour(app.now());
    let state = app
        .store
        .announcements(tenant.id, hour.plus(-AFTER))
        .await?;
    let told: Vec<Announcement> = read(&state)?;
    let list = OfficialList::announcements(told);
    let issued_at = issued(hour, &state);
    sign(app, tenant, (&state, issued_at, ANNOUNCEMENTS_LAST), list)
}

fn read<T: DeserializeOwned>(state: &ListState) -> Result<Vec<T>, ApiError> {
    let entries = state.entries.iter();
    let read = entries.map(|entry| serde_json::from_str(entry));
    read.collect::<Result<_, _>>().map_err(ApiError::machine)
}

const fn hour(now: Millis) -> Millis {
    Millis(now.0 - now.0.rem_euclid(SIGNED_EVERY))
}

/// No list is older than its last change.
fn issued(hour: Millis, state: &ListState) -> Millis {
    state.changed_at.map_or(hour, |changed| changed.max(hour))
}

fn sign(
    app: &App,
    tenant: &TenantRow,
    (state, issued_at, lasts): (&ListState, Millis, i64),
    list: OfficialList,
) -> Result<Vec<u8>, ApiError> {
    let file = OfficialFile {
        tenant: tenant.id,
        name: tenant.name.clone(),
        sandbox: tenant.kind == TenantKind::Sandbox,
        number: state.number,
        issued_at,
        expires_at: issued_at.plus(lasts),
        list,
    };
    write_official(&file, &app.signer).map_err(ApiError::machine)
}
