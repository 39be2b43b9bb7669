//! Invitations of people who work for a tenant: with one, once, somebody sets what they sign in with.

use menshen_core::ids::{StaffId, TenantId};
use menshen_core::time::Millis;
use subtle::ConstantTimeEq;

use crate::columns::{Reader, one};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::{Opened, Secret, StaffRow, Store, StoreError, Tx, random};

/// Bytes of the secret of an authenticator app: as many as its hash has (RFC 4226, 4).
const TOTP_BYTES: usize = 20;

/// An invitation that was not used yet.
pub struct InvitationRow {
    /// Whom it lets in.
    pub staff_id: StaffId,
    /// For whom they work.
    pub tenant_id: TenantId,
    /// When it ends.
    pub expires_at: Millis,
    hash: String,
    totp_sealed: Vec<u8>,
}

const INVITATION: &str = "staff_invitation";
const INVITED_TOTP: Column = Column::new(INVITATION, "totp_sealed");
const PREFIX: &str = "mi_";
const INVITE: &str = "INSERT INTO staff_invitation (staff_id, tenant_id, hash, totp_sealed, expires_at) \
     VALUES ($1, $2, $3, $4, $5)";
const FIND_INVITATION: &str = "SELECT i.staff_id, i.tenant_id, i.hash, i.totp_sealed, i.expires_at \
     FROM staff_invitation i JOIN staff s ON s.id = i.staff_id \
     WHERE i.hash = $1 AND i.expires_at > $2 AND s.disabled_at IS NULL";
const END_INVITATION: &str = "DELETE FROM staff_invitation WHERE staff_id = $1 AND hash = $2";
const END_INVITATIONS: &str = "DELETE FROM staff_invitation WHERE staff_id = $1";
const PRUNE_INVITATIONS: &str = "DELETE FROM staff_invitation WHERE expires_at <= $1";

impl InvitationRow {
    /// Returns the secret of the authenticator app that is set up with it.
    pub fn totp(&self, store: &Store) -> Result<Opened, StoreError> {
        let key = store.staff_key(self.tenant_id);
        let row = self.staff_id.to_string();
        INVITED_TOTP.open(&key, self.tenant_id, &row, &self.totp_sealed)
    }
}

impl Store {
    /// Returns the invitation of a secret, or none where it is unknown, used or over, or its owner no longer let in.
    pub async fn find_invitation(
        &self,
        secret: &str,
        now: Millis,
    ) -> Result<Option<InvitationRow>, StoreError> {
        let hash = token_hash(secret);
        let row = sqlx::query(FIND_INVITATION)
            .bind(hash.clone())
            .bind(now.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find an invitation")?;
        let found = one(INVITATION, row, read)?;
        Ok(found.filter(|row| bool::from(row.hash.as_bytes().ct_eq(hash.as_bytes()))))
    }
}

impl Tx {
    /// Draws an invitation, which is given once, in place of the one before; the secret of the app that is set up with it
    /// is drawn, too.
    pub async fn invite_staff(
        &mut self,
        row: &StaffRow,
        until: Millis,
    ) -> Result<Secret, StoreError> {
        self.end_invitations(row.id).await?;
        let secret = Secret::draw(PREFIX)?;
        let totp: [u8; TOTP_BYTES] = random::bytes()?;
        let key = self.store.staff_key(row.tenant_id);
        let sealed = INVITED_TOTP.seal(&key, row.tenant_id, &row.id.to_string(), &totp)?;
        sqlx::query(INVITE)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(token_hash(secret.reveal()))
            .bind(sealed)
            .bind(until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(INVITATION, "invite staff", source))?;
        Ok(secret)
    }

    /// Uses an invitation up.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where somebody was faster.
    pub async fn use_invitation(&mut self, row: &InvitationRow) -> Result<(), StoreError> {
        let done = sqlx::query(END_INVITATION)
            .bind(row.staff_id.to_string())
            .bind(row.hash.clone())
            .execute(self.conn())
            .await
            .doing("use an invitation")?;
        one_row(INVITATION, &done)
    }

    pub(crate) async fn end_invitations(&mut self, staff: StaffId) -> Result<(), StoreError> {
        sqlx::query(END_INVITATIONS)
            .bind(staff.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end an invitation")
    }

    /// Removes the invitations that have ended; returns how many.
    pub async fn prune_invitations(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE_INVITATIONS)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune invitations")
    }
}

fn read(r: Reader<'_>) -> Result<InvitationRow, StoreError> {
    Ok(InvitationRow {
        staff_id: r.parse("staff_id")?,
        tenant_id: r.parse("tenant_id")?,
        expires_at: r.at("expires_at")?,
        hash: r.get("hash")?,
        totp_sealed: r.get("totp_sealed")?,
    })
}
