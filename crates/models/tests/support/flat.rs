//! Writes a small TFLite file: just enough FlatBuffers for the converter's tests.

/// A field of a table.
#[derive(Clone, Copy)]
pub enum Field {
    Absent,
    Int(i32),
    /// A table or vector that is written later, into the place that `table` returns.
    Later,
}

pub struct Flat {
    pub bytes: Vec<u8>,
}

impl Flat {
    /// Starts a file; the root table comes next, at the returned place.
    pub fn new() -> (Self, usize) {
        let bytes = b"\0\0\0\0TFL3".to_vec();
        (Self { bytes }, 0)
    }

    /// Writes a table for the offset stored at `place`; returns the places of its later fields.
    pub fn table(&mut self, place: usize, fields: &[Field]) -> Vec<usize> {
        self.align();
        let list = self.bytes.len();
        let present = |f: &&Field| !matches!(f, Field::Absent);
        let count = fields.iter().filter(present).count();
        let mut entries = vec![(4 + 2 * fields.len()) as u16, (4 + 4 * count) as u16];
        let mut next = 4;
        for field in fields {
            let here = !matches!(field, Field::Absent);
            entries.push(if here { next } else { 0 });
            next += if here { 4 } else { 0 };
        }
        entries
            .iter()
            .for_each(|e| self.bytes.extend(e.to_le_bytes()));
        self.align();
        let start = self.bytes.len();
        self.point(place);
        self.int((start - list) as i32);
        let mut later = Vec::new();
        for field in fields.iter().filter(present) {
            if let Field::Int(value) = field {
                self.int(*value);
            } else {
                later.push(self.bytes.len());
                self.int(0);
            }
        }
        later
    }

    pub fn vector(&mut self, place: usize, count: usize, bytes: &[u8]) {
        self.align();
        self.point(place);
        self.int(count as i32);
        self.bytes.extend(bytes);
    }

    pub fn ints(&mut self, place: usize, values: &[i32]) {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.vector(place, values.len(), &bytes);
    }

    /// Writes a vector of tables that come later; returns their places.
    pub fn tables(&mut self, place: usize, count: usize) -> Vec<usize> {
        self.align();
        self.point(place);
        self.int(count as i32);
        (0..count)
            .map(|_| {
                let here = self.bytes.len();
                self.int(0);
                here
            })
            .collect()
    }

    fn point(&mut self, place: usize) {
        let distance = (self.bytes.len() - place) as u32;
        self.bytes[place..place + 4].copy_from_slice(&distance.to_le_bytes());
    }

    fn int(&mut self, value: i32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn align(&mut self) {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
    }
}
