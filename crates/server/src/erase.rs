//! Erasing a person: the keys, the open verification, the event and the audit entry, in one transaction.

use menshen_core::appeal::Ending;
use menshen_core::event::EventName;
use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::Millis;
use menshen_core::verification::Expiry;
use menshen_store::{StoreError, Tx, VerificationRow};

use crate::app::App;
use crate::appeal;
use crate::case::{Case, word};
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::ticket;

/// An applicant has one open verification at a time, beside those by which accounts are claimed.
const NEWEST: u32 = 200;

/// Destroys everything personal of an applicant and ends what was open. `keep` is the time in milliseconds for which the law
/// wants the record kept once somebody was verified; `act` says who does it.
///
/// # Errors
/// `must_be_kept` before `until`, `held` under a legal hold.
pub async fn erase(
    app: &App,
    (tenant, applicant): (TenantId, ApplicantId),
    keep: i64,
    act: Act,
    now: Millis,
) -> Result<(), ApiError> {
    let rows = app
        .store
        .list_applicant_verifications(tenant, applicant, None, NEWEST)
        .await?;
    let mut open = Vec::new();
    for row in rows {
        let case = Case::read(app, row).await?;
        if case.progress.state.is_open() {
            open.push(case);
        }
    }
    let mut tx = app.store.begin().await?;
    // The gallery first, as everywhere: nobody waits for another in a ring.
    tx.lock_gallery(tenant).await?;
    // A verdict locks the person, too: whether they were verified meanwhile is seen here.
    tx.lock_applicant(tenant, applicant).await?;
    let identity = tx.find_identity(tenant, applicant).await?;
    let until = identity.map_or(now, |known| known.verified_at.plus(keep));
    let erased = tx.erase(tenant, applicant, until, now).await;
    erased.map_err(|error| match error {
        StoreError::MustKeep => {
            let until = until.to_timestamp();
            let detail = format!("a completed verification is kept until {until}");
            ApiError::conflict("must_be_kept", detail)
        }
        error => error.into(),
    })?;
    for case in open {
        end(&mut tx, case, now).await?;
    }
    ticket::close_erased(&mut tx, (tenant, applicant), now).await?;
    record::audit(&mut tx, act, now).await?;
    let name = word(&EventName::ApplicantErased);
    let payload = serde_json::json!({ "applicant": applicant, "at": now.to_timestamp() });
    tx.append_event(tenant, &name, &payload.to_string(), now)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a verification: there is nothing left to judge. It is read again: erasure has changed its row.
async fn end(tx: &mut Tx, case: Case, now: Millis) -> Result<(), ApiError> {
    let VerificationRow { tenant_id, id, .. } = case.row;
    let row = tx.find_verification(tenant_id, id).await?;
    let row = row.ok_or(ApiError::NotFound("verification"))?;
    let mut case = Case::new(row, case.policy)?;
    if !case.progress.state.is_open() {
        return Ok(());
    }
    appeal::settle(tx, &mut case, Ending::Erased, now).await?;
    case.progress.state = case.progress.state.expired(Expiry::Erased, now)?;
    case.write(tx, now).await?;
    let act = Act::system(
        Some(tenant_id),
        "verification.expired",
        "verification",
        id.0,
    );
    record::audit(tx, act.with("why", word(&Expiry::Erased)), now).await?;
    record::event(tx, EventName::VerificationExpired, &case.row, now).await
}
