//! The key of a session: agreed on, so that it never travels, and bound to person, device and capture key.

use hkdf::Hkdf;
use menshen_core::ids::{ApplicantId, LiveId};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::problem::ApiError;

/// A session's key.
pub type Key = Zeroizing<[u8; 32]>;

/// Bytes of an uncompressed point of P-256: 4, x, y.
pub const POINT: usize = 65;
const LABEL: &[u8] = b"menshen live v1";

/// What a session's key is bound to.
pub struct Bound<'a> {
    /// The session.
    pub session: LiveId,
    /// The person.
    pub applicant: ApplicantId,
    /// The client's name of the device.
    pub device: &'a str,
    /// The client's public key.
    pub capture_key: &'a [u8; POINT],
}

/// Agrees on a session's key with the client's public one; returns the server's public key and the session's.
///
/// # Errors
/// `capture_key_invalid` where the client's is no point of the curve.
pub fn agree(bound: &Bound<'_>) -> Result<([u8; POINT], Key), ApiError> {
    let failed = |_| ApiError::machine(std::io::Error::other("make a key of a live check"));
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).map_err(failed)?;
    let public = own.compute_public_key().map_err(failed)?;
    let public: [u8; POINT] = public
        .as_ref()
        .try_into()
        .map_err(|_| failed(ring::error::Unspecified))?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, bound.capture_key);
    let key = agree_ephemeral(own, &theirs, |shared| derive(shared, bound, &public));
    let key = key.map_err(|_| invalid())?;
    Ok((public, key))
}

/// Says that a capture key is none.
pub fn invalid() -> ApiError {
    let detail = "capture_key must be an uncompressed point of P-256 in base64url without padding";
    ApiError::invalid("capture_key_invalid", detail)
}

/// HKDF-SHA256; the salt is the session's id, and what the key is bound to is the info.
fn derive(shared: &[u8], bound: &Bound<'_>, public: &[u8; POINT]) -> Key {
    let device = Sha256::digest(bound.device);
    let info = [
        LABEL,
        bound.applicant.0.as_bytes(),
        &device,
        bound.capture_key,
        public,
    ];
    let mut key = Key::new([0; 32]);
    Hkdf::<Sha256>::new(Some(bound.session.0.as_bytes()), shared)
        .expand_multi_info(&info, &mut key[..])
        .expect("32 bytes are fewer than HKDF may give");
    key
}

#[cfg(test)]
mod tests {
    use menshen_core::time::Millis;

    use super::*;

    #[test]
    fn what_is_no_point_of_the_curve_is_refused() {
        let mut off_curve = [7; POINT];
        off_curve[0] = 4;
        for capture_key in [[0; POINT], [4; POINT], off_curve] {
            let bound = Bound {
                session: LiveId::new(Millis(1), [1; 10]),
                applicant: ApplicantId::new(Millis(1), [2; 10]),
                device: "device",
                capture_key: &capture_key,
            };
            assert!(agree(&bound).is_err());
        }
    }

    #[test]
    fn the_key_depends_on_everything_that_it_is_bound_to() {
        let (one, two) = ([4; POINT], [5; POINT]);
        let of = |session, applicant, device, capture_key, public: &[u8; POINT]| {
            let bound = Bound {
                session: LiveId::new(Millis(session), [1; 10]),
                applicant: ApplicantId::new(Millis(applicant), [2; 10]),
                device,
                capture_key,
            };
            *derive(&[9; 32], &bound, public)
        };
        let first = of(1, 1, "device", &one, &one);
        assert_eq!(first, of(1, 1, "device", &one, &one));
        for other in [
            of(2, 1, "device", &one, &one),
            of(1, 2, "device", &one, &one),
            of(1, 1, "another", &one, &one),
            of(1, 1, "device", &two, &one),
            of(1, 1, "device", &one, &two),
        ] {
            assert_ne!(first, other);
        }
    }
}
