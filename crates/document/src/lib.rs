//! Facts about documents and people: machine-readable zones, PRC identity numbers, names, countries,
//! document kinds and their rules, dates on documents.
//!
//! Pure: no clock, no I/O, no image, no other workspace crate. "Today" is always an argument.

pub mod country;
pub mod kind;
pub mod mrz;
pub mod name;
pub mod prc_card;
pub mod prc_id;
pub mod prc_region;
pub mod rules;

pub use country::Country;
pub use kind::{DocumentKind, Field, Side};
pub use mrz::Mrz;
pub use name::NameRelation;
pub use prc_id::PrcId;
