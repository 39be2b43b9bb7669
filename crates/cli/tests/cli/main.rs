//! The contract of the command line, through the binary itself.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod engine;
mod integrate;
mod ledger;
mod plain;
mod shared;
mod worker;
