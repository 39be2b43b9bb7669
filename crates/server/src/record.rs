//! What is written beside every change, in its transaction: the audit entry and the event.

use std::collections::BTreeMap;

use menshen_core::access::Caller;
use menshen_core::event::EventName;
use menshen_core::ids::{ApplicantId, CodeId, NoticeId, TenantId, VerificationId};
use menshen_core::notice::Notice;
use menshen_core::time::Millis;
use menshen_store::{NewAuditEntry, NewNotice, Tx, VerificationRow};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::case::word;
use crate::jobs::{self, Delivery};
use crate::problem::ApiError;

/// Who did what to which record. Ids and codes only: the audit log outlives the people in it.
pub struct Act {
    tenant: Option<TenantId>,
    actor: String,
    action: &'static str,
    object: String,
    detail: BTreeMap<String, String>,
}

impl Act {
    /// Returns what a caller does.
    pub fn new(caller: &Caller, action: &'static str, kind: &str, id: Uuid) -> Self {
        Self {
            tenant: Some(caller.tenant()),
            actor: caller.actor(),
            action,
            object: format!("{kind}:{id}"),
            detail: BTreeMap::new(),
        }
    }

    /// Returns what the service does by itself.
    pub fn system(tenant: Option<TenantId>, action: &'static str, kind: &str, id: Uuid) -> Self {
        Self {
            tenant,
            actor: "system".to_owned(),
            action,
            object: format!("{kind}:{id}"),
            detail: BTreeMap::new(),
        }
    }

    /// Returns who does it.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Names the record that it is done to, where that was not known before.
    #[must_use]
    pub fn on(mut self, kind: &str, id: Uuid) -> Self {
        self.object = format!("{kind}:{id}");
        self
    }

    /// Adds a detail: an id, codes, a digest. An empty list of codes is no detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.detail.insert(key.to_owned(), value);
        }
        self
    }
}

/// Adds an entry of a reading to the audit log, before the answer is given. A person who reads what is their own leaves
/// none.
///
/// # Errors
/// The store's: then nothing may be shown.
pub async fn read_by_others(
    app: &App,
    caller: &Caller,
    action: &'static str,
    applicant: ApplicantId,
) -> Result<(), ApiError> {
    if matches!(caller, Caller::Person { .. }) {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    let act = Act::new(caller, action, "applicant", applicant.0);
    audit(&mut tx, act, app.now()).await?;
    Ok(tx.commit().await?)
}

/// Adds an entry to the audit log.
///
/// # Errors
/// The store's.
pub async fn audit(tx: &mut Tx, act: Act, now: Millis) -> Result<(), ApiError> {
    let Act {
        tenant,
        actor,
        action,
        object,
        detail,
    } = act;
    let entry = NewAuditEntry {
        at: now,
        tenant,
        actor,
        action: action.to_owned(),
        object,
        detail,
    };
    tx.append_audit(entry)?;
    Ok(())
}

/// Tells the integrator, and the person where it is news to them, that a verification has reached a status.
///
/// # Errors
/// The store's.
pub async fn event(
    tx: &mut Tx,
    name: EventName,
    row: &VerificationRow,
    now: Millis,
) -> Result<(), ApiError> {
    let payload = json!({
        "verification": row.id,
        "applicant": row.applicant_id,
        "level": row.level,
        "flow": row.flow,
        "status": row.status,
        "codes": row.codes,
        "at": now.to_timestamp(),
    });
    tx.append_event(row.tenant_id, &word(&name), &payload.to_string(), now)
        .await?;
    match Notice::of(name) {
        Some(notice) => {
            let news = News {
                tenant: row.tenant_id,
                applicant: row.applicant_id,
                verification: Some(row.id),
                code: None,
            };
            tell(tx, notice, &news, now).await
        }
        None => Ok(()),
    }
}

/// Whom a message goes to, and what it is about.
pub struct News {
    /// Whose applicant.
    pub tenant: TenantId,
    /// To whom.
    pub applicant: ApplicantId,
    /// About which verification.
    pub verification: Option<VerificationId>,
    /// The code that it bears, where somebody of the staff writes.
    pub code: Option<CodeId>,
}

/// Writes a message for the app and one for each address that the person has.
///
/// # Errors
/// The store's.
pub async fn tell(tx: &mut Tx, notice: Notice, news: &News, now: Millis) -> Result<(), ApiError> {
    let for_app = NewNotice {
        tenant_id: news.tenant,
        applicant_id: news.applicant,
        verification_id: news.verification,
        contact: None,
        kind: notice.name().to_owned(),
        code_id: news.code,
    };
    tx.create_notice(&for_app, now).await?;
    let contacts = tx.list_contacts(news.tenant, news.applicant).await?;
    for contact in contacts.iter().filter(|c| c.replaced_at.is_none()) {
        let contact = Some((contact.channel, contact.id));
        let new = NewNotice {
            contact,
            ..for_app.clone()
        };
        post(tx, &new, now).await?;
    }
    Ok(())
}

/// Writes a message to an address, with the job that sends it.
///
/// # Errors
/// The store's.
pub async fn post(tx: &mut Tx, new: &NewNotice, now: Millis) -> Result<NoticeId, ApiError> {
    let notice = tx.create_notice(new, now).await?;
    let work = Delivery {
        tenant: new.tenant_id,
        notice,
    };
    let payload = serde_json::to_string(&work).map_err(ApiError::machine)?;
    tx.enqueue_job(jobs::NOTIFY, &payload, now, now).await?;
    Ok(notice)
}
