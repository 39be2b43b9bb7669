//! Sealing: XChaCha20-Poly1305 with a key of the subject, bound to the place of the value.
//!
//! A sealed value is a version byte, a nonce and the ciphertext. The additional data names tenant, table,
//! column and row, so that a value moved elsewhere does not open. Keys are wrapped in the same manner.

use std::ops::Deref;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use menshen_core::ids::TenantId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::digest::hex;
use crate::{StoreError, random};

/// The format of sealed values and wrapped keys. A new one needs a new byte.
const VERSION: u8 = 1;
/// Bytes of an extended nonce: long enough to be drawn at random for ever.
const NONCE: usize = 24;

/// What a subject's data key is for. The two are destroyed by clocks of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Claims, pages, reasons and decisions.
    Document,
    /// Selfies and face templates.
    Biometric,
}

crate::columns::words!(Purpose { Document = "document", Biometric = "biometric" });

/// Bytes that were sealed, in the clear. Wiped when dropped; without `Debug` or `Display`.
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Returns the bytes as text, where they are.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Are these the bytes? Takes as long for wrong ones as for the right ones of the same length.
    pub fn is(&self, other: &[u8]) -> bool {
        self.0.ct_eq(other).into()
    }
}

impl Deref for Opened {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// The keys outside the database that wrap all keys inside. Without `Debug`; wiped when dropped.
#[derive(Clone)]
pub struct MasterKeys(Vec<(String, Zeroizing<[u8; 32]>)>);

impl MasterKeys {
    /// Returns the keys; the first is current, the others only open what they once wrapped.
    pub fn new(keys: Vec<[u8; 32]>) -> Self {
        Self(
            keys.into_iter()
                .map(|key| (key_id(&key), Zeroizing::new(key)))
                .collect(),
        )
    }

    /// Returns the current key's id, or none where no key was given.
    pub fn current_id(&self) -> Option<&str> {
        self.0.first().map(|(id, _)| id.as_str())
    }

    /// Returns the ids of the keys that are not current.
    pub(crate) fn old_ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().skip(1).map(|(id, _)| id.as_str())
    }

    /// Wraps a key with the current master key; returns the master key's id and the wrapped key.
    pub(crate) fn wrap(
        &self,
        key: &[u8; 32],
        bound: &str,
    ) -> Result<(String, Vec<u8>), StoreError> {
        let (id, master) = self.0.first().ok_or(StoreError::Config {
            what: "no master key is given",
        })?;
        Ok((id.clone(), encrypt(master, bound.as_bytes(), key)?))
    }

    /// Unwraps a key with the master key that it names.
    pub(crate) fn unwrap(
        &self,
        id: &str,
        wrapped: &[u8],
        bound: &str,
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let (_, master) = self
            .0
            .iter()
            .find(|(known, _)| known == id)
            .ok_or_else(|| StoreError::MasterKey { id: id.to_owned() })?;
        let plain = Zeroizing::new(decrypt(master, bound.as_bytes(), wrapped).ok_or(DAMAGED_KEY)?);
        let mut key = Zeroizing::new([0; 32]);
        if plain.len() != key.len() {
            return Err(DAMAGED_KEY);
        }
        key.copy_from_slice(&plain);
        Ok(key)
    }
}

const DAMAGED_KEY: StoreError = StoreError::Damaged {
    table: "subject_key",
    column: "wrapped",
};

/// Returns the id of a master key: the first eight bytes of its SHA-256, in hexadecimal.
fn key_id(key: &[u8; 32]) -> String {
    hex(&Sha256::digest(key)[..8])
}

/// A column that holds sealed values.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub table: &'static str,
    pub column: &'static str,
}

impl Column {
    /// Names a column.
    pub const fn new(table: &'static str, column: &'static str) -> Self {
        Self { table, column }
    }

    fn bound(self, tenant: TenantId, row: &str) -> String {
        format!("{tenant}|{}|{}|{row}", self.table, self.column)
    }

    /// Seals a value for its row.
    pub fn seal(
        self,
        key: &[u8; 32],
        tenant: TenantId,
        row: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        encrypt(key, self.bound(tenant, row).as_bytes(), plain)
    }

    /// Opens a value of its row.
    pub fn open(
        self,
        key: &[u8; 32],
        tenant: TenantId,
        row: &str,
        sealed: &[u8],
    ) -> Result<Opened, StoreError> {
        decrypt(key, self.bound(tenant, row).as_bytes(), sealed)
            .map(Opened::new)
            .ok_or(StoreError::Damaged {
                table: self.table,
                column: self.column,
            })
    }
}

fn encrypt(key: &[u8; 32], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; NONCE] = random::bytes()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher
        .encrypt(XNonce::from_slice(&nonce), Payload { msg, aad })
        .map_err(|_| StoreError::TooLong {
            action: "seal a value",
        })?;
    let mut whole = Vec::with_capacity(1 + NONCE + sealed.len());
    whole.push(VERSION);
    whole.extend_from_slice(&nonce);
    whole.extend_from_slice(&sealed);
    Ok(whole)
}

fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (version, rest) = sealed.split_first()?;
    if *version != VERSION || rest.len() < NONCE {
        return None;
    }
    let (nonce, msg) = rest.split_at(NONCE);
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher
        .decrypt(XNonce::from_slice(nonce), Payload { msg, aad })
        .ok()
}

#[cfg(test)]
mod tests {
    use menshen_core::time::Millis;
    use proptest::prelude::*;

    use super::*;

    const CLAIMS: Column = Column::new("verification", "claims_sealed");
    const REASONS: Column = Column::new("verification", "reasons_sealed");

    fn tenant(n: i64) -> TenantId {
        TenantId::new(Millis(n), [7; 10])
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_nothing_else_does(
            plain in proptest::collection::vec(any::<u8>(), 0..2_000),
            key in any::<[u8; 32]>(),
            row in "[a-z0-9-]{1,40}",
            flip in any::<prop::sample::Index>(),
        ) {
            let sealed = CLAIMS.seal(&key, tenant(1), &row, &plain).unwrap();
            prop_assert_eq!(&*CLAIMS.open(&key, tenant(1), &row, &sealed).ok().unwrap(), &plain[..]);
            prop_assert!(CLAIMS.open(&key, tenant(2), &row, &sealed).is_err());
            prop_assert!(REASONS.open(&key, tenant(1), &row, &sealed).is_err());
            prop_assert!(CLAIMS.open(&key, tenant(1), "other row", &sealed).is_err());
            let mut damaged = sealed;
            let at = flip.index(damaged.len());
            damaged[at] ^= 1;
            prop_assert!(CLAIMS.open(&key, tenant(1), &row, &damaged).is_err());
            prop_assert!(CLAIMS.open(&key, tenant(1), &row, &damaged[..at]).is_err());
        }
    }

    #[test]
    fn a_wrapped_key_opens_only_with_its_master_key_and_its_name() {
        let old = MasterKeys::new(vec![[1; 32]]);
        let both = MasterKeys::new(vec![[2; 32], [1; 32]]);
        let new = MasterKeys::new(vec![[2; 32]]);
        let (id, wrapped) = old.wrap(&[9; 32], "a|document").unwrap();
        assert!(matches!(both.unwrap(&id, &wrapped, "a|document"), Ok(k) if *k == [9; 32]));
        assert!(matches!(
            new.unwrap(&id, &wrapped, "a|document"),
            Err(StoreError::MasterKey { .. })
        ));
        assert!(matches!(
            both.unwrap(&id, &wrapped, "a|biometric"),
            Err(StoreError::Damaged { .. })
        ));
    }
}
