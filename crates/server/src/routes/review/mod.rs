//! Review: queues of cases, and what people do with one.

pub mod case;
pub mod decide;
pub mod evidence;
pub mod images;
pub mod queue;
pub mod statistics;
