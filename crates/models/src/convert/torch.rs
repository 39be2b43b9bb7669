//! Legacy torch files: five pickles (magic, version, machine, tensors, storage keys), then the storages.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::pickle::{self, Name, Refused, Storage, Value};
use super::weights::Weight;
use crate::error::ModelsError;

const FORMAT: &str = "torch";
/// The pickled magic number that every legacy file starts with.
const MAGIC: [u8; 15] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, b'.',
];
/// The only version that was ever written.
const VERSION: i64 = 1001;

/// Returns the named tensors of real numbers; counters are left out.
pub(super) fn read_torch(bytes: &[u8]) -> Result<BTreeMap<String, Weight>, ModelsError> {
    let rest = bytes
        .strip_prefix(&MAGIC)
        .ok_or_else(|| malformed("it does not start with the magic number"))?;
    let (version, rest) = pickle::read(rest)?;
    if version != Value::Int(VERSION) {
        return Err(malformed("it has another version"));
    }
    let (_machine, rest) = pickle::read(rest)?;
    let (tensors, rest) = pickle::read(rest)?;
    let (keys, rest) = pickle::read(rest)?;
    let (Value::Dict(tensors), Value::List(keys)) = (tensors, keys) else {
        return Err(malformed("it holds no dictionary of tensors"));
    };

    let mut described: HashMap<Rc<str>, Storage> = HashMap::new();
    for value in tensors.values.iter() {
        if let Value::Tensor(tensor) = value {
            let storage = tensor.storage.clone();
            let first = described
                .entry(storage.key.clone())
                .or_insert_with(|| storage.clone());
            if *first != storage {
                return Err(malformed("a storage is described in two ways"));
            }
        }
    }
    let storages = read_storages(&keys.values, &described, rest)?;
    // Each number belongs to one tensor; without this bound many tensors could share one storage without end.
    let mut room = bytes.len() / 4;
    let mut weights = BTreeMap::new();
    for pair in tensors.values.chunks_exact(2) {
        if let Some((name, weight)) = named(pair, &storages, &mut room)? {
            weights.insert(name, weight);
        }
    }
    Ok(weights)
}

/// Returns the bytes of each storage of real numbers, in the order of the keys: a count, then the numbers.
fn read_storages<'a>(
    keys: &[Value],
    described: &HashMap<Rc<str>, Storage>,
    mut rest: &'a [u8],
) -> Result<HashMap<Rc<str>, &'a [u8]>, ModelsError> {
    let mut found = HashMap::new();
    for key in keys {
        let Value::Text(key) = key else {
            return Err(malformed("a storage key is no text"));
        };
        let storage = described
            .get(key)
            .ok_or_else(|| malformed("a storage belongs to no tensor"))?;
        let cut = || malformed("the storages are cut");
        let (count, after) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        if u64::from_le_bytes(*count) != storage.count as u64 {
            return Err(malformed("a storage has another size than described"));
        }
        let width = match storage.kind {
            Name::FloatStorage => 4,
            Name::LongStorage => 8,
            _ => return Err(malformed("a storage has an odd type")),
        };
        let length = storage.count.checked_mul(width).ok_or_else(cut)?;
        let (own, after) = after.split_at_checked(length).ok_or_else(cut)?;
        rest = after;
        if storage.kind == Name::FloatStorage {
            found.insert(key.clone(), own);
        }
    }
    Ok(found)
}

fn named(
    pair: &[Value],
    storages: &HashMap<Rc<str>, &[u8]>,
    room: &mut usize,
) -> Result<Option<(String, Weight)>, ModelsError> {
    let [Value::Text(name), Value::Tensor(tensor)] = pair else {
        return Err(malformed(
            "the dictionary holds something else than tensors",
        ));
    };
    if tensor.storage.kind != Name::FloatStorage {
        return Ok(None);
    }
    let bytes = storages
        .get(&tensor.storage.key)
        .ok_or_else(|| malformed("a tensor has no storage"))?;
    let count = row_major(&tensor.shape, &tensor.strides)
        .ok_or_else(|| malformed("a tensor is not stored row by row"))?;
    let own = tensor
        .offset
        .checked_add(count)
        .filter(|&end| end <= tensor.storage.count)
        .and_then(|end| bytes.get(4 * tensor.offset..4 * end))
        .ok_or_else(|| malformed("a tensor reaches past its storage"))?;
    *room = room
        .checked_sub(count)
        .ok_or_else(|| malformed("the tensors share their storages"))?;
    let data = own
        .chunks_exact(4)
        .map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
        .collect();
    let weight = Weight {
        shape: tensor.shape.clone(),
        data,
    };
    Ok(Some((name.to_string(), weight)))
}

/// The number of values, at least one, if the strides are those of a plain array.
fn row_major(shape: &[usize], strides: &[usize]) -> Option<usize> {
    let mut count = 1usize;
    for (&size, &stride) in shape.iter().zip(strides).rev() {
        // An empty axis would let another claim any size.
        if size == 0 || (stride != count && size != 1) {
            return None;
        }
        count = count.checked_mul(size)?;
    }
    (shape.len() == strides.len()).then_some(count)
}

impl From<Refused> for ModelsError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Malformed(what) => malformed(what),
            Refused::Unknown(what) => Self::Unsupported {
                format: FORMAT,
                what,
            },
        }
    }
}

fn malformed(what: &str) -> ModelsError {
    ModelsError::Malformed {
        format: FORMAT,
        what: what.to_owned(),
    }
}
