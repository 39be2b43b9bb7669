//! Official channels of a tenant, as its operators name them.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{ChannelId, TenantId};
use menshen_core::official::{Channel, ChannelText, Kind, MOST};
use menshen_ledger::Hash;
use menshen_store::{OfficialChannelRow, StoreError, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, Policies};
use crate::case::word;
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A channel that is the tenant's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficialChannelIn {
    /// `domain`, `mail_sender`, `phone`, `social` or `app`.
    #[schema(value_type = String, example = "domain")]
    pub kind: Kind,
    /// `example.com`, or `*.example.com` for all hosts below; `help@example.com`, or `*@example.com` where the host is yours alone; a
    /// number, best with `+` and its country's code; a handle; a package, bundle id, or `id` and the number in the App Store.
    #[schema(min_length = 1, max_length = 253, example = "example.com")]
    pub value: String,
    /// For `social` `discord`, `douyin`, `facebook`, `github`, `instagram`, `line`, `linkedin`, `medium`, `reddit`, `telegram`, `tiktok`,
    /// `wechat`, `weibo`, `whatsapp`, `x`, `xiaohongshu` or `youtube`; for `app` `android`, `harmony`, `ios`, `linux`, `macos` or `windows`.
    pub platform: Option<String>,
    /// For `app`: SHA-256 of the release's file, 64 hexadecimal digits.
    pub sha256: Option<String>,
    /// For `app`: which release it is, 1 to 40 letters, digits, `.`, `+`, `-` and `_`.
    pub release: Option<String>,
}

impl OfficialChannelIn {
    fn read(self) -> Result<Channel, ApiError> {
        let text = ChannelText {
            kind: self.kind,
            value: self.value,
            platform: self.platform,
            sha256: self.sha256,
            release: self.release,
        };
        let invalid = |error: menshen_core::official::ChannelError| {
            ApiError::invalid("channel_invalid", error.to_string())
        };
        Channel::try_from(text).map_err(invalid)
    }
}

/// A channel in its one form.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelOut {
    /// `domain`, `mail_sender`, `phone`, `social` or `app`.
    #[schema(value_type = String, example = "domain")]
    pub kind: Kind,
    /// What it is.
    pub value: String,
    /// The network of an account, the system of an app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// SHA-256 of an app's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Which release of the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
}

impl From<Channel> for ChannelOut {
    fn from(channel: Channel) -> Self {
        let text = ChannelText::from(channel);
        Self {
            kind: text.kind,
            value: text.value,
            platform: text.platform,
            sha256: text.sha256,
            release: text.release,
        }
    }
}

/// A channel on the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedChannelOut {
    /// The id.
    pub id: Uuid,
    /// What it is.
    #[serde(flatten)]
    pub channel: ChannelOut,
    /// Since when it is on the list, RFC 3339.
    pub created_at: String,
}

impl ListedChannelOut {
    fn new(row: OfficialChannelRow) -> Result<Self, ApiError> {
        let channel: Channel = serde_json::from_str(&row.entry).map_err(ApiError::machine)?;
        Ok(Self {
            id: row.id.0,
            channel: channel.into(),
            created_at: row.created_at.to_timestamp().to_string(),
        })
    }
}

/// Names a channel that is the tenant's. It stands on the signed list at once.
#[utoipa::path(post, path = "/v1/channels", tag = "channels", request_body = OfficialChannelIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = ListedChannelOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_channel(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    headers: HeaderMap,
    input: Input<OfficialChannelIn>,
) -> Result<Response, ApiError> {
    let channel = input.value.read()?;
    let entry = serde_json::to_string(&channel).map_err(ApiError::machine)?;
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "create_channel", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (tenant, now) = (allowed.tenant.id, app.now());
    leave_room(&mut work.tx, tenant).await?;
    let row = work.tx.create_official_channel(tenant, &entry, now).await;
    let row = row.map_err(listed)?;
    let act = Act::new(caller, "channel.created", "channel", row.id.0);
    record::audit(&mut work.tx, named(act, &row, &channel), now).await?;
    let out = ListedChannelOut::new(row)?;
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Which channel it was can be proven later by the digest of its entry.
fn named(act: Act, row: &OfficialChannelRow, channel: &Channel) -> Act {
    let digest = Hash::of(row.entry.as_bytes()).to_string();
    act.with("kind", word(&channel.kind()))
        .with("digest", digest)
}

fn listed(error: StoreError) -> ApiError {
    match error {
        StoreError::Duplicate { .. } => {
            ApiError::conflict("channel_listed", "this channel is on the list")
        }
        error => error.into(),
    }
}

async fn leave_room(tx: &mut Tx, tenant: TenantId) -> Result<(), ApiError> {
    tx.lock_tenant(tenant).await?;
    if tx.count_official_channels(tenant).await? < MOST as u64 {
        return Ok(());
    }
    let detail = format!("{MOST} channels are the most");
    Err(ApiError::conflict("too_many_channels", detail))
}

/// Lists the channels that are the tenant's, newest first.
#[utoipa::path(get, path = "/v1/channels", tag = "channels", params(PageIn),
    responses((status = 200, body = PageOut<ListedChannelOut>), (status = 422, body = Problem)))]
pub async fn list_channels(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<ListedChannelOut>>, ApiError> {
    let limit = page.limit()?;
    let (tenant, after) = (allowed.tenant.id, page.after.map(ChannelId));
    let rows = app
        .store
        .list_official_channels(tenant, after, limit + 1)
        .await?;
    let out = rows.into_iter().map(ListedChannelOut::new);
    let out = out.collect::<Result<Vec<_>, _>>()?;
    Ok(Json(PageOut::new(out, limit, |out| out.id, |out| out)))
}

/// Takes a channel off the list. Signed lists that were handed out before still name it until they expire.
#[utoipa::path(delete, path = "/v1/channels/{id}", tag = "channels", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove_channel(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = tx
        .find_official_channel(allowed.tenant.id, ChannelId(id))
        .await?;
    let row = row.ok_or(ApiError::NotFound("channel"))?;
    let channel: Channel = serde_json::from_str(&row.entry).map_err(ApiError::machine)?;
    tx.remove_official_channel(&row, now).await?;
    let act = Act::new(&allowed.caller, "channel.removed", "channel", id);
    record::audit(&mut tx, named(act, &row, &channel), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
