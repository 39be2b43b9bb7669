//! Credentials that do not exist, shown for accounts that do not exist or have none: nobody learns which it is.

use sha2::{Digest, Sha256};

use crate::show::Allowed;

/// Lengths of ids in bytes and ways to reach them, as phones and password managers make them. The first two are the most common.
const KINDS: [(usize, &[&str]); 4] = [
    (20, &["hybrid", "internal"]),
    (32, &["hybrid", "internal"]),
    (16, &["hybrid", "internal"]),
    (64, &["nfc", "usb"]),
];

/// Returns the one or two credentials of an account that has none. The same seed gives the same ones at all times, so that asking
/// again tells nothing; the seed must be a keyed digest of what was typed, which nobody without the key can compute.
pub fn decoys(seed: &[u8; 32]) -> Vec<Allowed> {
    let drawn = block(seed, 0);
    // One of five has a second passkey.
    let n = 1 + usize::from(drawn[0] < 51);
    (1..=n).map(|n| decoy(seed, n as u8, drawn[n])).collect()
}

fn decoy(seed: &[u8; 32], n: u8, drawn: u8) -> Allowed {
    let kind = match drawn {
        0..=109 => 0,
        110..=219 => 1,
        220..=244 => 2,
        245..=255 => 3,
    };
    let (length, transports) = KINDS[kind];
    let mut id = Vec::with_capacity(64);
    for part in 0..2 {
        id.extend(block(seed, 2 * n + part));
    }
    id.truncate(length);
    Allowed {
        id,
        transports: transports.iter().map(|&word| word.to_owned()).collect(),
    }
}

/// Returns the bytes of a number. The seed is secret and uniform, which is all that a hash needs to look so, too.
fn block(seed: &[u8; 32], n: u8) -> [u8; 32] {
    let hash = Sha256::new().chain_update(b"menshen.passkey.decoy.v1|");
    hash.chain_update(seed).chain_update([n]).finalize().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn decoys_stay_the_same_and_differ_from_seed_to_seed() {
        let mut ids = BTreeSet::new();
        let (mut lengths, mut two) = (BTreeSet::new(), 0);
        for n in 0..1_000_u32 {
            let seed: [u8; 32] = Sha256::digest(n.to_be_bytes()).into();
            let made = decoys(&seed);
            assert_eq!(made, decoys(&seed));
            two += usize::from(made.len() == 2);
            for one in made {
                lengths.insert(one.id.len());
                assert!(!one.transports.is_empty());
                assert!(ids.insert(one.id), "an id that came before");
            }
        }
        assert_eq!(lengths, BTreeSet::from([16, 20, 32, 64]));
        assert!((150..250).contains(&two), "{two} of 1,000 have two");
    }
}
