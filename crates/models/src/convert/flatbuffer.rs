//! A bounds-checked reader of FlatBuffers, as far as TFLite files need it.
//!
//! Every offset comes from the file and is therefore not trusted: each step checks its range and answers
//! `Truncated` instead of reading beyond the bytes. Nothing recurses, so depth cannot be exhausted.

/// An offset or length points outside the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truncated;

type Read<T> = Result<T, Truncated>;

/// A table: its fields are found through its own list of offsets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    start: usize,
    /// Where the list of field offsets begins and how long it is, in bytes.
    fields: (usize, usize),
}

impl<'a> Table<'a> {
    /// Returns the root table of a file with the given four-byte identifier.
    pub fn root(bytes: &'a [u8], identifier: &[u8; 4]) -> Read<Self> {
        if bytes.get(4..8) != Some(identifier) {
            return Err(Truncated);
        }
        Self::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], start: usize) -> Read<Self> {
        let back = i64::from(i32_at(bytes, start)?);
        let list = usize::try_from(start as i64 - back).map_err(|_| Truncated)?;
        let length = usize::from(u16_at(bytes, list)?);
        Ok(Self {
            bytes,
            start,
            fields: (list, length),
        })
    }

    /// Returns the place of a field, or nothing where it has its default.
    fn field(&self, index: usize) -> Read<Option<usize>> {
        let slot = 4 + 2 * index;
        if slot + 2 > self.fields.1 {
            return Ok(None);
        }
        match u16_at(self.bytes, self.fields.0 + slot)? {
            0 => Ok(None),
            offset => Ok(Some(self.start + usize::from(offset))),
        }
    }

    /// A one-byte field; 0 where absent.
    pub fn byte(&self, index: usize) -> Read<u8> {
        match self.field(index)? {
            Some(place) => self.bytes.get(place).copied().ok_or(Truncated),
            None => Ok(0),
        }
    }

    /// A four-byte signed field; `default` where absent.
    pub fn int(&self, index: usize, default: i32) -> Read<i32> {
        self.field(index)?
            .map_or(Ok(default), |place| i32_at(self.bytes, place))
    }

    /// A table within this one.
    pub fn table(&self, index: usize) -> Read<Option<Table<'a>>> {
        let Some(place) = self.field(index)? else {
            return Ok(None);
        };
        Self::at(self.bytes, follow(self.bytes, place)?).map(Some)
    }

    /// Text, or nothing where it is absent or not UTF-8.
    pub fn text(&self, index: usize) -> Read<Option<&'a str>> {
        Ok(std::str::from_utf8(self.bytes(index)?)
            .ok()
            .filter(|t| !t.is_empty()))
    }

    /// A vector of bytes; empty where absent.
    pub fn bytes(&self, index: usize) -> Read<&'a [u8]> {
        self.vector(index, 1).map(|(bytes, _)| bytes)
    }

    /// A vector of four-byte signed numbers; empty where absent.
    pub fn ints(&self, index: usize) -> Read<Vec<i32>> {
        let (bytes, _) = self.vector(index, 4)?;
        let parts = bytes.chunks_exact(4);
        Ok(parts
            .map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect())
    }

    /// A vector of tables; empty where absent.
    pub fn tables(&self, index: usize) -> Read<Vec<Table<'a>>> {
        let (bytes, start) = self.vector(index, 4)?;
        (0..bytes.len() / 4)
            .map(|i| Self::at(self.bytes, follow(self.bytes, start + 4 * i)?))
            .collect()
    }

    /// The bytes of a vector with elements of `width` bytes, and where they start.
    fn vector(&self, index: usize, width: usize) -> Read<(&'a [u8], usize)> {
        let Some(place) = self.field(index)? else {
            return Ok((&[], 0));
        };
        let head = follow(self.bytes, place)?;
        let count = u32_at(self.bytes, head)? as usize;
        let start = head + 4;
        let length = count.checked_mul(width).ok_or(Truncated)?;
        let end = start.checked_add(length).ok_or(Truncated)?;
        let bytes = self.bytes.get(start..end).ok_or(Truncated)?;
        Ok((bytes, start))
    }
}

/// Follows the relative offset stored at `place`.
fn follow(bytes: &[u8], place: usize) -> Read<usize> {
    place
        .checked_add(u32_at(bytes, place)? as usize)
        .ok_or(Truncated)
}

fn u16_at(bytes: &[u8], place: usize) -> Read<u16> {
    array_at(bytes, place).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], place: usize) -> Read<u32> {
    array_at(bytes, place).map(u32::from_le_bytes)
}

fn i32_at(bytes: &[u8], place: usize) -> Read<i32> {
    array_at(bytes, place).map(i32::from_le_bytes)
}

fn array_at<const N: usize>(bytes: &[u8], place: usize) -> Read<[u8; N]> {
    bytes
        .get(place..)
        .and_then(|rest| rest.first_chunk::<N>())
        .copied()
        .ok_or(Truncated)
}
