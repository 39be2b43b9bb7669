//! Registering a passkey.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AttestationFormat, AuthenticatorTransport, COSEAlgorithm,
    ParsedAttestation, RegistrationState, ResidentKeyRequirement, UserVerificationPolicy,
};

use crate::Refused;
use crate::message::Registration;
use crate::party::{Party, quietly};
use crate::show::Passkey;

/// The keys that are asked for, the best first. Others that the specification knows the library does not verify: Ed25519, Ed448,
/// P-521, and RSA of other lengths than 2,048 bits.
const ALGORITHMS: [COSEAlgorithm; 3] = [
    COSEAlgorithm::ES256,
    COSEAlgorithm::ES384,
    COSEAlgorithm::RS256,
];

/// Whose passkey it is to be.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// 1 to 64 bytes that say nothing about the person: the authenticator keeps them and shows them with every assertion.
    pub handle: &'a [u8],
    /// What the authenticator calls the account when it lets the person choose.
    pub name: &'a str,
}

/// A registration that was begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Registering(RegistrationState);

/// A passkey that was registered.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// What it is known by again.
    pub passkey: Passkey,
    /// Has the device made sure who is there, by a face, a finger, a pattern or a PIN?
    pub user_verified: bool,
    /// How it can be reached: words of a fixed list, such as `internal` and `hybrid`. What the browser says; nothing proves it.
    pub transports: Vec<&'static str>,
}

impl Party {
    /// Begins a registration: returns the options, as `PublicKeyCredential.parseCreationOptionsFromJSON()` takes them, and what
    /// [`Party::registered`] needs. Credentials of `known` ids are not registered again.
    ///
    /// # Errors
    /// [`Refused::Malformed`] where the person has no handle or no name.
    pub fn ask_to_register(
        &self,
        person: Person<'_>,
        known: Vec<Vec<u8>>,
    ) -> Result<(Value, Registering), Refused> {
        let Person { handle, name } = person;
        let asked = quietly(|| {
            let builder = self
                .core
                .new_challenge_register_builder(handle, name, name)?
                .attestation(AttestationConveyancePreference::None)
                .credential_algorithms(ALGORITHMS.to_vec())
                .exclude_credentials(Some(known))
                // What the device has verified is told and judged each time, and not remembered (see below).
                .user_verification_policy(UserVerificationPolicy::Discouraged_DO_NOT_USE);
            self.core.generate_challenge_register(builder)
        });
        let (mut asked, state) = asked.map_err(|error| Refused::of(&error))?;
        if let Some(wanted) = &mut asked.public_key.authenticator_selection {
            // Who can, verifies and is found without a login; a simple security key is taken, too.
            wanted.user_verification = UserVerificationPolicy::Preferred;
            wanted.resident_key = Some(ResidentKeyRequirement::Preferred);
        }
        let options = serde_json::to_value(&asked.public_key).map_err(|_| Refused::Malformed)?;
        Ok((options, Registering(state)))
    }

    /// Takes the answer to a registration.
    ///
    /// # Errors
    /// [`Refused`] says what is not right about it.
    pub fn registered(
        &self,
        state: &Registering,
        answer: &Registration,
    ) -> Result<NewPasskey, Refused> {
        answer.check()?;
        let credential = quietly(|| self.core.register_credential(&answer.0, &state.0, None));
        let mut credential = credential.map_err(|error| Refused::of(&error))?;
        // The credential's own name, and the one that the browser gives it, are one.
        if credential.cred_id != answer.0.raw_id {
            return Err(Refused::Malformed);
        }
        // Who made it was not asked; what was told all the same is not kept: it could tell people's devices apart.
        credential.attestation = ParsedAttestation::default();
        credential.attestation_format = AttestationFormat::None;
        credential.transports = None;
        let transports = transports(answer.0.response.transports.as_deref().unwrap_or_default());
        Ok(NewPasskey {
            user_verified: credential.user_verified,
            passkey: Passkey(credential),
            transports,
        })
    }
}

/// Returns those that are known, each once.
fn transports(told: &[AuthenticatorTransport]) -> Vec<&'static str> {
    use AuthenticatorTransport as T;
    let words = told.iter().filter_map(|one| match one {
        T::Usb => Some("usb"),
        T::Nfc => Some("nfc"),
        T::Ble => Some("ble"),
        T::Internal => Some("internal"),
        T::Hybrid => Some("hybrid"),
        T::Test | T::Unknown => None,
    });
    let mut words: Vec<_> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}
