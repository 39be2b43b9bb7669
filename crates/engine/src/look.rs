//! What a file says of itself, told without decoding it: the one thing that a server asks of a picture by itself.

use menshen_vision::photo::{Limits, look as markers};

/// Tells by a file's markers alone, without decoding it, whether it may be one picture of JPEG, PNG or WebP and nothing
/// besides. Only [`crate::Request::Clean`] says whether it is one.
///
/// # Errors
/// The stable word that says why it is none.
pub fn look(bytes: &[u8]) -> Result<(), &'static str> {
    let looked = markers(bytes, &Limits::default());
    looked.map(drop).map_err(|error| error.code())
}
