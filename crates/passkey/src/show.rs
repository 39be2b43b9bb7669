//! Showing a passkey that was registered.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs_core::proto::{
    AllowCredentials, AuthenticationState, Credential, UserVerificationPolicy,
};

use crate::Refused;
use crate::message::Assertion;
use crate::party::{Party, quietly};

/// A credential that was registered: its id, public key, counter and flags. For the store, sealed; its form is the library's.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Passkey(pub(crate) Credential);

impl Passkey {
    /// Returns the id that the authenticator gave it, 1 to 4,096 bytes.
    pub fn id(&self) -> &[u8] {
        &self.0.cred_id
    }

    /// May other devices hold the key? That never changes.
    pub const fn backup_eligible(&self) -> bool {
        self.0.backup_eligible
    }

    /// Did other devices hold it when it was last shown?
    pub const fn backed_up(&self) -> bool {
        self.0.backup_state
    }
}

/// A credential that the browser may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Its id.
    pub id: Vec<u8>,
    /// How it can be reached, as words; those that are not known are left out.
    pub transports: Vec<String>,
}

/// Whether the device is to make sure who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It must; browsers offer no credential that cannot. What comes back is still to be looked at.
    Required,
    /// It does where it can.
    Preferred,
}

/// A question that was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asserting(AuthenticationState);

/// A passkey that was shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The same with its new counter and flags: to be kept in the place of the one before.
    pub passkey: Passkey,
    /// Has the device made sure who is there?
    pub user_verified: bool,
}

impl Party {
    /// Asks for a passkey: returns the options, as `PublicKeyCredential.parseRequestOptionsFromJSON()` takes them, and what
    /// [`Party::shown`] needs. Where no credential is named, the person chooses among those that their devices find.
    ///
    /// # Errors
    /// None that can happen: the library's, without what was sent.
    pub fn ask(
        &self,
        allowed: &[Allowed],
        verification: Verification,
    ) -> Result<(Value, Asserting), Refused> {
        // What is asked for is a wish of the browser; whether it was done stands in `Shown` and is judged there.
        let lax = Some(UserVerificationPolicy::Discouraged_DO_NOT_USE);
        let asked = quietly(|| {
            let builder = self.core.new_challenge_authenticate_builder(vec![], lax)?;
            self.core.generate_challenge_authenticate(builder)
        });
        let (mut asked, state) = asked.map_err(|error| Refused::of(&error))?;
        asked.public_key.allow_credentials = allowed.iter().map(Allowed::describe).collect();
        asked.public_key.user_verification = match verification {
            Verification::Required => UserVerificationPolicy::Required,
            Verification::Preferred => UserVerificationPolicy::Preferred,
        };
        let options = serde_json::to_value(&asked.public_key).map_err(|_| Refused::Malformed)?;
        Ok((options, Asserting(state)))
    }

    /// Takes the answer, and compares it with the passkey whose id it names. Whose that is, the caller looks after.
    ///
    /// # Errors
    /// [`Refused`] says what is not right about it; [`Refused::Counter`] where there may be a copy of the key.
    pub fn shown(
        &self,
        state: &Asserting,
        passkey: &Passkey,
        answer: &Assertion,
    ) -> Result<Shown, Refused> {
        answer.check()?;
        let done = quietly(|| {
            let known = &passkey.0;
            self.core
                .authenticate_single_credential(&answer.0, &state.0, known)
        });
        let done = done.map_err(|error| Refused::of(&error))?;
        let mut passkey = passkey.clone();
        passkey.0.counter = done.counter();
        passkey.0.backup_state = done.backup_state();
        Ok(Shown {
            passkey,
            user_verified: done.user_verified(),
        })
    }
}

impl Allowed {
    fn describe(&self) -> AllowCredentials {
        let words = self.transports.iter();
        let transports: Vec<_> = words.filter_map(|word| word.parse().ok()).collect();
        AllowCredentials {
            type_: "public-key".to_owned(),
            id: self.id.clone(),
            transports: (!transports.is_empty()).then_some(transports),
        }
    }
}
