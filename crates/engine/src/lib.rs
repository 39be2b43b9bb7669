//! Models loaded once, and bytes to evidence: in this process, or in children that hold hostile pixels away from it.

mod error;
mod evidence;
mod face;
mod load;
mod text;

pub use error::EngineError;
pub use evidence::{Engine, Original, Person, Side};
pub use face::FaceEngine;
pub use load::Loader;
pub use text::TextEngine;
