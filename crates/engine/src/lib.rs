//! Models loaded once, and bytes to evidence: in this process, or in children that hold hostile pixels away from it.

pub mod child;
mod compare;
mod error;
mod evidence;
mod face;
pub mod isolate;
pub mod live;
mod load;
mod look;
pub mod pool;
pub mod protocol;
mod zone;

pub use error::EngineError;
pub use evidence::{Engine, Holder, Original, Person, Side};
pub use face::{FaceEngine, Surface};
pub use isolate::Limits;
pub use load::Loader;
pub use look::look;
pub use menshen_vision::face::{Embedded, Located};
pub use pool::{Pool, PoolConfig, PoolError, Standing};
pub use protocol::{Answer, Request};
pub use zone::ZoneEngine;
