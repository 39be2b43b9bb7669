//! What the console draws: reasons by week, how submissions end, how long it takes, how the queues stand.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use menshen_core::time::{DAY, Millis};
use menshen_store::{Passes, TimesRow, WeekCodes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::queue::{QueueOut, queues};
use crate::app::App;
use crate::caller::{Allowed, SeeCases};
use crate::problem::{ApiError, Problem};
use crate::routes::page::Asked;

/// Weeks that are counted where nothing is asked for, and at most.
const USUAL: u32 = 12;
const MOST: u32 = 104;
/// Reasons of a week that are named; a plot of more says nothing.
const REASONS: usize = 12;
/// Kinds and programs that are named. There are fewer kinds; programs name themselves.
const NAMED: u32 = 30;
const WEEK: i64 = 7 * DAY;
/// Monday, 1970-01-05: the first whole week.
const FIRST: i64 = 4 * DAY;

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WeeksIn {
    /// So many weeks, the present one among them, 1 to 104; 12 where left out.
    #[param(minimum = 1, maximum = 104)]
    pub weeks: Option<u32>,
}

/// Figures without personal data.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsOut {
    /// Each week, oldest first.
    pub weeks: Vec<WeekOut>,
    /// How submissions ended, by kind of document, the commonest first.
    pub kinds: Vec<KindOut>,
    /// How submissions ended, by the program that the person used, the commonest first.
    pub programs: Vec<ProgramOut>,
    /// How the queues stand now.
    pub queues: Vec<QueueOut>,
}

/// One week.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeekOut {
    /// Its Monday, in UTC.
    #[schema(example = "2026-11-23")]
    pub week: String,
    /// Submissions that the machine judged.
    pub submissions: i64,
    /// What it found, the commonest first, twelve at most. A submission may have several.
    pub reasons: Vec<ReasonCountOut>,
    /// How long the machine took, from the submission on; none where it judged nothing.
    pub machine: Option<TimesOut>,
    /// How long people took, from the opening of the case on; none where they decided nothing.
    pub people: Option<TimesOut>,
}

/// How often a reason was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonCountOut {
    /// The code.
    pub code: String,
    /// In how many submissions.
    pub count: i64,
}

/// How long decisions took.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimesOut {
    /// How many decisions.
    pub count: i64,
    /// So many seconds or fewer took half of them.
    pub p50_seconds: f64,
    /// So many seconds or fewer took nine in ten.
    pub p90_seconds: f64,
}

/// How submissions ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndsOut {
    /// Submissions that were judged.
    pub submissions: i64,
    /// Approved.
    pub approved: i64,
    /// Refused.
    pub refused: i64,
    /// Given back: the person can try again.
    pub again: i64,
    /// With people still.
    pub open: i64,
}

/// How submissions with one kind of document ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindOut {
    /// The kind; none where none was chosen or it is not known.
    pub kind: Option<String>,
    /// How they ended.
    #[serde(flatten)]
    pub ends: EndsOut,
}

/// How submissions from one program ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgramOut {
    /// The program as it names itself in `Menshen-Client`; none where it does not.
    pub program: Option<String>,
    /// How they ended.
    #[serde(flatten)]
    pub ends: EndsOut,
}

/// Returns figures of the last weeks for the console's plots.
#[utoipa::path(get, path = "/v1/review/statistics", tag = "review", params(WeeksIn),
    responses((status = 200, body = StatisticsOut), (status = 422, body = Problem)))]
pub async fn review_statistics(
    State(app): State<App>,
    allowed: Allowed<SeeCases>,
    Asked(asked): Asked<WeeksIn>,
) -> Result<Json<StatisticsOut>, ApiError> {
    let n_weeks = asked.weeks.unwrap_or(USUAL);
    if !(1..=MOST).contains(&n_weeks) {
        let detail = format!("weeks must be 1 to {MOST}");
        return Err(ApiError::invalid("query_invalid", detail));
    }
    let now = app.now();
    let last = (now.0 - FIRST).div_euclid(WEEK);
    let first = last - i64::from(n_weeks) + 1;
    let since = Millis(first * WEEK + FIRST);
    let (store, tenant) = (&app.store, allowed.tenant.id);
    let reasons = store.count_reasons(tenant, since).await?;
    let times = store.decision_times(tenant, since).await?;
    let kinds = store.count_kinds(tenant, since, NAMED).await?;
    let programs = store.count_programs(tenant, since, NAMED).await?;
    Ok(Json(StatisticsOut {
        weeks: (first..=last).map(|n| week(n, &reasons, &times)).collect(),
        kinds: kinds.into_iter().map(kind).collect(),
        programs: programs.into_iter().map(program).collect(),
        queues: queues(&app, tenant, now).await?,
    }))
}

fn week(n: i64, reasons: &[WeekCodes], times: &[TimesRow]) -> WeekOut {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    let mut submissions = 0;
    for row in reasons.iter().filter(|row| row.week == n) {
        submissions += row.count;
        for code in &row.codes {
            *counts.entry(code).or_default() += row.count;
        }
    }
    let mut reasons: Vec<(&str, i64)> = counts.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    reasons.truncate(REASONS);
    let took = |people: bool| {
        let row = times
            .iter()
            .find(|row| row.week == n && row.people == people);
        row.map(|row| TimesOut {
            count: row.count,
            p50_seconds: seconds(row.half),
            p90_seconds: seconds(row.nine_in_ten),
        })
    };
    let monday = Millis(n * WEEK + FIRST);
    WeekOut {
        week: crate::today(monday).to_string(),
        submissions,
        reasons: reasons
            .into_iter()
            .map(|(code, count)| ReasonCountOut {
                code: code.to_owned(),
                count,
            })
            .collect(),
        machine: took(false),
        people: took(true),
    }
}

fn seconds(millis: i64) -> f64 {
    // Fewer milliseconds than a double keeps exactly, for 285,000 years.
    millis as f64 / 1_000.0
}

fn kind(row: Passes) -> KindOut {
    KindOut {
        ends: ends(&row),
        kind: row.of,
    }
}

fn program(row: Passes) -> ProgramOut {
    ProgramOut {
        ends: ends(&row),
        program: row.of,
    }
}

const fn ends(row: &Passes) -> EndsOut {
    EndsOut {
        submissions: row.submissions,
        approved: row.approved,
        refused: row.refused,
        again: row.again,
        open: row.open,
    }
}
