//! An OpenID Connect provider for the people who have an account: the code flow with PKCE, one issuer a tenant.
//!
//! What an app may ask for and what it is told is decided by `core::oidc`. Here are the issuer, the keys, the tokens, and the words
//! in which apps and browsers are answered.

pub mod client;
pub mod grant;
pub mod issuer;
pub mod jwt;
pub mod keys;
pub mod person;
pub mod refusal;
pub mod session;
pub mod tokens;
pub mod uris;

pub use client::Posted;
pub use issuer::Issuer;
pub use refusal::{OauthErrorOut, Refusal};
