//! Codes by which people are invited: made by the operator, shown to whoever opens an account.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{InvitationCodeId, TenantId};
use menshen_core::time::Millis;
use menshen_store::{InvitationCodeRow, NewInvitationCode, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, Policies};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::page::{Asked, PageIn, PageOut};

/// What an invitation code is.
#[derive(Debug, Serialize, ToSchema)]
pub struct BenefitOut {
    /// The code, in capitals.
    pub code: String,
    /// Who invites, as the operator calls them.
    pub label: String,
    /// What is gained by it: the operator's own data, such as a share of fees.
    #[schema(value_type = Object, example = json!({"fee_discount": "0.20"}))]
    pub benefit: serde_json::Value,
    /// It cannot be changed once the account is open.
    #[schema(example = true)]
    pub permanent: bool,
}

impl BenefitOut {
    /// Returns what people are shown of a code.
    ///
    /// # Errors
    /// The machine's where what is kept is no JSON.
    pub fn of(row: &InvitationCodeRow) -> Result<Self, ApiError> {
        Ok(Self {
            code: row.code.clone(),
            label: row.label.clone(),
            benefit: serde_json::from_str(&row.benefit).map_err(ApiError::machine)?,
            permanent: true,
        })
    }
}

/// Longest code and label in characters; longest benefit in bytes.
const LONGEST: usize = 40;
const LONGEST_LABEL: usize = 100;
const LARGEST: usize = 4_000;

/// Returns a code as it is kept: in capitals, without spaces. None where it cannot be one.
fn normal(typed: &str) -> Option<String> {
    let code: String = (typed.chars())
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((3..=LONGEST).contains(&code.len()) && code.bytes().all(fits)).then_some(code)
}

/// Returns a code that is good.
///
/// # Errors
/// `invitation_code_unknown`; the store's.
pub async fn good_code(
    app: &App,
    tenant: TenantId,
    typed: &str,
) -> Result<InvitationCodeRow, ApiError> {
    let unknown = || {
        let detail = "there is no such invitation code, or it is no longer good";
        ApiError::invalid("invitation_code_unknown", detail)
    };
    let code = normal(typed).ok_or_else(unknown)?;
    let row = app.store.find_invitation_code(tenant, &code).await?;
    row.filter(|row| row.is_good(app.now())).ok_or_else(unknown)
}

/// A code to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationCodeIn {
    /// 3 to 40 of A-Z, 0-9, `-` and `_`; compared without case.
    #[schema(example = "PANDA8", min_length = 3, max_length = 40)]
    pub code: String,
    /// Who invites, 1 to 100 characters. Shown to whoever uses the code.
    #[schema(min_length = 1, max_length = 100, example = "Panda community")]
    pub label: String,
    /// What is gained by it: an object of the operator's own, at most 4,000 bytes.
    #[schema(value_type = Object, example = json!({"fee_discount": "0.20"}))]
    pub benefit: serde_json::Map<String, serde_json::Value>,
    /// When it is no longer good, RFC 3339; never where left out.
    pub ends_at: Option<String>,
}

/// A code.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationCodeOut {
    /// The id.
    pub id: Uuid,
    /// The code, in capitals.
    pub code: String,
    /// Who invites.
    pub label: String,
    /// What is gained by it.
    #[schema(value_type = Object)]
    pub benefit: serde_json::Value,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When it is no longer good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<String>,
}

impl InvitationCodeOut {
    fn of(row: InvitationCodeRow) -> Result<Self, ApiError> {
        let text = |at: Millis| at.to_timestamp().to_string();
        Ok(Self {
            id: row.id.0,
            benefit: serde_json::from_str(&row.benefit).map_err(ApiError::machine)?,
            code: row.code,
            label: row.label,
            created_at: text(row.created_at),
            ends_at: row.ends_at.map(text),
            removed_at: row.removed_at.map(text),
        })
    }
}

/// Makes an invitation code.
#[utoipa::path(post, path = "/v1/invitation-codes", tag = "accounts", request_body = InvitationCodeIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = InvitationCodeOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_invitation_code(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    headers: HeaderMap,
    input: Input<InvitationCodeIn>,
) -> Result<Response, ApiError> {
    let asked = input.value;
    let code = normal(&asked.code);
    let label = (1..=LONGEST_LABEL).contains(&asked.label.chars().count())
        && !asked.label.chars().any(char::is_control);
    let benefit = serde_json::to_string(&asked.benefit).map_err(ApiError::machine)?;
    let ends: Option<Result<jiff::Timestamp, _>> = asked.ends_at.map(|at| at.parse());
    let (Some(code), true, true, Ok(ends)) =
        (code, label, benefit.len() <= LARGEST, ends.transpose())
    else {
        let detail = "code 3 to 40 of A-Z, 0-9, `-`, `_`; label 1 to 100 characters; benefit at most 4000 bytes; ends_at RFC 3339";
        return Err(ApiError::invalid("invitation_code_invalid", detail));
    };
    let caller = &allowed.caller;
    let begun = once::begin(
        &app,
        caller,
        &headers,
        "create_invitation_code",
        input.digest,
    );
    let mut work = match begun.await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let new = NewInvitationCode {
        code: &code,
        label: &asked.label,
        benefit: &benefit,
        ends_at: ends.map(|at| Millis(at.as_millisecond())),
    };
    let now = app.now();
    let made = work.tx.create_invitation_code(allowed.tenant.id, &new, now);
    let row = made.await.map_err(|error| match error {
        StoreError::Duplicate { .. } => ApiError::conflict("code_taken", "there is such a code"),
        error => error.into(),
    })?;
    let act = Act::new(
        caller,
        "invitation_code.created",
        "invitation_code",
        row.id.0,
    );
    record::audit(&mut work.tx, act, now).await?;
    let out = InvitationCodeOut::of(row)?;
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Lists invitation codes, newest first.
#[utoipa::path(get, path = "/v1/invitation-codes", tag = "accounts", params(PageIn),
    responses((status = 200, body = PageOut<InvitationCodeOut>), (status = 422, body = Problem)))]
pub async fn list_invitation_codes(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<InvitationCodeOut>>, ApiError> {
    let limit = page.limit()?;
    let after = page.after.map(InvitationCodeId);
    let tenant = allowed.tenant.id;
    let rows = app.store.list_invitation_codes(tenant, after, limit + 1);
    let out: Result<Vec<_>, _> = rows.await?.into_iter().map(InvitationCodeOut::of).collect();
    Ok(Json(PageOut::new(out?, limit, |out| out.id, |out| out)))
}

/// Takes an invitation code back. Accounts that were opened with it keep it.
#[utoipa::path(delete, path = "/v1/invitation-codes/{id}", tag = "accounts", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn remove_invitation_code(
    State(app): State<App>,
    allowed: Allowed<Policies>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let tenant = allowed.tenant.id;
    if !tx
        .remove_invitation_code(tenant, InvitationCodeId(id), now)
        .await?
    {
        return Err(ApiError::NotFound("invitation code"));
    }
    let act = Act::new(
        &allowed.caller,
        "invitation_code.removed",
        "invitation_code",
        id,
    );
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_compared_without_case_and_spaces() {
        assert_eq!(normal(" panda 8 ").as_deref(), Some("PANDA8"));
        for none in ["", "ab", "ab c!", "熊猫八八", &"x".repeat(41)] {
            assert_eq!(normal(none), None, "{none}");
        }
    }
}
