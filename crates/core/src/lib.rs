//! Claims, evidence, policy and the explained decision. Pure: no clock, no I/O, no randomness.

pub mod card;
pub mod evidence;
pub mod geometry;

pub use card::ModelCard;
pub use evidence::Evidence;
