//! A picture that a person attaches: told from what is none, written anew in a process of its own, kept sealed.
//!
//! Nothing of the file but its pixels is kept, so that whatever hides in it ends here.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use menshen_core::attachment::{Fault, LARGEST, MOST_A_DAY, MOST_AT_ONCE};
use menshen_core::ids::{ApplicantId, AttachmentId, MessageId, TenantId};
use menshen_core::time::{DAY, Millis};
use menshen_engine::{Answer, Request, Standing, look};
use menshen_store::{
    AttachmentOwner, AttachmentRow, DigestKind, NewAttachment, Purpose, StoreError, TenantKind,
    TenantRow, Tx,
};
use uuid::Uuid;

use crate::app::App;
use crate::capture::busy;
use crate::problem::ApiError;

/// A picture that was looked at and lies sealed in its place; [`Prepared::record`] makes it one of the person's.
pub struct Prepared {
    new: NewAttachment,
    /// Was it known when it came? Then it was not looked at again.
    known: bool,
}

impl Prepared {
    /// Tells a file from what is none, writes the picture anew and seals it, outside of any transaction. A sandbox has no
    /// process for that and keeps no picture.
    ///
    /// # Errors
    /// [`ApiError::Attachment`] says what the file is instead, or that there are too many; [`ApiError::Busy`] where
    /// nothing is known of it.
    pub async fn new(
        app: &App,
        tenant: &TenantRow,
        applicant: ApplicantId,
        bytes: &Bytes,
    ) -> Result<Self, ApiError> {
        let (store, now) = (&app.store, app.now());
        let digest = store.digest(tenant.id, DigestKind::Photo, bytes);
        let same = store.find_same_attachment(tenant.id, applicant, &digest);
        let known = same.await?.is_some();
        let picture = if known {
            None
        } else {
            let since = now.plus(-DAY);
            let n = store.count_attachments(tenant.id, applicant, since);
            few_enough(n.await?)?;
            judge(app, tenant, bytes).await?
        };
        let image = match &picture {
            Some(clean) => {
                let purpose = Purpose::Document;
                let staged = store.stage_blob(tenant.id, applicant, purpose, clean, now);
                Some(staged.await?)
            }
            None => None,
        };
        let new = NewAttachment {
            tenant_id: tenant.id,
            applicant_id: applicant,
            digest,
            image,
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        };
        Ok(Self { new, known })
    }

    /// Records the picture. The same bytes are the same picture.
    ///
    /// # Errors
    /// [`ApiError::Attachment`]: the limit of a day holds however many requests race. [`ApiError::Stale`] where a picture
    /// that was known was removed this very moment.
    pub async fn record(&self, tx: &mut Tx, now: Millis) -> Result<AttachmentRow, ApiError> {
        let (tenant, applicant) = (self.new.tenant_id, self.new.applicant_id);
        tx.lock_applicant(tenant, applicant).await?;
        let digest = &self.new.digest;
        let same = tx.find_same_attachment(tenant, applicant, digest).await?;
        match same {
            Some(_) => {}
            None if self.known => return Err(ApiError::Stale),
            None => {
                let since = now.plus(-DAY);
                few_enough(tx.count_attachments(tenant, applicant, since).await?)?;
            }
        }
        Ok(tx.record_attachment(&self.new, now).await?)
    }
}

/// Judges a file by its markers and has the picture written anew.
async fn judge(app: &App, tenant: &TenantRow, bytes: &Bytes) -> Result<Option<Vec<u8>>, ApiError> {
    let refused = |word: &str| ApiError::Attachment(Fault::of(word));
    if bytes.len() > LARGEST {
        return Err(ApiError::Attachment(Fault::TooLarge));
    }
    // Cheap, so that no process is kept busy by what is none.
    look(bytes).map_err(refused)?;
    if tenant.kind == TenantKind::Sandbox {
        return Ok(None);
    }
    let engine = app.engine.as_ref().ok_or(ApiError::Busy)?;
    let bytes = bytes.to_vec();
    match engine.ask(Request::Clean { bytes }, Standing::New).await {
        Ok(Answer::Clean { picture }) => picture.map(Some).map_err(|word| refused(&word)),
        Ok(_) => Err(ApiError::Busy),
        Err(error) => Err(busy(app, &error)),
    }
}

fn few_enough(n: usize) -> Result<(), ApiError> {
    match n < MOST_A_DAY {
        true => Ok(()),
        false => Err(ApiError::Attachment(Fault::TooManyToday)),
    }
}

/// Reads the ids of pictures that something brings.
///
/// # Errors
/// [`Fault::TooMany`], or `attachments_invalid` where one is named twice.
pub fn named(ids: &[Uuid]) -> Result<Vec<AttachmentId>, ApiError> {
    if ids.len() > MOST_AT_ONCE {
        return Err(ApiError::Attachment(Fault::TooMany));
    }
    let twice = ids.iter().enumerate().any(|(n, id)| ids[..n].contains(id));
    if twice {
        let detail = "attachments names one twice";
        return Err(ApiError::invalid("attachments_invalid", detail));
    }
    Ok(ids.iter().copied().map(AttachmentId).collect())
}

/// Attaches a person's pictures in the transaction of what they are attached to.
///
/// # Errors
/// [`ApiError::NotFound`] where one is not there or another's.
pub async fn attach(
    tx: &mut Tx,
    who: (TenantId, ApplicantId),
    ids: &[AttachmentId],
    owner: (AttachmentOwner, Uuid),
    message: Option<MessageId>,
    now: Millis,
) -> Result<(), ApiError> {
    let attached = tx.attach(who, ids, owner, message, now).await;
    attached.map_err(|error| match error {
        StoreError::Missing { .. } => ApiError::NotFound("attachment"),
        error => error.into(),
    })
}

/// Returns a picture that is attached to just this.
///
/// # Errors
/// [`ApiError::NotFound`].
pub async fn of(
    app: &App,
    tenant: TenantId,
    owner: (AttachmentOwner, Uuid),
    id: Uuid,
) -> Result<AttachmentRow, ApiError> {
    let found = app.store.find_attached(tenant, owner, AttachmentId(id));
    found.await?.ok_or(ApiError::NotFound("attachment"))
}

/// Answers with a picture. Nobody keeps it on the way, and no browser takes it for anything else.
///
/// # Errors
/// [`ApiError::NotFound`] in a sandbox, which keeps none; [`ApiError::Erased`].
pub async fn show(app: &App, row: &AttachmentRow) -> Result<Response, ApiError> {
    let missing = ApiError::NotFound("picture");
    let Some(blob) = row.image_blob else {
        return Err(missing);
    };
    let picture = app.store.open_blob(row.tenant_id, blob).await?;
    let picture = picture.ok_or(missing)?;
    let text = HeaderValue::from_static;
    let headers = [
        (header::CONTENT_TYPE, text("image/jpeg")),
        (header::CACHE_CONTROL, text("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, text("nosniff")),
        (
            header::CONTENT_DISPOSITION,
            text("inline; filename=\"picture.jpg\""),
        ),
    ];
    Ok((StatusCode::OK, headers, picture.to_vec()).into_response())
}
