//! Screenshots and photos that a person attaches to an appeal. They come by `POST /v1/applicants/{id}/attachments` first.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::attachment::{Fault, MOST_AT_ONCE};
use menshen_core::ids::AppealId;
use menshen_store::AttachmentOwner;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::attachment;
use crate::caller::{Allowed, Write};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Pictures to attach.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachIn {
    /// Their ids, 6 at most; an appeal has 6 at most.
    #[schema(max_items = 6)]
    pub attachments: Vec<Uuid>,
}

/// The pictures of an appeal.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachedOut {
    /// Their ids, oldest first.
    pub attachments: Vec<Uuid>,
}

/// Attaches pictures to an appeal, for its reviewer. One that is attached already stays.
#[utoipa::path(post, path = "/v1/appeals/{id}/attachments", tag = "appeals", request_body = AttachIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = AttachedOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn attach_to_appeal(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<AttachIn>,
) -> Result<Response, ApiError> {
    let mut appeal = allowed.appeal(&app, AppealId(id)).await?;
    appeal.state.collects()?;
    let named = attachment::named(&input.value.attachments)?;
    let policy = app.policy(&allowed.tenant)?;
    let (tenant, applicant) = (appeal.row.tenant_id, appeal.row.applicant_id);
    let owner = (AttachmentOwner::Appeal, id);
    let before = app.store.list_attached(tenant, owner).await?;
    let mut all: Vec<Uuid> = before.iter().map(|row| row.attachment.id.0).collect();
    let new = named.iter().map(|id| id.0).filter(|id| !all.contains(id));
    let new: Vec<Uuid> = new.collect();
    all.extend(new);
    if all.len() > MOST_AT_ONCE {
        return Err(ApiError::Attachment(Fault::TooMany));
    }
    let route = format!("attach_to_appeal:{id}");
    let (caller, now) = (&allowed.caller, app.now());
    let mut work = match once::begin(&app, caller, &headers, &route, input.digest).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    // Two at once would each find room: the appeal's version lets one of them through.
    appeal.write(&mut work.tx, &policy.appeals, now).await?;
    attachment::attach(&mut work.tx, (tenant, applicant), &named, owner, None, now).await?;
    let act = Act::new(caller, "appeal.attached", "appeal", id);
    record::audit(
        &mut work.tx,
        act.with("count", named.len().to_string()),
        now,
    )
    .await?;
    let out = AttachedOut { attachments: all };
    work.finish(&app, StatusCode::OK, &out).await
}
