//! Passkeys (WebAuthn, level 3): what a browser is asked for, and whether what comes back is right.
//!
//! Each ceremony is a pair: [`Party::ask_to_register`] and [`Party::registered`], [`Party::ask`] and [`Party::shown`]. The first of
//! a pair gives options for the browser and a state that only the second takes. Whoever keeps the states lets each be used once.
//! Bytes, signatures and keys are read by `webauthn-rs-core`; nothing of what it says about them reaches a log.
//!
//! No I/O, no clock and no policy: whether the person was verified, and whether other devices may hold the key, is told and not judged.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod decoy;
mod message;
mod party;
mod refused;
mod register;
mod show;

pub use decoy::decoys;
pub use message::{Assertion, Registration};
pub use party::{NoParty, Party};
pub use refused::Refused;
pub use register::{NewPasskey, Person, Registering};
pub use show::{Allowed, Asserting, Passkey, Shown, Verification};
