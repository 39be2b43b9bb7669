//! Announcements of a tenant: notices, maintenance, warnings.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use menshen_core::announcement::{AFTER, Announcement, Kind, MOST, Refused, Texts};
use menshen_core::ids::{AnnouncementId, TenantId};
use menshen_core::time::Millis;
use menshen_ledger::Hash;
use menshen_store::{AnnouncementRow, Store, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use super::reasons::TextOut;
use crate::app::App;
use crate::caller::{Allowed, Policies};
use crate::case::word;
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A text in every language.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextsIn {
    /// Simplified Chinese, 1 to 2000 characters.
    #[serde(rename = "zh-CN")]
    #[schema(min_length = 1, max_length = 2000)]
    pub zh_cn: String,
    /// English, 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub en: String,
}

/// Something to announce.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementIn {
    /// `notice`, `maintenance` or `warning`.
    #[schema(value_type = String, example = "maintenance")]
    pub kind: Kind,
    /// What it says, to everybody.
    pub text: TextsIn,
    /// From when on it holds, RFC 3339; from now on where left out. What is to come is told at once.
    #[schema(example = "2026-12-01T02:00:00Z")]
    pub starts_at: Option<String>,
    /// Until when, RFC 3339: at most 400 days later.
    #[schema(example = "2026-12-01T04:00:00Z")]
    pub ends_at: String,
}

impl AnnouncementIn {
    fn read(self, now: Millis) -> Result<Announcement, ApiError> {
        let texts = Texts {
            zh_cn: self.text.zh_cn,
            en: self.text.en,
        };
        let starts_at = self.starts_at.as_deref().map(time).transpose()?;
        let announcement = Announcement {
            id: AnnouncementId::new(now, Store::random_id_bytes()?),
            kind: self.kind,
            starts_at: starts_at.unwrap_or(now),
            ends_at: time(&self.ends_at)?,
            text: texts.tidy().map_err(refused)?,
        };
        announcement.announced(now).map_err(refused)
    }
}

fn time(text: &str) -> Result<Millis, ApiError> {
    let at: Option<Timestamp> = text.parse().ok();
    let detail = "starts_at and ends_at must be times as RFC 3339 writes them";
    at.map(Millis::from)
        .ok_or_else(|| ApiError::invalid("announcement_invalid", detail))
}

fn refused(refused: Refused) -> ApiError {
    ApiError::invalid("announcement_invalid", refused.to_string())
}

/// An announcement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnnouncementOut {
    /// The id.
    pub id: Uuid,
    /// `notice`, `maintenance` or `warning`.
    #[schema(value_type = String, example = "maintenance")]
    pub kind: Kind,
    /// What it says.
    pub text: TextOut,
    /// From when on it holds, RFC 3339.
    pub starts_at: String,
    /// Until when, RFC 3339.
    pub ends_at: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

impl AnnouncementOut {
    fn new(row: &AnnouncementRow) -> Result<Self, ApiError> {
        let read: Announcement = serde_json::from_str(&row.entry).map_err(ApiError::machine)?;
        let text = |at: Millis| at.to_timestamp().to_string();
        Ok(Self {
            id: row.id.0,
            kind: read.kind,
            text: TextOut {
                zh_cn: read.text.zh_cn,
                en: read.text.en,
            },
            starts_at: text(read.starts_at),
            ends_at: text(read.ends_at),
            created_at: text(row.created_at),
        })
    }
}

/// Announces something to everybody. It stands in the signed feed at once, and for a week after its end.
#[utoipa::path(post, path = "/v1/announcements", tag = "announcements", request_body = AnnouncementIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = AnnouncementOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_announcement(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    headers: HeaderMap,
    input: Input<AnnouncementIn>,
) -> Result<Response, ApiError> {
    let now = app.now();
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "create_announcement", input.digest).await?;
    // A repeat is told what was done, also where the time has passed meanwhile.
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let announcement = input.value.read(now)?;
    let row = AnnouncementRow {
        id: announcement.id,
        tenant_id: allowed.tenant.id,
        entry: serde_json::to_string(&announcement).map_err(ApiError::machine)?,
        ends_at: announcement.ends_at,
        created_at: now,
        version: 1,
    };
    leave_room(&mut work.tx, row.tenant_id, now).await?;
    work.tx.create_announcement(&row, now).await?;
    let act = Act::new(caller, "announcement.created", "announcement", row.id.0);
    let act = act.with("kind", word(&announcement.kind));
    record::audit(&mut work.tx, named(act, &row), now).await?;
    let out = AnnouncementOut::new(&row)?;
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// What was announced can be proven later by the digest of its entry.
fn named(act: Act, row: &AnnouncementRow) -> Act {
    act.with("digest", Hash::of(row.entry.as_bytes()).to_string())
}

async fn leave_room(tx: &mut Tx, tenant: TenantId, now: Millis) -> Result<(), ApiError> {
    tx.lock_tenant(tenant).await?;
    if tx.count_announcements(tenant, now.plus(-AFTER)).await? < MOST as u64 {
        return Ok(());
    }
    let detail = format!("{MOST} announcements that are still told are the most");
    Err(ApiError::conflict("too_many_announcements", detail))
}

/// Lists announcements that were not withdrawn, newest first.
#[utoipa::path(get, path = "/v1/announcements", tag = "announcements", params(PageIn),
    responses((status = 200, body = PageOut<AnnouncementOut>), (status = 422, body = Problem)))]
pub async fn list_announcements(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<AnnouncementOut>>, ApiError> {
    let limit = page.limit()?;
    let (tenant, after) = (allowed.tenant.id, page.after.map(AnnouncementId));
    let rows = app
        .store
        .list_announcements(tenant, after, limit + 1)
        .await?;
    let out = rows.iter().map(AnnouncementOut::new);
    let out = out.collect::<Result<Vec<_>, _>>()?;
    Ok(Json(PageOut::new(out, limit, |out| out.id, |out| out)))
}

/// Withdraws an announcement. Signed feeds that were handed out before still hold it until they expire.
#[utoipa::path(delete, path = "/v1/announcements/{id}", tag = "announcements", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn withdraw_announcement(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = tx
        .find_announcement(allowed.tenant.id, AnnouncementId(id))
        .await?;
    let row = row.ok_or(ApiError::NotFound("announcement"))?;
    tx.remove_announcement(&row, now).await?;
    let act = Act::new(
        &allowed.caller,
        "announcement.withdrawn",
        "announcement",
        id,
    );
    record::audit(&mut tx, named(act, &row), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
