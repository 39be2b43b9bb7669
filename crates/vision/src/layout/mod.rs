//! What a page is and what it says: kind and side, which way is up, text by field.
//!
//! [`examine_page`] runs the whole chain. Its stages stand alone: [`upright`] turns a page,
//! [`classify`] names it, and the fields are read by the rules of its kind. [`read_sheet`] reads a sheet that a person
//! holds up, anywhere in a photo.

mod area;
mod dates;
mod ethnicity;
mod examine;
mod fold;
mod ink;
mod kind;
mod labels;
mod prc;
mod prc_back;
mod prc_front;
mod printed;
mod read;
mod row;
mod sheet;
mod upright;

pub use examine::{ExaminedPage, PageModels, Portrait, examine_page};
pub(crate) use examine::{on_page, portrait as portrait_of, whole};
pub use kind::{Cues, classify};
pub use sheet::{Sheet, read_sheet};
pub use upright::{Turned, upright};
