//! What a server needs of a live check beside the children that look at its frames: frames in a row are numbers, no pixels,
//! and are folded in its own process.

use menshen_vision::Photo;
pub use menshen_vision::liveness::{Look, actions, print_distance, sequence};
use menshen_vision::photo::{Limits, PhotoError, PhotoFormat, look};

/// Largest frame in bytes: four times what a camera's 640 x 480 pixels take as JPEG of quality 85.
pub const MAX_FRAME_BYTES: usize = 256 << 10;

/// Most pixels of a frame.
pub const MAX_FRAME_PIXELS: u64 = 1280 * 960;

/// What a frame may cost. Streams are judged as they come, so that one frame must take milliseconds.
pub const LIMITS: Limits = Limits {
    bytes: MAX_FRAME_BYTES,
    pixels: MAX_FRAME_PIXELS,
    side: 1280,
    memory: 32 << 20,
    // A canvas in a browser writes one; progressive coders write 10.
    scans: 12,
};

/// Decodes a frame.
pub(crate) fn decode(bytes: &[u8]) -> Result<Photo, PhotoError> {
    match look(bytes, &LIMITS)? {
        PhotoFormat::Jpeg => Photo::decode(bytes, &LIMITS),
        PhotoFormat::Png | PhotoFormat::WebP => Err(PhotoError::UnsupportedFormat),
    }
}
