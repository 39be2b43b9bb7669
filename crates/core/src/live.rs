//! The live check: what the server asks for, when, and what it makes of the frames that come back.
//!
//! The server draws a [`Challenge`] by chance, shows one cue at a time and judges while frames arrive ([`Live`]). Times are
//! milliseconds from the opening of the session, on the server's clock. Nothing here knows a network, a clock or a pixel:
//! a session can be replayed from its frames and gives the same verdict.

mod arrival;
mod best;
mod challenge;
mod frame;
mod hint;
mod progress;
mod replay;
mod source;
mod tries;

pub use arrival::{Arrivals, LATE_MS};
pub use best::worth;
pub(crate) use challenge::BITS_MIN;
pub use challenge::{Challenge, Colour, Cue, LightPlan, Mode, NoLight, PlannedCue};
pub use frame::{FrameEvidence, FrameFace, Patches, Timed};
pub use hint::{Hint, hint};
pub use progress::{Live, Say, Shown, State, Stopped};
pub use replay::{BANDS, PRINT_EVERY_MS, PRINTS_MOST, SAME_BITS, bands, print};
pub use source::{Camera, is_virtual};
pub use tries::{TriedOut, Tries};
