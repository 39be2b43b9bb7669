//! The recogniser's alphabet, read from the metadata of its own ONNX file.

use thiserror::Error;

/// `ModelProto.metadata_props` (onnx.proto3): a repeated key-value message.
const METADATA_PROPS: u64 = 14;
/// `StringStringEntryProto.key` and `.value`.
const ENTRY_KEY: u64 = 1;
const ENTRY_VALUE: u64 = 2;
/// The metadata key under which the PP-OCR exports keep one character a line.
const CHARACTER_KEY: &str = "character";
/// More characters than any recogniser has; a longer list is not an alphabet.
const MAX_CHARACTERS: usize = 200_000;

/// Why an alphabet could not be had from a file.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CharsetError {
    /// The bytes are not a well-formed protobuf message.
    #[error("walk the fields of the ONNX file")]
    Malformed,
    /// The file carries no alphabet.
    #[error("find the alphabet in the metadata of the ONNX file")]
    Missing,
    /// An entry is not a single character, or there are too many.
    #[error("read the alphabet in the metadata of the ONNX file")]
    NotCharacters,
}

/// The characters behind the recogniser's classes. Class 0 is the blank of the CTC alphabet, the
/// classes from 1 on are the characters of the file in order, and the last one is the space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charset {
    classes: Vec<char>,
}

impl Charset {
    /// The class that separates characters and means "nothing here".
    pub const BLANK: usize = 0;

    /// Builds the alphabet from the characters of the classes 1, 2, ..; the space is added last.
    pub fn new(characters: impl IntoIterator<Item = char>) -> Self {
        let mut classes = vec!['\0'];
        classes.extend(characters);
        classes.push(' ');
        Self { classes }
    }

    /// Reads the alphabet out of the bytes of a recogniser's ONNX file.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self, CharsetError> {
        let mut fields = Fields { rest: bytes };
        while let Some((number, payload)) = fields.next_field()? {
            if number != METADATA_PROPS {
                continue;
            }
            let (key, value) = entry(payload)?;
            if key == CHARACTER_KEY.as_bytes() {
                return Self::from_lines(value);
            }
        }
        Err(CharsetError::Missing)
    }

    fn from_lines(value: &[u8]) -> Result<Self, CharsetError> {
        let text = std::str::from_utf8(value).map_err(|_| CharsetError::NotCharacters)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut characters = Vec::new();
        for line in text.split('\n') {
            let mut of_line = line.chars();
            match (of_line.next(), of_line.next()) {
                (Some(character), None) => characters.push(character),
                _ => return Err(CharsetError::NotCharacters),
            }
            if characters.len() > MAX_CHARACTERS {
                return Err(CharsetError::NotCharacters);
            }
        }
        Ok(Self::new(characters))
    }

    /// Returns the number of classes, blank and space included.
    pub fn classes(&self) -> usize {
        self.classes.len()
    }

    /// Returns the character of a class; `None` for the blank and for classes that do not exist.
    pub fn character(&self, class: usize) -> Option<char> {
        if class == Self::BLANK {
            return None;
        }
        self.classes.get(class).copied()
    }

    /// Returns the class of each of `allowed` that the alphabet has, in the order of `allowed`.
    pub fn classes_of(&self, allowed: &[char]) -> Vec<usize> {
        let class_of = |wanted: &char| {
            let found = self.classes.iter().skip(1).position(|c| c == wanted);
            found.map(|position| position + 1)
        };
        allowed.iter().filter_map(class_of).collect()
    }
}

/// Returns key and value of one metadata entry.
fn entry(payload: &[u8]) -> Result<(&[u8], &[u8]), CharsetError> {
    let (mut key, mut value): (&[u8], &[u8]) = (&[], &[]);
    let mut fields = Fields { rest: payload };
    while let Some((number, bytes)) = fields.next_field()? {
        match number {
            ENTRY_KEY => key = bytes,
            ENTRY_VALUE => value = bytes,
            _ => {}
        }
    }
    Ok((key, value))
}

/// Walks the top-level fields of a protobuf message without decoding what it does not need.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Returns the next field's number and payload (empty for numbers); `None` at the end.
    fn next_field(&mut self) -> Result<Option<(u64, &'a [u8])>, CharsetError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let payload: &[u8] = match tag & 7 {
            0 => {
                self.varint()?;
                &[]
            }
            1 => self.take(8)?,
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).map_err(|_| CharsetError::Malformed)?;
                self.take(length)?
            }
            5 => self.take(4)?,
            _ => return Err(CharsetError::Malformed),
        };
        Ok(Some((tag >> 3, payload)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CharsetError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(CharsetError::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, CharsetError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.take(1)? else {
                return Err(CharsetError::Malformed);
            };
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CharsetError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(number: u64, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![(number << 3 | 2) as u8];
        let mut length = payload.len();
        while length >= 0x80 {
            bytes.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend_from_slice(payload);
        bytes
    }

    fn file(key: &str, value: &str) -> Vec<u8> {
        let entry = [field(1, key.as_bytes()), field(2, value.as_bytes())].concat();
        // A graph (field 7) and a number (field 1) stand before the metadata in real files.
        [vec![8, 9], field(7, &[0; 300]), field(14, &entry)].concat()
    }

    #[test]
    fn the_alphabet_is_read_from_the_metadata() {
        let charset = Charset::from_onnx(&file("character", "A\n国\n<")).unwrap();
        assert_eq!(charset.classes(), 5);
        assert_eq!(charset.character(0), None);
        assert_eq!(charset.character(2), Some('国'));
        assert_eq!(charset.character(4), Some(' '));
        assert_eq!(charset.character(5), None);
        assert_eq!(charset.classes_of(&['<', 'Z', 'A']), vec![3, 1]);
    }

    #[test]
    fn a_file_without_an_alphabet_is_named() {
        let other = file("colour", "A\nB");
        assert_eq!(Charset::from_onnx(&other), Err(CharsetError::Missing));
        let words = file("character", "AB\nC");
        assert_eq!(Charset::from_onnx(&words), Err(CharsetError::NotCharacters));
        let cut = &file("character", "A\nB")[..20];
        assert_eq!(Charset::from_onnx(cut), Err(CharsetError::Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_walk_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Charset::from_onnx(&bytes);
        }
    }
}
