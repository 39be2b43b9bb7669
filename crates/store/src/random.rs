//! The one site of randomness: nonces, keys, tokens, ids.

use zeroize::Zeroizing;

use crate::StoreError;

/// Returns so many random bytes of the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut drawn = [0; N];
    getrandom::fill(&mut drawn).map_err(|source| StoreError::Random { source })?;
    Ok(drawn)
}

/// Returns a new key, wiped when dropped.
pub(crate) fn key() -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut drawn = Zeroizing::new([0; 32]);
    getrandom::fill(&mut drawn[..]).map_err(|source| StoreError::Random { source })?;
    Ok(drawn)
}
