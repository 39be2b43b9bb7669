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
    pub
