//! A person's account: what they sign in with, how sure that makes us, and what stands over the account for a while.

mod factor;
mod hold;
mod step_up;
mod ways;

pub use factor::{Assurance, Factor, NoFactor, amr, assurance};
pub use hold::{Hold, HoldReason};
pub use step_up::{Action, NoAction};
pub use ways::{Enrolled, Way, WhyNot, ways};
