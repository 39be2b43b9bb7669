//! What helps, before anybody is blamed: a program says what it sees, and is told what to try, in order.

use axum::Json;
use axum::extract::State;
use menshen_core::Catalogue;
use menshen_core::diagnosis::{self, Remedy};
use menshen_core::diagnostics::FARTHEST_CLOCK;
use menshen_core::ids::TenantId;
use menshen_core::time::Millis;
use menshen_core::verification::Flow;
use menshen_store::TenantRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::diagnostics::DiagnosticsIn;
use super::reasons::TextOut;
use crate::app::App;
use crate::caller::{Perhaps, Read};
use crate::client::Program;
use crate::input::Input;
use crate::problem::{ApiError, Problem};

/// Largest body in bytes: every word of the lists once is half of it.
const LARGEST: usize = 4 * 1024;

/// What a program sees.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiagnosisIn {
    /// By whose policy it is judged: needed without a token, that of the token where left out.
    pub tenant: Option<Uuid>,
    /// The flow that the person goes through, for the version that it needs: `first`, `stuck_state`, `new_device`, `face_fails`,
    /// `account_conflict` or `renewal`. `first` where left out.
    #[schema(value_type = Option<String>, example = "first")]
    pub flow: Option<Flow>,
    /// The device's clock, milliseconds since 1970. It goes before `clock_ahead_ms`.
    pub client_time_ms: Option<i64>,
    /// What it sees. `app` may be left out where the header `Menshen-Client` says it.
    pub diagnostics: DiagnosticsIn,
}

/// What helps.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiagnosisOut {
    /// Always `false`: asking is no attempt, whatever is asked and however often.
    pub counted: bool,
    /// What to try, in order. What blocks comes first; the last one is always to write to support.
    pub remedies: Vec<RemedyOut>,
    /// What can go along with a ticket as its `diagnostics`, where the person agrees. Nothing of it is stored here.
    pub attach: DiagnosticsIn,
}

/// One thing to try.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemedyOut {
    /// Its code: a reason code of the catalogue where one says it, otherwise one of `docs/diagnosis.md`. Append-only.
    #[schema(example = "allow_camera")]
    pub code: String,
    /// What it is about.
    pub title: TextOut,
    /// What to do.
    pub text: TextOut,
    /// Does nothing work before it is done?
    pub blocks: bool,
    /// Was the fault seen in what was sent? Otherwise it is what helps most people.
    pub seen: bool,
}

impl RemedyOut {
    fn new(remedy: &Remedy) -> Self {
        Self {
            code: remedy.code().to_owned(),
            title: TextOut::of(|catalogue: &Catalogue| catalogue.remedy(remedy).title),
            text: TextOut::of(|catalogue: &Catalogue| catalogue.remedy(remedy).text),
            blocks: remedy.blocks,
            seen: remedy.seen,
        }
    }
}

/// Tells what helps, in order, in every language. It is no attempt and nothing is stored. Whoever cannot sign in calls it without
/// a token and names the tenant.
#[utoipa::path(post, path = "/v1/diagnosis", tag = "support", request_body = DiagnosisIn, security((), ("bearer" = [])),
    responses((status = 200, body = DiagnosisOut), (status = 404, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn diagnose(
    State(app): State<App>,
    Perhaps(caller): Perhaps<Read>,
    program: Program,
    input: Input<DiagnosisIn, LARGEST>,
) -> Result<Json<DiagnosisOut>, ApiError> {
    let asked = input.value;
    let (now, mut attach) = (app.now(), asked.diagnostics);
    if let Some(time) = asked.client_time_ms {
        attach.clock_ahead_ms = Some(ahead(time, now));
    }
    if let (None, Some(client)) = (&attach.app, program.client()) {
        attach.app = Some(format!("{}/{}", client.name, client.version));
    }
    let mut probe = attach.probe(now)?;
    probe.flow = asked.flow;
    let tenant = tenant(&app, caller.map(|caller| caller.tenant), asked.tenant).await?;
    let policy = app.policy(&tenant)?;
    let told = diagnosis::diagnose(&policy, &probe, now);
    Ok(Json(DiagnosisOut {
        counted: false,
        remedies: told.iter().map(RemedyOut::new).collect(),
        attach,
    }))
}

/// Returns by how many milliseconds a clock goes ahead, as far as that is told.
fn ahead(time: i64, now: Millis) -> i64 {
    let ahead = time.saturating_sub(now.0);
    ahead.clamp(-FARTHEST_CLOCK, FARTHEST_CLOCK)
}

/// Returns the tenant of whoever calls, or the one that nobody in particular names.
async fn tenant(
    app: &App,
    own: Option<TenantRow>,
    named: Option<Uuid>,
) -> Result<TenantRow, ApiError> {
    let missing = ApiError::NotFound("tenant");
    match (own, named) {
        (Some(own), None) => Ok(own),
        (Some(own), Some(named)) if own.id.0 == named => Ok(own),
        (Some(_), Some(_)) => Err(missing),
        (None, Some(named)) => {
            let found = app.store.find_tenant(TenantId(named)).await?;
            found.ok_or(missing)
        }
        (None, None) => Err(ApiError::invalid(
            "tenant_missing",
            "tenant says by whose policy it is judged where nobody has signed in",
        )),
    }
}
