//! What anybody may ask of a tenant, without saying who they are: its signed lists, whether something is its own, and to take a report.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::TenantId;
use menshen_core::official::{LONGEST, Likeness, Meaning, Verdict, check};
use menshen_core::report::{self, Reported};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::channels::ChannelOut;
use super::reasons::TextOut;
use crate::app::App;
use crate::case::word;
use crate::input::{Id, Input};
use crate::official;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::stranger::Stranger;
use crate::web;

/// How long others may keep a list before they ask again. What was taken off it must not live on in caches.
const KEPT: &str = "public, max-age=60";
/// Reports to a tenant that nobody has judged, at most: no flood of them fills the disk.
const MOST_OPEN: u64 = 5_000;

/// Returns the tenant's official channels as a signed list, for `menshen official verify`.
#[utoipa::path(get, path = "/v1/public/{tenant}/channels", tag = "public", security(()),
    params(("tenant" = Uuid, Path), ("If-None-Match" = Option<String>, Header, description = "The ETag of a list that is held")),
    responses((status = 200, body = serde_json::Value), (status = 304), (status = 404, body = Problem)))]
pub async fn get_channels(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    let tenant = official::tenant(&app, TenantId(tenant)).await?;
    let list = official::signed_channels(&app, &tenant).await?;
    Ok(answer(list, &asked))
}

/// Returns the tenant's announcements as a signed list, for `menshen official verify`: those to come, in force, and over for a week.
#[utoipa::path(get, path = "/v1/public/{tenant}/announcements", tag = "public", security(()),
    params(("tenant" = Uuid, Path), ("If-None-Match" = Option<String>, Header, description = "The ETag of a list that is held")),
    responses((status = 200, body = serde_json::Value), (status = 304), (status = 404, body = Problem)))]
pub async fn get_announcements(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    let tenant = official::tenant(&app, TenantId(tenant)).await?;
    let list = official::signed_announcements(&app, &tenant).await?;
    Ok(answer(list, &asked))
}

fn answer(list: Vec<u8>, asked: &HeaderMap) -> Response {
    let tag = web::tag(&Sha256::digest(&list));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static(KEPT)),
        (header::ETAG, tag.clone()),
    ];
    match web::has(asked, &tag) {
        true => (StatusCode::NOT_MODIFIED, headers).into_response(),
        false => (headers, list).into_response(),
    }
}

/// Something that may be the tenant's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelCheckIn {
    /// An address, a mail address, a telephone number, an account (its link, or `telegram:NAME`), an app's id or link, or a file's SHA-256:
    /// 1 to 2048 characters.
    #[schema(
        min_length = 1,
        max_length = 2048,
        example = "https://menshen-support.example/login"
    )]
    pub value: String,
}

/// What it is to the tenant. Nothing is ever called safe.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelCheckOut {
    /// `official`: the tenant has named it; `lookalike`: it imitates what is named in `channels`; `unknown`: neither.
    #[schema(example = "lookalike")]
    pub verdict: String,
    /// What a match means: `domain`, `mail_sender`, `phone`, `social`, `app_id` or `app_file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub meaning: Option<Meaning>,
    /// How it imitates: `confusable` (letters that look alike), `elsewhere` (the name in another place), `extra_words` (words around the
    /// name) or `typo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub how: Option<Likeness>,
    /// The channels that it is, or imitates; where it is unknown, the accounts of that name on other networks.
    pub channels: Vec<ChannelOut>,
    /// The verdict for people.
    pub title: TextOut,
    /// What it means and what to do.
    pub text: TextOut,
}

impl ChannelCheckOut {
    fn new(verdict: &Verdict<'_>) -> Self {
        let (meaning, how) = match verdict {
            Verdict::Official { meaning, .. } => (Some(*meaning), None),
            Verdict::Lookalike { how, .. } => (None, Some(*how)),
            Verdict::Where { .. } | Verdict::Unknown => (None, None),
        };
        let word = verdict.word();
        let channels = verdict.channels().into_iter().cloned();
        Self {
            verdict: word.to_owned(),
            meaning,
            how,
            channels: channels.map(ChannelOut::from).collect(),
            title: TextOut::of(|catalogue| {
                let titles = &catalogue.official().verdicts;
                titles.get(word).cloned().unwrap_or_default()
            }),
            text: TextOut::of(|catalogue| catalogue.official().text(verdict).to_owned()),
        }
    }
}

/// Tells whether something is the tenant's, imitates what is, or neither. What is asked is kept nowhere.
#[utoipa::path(post, path = "/v1/public/{tenant}/channels/check", tag = "public", security(()), request_body = ChannelCheckIn,
    params(("tenant" = Uuid, Path)),
    responses((status = 200, body = ChannelCheckOut), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn check_channel(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    input: Input<ChannelCheckIn>,
) -> Result<Json<ChannelCheckOut>, ApiError> {
    let value = input.value.value;
    let tenant = official::tenant(&app, TenantId(tenant)).await?;
    if value.trim().is_empty() || value.chars().count() > LONGEST {
        let detail = format!("value must have 1 to {LONGEST} characters");
        return Err(ApiError::invalid("value_invalid", detail));
    }
    let channels = official::channels(&app, &tenant).await?;
    Ok(Json(ChannelCheckOut::new(&check(&value, &channels))))
}

/// Something that pretends to be the tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportIn {
    /// `page`, `mail`, `phone`, `message`, `social`, `app` or `other`.
    #[schema(value_type = String, example = "page")]
    pub kind: report::Kind,
    /// The address, number or text, 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub what: String,
    /// Whatever helps, at most 2000 characters: how it came, when. Nothing about yourself is needed.
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// A report has arrived.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivedOut {
    /// What the person is told.
    pub text: TextOut,
}

/// Takes a report. The answer is the same whatever it holds. Thirty from one address, then a wait.
#[utoipa::path(post, path = "/v1/public/{tenant}/reports", tag = "public", security(()), request_body = ReportIn,
    params(("tenant" = Uuid, Path)),
    responses((status = 202, body = ReceivedOut), (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn report(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    stranger: Stranger,
    input: Input<ReportIn>,
) -> Result<Response, ApiError> {
    let tenant = official::tenant(&app, TenantId(tenant)).await?.id;
    let ReportIn { kind, what, note } = input.value;
    let reported = Reported::read(&what, note.as_deref()).ok_or_else(too_much)?;
    let content = serde_json::to_vec(&reported).map_err(ApiError::machine)?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    stranger.count(&mut tx, now).await?;
    if tx.count_open_reports(tenant).await? >= MOST_OPEN {
        return Err(ApiError::Busy);
    }
    let kind = word(&kind);
    let id = tx.create_report(tenant, &kind, &content, now).await?;
    let act = Act::system(Some(tenant), "report.received", "report", id.0);
    record::audit(&mut tx, act.with("kind", kind), now).await?;
    tx.commit().await?;
    let out = ReceivedOut {
        text: TextOut::of(|catalogue| catalogue.official().received.clone()),
    };
    Ok((StatusCode::ACCEPTED, Json(out)).into_response())
}

fn too_much() -> ApiError {
    let most = report::LONGEST;
    let detail = format!("what must have 1 to {most} characters, and note at most {most}");
    ApiError::invalid("report_invalid", detail)
}
