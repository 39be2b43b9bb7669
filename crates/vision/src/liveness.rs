//! What the frames of a live check show: each frame alone ([`look`]), what was done in them ([`actions`]), and the physical
//! signs over all of them ([`sequence`]). Measures only: nothing here asks for anything or accepts anybody.
//!
//! Times are seconds on the clock of [`Timed::time`], for folders of frames as for sessions.

mod bands;
mod border;
mod cuts;
mod events;
mod flicker;
mod grey;
mod light;
mod look;
mod measure;
mod moire;
mod near;
mod noise;
mod patches;
mod picture;
mod print;
mod relief;
mod sequence;
mod signal;
mod solve;
mod still;

pub use events::actions;
pub use look::{Look, look};
pub use measure::{LivenessModels, measure};
pub use print::print_distance;
pub use sequence::sequence;

#[cfg(test)]
mod signs_tests;
#[cfg(test)]
mod tests;
