//! What an OpenID Connect provider decides: what a client's app asked for, whether a session does for it, and which of a person's
//! verified claims it is told. Sources: OpenID Connect Core 1.0, RFC 6749, RFC 7636, RFC 8176, OpenID Connect for Identity
//! Assurance 1.0.

mod claims;
mod context;
mod fault;
mod form;
mod person;
mod request;
mod rotation;
mod verified;

pub use claims::{ClaimsAsked, PersonClaim, VerifiedAsked};
pub use context::{Acr, Lack, Next, Shown, lack, next};
pub use fault::Fault;
pub use form::{Form, FormError, encode};
pub use person::{NameParts, name_parts};
pub use request::{Asked, Prompt, challenge_is_well_formed, verifier_is_well_formed};
pub use rotation::{KEPT, LASTS, PUBLISHED_BEFORE, next_active_from};
pub use verified::{
    DocumentDetails, PersonClaims, Subject, Verification, VerificationEvidence, VerifiedClaims,
};
