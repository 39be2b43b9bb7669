//! What a file says of itself before anything of it is decoded: cheap enough to ask of every file that comes.

use super::{Limits, PhotoError, PhotoFormat, check_size, jpeg, sniff};

/// Marks of files that hide behind a picture: archives, documents. Where one of them follows, other programs take the
/// whole for something else than a picture.
const HIDDEN: [&[u8]; 4] = [
    b"PK\x05\x06",
    b"%PDF-",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
];

/// Tells by a file's markers alone whether it is one picture within the limits, and nothing else besides. What passes
/// may still be damaged: only decoding tells.
///
/// # Errors
/// [`PhotoError`] says what is wrong; [`PhotoError::NotOnlyAPicture`] where something follows that no camera writes.
pub fn look(bytes: &[u8], limits: &Limits) -> Result<PhotoFormat, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    if bytes.len() > limits.bytes {
        let limit = limits.bytes;
        return Err(PhotoError::TooLarge { limit });
    }
    let format = sniff::sniff(bytes)?;
    let ([width, height], end) = match format {
        PhotoFormat::Jpeg => {
            let survey = jpeg::survey(bytes)?;
            if survey.scans > limits.scans {
                return Err(PhotoError::TooComplex);
            }
            ([survey.width, survey.height], survey.end)
        }
        PhotoFormat::Png => {
            let (width, height) = sniff::png_size(bytes)?;
            // Before the walk: whoever claims that much hears about that.
            check_size(width, height, limits)?;
            ([width, height], png_end(bytes)?)
        }
        PhotoFormat::WebP => (webp_size(bytes)?, webp_end(bytes)?),
    };
    check_size(width, height, limits)?;
    match is_harmless(bytes.get(end..).unwrap_or_default(), format) {
        true => Ok(format),
        false => Err(PhotoError::NotOnlyAPicture),
    }
}

/// Phones put second pictures, films and notes of their own behind a JPEG, and zeros behind anything.
fn is_harmless(tail: &[u8], format: PhotoFormat) -> bool {
    let first = tail.iter().position(|&byte| byte != 0);
    let Some(rest) = first.and_then(|first| tail.get(first..)) else {
        return true;
    };
    let film = tail.get(4..8) == Some(b"ftyp") || rest.windows(4).take(16).any(|w| w == b"ftyp");
    let camera = rest.starts_with(b"\xff\xd8\xff") || film || rest.ends_with(b"SEFT");
    let hides = |mark: &&[u8]| rest.windows(mark.len()).any(|window| window == *mark);
    format == PhotoFormat::Jpeg && camera && !HIDDEN.iter().any(hides)
}

/// Returns the offset behind a PNG's last chunk.
fn png_end(bytes: &[u8]) -> Result<usize, PhotoError> {
    let mut at = 8;
    loop {
        let head = bytes.get(at..at + 8).ok_or(PhotoError::Truncated)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let last = &head[4..] == b"IEND";
        // Length, name, what is counted, checksum.
        let whole = length.checked_add(12).and_then(|n| at.checked_add(n));
        at = whole
            .filter(|&end| end <= bytes.len())
            .ok_or(PhotoError::Truncated)?;
        if last {
            return Ok(at);
        }
    }
}

/// Returns the offset behind a WebP's container.
fn webp_end(bytes: &[u8]) -> Result<usize, PhotoError> {
    let size = bytes.get(4..8).ok_or(PhotoError::Truncated)?;
    let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
    match size.checked_add(8) {
        Some(end) if end <= bytes.len() => Ok(end + (size & 1).min(bytes.len() - end)),
        _ => Err(PhotoError::Truncated),
    }
}

/// Returns width and height from a WebP's first chunk.
fn webp_size(bytes: &[u8]) -> Result<[u32; 2], PhotoError> {
    let name = bytes.get(12..16).ok_or(PhotoError::Truncated)?;
    let body = bytes.get(20..30).ok_or(PhotoError::Truncated)?;
    let two = |at: usize| u32::from(u16::from_le_bytes([body[at], body[at + 1]]));
    let three = |at: usize| two(at) | (u32::from(body[at + 2]) << 16);
    match name {
        b"VP8X" => Ok([three(4) + 1, three(7) + 1]),
        b"VP8 " if body[3..6] == [0x9d, 0x01, 0x2a] => Ok([two(6) & 0x3fff, two(8) & 0x3fff]),
        b"VP8L" if body[0] == 0x2f => {
            let bits = two(1) | (two(3) << 16);
            Ok([(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1])
        }
        _ => Err(PhotoError::UnsupportedFormat),
    }
}
