//! A copy of what is kept of a person, for themselves.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::account::Action;
use menshen_core::ids::{TenantId, VerificationId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::devices::{ConfirmedIn, DeviceOut, devices_of};
use super::invitations::BenefitOut;
use super::sessions::{AccountSessionOut, sessions_of};
use super::verifications::own;
use crate::account::{Signed, SignedIn, step_up};
use crate::app::App;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::contacts::{NoticeOut, in_use, notices_of};
use crate::routes::data::claims_of;
use crate::routes::privacy::{ConsentOut, consents_of};
use crate::routes::threads::{ThreadOut, thread};
use crate::routes::verifications::VerificationOut;
use crate::ticket::Ticket;

/// Newest messages and tickets that are copied.
const NEWEST: u32 = 200;
/// Most bytes of pictures in one copy: it is made in memory, and a third larger as text.
const PICTURES: usize = 32 * 1024 * 1024;

/// An address of the person's.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopiedContactOut {
    /// `email` or `sms`.
    pub channel: &'static str,
    /// The address.
    pub address: String,
    /// Since when, RFC 3339.
    pub since: String,
}

/// A photo that was handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopiedPhotoOut {
    /// What it shows: `front`, `back`, `selfie`, ..
    pub part: String,
    /// When it came, RFC 3339.
    pub created_at: String,
    /// The JPEG in base64, as it is kept; left out where it is kept no longer, or the copy would be too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jpeg: Option<String>,
}

/// A verification with what was typed and shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopiedVerificationOut {
    /// How it stands.
    pub verification: VerificationOut,
    /// What was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    /// The photos that count, newest first.
    pub photos: Vec<CopiedPhotoOut>,
}

/// What is kept of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyOut {
    /// The applicant.
    pub applicant: Uuid,
    /// When the account was opened, RFC 3339.
    pub created_at: String,
    /// When this copy was made, RFC 3339.
    pub made_at: String,
    /// Where messages go.
    pub contacts: Vec<CopiedContactOut>,
    /// What the account was opened with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<BenefitOut>,
    /// Since when the person may sign in by face, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_since: Option<String>,
    /// Consents, newest first.
    pub consents: Vec<ConsentOut>,
    /// Verifications, newest first.
    pub verifications: Vec<CopiedVerificationOut>,
    /// Tickets with what was written, newest first.
    pub tickets: Vec<ThreadOut>,
    /// Messages, newest first.
    pub notices: Vec<NoticeOut>,
    /// Devices.
    pub devices: Vec<DeviceOut>,
    /// Sessions.
    pub sessions: Vec<AccountSessionOut>,
}

/// Returns a copy of what is kept of the person: what they typed, the photos, the reasons, messages, tickets, consents, devices. What is
/// only measured (numbers of a face) and what is kept to find fraud is none of it. Confirmed with `export_data` and an empty detail.
#[utoipa::path(post, path = "/v1/account/copy", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = CopyOut), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn copy_data(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ConfirmedIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let what = (Action::ExportData, "");
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    let whose = signed.applicant.id.0;
    let act = Act::new(&signed.caller(), "account.copied", "applicant", whose);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let out = copy(&app, &signed).await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, Json(out)).into_response())
}

async fn copy(app: &App, signed: &Signed) -> Result<CopyOut, ApiError> {
    let whom = (signed.tenant.id, signed.applicant.id);
    let invitation = match signed.account.invitation_id {
        Some(id) => app.store.find_invitation_code_of(whom.0, id).await?,
        None => None,
    };
    Ok(CopyOut {
        applicant: whom.1.0,
        created_at: signed.account.created_at.to_timestamp().to_string(),
        made_at: app.now().to_timestamp().to_string(),
        contacts: contacts(app, signed).await?,
        invitation: invitation.as_ref().map(BenefitOut::of).transpose()?,
        face_since: (signed.account.face_since).map(|at| at.to_timestamp().to_string()),
        consents: consents_of(app, whom, None).await?,
        verifications: verifications(app, signed).await?,
        tickets: tickets(app, signed).await?,
        notices: notices_of(app, whom, NEWEST).await?,
        devices: devices_of(app, signed).await?,
        sessions: sessions_of(app, signed).await?,
    })
}

async fn contacts(app: &App, signed: &Signed) -> Result<Vec<CopiedContactOut>, ApiError> {
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut out = Vec::new();
    let rows = app.store.list_contacts(whom.0, whom.1).await?;
    for row in rows.into_iter().filter(in_use) {
        let address = app.store.find_address(whom.0, row.id).await?;
        let address = address.as_ref().and_then(|address| address.as_text());
        out.push(CopiedContactOut {
            channel: row.channel.as_str(),
            address: address.unwrap_or_default().to_owned(),
            since: row.created_at.to_timestamp().to_string(),
        });
    }
    Ok(out)
}

async fn verifications(app: &App, signed: &Signed) -> Result<Vec<CopiedVerificationOut>, ApiError> {
    let tenant = signed.tenant.id;
    let (mut out, mut room) = (Vec::new(), PICTURES);
    for verification in own(app, signed).await? {
        let id = VerificationId(verification.id);
        out.push(CopiedVerificationOut {
            data: claims_of(app, (tenant, id)).await?,
            photos: photos(app, (tenant, id), &mut room).await?,
            verification,
        });
    }
    Ok(out)
}

async fn photos(
    app: &App,
    (tenant, id): (TenantId, VerificationId),
    room: &mut usize,
) -> Result<Vec<CopiedPhotoOut>, ApiError> {
    let mut out = Vec::new();
    for row in app.store.list_captures(tenant, id).await? {
        let picture = match row.image_blob {
            Some(blob) => app.store.open_blob(tenant, blob).await?,
            None => None,
        };
        let fits = picture.filter(|bytes| bytes.len() <= *room);
        *room -= fits.as_ref().map_or(0, |bytes| bytes.len());
        out.push(CopiedPhotoOut {
            part: row.part.as_str().to_owned(),
            created_at: row.created_at.to_timestamp().to_string(),
            jpeg: fits.map(|bytes| BASE64_STANDARD.encode(&bytes[..])),
        });
    }
    Ok(out)
}

async fn tickets(app: &App, signed: &Signed) -> Result<Vec<ThreadOut>, ApiError> {
    let rows = app
        .store
        .list_applicant_tickets(signed.tenant.id, signed.applicant.id, None, NEWEST)
        .await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        out.push(thread(app, &Ticket::read(row)?).await?.without_staff());
    }
    Ok(out)
}
