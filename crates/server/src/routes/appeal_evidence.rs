//! What an appeal brings to its reviewer: for whoever holds the case, and nobody else.

use menshen_core::ids::{AttachmentId, BlobId};
use menshen_core::review::Queue;
use menshen_store::{AppealRow, AttachmentOwner, ReviewCaseRow, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::appeal_statement::{LinesOut, lines};
use super::appeals::proof_word;
use super::reasons::{Audience, ReasonOut, show};
use crate::app::App;
use crate::appeal::Appeal;
use crate::problem::ApiError;
use crate::statement::{Dictated, Kept};

/// What an appeal brings. Personal.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppealEvidenceOut {
    /// The appeal.
    pub id: Uuid,
    /// The disputed reason; none where the waiting is disputed.
    pub code: Option<String>,
    /// What the person says.
    pub words: Option<String>,
    /// How it was shown whose it is: `code`, or `vouched` by the integrator.
    pub proof: Option<String>,
    /// The hand-held statement, where a photo of it came.
    pub statement: Option<SheetOut>,
    /// Pictures that the person attached; each can be looked at as a photo of the case.
    pub attachments: Vec<PictureOut>,
}

/// The photo of a statement beside what was dictated. It is evidence, and proves nothing by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetOut {
    /// The id, by which it can be looked at as a photo of the case.
    pub id: Uuid,
    /// Is there a picture to look at? A sandbox keeps none.
    pub image: bool,
    /// What was to be written, in either language.
    pub dictated: LinesOut,
    /// What was read, top to bottom.
    pub read: Vec<String>,
    /// What was found, with figures.
    pub reasons: Vec<ReasonOut>,
}

/// A picture that a person attached.
#[derive(Debug, Serialize, ToSchema)]
pub struct PictureOut {
    /// The id.
    pub id: Uuid,
    /// Is there a picture to look at? A sandbox keeps none.
    pub image: bool,
}

/// Returns the appeal that a case is about; none where it is about none.
async fn of(app: &App, row: &ReviewCaseRow) -> Result<Option<AppealRow>, ApiError> {
    if row.case.matter.queue != Queue::Appeal {
        return Ok(None);
    }
    let newest = app
        .store
        .find_newest_appeal(row.case.tenant, row.verification_id);
    // One that was opened after the case is another one.
    Ok(newest
        .await?
        .filter(|appeal| appeal.created_at <= row.opened_at))
}

/// Returns what the appeal brings that a case is about; none where it is about none.
///
/// # Errors
/// The store's.
pub async fn gather(app: &App, row: &ReviewCaseRow) -> Result<Option<AppealEvidenceOut>, ApiError> {
    let tenant = row.case.tenant;
    let Some(row) = of(app, row).await? else {
        return Ok(None);
    };
    let appeal = Appeal::read(row)?;
    let words = match app.store.find_appeal_words(tenant, appeal.row.id).await {
        Ok(words) => words,
        Err(StoreError::Erased) => None,
        Err(error) => return Err(error.into()),
    };
    let owner = (AttachmentOwner::Appeal, appeal.row.id.0);
    let attached = app.store.list_attached(tenant, owner).await?;
    let picture = |row: &menshen_store::AttachedRow| PictureOut {
        id: row.attachment.id.0,
        image: row.attachment.image_blob.is_some(),
    };
    Ok(Some(AppealEvidenceOut {
        id: appeal.row.id.0,
        code: appeal.row.code.clone(),
        words: words.and_then(|words| words.as_text().map(str::to_owned)),
        proof: proof_word(&appeal.state).map(str::to_owned),
        statement: sheet(app, &appeal).await?,
        attachments: attached.iter().map(picture).collect(),
    }))
}

async fn sheet(app: &App, appeal: &Appeal) -> Result<Option<SheetOut>, ApiError> {
    let found = app
        .store
        .find_statement(appeal.row.tenant_id, appeal.row.id);
    let Some(row) = found.await?.filter(|row| row.received_at.is_some()) else {
        return Ok(None);
    };
    let dictated = app.store.find_dictated(&row).await?;
    let kept = app.store.find_statement_evidence(&row).await?;
    let (Some(dictated), Some(kept)) = (dictated, kept) else {
        return Ok(None);
    };
    let dictated: Dictated = serde_json::from_slice(&dictated).map_err(ApiError::machine)?;
    let kept: Kept = serde_json::from_slice(&kept).map_err(ApiError::machine)?;
    let read = kept.evidence.lines.iter().map(|line| line.text.clone());
    Ok(Some(SheetOut {
        id: row.id.0,
        image: row.image_blob.is_some(),
        dictated: lines(&dictated),
        read: read.collect(),
        reasons: show(&kept.verdict.reasons, Audience::Operator),
    }))
}

/// Returns the sealed picture of an id that the appeal brings that a case is about: its statement, or an attachment.
///
/// # Errors
/// The store's.
pub async fn picture(app: &App, row: &ReviewCaseRow, id: Uuid) -> Result<Option<BlobId>, ApiError> {
    let tenant = row.case.tenant;
    let Some(appeal) = of(app, row).await? else {
        return Ok(None);
    };
    let statement = app.store.find_statement(tenant, appeal.id).await?;
    if let Some(statement) = statement.filter(|statement| statement.id.0 == id) {
        return Ok(statement.image_blob);
    }
    let owner = (AttachmentOwner::Appeal, appeal.id.0);
    let id = AttachmentId(id);
    let attached = app.store.find_attached(tenant, owner, id).await?;
    Ok(attached.and_then(|row| row.image_blob))
}
