//! Lists of sanctioned people: importing them, their versions, and the searches of everyone.

use axum::Json;
use axum::extract::{FromRequest, Multipart, Request, State, multipart::MultipartError};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use menshen_core::ids::{ScreeningListId, ScreeningRunId};
use menshen_core::policy::SanctionList;
use menshen_store::{ListPart, ScreeningListRow, ScreeningOutcome, ScreeningRunRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, Operate, Screening};
use crate::input::{self, Id};
use crate::problem::{ApiError, Problem};
use crate::record::Act;
use crate::screening::{CLASSIC, LARGEST, WHOLE, import_list};

/// A version of a list of sanctioned people.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListOut {
    /// The id.
    pub id: Uuid,
    /// Which list: `ofac_sdn`, `un` or `eu`.
    pub list: String,
    /// How its files are written: `ofac_xml`, `ofac_csv`, `un_xml` or `eu_xml`.
    pub format: String,
    /// SHA-256 of the file; of several files that of their digests in order.
    pub sha256: String,
    /// The date that the file itself carries, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// How many entries it has.
    pub entries: i64,
    /// How many bytes.
    pub size: i64,
    /// When it was imported, RFC 3339.
    pub imported_at: String,
    /// When another version took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_at: Option<String>,
}

impl From<ScreeningListRow> for ListOut {
    fn from(row: ScreeningListRow) -> Self {
        Self {
            id: row.id.0,
            list: row.list.name().to_owned(),
            format: row.format,
            sha256: row.sha256,
            published: row.published,
            entries: row.entries,
            size: row.size,
            imported_at: row.imported_at.to_timestamp().to_string(),
            replaced_at: row.replaced_at.map(|at| at.to_timestamp().to_string()),
        }
    }
}

/// Imports a list for all tenants, from the authority's own file: XML, or for `ofac_sdn` a form with the three files
/// `sdn`, `alt` and `add`, too. It is read whole or refused. Where it is another than before, everyone who is verified is
/// searched again, where the tenant's policy requires screening.
#[utoipa::path(put, path = "/v1/screening/lists/{list}", tag = "screening",
    params(("list" = String, Path, description = "`ofac_sdn`, `un` or `eu`")),
    request_body(content = Vec<u8>, content_type = "application/xml"),
    responses((status = 200, description = "It was in force already", body = ListOut), (status = 201, body = ListOut),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn put_list(
    State(app): State<App>,
    allowed: Allowed<Operate>,
    Id(list): Id<String>,
    request: Request,
) -> Result<(StatusCode, Json<ListOut>), ApiError> {
    let list = SanctionList::parse(&list).ok_or(ApiError::NotFound("list"))?;
    let _turn = app
        .lists
        .importing
        .try_acquire()
        .map_err(|_| ApiError::Busy)?;
    let parts = files(request, &app).await?;
    let act = |id| Act::new(&allowed.caller, "screening.imported", "screening_list", id);
    let imported = import_list(&app.store, list, parts, act, || app.now()).await?;
    let status = if imported.known {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(imported.row.into())))
}

async fn files(request: Request, app: &App) -> Result<Vec<ListPart>, ApiError> {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return form(request, app).await;
    }
    let bytes = input::bytes(request, LARGEST).await?.to_vec();
    let name = WHOLE.to_owned();
    Ok(vec![ListPart { name, bytes }])
}

/// Reads a form with a field for each file, named as the file without its ending.
async fn form(request: Request, app: &App) -> Result<Vec<ListPart>, ApiError> {
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge(LARGEST as u64),
        _ => ApiError::invalid("upload_incomplete", "the form did not arrive whole"),
    };
    let limited = request
        .map(|body| axum::body::Body::new(http_body_util::Limited::new(body, LARGEST + 4096)));
    let mut form = Multipart::from_request(limited, app)
        .await
        .map_err(|_| ApiError::invalid("upload_incomplete", "the form has no boundary"))?;
    let mut parts: Vec<ListPart> = Vec::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default();
        let named = |file: &&str| file.strip_suffix(".csv") == Some(name);
        let known = CLASSIC.into_iter().find(named);
        let new = known.filter(|name| parts.iter().all(|part| part.name != *name));
        let name = new.ok_or_else(|| {
            let detail = "the form must have the files `sdn`, `alt` and `add`, each once";
            ApiError::invalid("files_invalid", detail)
        })?;
        let bytes = field.bytes().await.map_err(unreadable)?.to_vec();
        let name = name.to_owned();
        parts.push(ListPart { name, bytes });
    }
    Ok(parts)
}

/// Lists the versions of the lists, newest first. Those without `replaced_at` are in force.
#[utoipa::path(get, path = "/v1/screening/lists", tag = "screening", params(PageIn),
    responses((status = 200, body = PageOut<ListOut>), (status = 422, body = Problem)))]
pub async fn list_lists(
    State(app): State<App>,
    _allowed: Allowed<Screening>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<ListOut>>, ApiError> {
    let limit = page.limit()?;
    let after = page.after.map(ScreeningListId);
    let rows = app.store.list_screening_lists(after, limit + 1).await?;
    Ok(Json(PageOut::new(
        rows,
        limit,
        |row| row.id.0,
        ListOut::from,
    )))
}

/// A search of everyone who is verified.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunOut {
    /// The id.
    pub id: Uuid,
    /// `running`, `done`, `superseded` by a newer one, or `not_required` by the policy.
    pub state: String,
    /// How many people were searched so far.
    pub people: i64,
    /// How many hits were news.
    pub hits: i64,
    /// How many people could not be searched, because their data does not read; the log names them.
    pub unread: i64,
    /// When it was asked for, RFC 3339.
    pub started_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
}

impl From<ScreeningRunRow> for RunOut {
    fn from(row: ScreeningRunRow) -> Self {
        let state = row.outcome.map_or("running", ScreeningOutcome::as_str);
        Self {
            id: row.id.0,
            state: state.to_owned(),
            people: row.people,
            hits: row.hits,
            unread: row.unread,
            started_at: row.started_at.to_timestamp().to_string(),
            finished_at: row.finished_at.map(|at| at.to_timestamp().to_string()),
        }
    }
}

/// Lists the searches of everyone who is verified, newest first: one after each change of a list or of the policy's
/// rules about them.
#[utoipa::path(get, path = "/v1/screening/runs", tag = "screening", params(PageIn),
    responses((status = 200, body = PageOut<RunOut>), (status = 422, body = Problem)))]
pub async fn list_runs(
    State(app): State<App>,
    allowed: Allowed<Screening>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<RunOut>>, ApiError> {
    let limit = page.limit()?;
    let (tenant, after) = (allowed.tenant.id, page.after.map(ScreeningRunId));
    let rows = app
        .store
        .list_screening_runs(tenant, after, limit + 1)
        .await?;
    Ok(Json(PageOut::new(
        rows,
        limit,
        |row| row.id.0,
        RunOut::from,
    )))
}
