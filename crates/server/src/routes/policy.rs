//! A tenant's policy: read, changed, and tried on past cases before it is changed.

use axum::Json;
use axum::extract::State;
use menshen_core::ids::TenantId;
use menshen_core::{Decision, Policy};
use menshen_ledger::{Verifier, verify_evidence};
use menshen_store::{Store, StoreError, TenantKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, Policies};
use crate::case::word;
use crate::input::Input;
use crate::problem::{ApiError, Problem, chain};
use crate::record::{self, Act};
use crate::screening::search_everyone;

/// A policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyOut {
    /// Its version and digest.
    pub identity: String,
    /// The whole of it, TOML.
    pub toml: String,
    /// The same values as JSON, by the same names, for programs that read no TOML.
    #[schema(value_type = Object)]
    pub values: serde_json::Value,
}

impl PolicyOut {
    fn new(policy: &Policy) -> Result<Self, ApiError> {
        Ok(Self {
            identity: policy.identity(),
            toml: policy.to_toml(),
            values: serde_json::to_value(policy).map_err(ApiError::machine)?,
        })
    }
}

/// A policy to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyIn {
    /// The keys that differ from the defaults, TOML.
    #[schema(max_length = 65536)]
    pub toml: String,
}

/// Returns the policy in force.
#[utoipa::path(get, path = "/v1/policy", tag = "policy", responses((status = 200, body = PolicyOut)))]
pub async fn get_policy(
    State(app): State<App>,
    allowed: Allowed<Policies>,
) -> Result<Json<PolicyOut>, ApiError> {
    let policy = app.policy(&allowed.tenant)?;
    PolicyOut::new(&policy).map(Json)
}

fn read(input: &PolicyIn) -> Result<Policy, ApiError> {
    let policy = Policy::from_toml(&input.toml)
        .map_err(|error| ApiError::invalid("policy_invalid", chain(&error)))?;
    if is_name(&policy.version) && policy.levels.keys().all(|name| is_name(name)) {
        return Ok(policy);
    }
    let detail =
        "`version` and the names in `levels` must be 1 to 60 letters, digits, `.`, `_` and `-`";
    Err(ApiError::invalid("policy_invalid", detail))
}

/// Names stand in plain columns and in the audit log.
fn is_name(text: &str) -> bool {
    let plain = |ch: char| ch.is_ascii_alphanumeric() || ['.', '_', '-'].contains(&ch);
    (1..=60).contains(&text.len()) && text.chars().all(plain)
}

/// Puts a policy in force for verifications opened from now on. Those that are open keep theirs, and every policy
/// that ever was in force is kept.
#[utoipa::path(put, path = "/v1/policy", tag = "policy", request_body = PolicyIn,
    responses((status = 200, body = PolicyOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_policy(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    input: Input<PolicyIn>,
) -> Result<Json<PolicyOut>, ApiError> {
    let policy = read(&input.value)?;
    let out = PolicyOut::new(&policy)?;
    let now = app.now();
    let before = app.policy(&allowed.tenant)?;
    let mut tx = app.store.begin().await?;
    tx.set_policy(&allowed.tenant, &out.toml, &out.identity, now)
        .await?;
    let asked = policy.screening.required && policy.screening != before.screening;
    if asked && allowed.tenant.kind == TenantKind::Live {
        search_everyone(&mut tx, allowed.tenant.id, now).await?;
    }
    let act = Act::new(
        &allowed.caller,
        "policy.changed",
        "tenant",
        allowed.tenant.id.0,
    );
    record::audit(&mut tx, act.with("policy", out.identity.clone()), now).await?;
    tx.commit().await?;
    Ok(Json(out))
}

/// What a policy would have decided.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct TryOut {
    /// The policy that was tried.
    pub identity: String,
    /// Past decisions that were judged again.
    pub cases: u32,
    /// How many keep their outcome.
    pub same: u32,
    /// Those that would have another.
    pub changed: Vec<ChangeOut>,
    /// Those that cannot be judged again: erased.
    pub erased: u32,
}

/// A decision that would be another.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeOut {
    /// The verification.
    pub verification: Uuid,
    /// The outcome then.
    pub was: String,
    /// The codes then.
    pub was_codes: Vec<String>,
    /// The outcome by the policy that was tried.
    pub would_be: String,
    /// The codes by that policy.
    pub codes: Vec<String>,
}

/// Past decisions that are tried at most.
const MOST: u32 = 200;

/// Judges the newest past cases by a policy without changing anything.
#[utoipa::path(post, path = "/v1/policy/try", tag = "policy", request_body = PolicyIn,
    responses((status = 200, body = TryOut), (status = 422, body = Problem)))]
pub async fn try_policy(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    input: Input<PolicyIn>,
) -> Result<Json<TryOut>, ApiError> {
    let policy = read(&input.value)?;
    let verifier = app.signer.verifier();
    try_on(&app.store, &verifier, allowed.tenant.id, &policy)
        .await
        .map(Json)
}

/// Judges a tenant's newest past cases by a policy; changes nothing.
///
/// # Errors
/// The store's, or the machine's where evidence does not hold.
pub async fn try_on(
    store: &Store,
    verifier: &Verifier,
    tenant: TenantId,
    policy: &Policy,
) -> Result<TryOut, ApiError> {
    let mut out = TryOut {
        identity: policy.identity(),
        ..TryOut::default()
    };
    let rows = store.list_decisions(tenant, None, MOST).await?;
    // What people decided was the machine's before.
    for row in rows.into_iter().filter(|row| row.case_id.is_none()) {
        let file = match store.find_decision_evidence(tenant, row.id).await {
            Ok(Some(file)) => file,
            Ok(None) | Err(StoreError::Erased) => {
                out.erased += 1;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let was = verify_evidence(&file, verifier)
            .map_err(ApiError::machine)?
            .case;
        let (question, claims) = (&was.question, &was.claims);
        let now = question.decide(policy, claims, &was.evidence, &was.cards, was.today);
        out.cases += 1;
        if now.outcome == was.decision.outcome {
            out.same += 1;
        } else {
            out.changed
                .push(change(row.verification_id.0, &was.decision, &now));
        }
    }
    Ok(out)
}

fn change(verification: Uuid, was: &Decision, now: &Decision) -> ChangeOut {
    ChangeOut {
        verification,
        was: word(&was.outcome),
        was_codes: crate::case::codes(&was.reasons),
        would_be: word(&now.outcome),
        codes: crate::case::codes(&now.reasons),
    }
}
