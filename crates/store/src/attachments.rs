//! Pictures that people attach, and what they are attached to: a ticket or an appeal.

use menshen_core::ids::{ApplicantId, AttachmentId, BlobId, MessageId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;
use uuid::Uuid;

use crate::blobs::StagedBlob;
use crate::columns::{Reader, all, one, words};
use crate::error::{Doing, insert_error};
use crate::{Store, StoreError, Tx};

/// What a picture is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentOwner {
    /// A ticket.
    Ticket,
    /// An appeal.
    Appeal,
}

words!(AttachmentOwner { Ticket = "ticket", Appeal = "appeal" });

/// A picture to be recorded.
pub struct NewAttachment {
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Whose it is.
    pub applicant_id: ApplicantId,
    /// [`Store::digest`] of the bytes that came, of kind `Photo`.
    pub digest: String,
    /// The picture as it was written anew, sealed as a document; none in a sandbox.
    pub image: Option<StagedBlob>,
    /// Bytes of what came.
    pub size: i64,
}

/// A picture, without the picture.
#[derive(Clone, Debug)]
pub struct AttachmentRow {
    /// The id.
    pub id: AttachmentId,
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Whose it is.
    pub applicant_id: ApplicantId,
    /// The picture; none in a sandbox, and none after erasure.
    pub image_blob: Option<BlobId>,
    /// Bytes of what came.
    pub size: i64,
    /// When it came.
    pub created_at: Millis,
}

/// A picture and the message that brought it.
#[derive(Clone, Debug)]
pub struct AttachedRow {
    /// The picture.
    pub attachment: AttachmentRow,
    /// The message of the thread, where the owner has one.
    pub message_id: Option<MessageId>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($more:literal, $where:literal) => {
        concat!(
            "SELECT a.id, a.tenant_id, a.applicant_id, a.image_blob, a.size, a.created_at",
            $more,
            " FROM attachment a ",
            $where
        )
    };
}

const ATTACHMENT: &str = "attachment";
const INSERT: &str = "INSERT INTO attachment (id, tenant_id, applicant_id, digest, image_blob, size, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = select!("", "WHERE a.id = $1 AND a.tenant_id = $2");
const FIND_SAME: &str = select!(
    "",
    "WHERE a.tenant_id = $1 AND a.applicant_id = $2 AND a.digest = $3"
);
/// Whoever sends it again has another day to attach it.
const TOUCH: &str = "UPDATE attachment SET created_at = $1 WHERE id = $2 AND tenant_id = $3";
const COUNT: &str = "SELECT COUNT(*) AS n FROM attachment \
     WHERE tenant_id = $1 AND applicant_id = $2 AND created_at > $3";
const LIST_USED: &str = select!(
    ", u.message_id",
    "JOIN attachment_use u ON u.attachment_id = a.id \
     WHERE u.tenant_id = $1 AND u.owner = $2 AND u.owner_id = $3 ORDER BY a.id"
);
const FIND_USED: &str = select!(
    "",
    "JOIN attachment_use u ON u.attachment_id = a.id \
     WHERE u.tenant_id = $1 AND u.owner = $2 AND u.owner_id = $3 AND a.id = $4"
);
const USE: &str = "INSERT INTO attachment_use (attachment_id, tenant_id, owner, owner_id, message_id, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner, owner_id, attachment_id) DO NOTHING";
const LEFT_LYING: &str = "SELECT b.id, b.place FROM attachment a JOIN blob b ON b.id = a.image_blob \
     WHERE a.created_at <= $1 AND NOT EXISTS (SELECT 1 FROM attachment_use u WHERE u.attachment_id = a.id)";
const DELETE_LEFT_LYING: &str = "DELETE FROM attachment WHERE created_at <= $1 \
     AND NOT EXISTS (SELECT 1 FROM attachment_use u WHERE u.attachment_id = attachment.id)";

impl Store {
    /// Returns a picture of a tenant's applicant.
    pub async fn find_attachment(
        &self,
        tenant: TenantId,
        id: AttachmentId,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns a person's picture of the same bytes, where it came before.
    pub async fn find_same_attachment(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        digest: &str,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        find_same(&mut *self.conn().await?, tenant, applicant, digest).await
    }

    /// Returns how many pictures of a person came after an instant.
    pub async fn count_attachments(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        since: Millis,
    ) -> Result<usize, StoreError> {
        count(&mut *self.conn().await?, tenant, applicant, since).await
    }

    /// Returns what is attached, oldest first.
    pub async fn list_attached(
        &self,
        tenant: TenantId,
        (owner, id): (AttachmentOwner, Uuid),
    ) -> Result<Vec<AttachedRow>, StoreError> {
        let rows = sqlx::query(LIST_USED)
            .bind(tenant.to_string())
            .bind(owner.as_str())
            .bind(id.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list attachments")?;
        all(ATTACHMENT, &rows, |r| {
            Ok(AttachedRow {
                attachment: read(r)?,
                message_id: r.parse_maybe("message_id")?,
            })
        })
    }

    /// Returns a picture that is attached to just this.
    pub async fn find_attached(
        &self,
        tenant: TenantId,
        (owner, id): (AttachmentOwner, Uuid),
        attachment: AttachmentId,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        let row = sqlx::query(FIND_USED)
            .bind(tenant.to_string())
            .bind(owner.as_str())
            .bind(id.to_string())
            .bind(attachment.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find attachment")?;
        one(ATTACHMENT, row, read)
    }
}

impl Tx {
    /// Returns how many pictures of a person came after an instant. To keep a limit exact, lock the applicant before.
    pub async fn count_attachments(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        since: Millis,
    ) -> Result<usize, StoreError> {
        count(self.conn(), tenant, applicant, since).await
    }

    /// Returns a person's picture of the same bytes, where it came before.
    pub async fn find_same_attachment(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        digest: &str,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        find_same(self.conn(), tenant, applicant, digest).await
    }

    /// Records a picture. The same bytes of the same person are the same picture. The caller holds the applicant's lock.
    pub async fn record_attachment(
        &mut self,
        new: &NewAttachment,
        now: Millis,
    ) -> Result<AttachmentRow, StoreError> {
        let (tenant, applicant) = (new.tenant_id, new.applicant_id);
        let same = find_same(self.conn(), tenant, applicant, &new.digest).await?;
        if let Some(same) = same {
            if let Some(blob) = &new.image {
                self.forget_blob(blob);
            }
            sqlx::query(TOUCH)
                .bind(now.0)
                .bind(same.id.to_string())
                .bind(tenant.to_string())
                .execute(self.conn())
                .await
                .doing("record attachment")?;
            return Ok(AttachmentRow {
                created_at: now,
                ..same
            });
        }
        if let Some(blob) = &new.image {
            self.keep_blob(blob).await?;
        }
        let id = AttachmentId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(new.digest.clone())
            .bind(new.image.as_ref().map(|blob| blob.id().to_string()))
            .bind(new.size)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(ATTACHMENT, "record attachment", source))?;
        let row = find(self.conn(), tenant, id).await?;
        row.ok_or(StoreError::Missing { table: ATTACHMENT })
    }

    /// Attaches a person's pictures; [`StoreError::Missing`] where one of them is not theirs.
    pub async fn attach(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        attachments: &[AttachmentId],
        (owner, id): (AttachmentOwner, Uuid),
        message: Option<MessageId>,
        now: Millis,
    ) -> Result<(), StoreError> {
        for attachment in attachments {
            let row = find(self.conn(), tenant, *attachment).await?;
            row.filter(|row| row.applicant_id == applicant)
                .ok_or(StoreError::Missing { table: ATTACHMENT })?;
            sqlx::query(USE)
                .bind(attachment.to_string())
                .bind(tenant.to_string())
                .bind(owner.as_str())
                .bind(id.to_string())
                .bind(message.map(|id| id.to_string()))
                .bind(now.0)
                .execute(self.conn())
                .await
                .doing("attach")?;
        }
        Ok(())
    }

    /// Removes pictures that came before an instant and were never attached to anything; returns how many.
    pub async fn prune_attachments(&mut self, before: Millis) -> Result<u64, StoreError> {
        let rows = sqlx::query(LEFT_LYING)
            .bind(before.0)
            .fetch_all(self.conn())
            .await
            .doing("list attachments")?;
        let files = all("blob", &rows, |r| Ok((r.parse("place")?, r.parse("id")?)))?;
        let done = sqlx::query(DELETE_LEFT_LYING)
            .bind(before.0)
            .execute(self.conn())
            .await
            .doing("prune attachments")?;
        for (place, id) in files {
            self.remove_blob(place, id).await?;
        }
        Ok(done.rows_affected())
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: AttachmentId,
) -> Result<Option<AttachmentRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find attachment")?;
    one(ATTACHMENT, row, read)
}

async fn find_same(
    conn: &mut AnyConnection,
    tenant: TenantId,
    applicant: ApplicantId,
    digest: &str,
) -> Result<Option<AttachmentRow>, StoreError> {
    let row = sqlx::query(FIND_SAME)
        .bind(tenant.to_string())
        .bind(applicant.to_string())
        .bind(digest.to_owned())
        .fetch_optional(conn)
        .await
        .doing("find attachment")?;
    one(ATTACHMENT, row, read)
}

async fn count(
    conn: &mut AnyConnection,
    tenant: TenantId,
    applicant: ApplicantId,
    since: Millis,
) -> Result<usize, StoreError> {
    let row = sqlx::query(COUNT)
        .bind(tenant.to_string())
        .bind(applicant.to_string())
        .bind(since.0)
        .fetch_optional(conn)
        .await
        .doing("count attachments")?;
    let n = one(ATTACHMENT, row, |r| r.get::<i64>("n"))?.unwrap_or(0);
    Ok(usize::try_from(n).unwrap_or(usize::MAX))
}

fn read(r: Reader<'_>) -> Result<AttachmentRow, StoreError> {
    Ok(AttachmentRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        image_blob: r.parse_maybe("image_blob")?,
        size: r.get("size")?,
        created_at: r.at("created_at")?,
    })
}
