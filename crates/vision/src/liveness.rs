//! What the frames of a live check show: each frame alone ([`look`]), what was done in them ([`actions`]), and the physical
//! signs over all of them ([`sequence`]). Measures only: nothing here asks for anything or accepts anybody.
//!
//! Times are seconds on the clock of [`Timed::time`], for folders of frames as for sessions.

mod events;
mod look;
mod measure;
mod picture;
mod sequence;
mod signal;
mod still;

pub use events::actions;
pub use look::{Look, look};
pub use measure::{LivenessModels, measure};
pub use picture::print_distance;
pub use sequence::sequence;

#[cfg(test)]
mod tests;
