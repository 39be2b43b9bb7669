//! Frames: a header in JSON and raw bytes behind it, both counted and bounded.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ProtocolError;

/// Bytes of a length.
pub(crate) const LENGTH_BYTES: usize = 4;

/// Largest header in bytes. The evidence of a page full of text takes some 20 kB.
const MAX_HEADER_BYTES: usize = 1 << 20;

/// Most numbers in a vector. Embedders give 128 to 512.
const MAX_VECTOR: u32 = 4096;

/// Returns a whole frame.
pub(super) fn join<H: Serialize>(
    head: &H,
    parts: [&[u8]; 2],
    limit: usize,
) -> Result<Vec<u8>, ProtocolError> {
    let head = serde_json::to_vec(head).map_err(|_| ProtocolError::Header)?;
    let body: usize = parts.iter().map(|part| part.len()).sum();
    let size = LENGTH_BYTES + head.len() + body;
    if size > limit || head.len() > MAX_HEADER_BYTES {
        return Err(ProtocolError::TooLarge { size, limit });
    }
    let mut frame = Vec::with_capacity(LENGTH_BYTES + size);
    for length in [size, head.len()] {
        let length = u32::try_from(length).map_err(|_| ProtocolError::Header)?;
        frame.extend(length.to_be_bytes());
    }
    frame.extend(head);
    parts.iter().for_each(|part| frame.extend_from_slice(part));
    Ok(frame)
}

/// Returns the header and the bytes behind it of what follows a frame's length.
pub(super) fn split<H: DeserializeOwned>(frame: &[u8]) -> Result<(H, Body<'_>), ProtocolError> {
    let (length, rest) = frame
        .split_first_chunk::<LENGTH_BYTES>()
        .ok_or(ProtocolError::Truncated)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > MAX_HEADER_BYTES {
        return Err(ProtocolError::Header);
    }
    let (head, body) = rest
        .split_at_checked(length)
        .ok_or(ProtocolError::Truncated)?;
    // What the parser would say may quote what was read.
    let head = serde_json::from_slice(head).map_err(|_| ProtocolError::Header)?;
    Ok((head, Body(body)))
}

/// The raw bytes of a frame, taken part by part.
pub(super) struct Body<'a>(&'a [u8]);

impl Body<'_> {
    /// Takes so many numbers.
    pub fn vector(&mut self, count: u32) -> Result<Vec<f32>, ProtocolError> {
        if count > MAX_VECTOR {
            return Err(ProtocolError::Body);
        }
        let (numbers, rest) = self
            .0
            .split_at_checked(count as usize * size_of::<f32>())
            .ok_or(ProtocolError::Truncated)?;
        self.0 = rest;
        let numbers = numbers.as_chunks().0.iter();
        Ok(numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// Takes all that is left.
    pub fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0).to_vec()
    }

    /// Refuses bytes that no part has counted.
    pub fn end(&self) -> Result<(), ProtocolError> {
        match self.0 {
            [] => Ok(()),
            _ => Err(ProtocolError::Body),
        }
    }
}

/// Returns how many numbers a vector has, where a frame may carry them.
pub(super) fn count(vector: &[f32]) -> Result<u32, ProtocolError> {
    let count = u32::try_from(vector.len()).map_err(|_| ProtocolError::Body)?;
    match count <= MAX_VECTOR {
        true => Ok(count),
        false => Err(ProtocolError::Body),
    }
}

/// Returns the bytes of a vector.
pub(super) fn bytes(vector: &[f32]) -> Vec<u8> {
    vector
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// Reads a frame and returns what follows its length; `None` where the other side has closed the pipe between two.
pub fn read_frame(from: &mut impl Read, limit: usize) -> Result<Option<Vec<u8>>, ProtocolError> {
    let mut length = Vec::with_capacity(LENGTH_BYTES);
    from.take(LENGTH_BYTES as u64).read_to_end(&mut length)?;
    let size = match length[..] {
        [] => return Ok(None),
        [a, b, c, d] => u32::from_be_bytes([a, b, c, d]) as usize,
        _ => return Err(ProtocolError::Truncated),
    };
    if size > limit {
        return Err(ProtocolError::TooLarge { size, limit });
    }
    // Grows with what really comes, not with what the length promises.
    let mut frame = Vec::new();
    from.take(size as u64).read_to_end(&mut frame)?;
    match frame.len() == size {
        true => Ok(Some(frame)),
        false => Err(ProtocolError::Truncated),
    }
}

/// Writes a whole frame and sends it off.
pub fn write_frame(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    to.write_all(frame)?;
    to.flush()
}
