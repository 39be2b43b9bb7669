//! A verification that is to be opened: by a person, an integrator, or the sign-in of an account.

use std::sync::Arc;

use menshen_core::Policy;
use menshen_core::access::Caller;
use menshen_core::event::EventName;
use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::progress::Progress;
use menshen_core::time::Millis;
use menshen_core::verification::{Flow, Status};
use menshen_store::{NewVerification, Tx, VerificationRow};

use crate::case::{Case, from_word, word};
use crate::problem::ApiError;
use crate::record::{self, Act};

/// A verification that is to be opened.
pub struct Opening<'a> {
    /// By whom.
    pub caller: &'a Caller,
    /// Of which applicant.
    pub applicant: (TenantId, ApplicantId),
    /// To which level.
    pub level: String,
    /// Why.
    pub flow: Flow,
    /// By which policy.
    pub policy: Arc<Policy>,
}

impl Opening<'_> {
    /// Opens it, in a transaction.
    ///
    /// # Errors
    /// `verification_open`, `already_verified`, `never_verified`; the store's.
    pub async fn open(self, tx: &mut Tx, now: Millis) -> Result<Case, ApiError> {
        let (tenant, applicant) = self.applicant;
        // Two requests at once would both find nothing open: the applicant's row is held until the end.
        tx.lock_applicant(tenant, applicant).await?;
        refuse_second(tx, tenant, applicant, self.flow, &self.level).await?;
        self.write(tx, now).await
    }

    /// Opens one for somebody who only claims to be the applicant, who may be nobody: whatever else is open stands in its way no
    /// more than it stands in theirs, and says nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn open_unasked(self, tx: &mut Tx, now: Millis) -> Result<Case, ApiError> {
        self.write(tx, now).await
    }

    async fn write(self, tx: &mut Tx, now: Millis) -> Result<Case, ApiError> {
        let Self {
            caller,
            applicant: (tenant, applicant),
            level,
            flow,
            policy,
        } = self;
        let progress = Progress::new(now);
        let new = NewVerification {
            tenant_id: tenant,
            applicant_id: applicant,
            level,
            flow: word(&flow),
            status: word(&progress.state.status()),
            state: serde_json::to_string(&progress).map_err(ApiError::machine)?,
            policy_identity: policy.identity(),
            due_at: progress.due(&policy.times, now),
        };
        let row = tx.create_verification(&new, now).await?;
        let act = Act::new(caller, "verification.created", "verification", row.id.0);
        record::audit(tx, act.with("flow", row.flow.clone()), now).await?;
        if flow != Flow::FaceLogin {
            record::event(tx, EventName::VerificationCreated, &row, now).await?;
        }
        Ok(Case {
            row,
            progress,
            flow,
            policy,
        })
    }
}

async fn refuse_second(
    tx: &mut Tx,
    tenant: TenantId,
    applicant: ApplicantId,
    flow: Flow,
    level: &str,
) -> Result<(), ApiError> {
    let rows = tx
        .list_applicant_verifications(tenant, applicant, None, 100)
        .await?;
    let open = |row: &&VerificationRow| {
        from_word::<Status>(&row.status).map_or(true, |status| {
            !matches!(status, Status::Verified | Status::Expired)
        })
    };
    // What the sign-in begins stands in nobody's way, whoever begins it, and nothing in its.
    let signs_in =
        |row: &&VerificationRow| from_word(&row.flow).is_ok_and(|flow: Flow| flow.is_of_sign_in());
    let in_the_way = rows.iter().filter(|row| !signs_in(row)).find(open);
    if let Some(open) = in_the_way.filter(|_| !flow.is_of_sign_in()) {
        let detail = format!("verification {} of this applicant is open", open.id);
        return Err(ApiError::conflict("verification_open", detail));
    }
    let verified = |row: &&VerificationRow| row.status == word(&Status::Verified) && !signs_in(row);
    let done = rows.iter().any(|row| verified(&row) && row.level == level);
    if flow == Flow::First && done {
        let detail = "this level is verified; choose a flow of re-verification";
        return Err(ApiError::conflict("already_verified", detail));
    }
    let ever = tx.find_identity(tenant, applicant).await?.is_some();
    if (flow.is_again() || flow.is_of_sign_in()) && !ever {
        let detail = "there is no first verification to repeat";
        return Err(ApiError::conflict("never_verified", detail));
    }
    Ok(())
}
