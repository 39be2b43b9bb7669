//! The hand-held statement of an appeal: dictated, photographed, read. It is evidence for the reviewer and decides nothing.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::AppealId;
use menshen_core::reason::End;
use menshen_core::{Locale, Reason};
use menshen_store::{DigestKind, Purpose, StatementPhoto, StatementRow};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::captures;
use super::reasons::{Audience, ReasonOut, show};
use crate::app::App;
use crate::appeal::Appeal;
use crate::caller::{Allowed, Write};
use crate::input::Id;
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::statement::{self, Dictated, Judged, Kept};

/// A text to write down by hand, sign and photograph, held beside the face.
#[derive(Debug, Serialize, ToSchema)]
pub struct DictatedOut {
    /// The lines, top to bottom, in either language; one of the two is enough.
    pub lines: LinesOut,
    /// The person's name in it.
    pub name: String,
    /// The operator's name in it.
    pub service: String,
    /// The day that it names.
    #[schema(example = "2026-11-22")]
    pub date: String,
    /// The code of the appeal in it.
    #[schema(example = "AC3-DE4-FH6")]
    pub code: String,
}

/// Lines in every language.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinesOut {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh_cn: Vec<String>,
    /// English.
    pub en: Vec<String>,
}

/// The photo of a statement, read on arrival.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementOut {
    /// Need it not be taken again?
    pub usable: bool,
    /// What was found.
    pub reasons: Vec<ReasonOut>,
    /// How many photos of this statement came.
    pub tries: i64,
    /// When it came, RFC 3339.
    pub received_at: String,
}

/// Returns the lines of a statement in every language.
pub fn lines(dictated: &Dictated) -> LinesOut {
    let of = |locale| -> Vec<String> {
        let own = dictated.0.iter().find(|own| own.locale() == locale);
        own.map(|own| own.lines().into()).unwrap_or_default()
    };
    LinesOut {
        zh_cn: of(Locale::ZhCn),
        en: of(Locale::En),
    }
}

/// Dictates a statement: the person's name, the day, what the photo is for, and a code of this appeal. A new one takes the
/// place of the last.
#[utoipa::path(post, path = "/v1/appeals/{id}/statement", tag = "appeals",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = DictatedOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn dictate_statement(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut appeal = allowed.appeal(&app, AppealId(id)).await?;
    appeal.state.collects()?;
    let case = appeal.case(&app).await?;
    let policy = app.policy(&allowed.tenant)?;
    let now = app.now();
    let dictated = statement::dictate(&app, &allowed.tenant, &case, &policy, now).await?;
    let sealed = serde_json::to_vec(&dictated).map_err(ApiError::machine)?;
    let route = format!("dictate_statement:{id}");
    let caller = &allowed.caller;
    let mut work = match once::begin(&app, caller, &headers, &route, [0; 32]).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    work.tx.dictate(&appeal.row, &sealed, now).await?;
    appeal.write(&mut work.tx, &policy.appeals, now).await?;
    let act = Act::new(caller, "appeal.statement_dictated", "appeal", id);
    record::audit(&mut work.tx, act, now).await?;
    let first = dictated.0.first().ok_or(ApiError::NotFound("statement"))?;
    let out = DictatedOut {
        lines: lines(&dictated),
        name: first.name().to_owned(),
        service: statement::service(&allowed.tenant),
        date: first.date().to_string(),
        code: first.nonce().to_string(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Hands in the photo of the statement: the bytes of a JPEG, PNG or WebP file, or a form with the field `file`. It is read at
/// once. A photo that carries the code of another case is refused and not kept.
#[utoipa::path(put, path = "/v1/appeals/{id}/statement", tag = "appeals", params(("id" = Uuid, Path)),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 200, body = StatementOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn put_statement(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    request: Request,
) -> Result<Json<StatementOut>, ApiError> {
    let appeal = allowed.appeal(&app, AppealId(id)).await?;
    appeal.state.collects()?;
    let found = app
        .store
        .find_statement(appeal.row.tenant_id, appeal.row.id);
    let row = found.await?.ok_or_else(|| {
        let detail = "ask for the text first: POST to this address";
        ApiError::conflict("statement_not_dictated", detail)
    })?;
    let largest = app.config.limits.photo_mib << 20;
    let bytes = captures::file(request, &app, largest).await?;
    if bytes.is_empty() {
        return Err(ApiError::invalid("upload_incomplete", "the photo is empty"));
    }
    let case = appeal.case(&app).await?;
    let judged = statement::judge(&app, &allowed.tenant, &case, &row, &bytes).await?;
    if let Some(reason) = judged
        .reasons()
        .iter()
        .find(|reason| reason.end == End::Fix)
    {
        // Of another case, or of another day: it would prove nothing however often it is sent.
        return Err(ApiError::NotLikeThis(Box::new(Reason::clone(reason))));
    }
    keep(&app, &allowed, appeal, &row, &bytes, judged).await
}

async fn keep(
    app: &App,
    allowed: &Allowed<Write>,
    mut appeal: Appeal,
    row: &StatementRow,
    bytes: &Bytes,
    judged: Judged,
) -> Result<Json<StatementOut>, ApiError> {
    let now = app.now();
    let policy = app.policy(&allowed.tenant)?;
    let (tenant, applicant) = (row.tenant_id, row.applicant_id);
    let codes = crate::case::codes(judged.reasons());
    let reasons = serde_json::to_vec(judged.reasons()).map_err(ApiError::machine)?;
    let out = StatementOut {
        usable: judged.is_usable(row.tries),
        reasons: show(judged.reasons(), Audience::Person),
        tries: row.tries + 1,
        received_at: now.to_timestamp().to_string(),
    };
    let kept = Kept {
        evidence: judged.evidence,
        verdict: judged.verdict,
        sha256: Sha256::digest(bytes).into(),
        bytes: bytes.len() as u64,
    };
    let evidence = serde_json::to_vec(&kept).map_err(ApiError::machine)?;
    let image = match &judged.clean {
        // It shows a face, and goes with the clock of faces.
        Some(clean) => {
            let staged = app
                .store
                .stage_blob(tenant, applicant, Purpose::Biometric, clean, now);
            Some(staged.await?)
        }
        None => None,
    };
    let photo = StatementPhoto {
        digest: app.store.digest(tenant, DigestKind::Photo, bytes),
        evidence: &evidence,
        reasons: &reasons,
        codes: codes.clone(),
        image,
        usable: out.usable,
    };
    let mut tx = app.store.begin().await?;
    tx.receive_statement(row, &photo, now).await?;
    appeal.write(&mut tx, &policy.appeals, now).await?;
    let act = Act::new(
        &allowed.caller,
        "appeal.statement",
        "appeal",
        appeal.row.id.0,
    );
    record::audit(&mut tx, act.with("codes", codes.join(",")), now).await?;
    tx.commit().await?;
    Ok(Json(out))
}
