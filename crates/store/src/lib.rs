//! Everything Menshen remembers: every SQL text, the sealing of personal data, blobs, jobs, the outbox.
//!
//! One text for SQLite and PostgreSQL. Reads live on [`Store`], writes on [`Tx`]; [`Store::begin`] is
//! the only way to a transaction. Whatever is personal is sealed with a key of its subject before it is
//! written, so that a stolen disk is silent and erasure is the destruction of two keys.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api_keys;
mod applicants;
mod columns;
mod config;
mod digest;
mod error;
mod migrate;
mod open;
mod random;
mod seal;
mod secrets;
mod subject;
mod tenants;
mod tokens;
mod tx;
mod verifications;

pub use api_keys::{ApiKeyRow, ApiSecret, Caller, NewApiKey};
pub use applicants::{ApplicantRow, NewApplicant};
pub use config::{BlobConfig, StoreConfig};
pub use digest::DigestKind;
pub use error::StoreError;
pub use open::Store;
pub use seal::{MasterKeys, Opened, Purpose};
pub use secrets::Secret;
pub use tenants::{PolicyRow, TenantKind, TenantRow};
pub use tokens::ApplicantTokenRow;
pub use tx::Tx;
pub use verifications::{NewVerification, VerificationRow};
