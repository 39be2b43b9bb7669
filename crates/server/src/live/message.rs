//! Messages of a client: frames with a number, a time and a proof that the session's key was there.

use hmac::{Hmac, Mac};
use menshen_core::ids::LiveId;
use sha2::{Digest, Sha256};

const FRAME: &[u8] = b"menshen live frame v1";
const HELLO: &[u8] = b"menshen live hello v1";

/// A frame as it came: whether the proof holds is not known yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its number in the session.
    pub seq: u32,
    /// When it was taken, by the client's clock, in milliseconds.
    pub claimed_ms: u32,
    mac: &'a [u8; 32],
    /// The JPEG file.
    pub jpeg: &'a [u8],
}

/// Reads a message; `None` for one that is too short to hold a frame.
pub fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let (seq, rest) = bytes.split_first_chunk::<4>()?;
    let (claimed, rest) = rest.split_first_chunk::<4>()?;
    let (mac, jpeg) = rest.split_first_chunk::<32>()?;
    (!jpeg.is_empty()).then_some(Message {
        seq: u32::from_be_bytes(*seq),
        claimed_ms: u32::from_be_bytes(*claimed),
        mac,
        jpeg,
    })
}

impl Message<'_> {
    /// Was it made with the session's key? Takes as long for a wrong proof as for the right one.
    pub fn is_proven(&self, key: &[u8; 32], session: LiveId) -> bool {
        let mut mac = keyed(key);
        mac.update(FRAME);
        mac.update(session.0.as_bytes());
        mac.update(&self.seq.to_be_bytes());
        mac.update(&self.claimed_ms.to_be_bytes());
        mac.update(&Sha256::digest(self.jpeg));
        mac.verify_slice(self.mac).is_ok()
    }
}

/// Does an answer prove that the session's key is there?
pub fn greets(key: &[u8; 32], session: LiveId, nonce: &[u8; 32], proof: &[u8]) -> bool {
    let mut mac = keyed(key);
    mac.update(HELLO);
    mac.update(session.0.as_bytes());
    mac.update(nonce);
    mac.verify_slice(proof).is_ok()
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use menshen_core::time::Millis;
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn session() -> LiveId {
        LiveId::new(Millis(1), [1; 10])
    }

    fn written(seq: u32, claimed_ms: u32, jpeg: &[u8]) -> Vec<u8> {
        let mut mac = keyed(&KEY);
        for part in [
            FRAME,
            session().0.as_bytes(),
            &seq.to_be_bytes(),
            &claimed_ms.to_be_bytes(),
            &Sha256::digest(jpeg),
        ] {
            mac.update(part);
        }
        let mac = mac.finalize().into_bytes();
        [
            &seq.to_be_bytes()[..],
            &claimed_ms.to_be_bytes(),
            &mac,
            jpeg,
        ]
        .concat()
    }

    #[test]
    fn a_frame_reads_back_and_any_bit_that_flips_is_seen() {
        let bytes = written(3, 1_700, b"a picture");
        let message = read(&bytes).unwrap();
        assert_eq!(
            (message.seq, message.claimed_ms, message.jpeg),
            (3, 1_700, &b"a picture"[..])
        );
        assert!(message.is_proven(&KEY, session()));
        assert!(!message.is_proven(&[8; 32], session()), "another key");
        let other = LiveId::new(Millis(2), [1; 10]);
        assert!(!message.is_proven(&KEY, other), "another session");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !read(&flipped).unwrap().is_proven(&KEY, session()),
                "bit {bit}"
            );
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_no_frame(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            match read(&bytes) {
                None => prop_assert!(bytes.len() <= 4 + 4 + 32),
                Some(message) => prop_assert!(!message.is_proven(&KEY, session())),
            }
            prop_assert!(!greets(&KEY, session(), &[0; 32], &bytes));
        }
    }
}
