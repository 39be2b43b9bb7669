//! Machine-readable zones after ICAO Doc 9303 (8th edition): TD1, TD2, TD3, MRV-A, MRV-B, and the
//! two-line French identity card of 1988 that uses the TD2 size with a layout of its own.
//!
//! [`parse`] accepts every zone of the right shape and says which check digits agree; only
//! [`Reading::into_mrz`] gives a [`Mrz`], whose existence proves that all of them do. [`compose`] is
//! the way back.

mod check;
mod compose;
mod date;
mod fields;
mod layout;
mod reading;
mod text;

pub use check::{check_digit, is_blind_pair};
pub use compose::{ComposeError, MrzInput, compose};
pub use date::DocumentDate;
pub use fields::{Fields, Sex};
pub use layout::{CharClass, Format, Part, char_class};
pub use reading::{Checks, Mrz, MrzError, Reading, parse};
pub use text::groups;
