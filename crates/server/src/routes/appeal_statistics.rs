//! Which rules err: how appeals ended, by the reason that was disputed and the policy that gave it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use menshen_core::time::{DAY, Millis};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::Asked;
use crate::app::App;
use crate::caller::{Allowed, List};
use crate::problem::{ApiError, Problem};

/// Days that are counted where nothing is asked for, and at most.
const USUAL: u32 = 90;
const MOST: u32 = 3_660;
/// Most rules in an answer. There are fewer codes than that, and policies change rarely.
const MOST_RULES: u32 = 2_000;

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StatisticsIn {
    /// Appeals that were decided within so many days, 1 to 3,660; 90 where left out.
    #[param(minimum = 1, maximum = 3660)]
    pub days: Option<u32>,
}

/// How appeals against one rule ended.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct RuleOut {
    /// The disputed reason; none where the waiting was disputed.
    pub code: Option<String>,
    /// The policy that gave it.
    pub policy: String,
    /// How often the rule was wrong.
    pub overturned: i64,
    /// How often it was right.
    pub upheld: i64,
}

/// Returns how appeals ended, by rule: which of them err.
#[utoipa::path(get, path = "/v1/appeals/statistics", tag = "appeals", params(StatisticsIn),
    responses((status = 200, body = [RuleOut]), (status = 422, body = Problem)))]
pub async fn appeal_statistics(
    State(app): State<App>,
    allowed: Allowed<List>,
    Asked(asked): Asked<StatisticsIn>,
) -> Result<Json<Vec<RuleOut>>, ApiError> {
    let days = asked.days.unwrap_or(USUAL);
    if !(1..=MOST).contains(&days) {
        let detail = format!("days must be 1 to {MOST}");
        return Err(ApiError::invalid("query_invalid", detail));
    }
    let since: Millis = app.now().plus(-i64::from(days) * DAY);
    let tenant = allowed.tenant.id;
    let counts = app
        .store
        .count_appeal_outcomes(tenant, since, MOST_RULES)
        .await?;
    let mut rules: BTreeMap<_, RuleOut> = BTreeMap::new();
    for count in counts {
        let of = (count.code.clone(), count.policy_identity.clone());
        let rule = rules.entry(of).or_insert_with(|| RuleOut {
            code: count.code,
            policy: count.policy_identity,
            ..RuleOut::default()
        });
        match count.outcome.as_str() {
            "overturned" => rule.overturned += count.count,
            _ => rule.upheld += count.count,
        }
    }
    Ok(Json(rules.into_values().collect()))
}
