//! What a file is, by its first bytes.

use super::PhotoError;

/// A picture format that is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoFormat {
    /// JPEG (JFIF or EXIF).
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossy or lossless.
    WebP,
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// First bytes of formats that people do send and that we name instead of calling them no picture.
const OTHERS: [&[u8]; 14] = [
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"%PDF",
    b"8BPS",
    b"\0\0\x01\0",
    b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51",
    b"qoif",
    b"\xff\x0a",
    b"DDS ",
];

/// Returns the format, or says whether the bytes are another known format or nothing we know.
pub(super) fn sniff(bytes: &[u8]) -> Result<PhotoFormat, PhotoError> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(PhotoFormat::Jpeg);
    }
    if bytes.starts_with(PNG) {
        return Ok(PhotoFormat::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(PhotoFormat::WebP);
    }
    // HEIC, AVIF and films share the ISO base media container.
    let media_file = bytes.get(4..8) == Some(b"ftyp");
    if media_file || OTHERS.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(PhotoError::UnsupportedFormat);
    }
    let started = |magic: &[u8]| bytes.len() < magic.len() && magic.starts_with(bytes);
    if started(b"\xff\xd8\xff") || started(PNG) || started(b"RIFF") {
        return Err(PhotoError::Truncated);
    }
    Err(PhotoError::NotAnImage)
}

/// Returns width and height from a PNG's first chunk.
pub(super) fn png_size(bytes: &[u8]) -> Result<(u32, u32), PhotoError> {
    let header = bytes.get(8..24).ok_or(PhotoError::Truncated)?;
    if &header[4..8] != b"IHDR" {
        return Err(PhotoError::Corrupt);
    }
    let number = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    Ok((number(8), number(12)))
}
