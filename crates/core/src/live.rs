//! The live check: what the server asks for, when, and what it makes of the frames that come back.
//!
//! The server draws a [`Challenge`] by chance, shows one cue at a time and judges while frames arrive ([`Live`]). Times are
//! milliseconds from the opening of the session, on the server's clock. Nothing here knows a network, a clock or a pixel:
//! a session can be replayed from its frames and gives the same verdict.

mod challenge;
mod frame;
mod hint;
mod progress;

pub use challenge::{Challenge, Colour, Cue, LightPlan, Mode, NoLight, PlannedCue};
pub use frame::{FrameEvidence, FrameFace, Patches, Timed};
pub use hint::{Hint, hint};
pub use progress::{Live, Say, Shown, State, Stopped};
