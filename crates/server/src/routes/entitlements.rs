//! May an account do this now? If not: why, what would help, until when.

use axum::Json;
use axum::extract::State;
use menshen_core::Policy;
use menshen_core::entitlement::{
    AccountStanding, Answer, Ask, Case as Known, Restriction, Standing, check,
};
use menshen_core::ids::{AccountSessionId, ApplicantId, TenantId};
use menshen_core::policy::EntitlementRules;
use menshen_core::policy::entitlements::{Amount, Limit, RestrictionRule};
use menshen_core::verification::Flow;
use menshen_store::{ApplicantRow, TenantRow, VerificationRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::account::session::AccountHoldOut;
use super::reasons::{Audience, ReasonOut, show};
use crate::account::standing::{self, Strange};
use crate::app::App;
use crate::caller::{Allowed, Read};
use crate::case::from_word;
use crate::input::Input;
use crate::problem::{ApiError, Problem};

/// What somebody wants to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskIn {
    /// Who.
    pub applicant: Uuid,
    /// The action, a name of the policy's.
    #[schema(min_length = 1, max_length = 60, example = "withdraw")]
    pub action: String,
    /// The asset.
    #[schema(min_length = 1, max_length = 60, example = "USDT")]
    pub asset: String,
    /// How much of it: digits, a point, up to 18 decimals.
    #[schema(pattern = r"^[0-9]{1,20}(\.[0-9]{1,18})?$", example = "250.5")]
    pub amount: String,
    /// How much the same action took of the same asset today, as you count; 0 where left out.
    #[schema(pattern = r"^[0-9]{1,20}(\.[0-9]{1,18})?$", example = "0")]
    pub used_today: Option<String>,
    /// The session in which it is asked for: the `sid` of the ID token, or `session` of the account. Of people who sign in here it
    /// should be named: without it nothing is known of the device.
    #[schema(max_length = 100)]
    pub session: Option<String>,
}

/// Bounds; none where one is left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LimitOut {
    /// At once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub single: Option<String>,
    /// Within a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily: Option<String>,
}

impl From<Limit> for LimitOut {
    fn from(limit: Limit) -> Self {
        Self {
            single: limit.single.map(|amount| amount.to_string()),
            daily: limit.daily.map(|amount| amount.to_string()),
        }
    }
}

/// What stands over an account while its owner is verified again, and for a while after.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RestrictionOut {
    /// Why: a flow of re-verification.
    #[schema(value_type = String, example = "new_device")]
    pub flow: Flow,
    /// The actions that it narrows or shuts.
    pub actions: Vec<String>,
    /// Since when, RFC 3339; left out of a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Until when; left out before the person is verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// For how many hours it stands after that.
    pub hours_after: u32,
}

impl RestrictionOut {
    /// Returns what a flow will do to an account.
    pub fn warning(flow: Flow, rule: &RestrictionRule) -> Self {
        Self {
            flow,
            actions: rule.actions.keys().cloned().collect(),
            since: None,
            until: None,
            hours_after: rule.after_hours,
        }
    }

    /// Returns what stands over an account, with what the rules say of it.
    pub fn of(rules: &EntitlementRules, over: Restriction) -> Option<Self> {
        let rule = rules.restrictions.get(&over.flow)?;
        Some(Self {
            since: Some(over.since.to_timestamp().to_string()),
            until: over.until.map(|until| until.to_timestamp().to_string()),
            ..Self::warning(over.flow, rule)
        })
    }
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntitlementOut {
    /// Is it allowed?
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
    /// Everything that stands over the account now.
    pub restrictions: Vec<RestrictionOut>,
    /// The hold that stands over it after a recovery or a change of how its owner signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<AccountHoldOut>,
    /// Of the session that was named: `trusted`, or what its device lacks; `ended` where it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "trusted")]
    pub device: Option<&'static str>,
    /// Levels that are verified now.
    pub levels: Vec<String>,
}

/// Says whether an account may do something now. What the policy does not name is not allowed.
#[utoipa::path(post, path = "/v1/entitlements/check", tag = "entitlements", request_body = AskIn,
    responses((status = 200, body = EntitlementOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn check_entitlement(
    State(app): State<App>,
    allowed: Allowed<Read>,
    input: Input<AskIn>,
) -> Result<Json<EntitlementOut>, ApiError> {
    let applicant = ApplicantId(input.value.applicant);
    let mut input = input.value;
    let session = input.session.take();
    let ask = read(input)?;
    let applicant = allowed.applicant(&app, applicant).await?;
    let policy = app.policy(&allowed.tenant)?;
    let rules = &policy.entitlements;
    if rules.is_empty() {
        let detail = "the policy has no entitlements";
        return Err(ApiError::conflict("entitlements_not_set", detail));
    }
    let session = session.or_else(|| allowed.session.map(|id| id.to_string()));
    let asked = (&allowed.tenant, &applicant, session);
    let (standing, device) = standing_of(&app, &policy, asked).await?;
    let answer = check(rules, &standing, &ask);
    Ok(Json(describe(&policy, standing, answer, device)))
}

/// Returns how somebody's account stands now, and how far the device of the session that asks is known, where one is named.
///
/// # Errors
/// The store's.
pub async fn standing_of(
    app: &App,
    policy: &Policy,
    asked: (&TenantRow, &ApplicantRow, Option<String>),
) -> Result<(Standing, Option<&'static str>), ApiError> {
    let (_, applicant, _) = asked;
    let cases = cases(app, applicant.tenant_id, applicant.id).await?;
    let mut standing = Standing::of(&policy.entitlements, &cases, app.now());
    let device = account(app, policy, asked, &mut standing).await?;
    Ok((standing, device))
}

/// Adds what stands over how the account is signed in to, where it is signed in to here; returns how far the device is known.
async fn account(
    app: &App,
    policy: &Policy,
    (tenant, applicant, session): (&TenantRow, &ApplicantRow, Option<String>),
    standing: &mut Standing,
) -> Result<Option<&'static str>, ApiError> {
    let now = app.now();
    let found = app.store.find_account(tenant.id, applicant.id).await?;
    let Some(account) = found else {
        return Ok(None);
    };
    let hold = account.hold.filter(|hold| hold.stands(now));
    let device = match session {
        Some(named) => Some(match session_of(app, tenant.id, &named).await? {
            Some(id) => standing::known_of(app, policy, (tenant, applicant, id), account).await?,
            None => None,
        }),
        None => None,
    };
    // A session that has ended is nobody's any more.
    let strange = device.map(|known| known.map_or(Some(Strange::Device), |known| known.strange));
    standing.account = AccountStanding {
        held_actions: policy.accounts.held_actions.clone(),
        hold,
        unknown: strange.flatten().map(Strange::reason),
    };
    Ok(device.map(|known| known.map_or("ended", |known| known.trust.name())))
}

/// Returns the session that is named, by its own id or as an app knows it.
async fn session_of(
    app: &App,
    tenant: TenantId,
    named: &str,
) -> Result<Option<AccountSessionId>, ApiError> {
    match named.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => Ok(app.store.find_session_of_sid(tenant, named).await?),
    }
}

fn read(ask: AskIn) -> Result<Ask, ApiError> {
    let name = |text: String| {
        let good = (1..=60).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let detail = "action and asset must have 1 to 60 characters";
        good.then_some(text)
            .ok_or_else(|| ApiError::invalid("name_invalid", detail))
    };
    let amount = |text: &str| {
        let detail = "amounts must be 1 to 20 digits and up to 18 decimals";
        text.parse::<Amount>()
            .map_err(|_| ApiError::invalid("amount_invalid", detail))
    };
    Ok(Ask {
        action: name(ask.action)?,
        asset: name(ask.asset)?,
        amount: amount(&ask.amount)?,
        used_today: amount(ask.used_today.as_deref().unwrap_or("0"))?,
    })
}

/// Records read at once.
const BATCH: u32 = 200;

/// Returns everything that a person's standing follows from, newest first.
async fn cases(
    app: &App,
    tenant: TenantId,
    applicant: ApplicantId,
) -> Result<Vec<Known>, ApiError> {
    let mut known = Vec::new();
    let mut after = None;
    loop {
        let rows = app
            .store
            .list_applicant_verifications(tenant, applicant, after, BATCH)
            .await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        for row in rows {
            known.push(case(row)?);
        }
        if last {
            return Ok(known);
        }
    }
}

fn case(row: VerificationRow) -> Result<Known, ApiError> {
    let progress: menshen_core::progress::Progress =
        serde_json::from_str(&row.state).map_err(ApiError::machine)?;
    Ok(Known {
        level: row.level,
        flow: from_word(&row.flow).map_err(ApiError::machine)?,
        opened: row.created_at,
        state: progress.state,
    })
}

fn describe(
    policy: &Policy,
    standing: Standing,
    answer: Answer,
    device: Option<&'static str>,
) -> EntitlementOut {
    let rules = &policy.entitlements;
    let hold = standing
        .account
        .hold
        .map(|hold| AccountHoldOut::of(hold, policy));
    let reason = answer.reason.as_slice();
    EntitlementOut {
        allowed: answer.allowed,
        limit: answer.limit.map(LimitOut::from),
        reason: show(reason, Audience::Person).pop(),
        required_level: answer.level,
        restrictions: standing
            .restrictions
            .into_iter()
            .filter_map(|over| RestrictionOut::of(rules, over))
            .collect(),
        hold,
        device,
        levels: standing.levels.into_iter().collect(),
    }
}
