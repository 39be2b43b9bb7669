//! MXNet parameter files: a list of arrays, then their names.

use std::collections::BTreeMap;

use super::weights::Weight;
use crate::error::ModelsError;

/// Marks a list of arrays.
const LIST_MAGIC: u64 = 0x112;
/// Marks an array with 64-bit sizes and a storage type.
const ARRAY_MAGIC: u32 = 0xf993_fac9;
/// More axes than any array has.
const MAX_AXES: u32 = 8;

/// Returns the arrays by their names without the `arg:` or `aux:` in front. All must be dense single precision.
pub(super) fn read_params(bytes: &[u8]) -> Result<BTreeMap<String, Weight>, ModelsError> {
    let mut reader = Reader { rest: bytes };
    if reader.u64()? != LIST_MAGIC {
        return Err(malformed("it does not start with the magic number"));
    }
    reader.u64()?;
    let mut arrays = Vec::new();
    for _ in 0..reader.u64()? {
        arrays.push(reader.array()?);
    }
    if reader.u64()? != arrays.len() as u64 {
        return Err(malformed("names and arrays differ in number"));
    }
    let mut named = BTreeMap::new();
    for array in arrays {
        let name = reader.name()?;
        let plain = name.split_once(':').map_or(name, |(_, plain)| plain);
        if named.insert(plain.to_owned(), array).is_some() {
            return Err(malformed("a name is given twice"));
        }
    }
    if reader.rest.is_empty() {
        Ok(named)
    } else {
        Err(malformed("bytes are left over"))
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn array(&mut self) -> Result<Weight, ModelsError> {
        if self.u32()? != ARRAY_MAGIC {
            return Err(malformed("an array has another version"));
        }
        if self.u32()? != 0 {
            return Err(malformed("an array is sparse"));
        }
        let axes = self.u32()?;
        if axes == 0 || axes > MAX_AXES {
            return Err(malformed("an array has an odd number of axes"));
        }
        let mut shape = Vec::new();
        let mut count = 1usize;
        for _ in 0..axes {
            let size = usize::try_from(self.u64()?).ok().filter(|&size| size > 0);
            let size = size.ok_or_else(|| malformed("an array has an empty axis"))?;
            count = count
                .checked_mul(size)
                .ok_or_else(|| malformed("an array is too large"))?;
            shape.push(size);
        }
        // The device that it was trained on.
        self.u64()?;
        if self.u32()? != 0 {
            return Err(malformed("an array is not of single precision"));
        }
        let length = count.checked_mul(4);
        let bytes = self.slice(length.ok_or_else(|| malformed("an array is too large"))?)?;
        let data = bytes
            .chunks_exact(4)
            .map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
            .collect();
        Ok(Weight { shape, data })
    }

    fn name(&mut self) -> Result<&'a str, ModelsError> {
        let length = usize::try_from(self.u64()?).map_err(|_| cut())?;
        let bytes = self.slice(length)?;
        std::str::from_utf8(bytes).map_err(|_| malformed("a name is not UTF-8"))
    }

    fn u32(&mut self) -> Result<u32, ModelsError> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, ModelsError> {
        self.take().map(u64::from_le_bytes)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ModelsError> {
        let (first, rest) = self.rest.split_first_chunk::<N>().ok_or_else(cut)?;
        self.rest = rest;
        Ok(*first)
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], ModelsError> {
        let (first, rest) = self.rest.split_at_checked(length).ok_or_else(cut)?;
        self.rest = rest;
        Ok(first)
    }
}

fn cut() -> ModelsError {
    malformed("the file is cut")
}

fn malformed(what: &str) -> ModelsError {
    ModelsError::Malformed {
        format: "MXNet parameter",
        what: what.to_owned(),
    }
}
