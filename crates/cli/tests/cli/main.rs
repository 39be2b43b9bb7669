//! The contract of the command line, through the binary itself.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod attacks;
mod calibrate;
mod crash;
mod engine;
mod faults;
mod integrate;
mod ledger;
mod live;
mod live_check;
mod mail;
mod measured;
mod node;
mod official;
mod operate;
mod originals;
mod plain;
mod repeats;
mod service;
mod shared;
mod statement;
mod worker;
