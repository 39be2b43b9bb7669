//! Documents and faces that the operator wants a person to look at. A hit never refuses anybody.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::identity::document_key;
use menshen_core::ids::{BlockId, VerificationId};
use menshen_core::time::DAY;
use menshen_document::{Country, DocumentKind};
use menshen_store::{BlockRow, Blocked, NewBlock, Part};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use super::privacy::is_word;
use crate::app::App;
use crate::caller::{Allowed, Blocklist};
use crate::capture::{self, Embedding};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Days for which a document stands at most, where an end is named.
const LONGEST: u32 = 3_650;

/// What is put on the list: a document, or the face of a verification.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockIn {
    /// A document.
    pub document: Option<BlockedDocumentIn>,
    /// A verification, whose selfie is put on the list.
    pub face_of: Option<Uuid>,
    /// Why, a word or a case number: 1 to 60 of a-z, 0-9, `_`, `-` and `.`; nothing personal.
    #[schema(example = "case-2026-114", pattern = "^[a-z0-9][a-z0-9_.-]{0,59}$")]
    pub reason: String,
    /// Days after which the entry is destroyed: 1 to 3650 for a document, which stands until it is removed where left
    /// out; for a face needed, and at most as many as the policy keeps a face.
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}

/// A document. Only a keyed digest of it is kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockedDocumentIn {
    /// The kind of document.
    #[schema(value_type = String, example = "passport")]
    pub document: DocumentKind,
    /// Issuing state, ICAO three-letter code.
    #[schema(min_length = 1, max_length = 3, example = "UTO")]
    pub country: String,
    /// The number.
    #[schema(min_length = 1, max_length = 64, example = "L898902C3")]
    pub number: String,
}

/// An entry of the list, without what it is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockOut {
    /// The id.
    pub id: Uuid,
    /// What it is about: `document` or `face`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// By whom: `api_key:..` or `staff:..`.
    pub by: String,
    /// The verification that a face comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Uuid>,
    /// Since when, RFC 3339.
    pub created_at: String,
    /// When it is destroyed.
    pub ends_at: Option<String>,
}

impl From<BlockRow> for BlockOut {
    fn from(row: BlockRow) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.as_str().to_owned(),
            reason: row.reason,
            by: row.actor,
            verification: row.verification_id.map(|id| id.0),
            created_at: row.created_at.to_timestamp().to_string(),
            ends_at: row.ends_at.map(|at| at.to_timestamp().to_string()),
        }
    }
}

/// What an entry is about, read and in the clear.
enum What {
    Document(String),
    Face(VerificationId, String, Vec<u8>),
}

/// Puts a document or a face on the list. Whoever comes with it goes to a person.
#[utoipa::path(post, path = "/v1/blocklist", tag = "blocklist", request_body = BlockIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = BlockOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_block(
    State(app): State<App>,
    allowed: Allowed<Blocklist>,
    headers: HeaderMap,
    input: Input<BlockIn>,
) -> Result<Response, ApiError> {
    let caller = &allowed.caller;
    let what = read(&app, &allowed, &input.value).await?;
    let begun = once::begin(&app, caller, &headers, "create_block", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let (blocked, verification_id) = match &what {
        What::Document(key) => (Blocked::Document { key }, None),
        What::Face(id, model, template) => (Blocked::Face { model, template }, Some(*id)),
    };
    let new = NewBlock {
        tenant_id: allowed.tenant.id,
        what: blocked,
        reason: input.value.reason,
        actor: caller.actor(),
        verification_id,
        ends_at: input.value.days.map(|days| now.plus(i64::from(days) * DAY)),
    };
    let row = work.tx.create_block(&new, now).await?;
    let act = Act::new(caller, "block.created", "block", row.id.0)
        .with("kind", row.kind.as_str())
        .with("reason", format!("r-{}", row.reason));
    record::audit(&mut work.tx, act, now).await?;
    let out = BlockOut::from(row);
    work.finish(&app, StatusCode::CREATED, &out).await
}

async fn read(app: &App, allowed: &Allowed<Blocklist>, asked: &BlockIn) -> Result<What, ApiError> {
    let invalid = |detail: &str| Err(ApiError::invalid("block_invalid", detail));
    if !is_word(&asked.reason) {
        return invalid("reason must be 1 to 60 of a-z, 0-9, `_`, `-` and `.`");
    }
    match (&asked.document, asked.face_of) {
        (Some(document), None) => {
            let known = Country::parse(&document.country).is_ok();
            let length = (1..=64).contains(&document.number.chars().count());
            let days = asked.days.is_none_or(|days| (1..=LONGEST).contains(&days));
            if !known || !length || !days {
                return invalid(
                    "country must be a code that ICAO knows, number 1 to 64 characters, days 1 to 3650",
                );
            }
            match document_key(document.document, &document.country, &document.number) {
                Some(key) => Ok(What::Document(key)),
                None => invalid("number must have a letter or a digit"),
            }
        }
        (None, Some(id)) => {
            let most = app
                .policy(&allowed.tenant)?
                .times
                .biometric_days
                .min(LONGEST);
            if !asked.days.is_some_and(|days| (1..=most).contains(&days)) {
                return invalid(&format!("days must be 1 to {most} for a face"));
            }
            face(app, allowed, VerificationId(id)).await
        }
        _ => invalid("either `document` or `face_of` must be named"),
    }
}

/// Returns the face of a verification's newest selfie.
async fn face(
    app: &App,
    allowed: &Allowed<Blocklist>,
    id: VerificationId,
) -> Result<What, ApiError> {
    let row = app.store.find_verification(allowed.tenant.id, id).await?;
    let row = row.ok_or(ApiError::NotFound("verification"))?;
    let photos = app.store.list_captures(row.tenant_id, row.id).await?;
    let selfie = photos
        .iter()
        .filter(|photo| photo.part == Part::Selfie)
        .max_by_key(|photo| photo.id);
    let face = match selfie {
        Some(photo) => capture::embedding(app, photo).await?,
        None => None,
    };
    match face {
        Some(Embedding {
            model: Some(model),
            vector,
        }) => Ok(What::Face(id, model, capture::to_bytes(&vector))),
        _ => {
            let detail = "the verification has no selfie in which a face was measured";
            Err(ApiError::invalid("face_missing", detail))
        }
    }
}

/// Lists the entries of the list, newest first.
#[utoipa::path(get, path = "/v1/blocklist", tag = "blocklist", params(PageIn),
    responses((status = 200, body = PageOut<BlockOut>), (status = 422, body = Problem)))]
pub async fn list_blocks(
    State(app): State<App>,
    allowed: Allowed<Blocklist>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<BlockOut>>, ApiError> {
    let limit = page.limit()?;
    let (tenant, after) = (allowed.tenant.id, page.after.map(BlockId));
    let rows = app.store.list_blocks(tenant, after, limit + 1).await?;
    let out = PageOut::new(rows, limit, |row| row.id.0, BlockOut::from);
    Ok(Json(out))
}

/// Removes an entry. What it was about is destroyed at once; who put it there, and why, stays.
#[utoipa::path(delete, path = "/v1/blocklist/{id}", tag = "blocklist", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove_block(
    State(app): State<App>,
    allowed: Allowed<Blocklist>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = tx.find_block(allowed.tenant.id, BlockId(id)).await?;
    let row = row.ok_or(ApiError::NotFound("entry"))?;
    tx.remove_block(&row, now).await?;
    let act = Act::new(&allowed.caller, "block.removed", "block", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
