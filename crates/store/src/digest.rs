//! Lookup digests: HMAC-SHA256 with a key of the tenant, so that equal values can be found but not guessed.
//!
//! The keys are derived from one secret that does not change when the master key does; otherwise
//! rotation would lose every look-up.

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use menshen_core::ids::TenantId;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What is being digested. Equal texts of two kinds have different digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestKind {
    /// The integrator's own name of an applicant.
    ExternalId,
    /// A person's name, normalised by the caller.
    Name,
    /// A document number, normalised by the caller.
    DocumentNumber,
    /// A document: kind, issuing state and number, normalised by the caller.
    Document,
    /// A person: name, date of birth and nationality, normalised by the caller.
    Person,
    /// A device's fingerprint.
    Device,
    /// A network address.
    Address,
    /// The bytes of a photo.
    Photo,
    /// An idempotency key.
    IdempotencyKey,
    /// The body of a request.
    Body,
    /// A code that proves a contact.
    CaseCode,
    /// What somebody of staff signs in as, normalised by the caller.
    Login,
    /// A code that stands in for somebody's second factor, with whose it is.
    RecoveryCode,
    /// A part of the print of a live check's frame.
    Print,
    /// An address that a person signs in with, normalised by the caller.
    AccountLogin,
    /// A network from which an account is used, with whose it is.
    AccountNetwork,
    /// What is shown of a sensitive action that is to be confirmed.
    StepUp,
    /// The id that an authenticator gave a passkey.
    Passkey,
    /// A person, as authenticators know them: the applicant's id.
    PasskeyHandle,
    /// What was typed as a login that has no passkey.
    PasskeyDecoy,
    /// A person, as the apps of one sector know them.
    OidcSubject,
    /// A session, as one app knows it.
    OidcSession,
}

impl DigestKind {
    const fn name(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::Name => "name",
            Self::DocumentNumber => "document_number",
            Self::Document => "document",
            Self::Person => "person",
            Self::Device => "device",
            Self::Address => "address",
            Self::Photo => "photo",
            Self::IdempotencyKey => "idempotency_key",
            Self::Body => "body",
            Self::CaseCode => "case_code",
            Self::Login => "login",
            Self::RecoveryCode => "recovery_code",
            Self::Print => "print",
            Self::AccountLogin => "account_login",
            Self::AccountNetwork => "account_network",
            Self::StepUp => "step_up",
            Self::Passkey => "passkey",
            Self::PasskeyHandle => "passkey_handle",
            Self::PasskeyDecoy => "passkey_decoy",
            Self::OidcSubject => "oidc_subject",
            Self::OidcSession => "oidc_session",
        }
    }
}

/// Derives a key from a secret for one tenant and use.
pub(crate) fn derive(secret: &[u8; 32], tenant: TenantId, label: &str) -> Zeroizing<[u8; 32]> {
    let info = format!("menshen.{label}.v1|{tenant}");
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, secret)
        .expand(info.as_bytes(), &mut key[..])
        .expect("32 bytes are fewer than HKDF may give");
    key
}

/// Returns the digest of a value, in hexadecimal.
pub(crate) fn digest(
    secret: &[u8; 32],
    tenant: TenantId,
    kind: DigestKind,
    value: &[u8],
) -> String {
    let key = derive(secret, tenant, kind.name());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key[..]).expect("HMAC takes keys of any length");
    mac.update(value);
    hex(&mac.finalize().into_bytes())
}

/// Returns the SHA-256 of a token, in hexadecimal: tokens are random, so no key is needed.
pub(crate) fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Returns bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use menshen_core::time::Millis;

    use super::*;

    #[test]
    fn a_digest_depends_on_tenant_kind_and_value() {
        let one = TenantId::new(Millis(1), [0; 10]);
        let two = TenantId::new(Millis(2), [0; 10]);
        let of = |t, k, v: &str| digest(&[3; 32], t, k, v.as_bytes());
        let first = of(one, DigestKind::Name, "A");
        assert_eq!(first, of(one, DigestKind::Name, "A"));
        assert_eq!(first.len(), 64);
        for other in [
            of(two, DigestKind::Name, "A"),
            of(one, DigestKind::DocumentNumber, "A"),
            of(one, DigestKind::Name, "B"),
        ] {
            assert_ne!(first, other);
        }
    }
}
