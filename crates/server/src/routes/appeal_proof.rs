//! Whose appeal it is: shown by a code that goes to an address from the time of registration, or vouched for.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::appeal::{Channel as Way, Proof};
use menshen_core::ids::{AppealId, ContactId};
use menshen_core::notice::Notice;
use menshen_core::reason::{Reason, ReasonCode};
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{
    Channel, ContactRow, Factor, NewAppealCode, NewNotice, Store, Tx, VerificationRow,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::appeals::{AppealOut, Beside, describe};
use crate::app::App;
use crate::appeal::Appeal;
use crate::caller::{Allowed, Manage, Write};
use crate::contact::masked;
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Time between two codes in milliseconds: whoever waits for an SMS presses twice.
const BETWEEN: i64 = MINUTE;

/// An address that a code can be sent to.
pub struct Address {
    id: ContactId,
    way: Way,
    masked: String,
}

/// An address that a code can be sent to, as much of it as its owner needs to know it again.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressOut {
    /// The id, to be named when a code is asked for.
    pub id: Uuid,
    /// `email` or `sms`.
    #[schema(value_type = String)]
    pub channel: Way,
    /// The address, masked.
    #[schema(example = "a•••@example.com")]
    pub address: String,
}

impl From<&Address> for AddressOut {
    fn from(address: &Address) -> Self {
        Self {
            id: address.id.0,
            channel: address.way,
            address: address.masked.clone(),
        }
    }
}

/// Returns the addresses that prove whose a verification is: the first of each way and those still in use, if they are older
/// than the submission that is disputed. Whoever takes an account over and adds an address proves nothing by it.
///
/// # Errors
/// The store's.
pub async fn addresses(app: &App, row: &VerificationRow) -> Result<Vec<Address>, ApiError> {
    let before = row.submitted_at.unwrap_or(row.created_at);
    let contacts = app
        .store
        .list_contacts(row.tenant_id, row.applicant_id)
        .await?;
    let mut found = Vec::new();
    for contact in proving(&contacts, before) {
        let way = match contact.channel {
            Channel::Email => Way::Email,
            Channel::Sms => Way::Sms,
            Channel::App => continue,
        };
        if !app.outbound.has(contact.channel) {
            continue;
        }
        let address = app.store.find_address(row.tenant_id, contact.id).await?;
        let address = address.as_ref().and_then(|address| address.as_text());
        found.push(Address {
            id: contact.id,
            way,
            masked: masked(contact.channel, address.unwrap_or_default()),
        });
    }
    Ok(found)
}

fn proving(contacts: &[ContactRow], before: Millis) -> impl Iterator<Item = &ContactRow> {
    let older = contacts.iter().filter(move |row| row.created_at <= before);
    older.filter(move |row| row.replaced_at.is_none() || is_first(contacts, row))
}

fn is_first(contacts: &[ContactRow], row: &ContactRow) -> bool {
    let mut same = contacts.iter().filter(|other| other.channel == row.channel);
    same.next().is_some_and(|oldest| oldest.id == row.id)
}

/// Where the code goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeIn {
    /// One of the appeal's `contacts`; the first of them where left out.
    pub contact: Option<Uuid>,
}

/// Sends a code to an address from the time of registration. It is good for ten minutes by SMS and a day by mail; another
/// one takes its place.
#[utoipa::path(post, path = "/v1/appeals/{id}/code", tag = "appeals", request_body = CodeIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 202, body = AppealOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn send_appeal_code(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<CodeIn>,
) -> Result<Response, ApiError> {
    let mut appeal = allowed.appeal(&app, AppealId(id)).await?;
    let beside = Beside::read(&app, &allowed, &appeal).await?;
    let policy = app.policy(&allowed.tenant)?;
    let now = app.now();
    let route = format!("send_appeal_code:{id}");
    let caller = &allowed.caller;
    let mut work = match once::begin(&app, caller, &headers, &route, input.digest).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let state = appeal.state.clone();
    let address = choose(&beside.addresses, input.value.contact);
    // The state is told first: who is past this needs no address.
    appeal.state = state.sent(address.as_ref().map_or(Way::Email, |address| address.way))?;
    let address = address?;
    refuse_flood(&mut work.tx, &appeal, policy.appeals.codes_a_day, now).await?;
    send(&mut work.tx, &appeal, address, now).await?;
    appeal.write(&mut work.tx, &policy.appeals, now).await?;
    let act = Act::new(caller, "appeal.code_sent", "appeal", id);
    let act = act.with("contact", address.id.to_string());
    record::audit(&mut work.tx, act, now).await?;
    let out = describe(caller, &appeal, &beside);
    work.finish(&app, StatusCode::ACCEPTED, &out).await
}

fn choose(addresses: &[Address], wanted: Option<Uuid>) -> Result<&Address, ApiError> {
    let fits = |address: &&Address| wanted.is_none_or(|wanted| address.id.0 == wanted);
    match (addresses.iter().find(fits), wanted) {
        (Some(address), _) => Ok(address),
        (None, Some(_)) if !addresses.is_empty() => Err(ApiError::invalid(
            "contact_unknown",
            "contact must be one of the appeal's contacts",
        )),
        (None, _) => Err(ApiError::conflict(
            "contact_absent",
            "there is no address from the time of registration that a code could go to; the integrator can vouch for the \
             person",
        )),
    }
}

/// Codes cost money and patience: one a minute, and so many a day. Where no guess would be looked at, none is sent.
async fn refuse_flood(
    tx: &mut Tx,
    appeal: &Appeal,
    most: u32,
    now: Millis,
) -> Result<(), ApiError> {
    let (tenant, applicant) = (appeal.row.tenant_id, appeal.row.applicant_id);
    tx.lock_applicant(tenant, applicant).await?;
    let row = tx
        .find_guesses(tenant, applicant, Factor::AppealCode)
        .await?;
    row.guesses.open(now)?;
    let window = menshen_core::time::DAY;
    let times = tx
        .list_appeal_code_times(tenant, applicant, now.plus(-window))
        .await?;
    let next = times.last().map(|last| last.plus(BETWEEN));
    let over = times.len().checked_sub(most as usize);
    let free = over
        .and_then(|over| times.get(over))
        .map(|at| at.plus(window));
    match next.max(free) {
        Some(at) if at > now => Err(ApiError::TooMany(at)),
        _ => Ok(()),
    }
}

async fn send(
    tx: &mut Tx,
    appeal: &Appeal,
    address: &Address,
    now: Millis,
) -> Result<(), ApiError> {
    let channel = match address.way {
        Way::Email => Channel::Email,
        Way::Sms => Channel::Sms,
    };
    let notice = NewNotice {
        tenant_id: appeal.row.tenant_id,
        applicant_id: appeal.row.applicant_id,
        verification_id: Some(appeal.row.verification_id),
        contact: Some((channel, address.id)),
        kind: Notice::AppealCode.name().to_owned(),
        code_id: None,
    };
    let new = NewAppealCode {
        contact: address.id,
        notice: record::post(tx, &notice, now).await?,
        expires_at: now.plus(address.way.code_lasts()),
    };
    let code = Store::draw_appeal_code()?;
    tx.create_appeal_code(&appeal.row, &new, &code, now).await?;
    Ok(())
}

/// The code that arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofIn {
    /// Six digits.
    #[schema(pattern = "^[0-9]{6}$", example = "042424")]
    pub code: String,
}

/// Shows whose appeal it is, by the code that was sent last. Guesses are counted for the person, whichever code they are
/// aimed at: ten, then an hour's wait, a hundred ever.
#[utoipa::path(post, path = "/v1/appeals/{id}/proof", tag = "appeals", request_body = ProofIn, params(("id" = Uuid, Path)),
    responses((status = 200, body = AppealOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn prove_appeal(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    input: Input<ProofIn>,
) -> Result<Json<AppealOut>, ApiError> {
    let guess = input.value.code;
    if guess.len() != 6 || !guess.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ApiError::invalid("code_invalid", "code must be six digits"));
    }
    let appeal = allowed.appeal(&app, AppealId(id)).await?;
    let beside = Beside::read(&app, &allowed, &appeal).await?;
    let policy = app.policy(&allowed.tenant)?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let (tenant, applicant) = (appeal.row.tenant_id, appeal.row.applicant_id);
    tx.lock_applicant(tenant, applicant).await?;
    // Read under the lock: of two right ones at once one is used.
    let row = tx.find_appeal(tenant, appeal.row.id).await?;
    let mut appeal = Appeal::read(row.ok_or(ApiError::NotFound("appeal"))?)?;
    let code = tx.find_appeal_code(tenant, appeal.row.id).await?;
    let sent = code.as_ref().map(|code| code.contact_id);
    let address = beside
        .addresses
        .iter()
        .find(|address| Some(address.id) == sent);
    let channel = address.map_or(Way::Email, |address| address.way);
    let proven = appeal.state.clone().proven(Proof::Code { channel }, now)?;
    let code = code.filter(|code| address.is_some() && code.is_good(now));
    let Some(code) = code else {
        let detail = "no code is good now; ask for one";
        return Err(ApiError::conflict("code_expired", detail));
    };
    let counted = tx
        .find_guesses(tenant, applicant, Factor::AppealCode)
        .await?;
    let guesses = counted.guesses.counted(now)?;
    let right = tx.appeal_code_is(&code, &guess).await?;
    let guesses = if right { guesses.right() } else { guesses };
    tx.put_guesses(tenant, applicant, Factor::AppealCode, &counted, guesses)
        .await?;
    if !right {
        let act = Act::new(&allowed.caller, "appeal.code_wrong", "appeal", id);
        record::audit(&mut tx, act, now).await?;
        tx.commit().await?;
        return Err(ApiError::NotLikeThis(Box::new(Reason::new(
            ReasonCode::ContactNotOwned,
        ))));
    }
    tx.end_appeal_code(&code, now).await?;
    appeal.state = proven;
    appeal.write(&mut tx, &policy.appeals, now).await?;
    let act = Act::new(&allowed.caller, "appeal.proven", "appeal", id);
    let act = act.with("contact", code.contact_id.to_string());
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(describe(&allowed.caller, &appeal, &beside)))
}

/// Vouches for the person, where no code can reach them: the integrator has made sure by other means whose appeal it is. The
/// audit log says who did.
#[utoipa::path(post, path = "/v1/appeals/{id}/vouch", tag = "appeals",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = AppealOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn vouch_for_appeal(
    State(app): State<App>,
    allowed: Allowed<Manage>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut appeal = allowed.appeal(&app, AppealId(id)).await?;
    let beside = Beside::read(&app, &allowed, &appeal).await?;
    let policy = app.policy(&allowed.tenant)?;
    let now = app.now();
    let route = format!("vouch_for_appeal:{id}");
    let caller = &allowed.caller;
    let mut work = match once::begin(&app, caller, &headers, &route, [0; 32]).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    appeal.state = appeal.state.clone().proven(Proof::Vouched, now)?;
    appeal.write(&mut work.tx, &policy.appeals, now).await?;
    work.tx
        .end_appeal_codes(appeal.row.tenant_id, appeal.row.id, now)
        .await?;
    let act = Act::new(caller, "appeal.vouched", "appeal", id);
    record::audit(&mut work.tx, act, now).await?;
    let out = describe(caller, &appeal, &beside);
    work.finish(&app, StatusCode::OK, &out).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(at: i64, channel: Channel, replaced: Option<i64>) -> ContactRow {
        ContactRow {
            id: ContactId::new(Millis(at), [0; 10]),
            channel,
            created_at: Millis(at),
            replaced_at: replaced.map(Millis),
        }
    }

    #[test]
    fn an_address_added_after_the_submission_proves_nothing() {
        let contacts = [
            contact(10, Channel::Sms, Some(20)),
            contact(20, Channel::Sms, Some(30)),
            contact(30, Channel::Sms, None),
            contact(40, Channel::Email, None),
        ];
        let at = |before| -> Vec<i64> {
            proving(&contacts, Millis(before))
                .map(|row| row.created_at.0)
                .collect()
        };
        assert_eq!(at(5), Vec::<i64>::new());
        assert_eq!(at(25), [10], "the first, and none that was replaced since");
        assert_eq!(at(35), [10, 30]);
        assert_eq!(at(40), [10, 30, 40]);
    }
}
