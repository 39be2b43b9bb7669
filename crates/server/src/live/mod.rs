//! Live checks: the server asks, times and judges; the browser shows and sends. `docs/live.md` is the protocol.
//!
//! A session is a value ([`session::Session`]) that any node reads from the database, whatever came over whichever connection.

mod finish;
pub mod key;
pub mod message;
pub mod open;
pub mod rate;
mod replay;
pub mod say;
pub mod session;
pub mod socket;

pub use finish::{End, Over, finish, take_up};

/// Largest message in bytes: a frame, its head, and room for a client that adds to it.
pub const LARGEST_MESSAGE: usize = 300 << 10;
/// Most frames of a session: 90 seconds of 10 a second, and a tenth more.
pub const MOST_FRAMES: u32 = 1_000;
/// Most bytes of a session.
pub const MOST_BYTES: u64 = 40_000_000;
