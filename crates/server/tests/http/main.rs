//! The service through its real router, on a real database, with a clock that the tests turn.

#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod attempts;
mod bodies;
mod calls;
mod entitlements;
mod life;
mod notices;
mod privacy;
mod receiver;
mod repeats;
mod rules;
mod screening;
mod support;
mod trust;
mod uploads;
mod webhooks;
