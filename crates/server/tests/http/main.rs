//! The service through its real router, on a real database, with a clock that the tests turn.

#![allow(clippy::unwrap_used, missing_docs)]

mod life;
mod support;
