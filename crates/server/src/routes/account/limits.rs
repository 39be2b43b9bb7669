//! What a person's account may do now, action by action: how much, and where it may not, why and until when.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use menshen_core::entitlement::{Ask, check};
use menshen_core::policy::EntitlementRules;
use menshen_core::policy::entitlements::Amount;
use serde::Serialize;
use utoipa::ToSchema;

use super::session::AccountHoldOut;
use crate::account::SignedIn;
use crate::app::App;
use crate::problem::{ApiError, Problem};
use crate::routes::entitlements::{LimitOut, RestrictionOut, standing_of};
use crate::routes::reasons::{Audience, ReasonOut, show};

/// One action with one asset.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnLimitOut {
    /// The action, a name of the policy's.
    #[schema(example = "withdraw")]
    pub action: String,
    /// The asset; `*` for every one that is not named beside it.
    #[schema(example = "USDT")]
    pub asset: String,
    /// Is the smallest amount allowed?
    pub allowed: bool,
    /// The bounds that hold now; left out where the action is shut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitOut>,
    /// Why it is not allowed, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonOut>,
    /// The first level that would allow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_level: Option<String>,
}

/// What an account may do now.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnLimitsOut {
    /// Levels that are verified now.
    pub levels: Vec<String>,
    /// Every action that the policy names, by name.
    pub actions: Vec<OwnLimitOut>,
    /// What stands over the account while its owner is verified again, and for a while after.
    pub restrictions: Vec<RestrictionOut>,
    /// What stands over it after a recovery, or a change of how its owner signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<AccountHoldOut>,
}

/// Says what the account may do now, in this session.
#[utoipa::path(get, path = "/v1/account/limits", tag = "account", security(("account" = [])),
    responses((status = 200, body = OwnLimitsOut), (status = 401, body = Problem)))]
pub async fn list_own_limits(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<OwnLimitsOut>, ApiError> {
    let signed = signed_in.signed;
    let policy = app.policy(&signed.tenant)?;
    let rules = &policy.entitlements;
    let session = Some(signed.session.id.to_string());
    let asked = (&signed.tenant, &signed.applicant, session);
    let (standing, _) = standing_of(&app, &policy, asked).await?;
    let actions = named(rules).into_iter().map(|(action, asset)| {
        let ask = Ask {
            action: action.to_owned(),
            asset: asset.to_owned(),
            amount: Amount::SMALLEST,
            used_today: Amount::default(),
        };
        let answer = check(rules, &standing, &ask);
        OwnLimitOut {
            action: ask.action,
            asset: ask.asset,
            allowed: answer.allowed,
            limit: answer.limit.map(LimitOut::from),
            reason: show(answer.reason.as_slice(), Audience::Person).pop(),
            required_level: answer.level,
        }
    });
    let hold = standing.account.hold;
    Ok(Json(OwnLimitsOut {
        actions: actions.collect(),
        hold: hold.map(|hold| AccountHoldOut::of(hold, &policy)),
        levels: standing.levels.iter().cloned().collect(),
        restrictions: (standing.restrictions.iter())
            .filter_map(|over| RestrictionOut::of(rules, *over))
            .collect(),
    }))
}

/// Returns every action and asset that some level names.
fn named(rules: &EntitlementRules) -> BTreeSet<(&str, &str)> {
    let actions = rules.levels.values().flatten();
    let pairs = actions.flat_map(|(action, assets)| {
        assets
            .keys()
            .map(move |asset| (action.as_str(), asset.as_str()))
    });
    pairs.collect()
}
