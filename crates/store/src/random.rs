//! The one site of randomness: nonces, keys, tokens, ids.

use std::sync::atomic::{AtomicU16, Ordering};

use zeroize::Zeroizing;

use crate::StoreError;

/// Returns so many random bytes of the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut drawn = [0; N];
    getrandom::fill(&mut drawn).map_err(|source| StoreError::Random { source })?;
    Ok(drawn)
}

/// Returns the random bytes of a new id. The first twelve bits count up, so that ids that one process makes within a
/// millisecond keep their order (RFC 9562, 6.2, method 1).
pub(crate) fn id_bytes() -> Result<[u8; 10], StoreError> {
    static COUNT: AtomicU16 = AtomicU16::new(0);
    let mut drawn = bytes()?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed) & 0x0fff;
    drawn[..2].copy_from_slice(&count.to_be_bytes());
    Ok(drawn)
}

/// Returns a new key, wiped when dropped.
pub(crate) fn key() -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut drawn = Zeroizing::new([0; 32]);
    getrandom::fill(&mut drawn[..]).map_err(|source| StoreError::Random { source })?;
    Ok(drawn)
}

/// Returns a number from 0 up to 1, without 1, each of 2^24 as likely as the others.
pub(crate) fn share() -> Result<f32, StoreError> {
    let [a, b, c] = bytes()?;
    let drawn = u32::from_be_bytes([0, a, b, c]);
    Ok(drawn as f32 / (1_u32 << 24) as f32)
}
