//! Official channels: what a tenant says is its own, and what only looks like it. Phishing lives from people who cannot tell.
//!
//! Nothing here says that anything is safe. A match says that the tenant has named this channel, and what that means.

mod channel;
mod check;
mod host;
mod likeness;
mod phone;
mod platform;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use channel::{Channel, ChannelError, ChannelText, HostRule, Kind, MailRule};
pub use check::{Verdict, check};
pub use likeness::Likeness;
pub use platform::{Social, System};
pub use words::{Fault, FileWords, Meaning, OfficialWords};

/// Channels of a tenant, at most: a list is read whole, by people too.
pub const MOST: usize = 500;
/// Longest text that is checked, in characters; addresses that people meet are shorter.
pub const LONGEST: usize = 2_048;
