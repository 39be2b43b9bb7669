//! How the service does, for whoever runs it: numbers and moments, nothing personal.

use axum::Json;
use axum::extract::State;
use menshen_core::policy::SanctionList;
use menshen_core::time::{DAY, Millis};
use menshen_engine::pool::PoolStatus;
use menshen_store::{DeliveryFigures, JobFigures};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Allowed, Policies};
use crate::engine::Engine;
use crate::problem::{ApiError, Problem};

/// For how long what was given up is told, milliseconds.
const RECENT: i64 = DAY;

/// How the service does.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthOut {
    /// Does it do its work, as `/readyz` says?
    pub ready: bool,
    /// Its version.
    pub version: String,
    /// The service's time, RFC 3339.
    pub at: String,
    /// The database.
    pub database: DatabaseOut,
    /// What looks at photos; left out where only sandboxes are served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineOut>,
    /// What looks at frames of live checks; left out where only sandboxes are served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_engine: Option<EngineOut>,
    /// Work that waits, by kind, of all tenants together. Kinds without any may be left out.
    pub jobs: Vec<JobsOut>,
    /// The tenant's events on their way.
    pub deliveries: DeliveriesOut,
    /// The lists of sanctioned people: those in force, and those that the tenant's policy asks for.
    pub lists: Vec<ListAgeOut>,
    /// When the newest entry of the audit log was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_entry_at: Option<String>,
    /// When the audit log was signed last; within minutes of its newest entry where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_at: Option<String>,
    /// Can mail be sent? Not before the operator has named a mail server.
    pub mail: bool,
    /// Can SMS be sent?
    pub sms: bool,
}

/// The database of the node that answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatabaseOut {
    /// `sqlite` or `postgres`.
    pub kind: String,
    /// Does it answer?
    pub ready: bool,
}

/// Processes of the node that answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct EngineOut {
    /// Is there one that answers?
    pub ready: bool,
    /// How many there should be.
    pub processes: u32,
    /// How many have their models loaded.
    pub loaded: u32,
    /// How many requests are being worked on.
    pub working: u32,
    /// How many requests wait.
    pub waiting: u32,
}

/// Work of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobsOut {
    /// `decide`, `sweep`, `notify`, `send_code`, `webhook` or `search`.
    pub kind: String,
    /// How much is due and waits.
    pub due: i64,
    /// Since when the oldest of it is due, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_at: Option<String>,
    /// How much is planned for later, such as another try.
    pub later: i64,
    /// How much is being worked on.
    pub working: i64,
    /// How much was given up within the last day.
    pub given_up: i64,
}

/// How a tenant's events reach their addresses.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveriesOut {
    /// How many wait.
    pub waiting: i64,
    /// How many of them have failed at least once.
    pub failing: i64,
    /// When the oldest of those was planned, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<String>,
    /// How many were given up within the last day.
    pub given_up: i64,
}

/// How old a list of sanctioned people is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListAgeOut {
    /// `ofac_sdn`, `un` or `eu`.
    pub list: String,
    /// Does the tenant's policy ask for it?
    pub required: bool,
    /// When it was imported, RFC 3339; left out where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_at: Option<String>,
    /// The date that the file itself carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// How many entries it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<i64>,
}

fn text(at: Millis) -> String {
    at.to_timestamp().to_string()
}

impl From<PoolStatus> for EngineOut {
    fn from(status: PoolStatus) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            ready: status.ready > 0,
            processes: count(status.workers),
            loaded: count(status.ready),
            working: count(status.working),
            waiting: count(status.waiting),
        }
    }
}

impl From<JobFigures> for JobsOut {
    fn from(found: JobFigures) -> Self {
        Self {
            kind: found.kind,
            due: found.due,
            oldest_at: found.oldest.map(text),
            later: found.later,
            working: found.leased,
            given_up: found.given_up,
        }
    }
}

impl From<DeliveryFigures> for DeliveriesOut {
    fn from(found: DeliveryFigures) -> Self {
        Self {
            waiting: found.waiting,
            failing: found.failing,
            failing_since: found.failing_since.map(text),
            given_up: found.given_up,
        }
    }
}

/// Says how the service does: whether it is ready, what waits and since when, how old the lists are. Deliveries and the lists that
/// are asked for are the tenant's, the rest is of the whole installation; it holds numbers and moments only.
#[utoipa::path(get, path = "/v1/health", tag = "health",
    responses((status = 200, body = HealthOut), (status = 403, body = Problem)))]
pub async fn get_health(
    State(app): State<App>,
    allowed: Allowed<Policies>,
) -> Result<Json<HealthOut>, ApiError> {
    let (now, store) = (app.now(), &app.store);
    let since = now.plus(-RECENT);
    let status = |engine: &Option<Box<dyn Engine>>| {
        let status = engine.as_ref().map(|engine| engine.status());
        status.map(EngineOut::from)
    };
    let database = store.ping().await.is_ok();
    let engine = status(&app.engine);
    let jobs = store.list_job_figures(now, since).await?;
    let deliveries = store.delivery_figures(allowed.tenant.id, since).await?;
    Ok(Json(HealthOut {
        ready: database && engine.as_ref().is_none_or(|engine| engine.ready),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: text(now),
        database: DatabaseOut {
            kind: store.database_kind().to_owned(),
            ready: database,
        },
        engine,
        live_engine: status(&app.live_engine),
        jobs: jobs.into_iter().map(JobsOut::from).collect(),
        deliveries: deliveries.into(),
        lists: lists(&app, &allowed).await?,
        newest_entry_at: store.newest_audit().await?.map(text),
        checkpoint_at: store.newest_checkpoint_at().await?.map(text),
        mail: app.config.mail.is_some(),
        sms: app.config.sms.is_some(),
    }))
}

/// Returns the lists in force and those that the policy asks for, each once.
async fn lists(app: &App, allowed: &Allowed<Policies>) -> Result<Vec<ListAgeOut>, ApiError> {
    let rules = app.policy(&allowed.tenant)?;
    let wanted = |list| rules.screening.required && rules.screening.lists.contains(&list);
    let in_force = app.store.list_screening_in_force().await?;
    let all = SanctionList::ALL.into_iter().map(|list| {
        let row = in_force.iter().find(|row| row.list == list);
        ListAgeOut {
            list: list.name().to_owned(),
            required: wanted(list),
            imported_at: row.map(|row| text(row.imported_at)),
            published: row.and_then(|row| row.published.clone()),
            entries: row.map(|row| row.entries),
        }
    });
    Ok(all
        .filter(|out| out.required || out.imported_at.is_some())
        .collect())
}
