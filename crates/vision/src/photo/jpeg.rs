//! A walk over the markers of a JPEG (ITU-T T.81, annex B) before it is decoded: its size, how often a
//! decoder will have to pass over it, and whether it is all there.

use super::PhotoError;

/// What the markers say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Survey {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Number of scans.
    pub scans: u32,
    /// Offset behind the end-of-image marker.
    pub end: usize,
    /// Coefficients are kept for the whole picture until the last scan.
    buffered: bool,
    /// Samples of all components per pixel, 1 for grey, 1.5 for 4:2:0, 3 for 4:4:4.
    samples: f32,
}

impl Survey {
    /// Returns what the decoder's coefficients, planes and output take, in bytes.
    pub fn working_bytes(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        // Coefficients are 16 bits each.
        let kept = if self.buffered {
            2.0 * self.samples
        } else {
            0.0
        };
        (pixels as f64 * f64::from(kept + 3.0)) as u64
    }
}

/// Walks from the first marker to the end-of-image marker.
pub(super) fn survey(bytes: &[u8]) -> Result<Survey, PhotoError> {
    let mut found = Survey::default();
    let mut at = 2;
    loop {
        let (marker, after) = next_marker(bytes, at).ok_or(PhotoError::Truncated)?;
        at = after;
        match marker {
            0xd9 => break,
            // Markers without a length: restarts, a second start of image, TEM.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let segment = segment(bytes, at)?;
        at += segment.len() + 2;
        match marker {
            0xc0..=0xc2 => frame(&mut found, segment, marker)?,
            // Lossless, hierarchical and arithmetic coding: no camera writes them.
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(PhotoError::UnsupportedFormat);
            }
            0xda => {
                found.scans += 1;
                at = end_of_scan(bytes, at);
            }
            _ => {}
        }
    }
    if found.width == 0 || found.height == 0 || found.scans == 0 {
        return Err(PhotoError::Corrupt);
    }
    found.buffered |= found.scans > 1;
    found.end = at;
    Ok(found)
}

/// Returns the next marker's code and the offset behind it.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)? + 1;
        match *bytes.get(at)? {
            0x00 | 0xff => {}
            code => return Some((code, at + 1)),
        }
    }
}

/// Returns the body of the segment whose length field stands at `at`.
fn segment(bytes: &[u8], at: usize) -> Result<&[u8], PhotoError> {
    let length = bytes.get(at..at + 2).ok_or(PhotoError::Truncated)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length < 2 {
        return Err(PhotoError::Corrupt);
    }
    bytes.get(at + 2..at + length).ok_or(PhotoError::Truncated)
}

fn frame(found: &mut Survey, body: &[u8], marker: u8) -> Result<(), PhotoError> {
    if found.width != 0 {
        return Err(PhotoError::Corrupt);
    }
    let (&[precision, h1, h0, w1, w0, count], rest) =
        body.split_first_chunk::<6>().ok_or(PhotoError::Corrupt)?;
    if precision != 8 {
        return Err(PhotoError::UnsupportedFormat);
    }
    found.height = u32::from(u16::from_be_bytes([h1, h0]));
    found.width = u32::from(u16::from_be_bytes([w1, w0]));
    found.buffered = marker == 0xc2;
    let components = rest.as_chunks::<3>().0;
    if components.len() < usize::from(count) || count == 0 {
        return Err(PhotoError::Corrupt);
    }
    let factors = components.iter().take(usize::from(count));
    let area = |sampling: u8| f32::from(sampling >> 4) * f32::from(sampling & 15);
    let largest = factors.clone().map(|c| area(c[1])).fold(1.0, f32::max);
    found.samples = factors.map(|c| area(c[1])).sum::<f32>() / largest;
    Ok(())
}

/// Returns the offset of the first marker behind entropy-coded data that is neither stuffing nor a restart.
fn end_of_scan(bytes: &[u8], mut at: usize) -> usize {
    while let Some(step) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|&b| b == 0xff))
    {
        at += step;
        match bytes.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}
