//! A restricted reader of the pickles inside legacy torch files. It executes nothing.
//!
//! A pickle is a program for a stack machine that may call any function. Here only the four names that a plain
//! list of tensors needs are known, and "calling" them fills a value of ours; any other name or instruction is an
//! error. Containers are kept by count, nesting is bounded, and containers cannot be reached a second time, so
//! that a hostile pickle cannot make reading expensive.

use std::collections::HashMap;
use std::rc::Rc;

/// Deeper nesting than any state dictionary has; dropping a deeper value could exhaust the stack.
const MAX_DEPTH: u8 = 16;

/// Why a pickle was refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The bytes end too early or make no sense.
    Malformed(&'static str),
    /// An instruction or name outside the known few.
    Unknown(String),
}

/// A value on the stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing, or something whose content does not matter to us.
    Opaque,
    Int(i64),
    Text(Rc<str>),
    Tuple(Items),
    List(Items),
    /// Keys and values in turn.
    Dict(Items),
    Name(Name),
    Storage(Storage),
    Tensor(Rc<Tensor>),
}

/// The names a pickle may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    OrderedDict,
    RebuildTensor,
    FloatStorage,
    LongStorage,
}

/// Elements and how deep they nest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Items {
    pub values: Rc<Vec<Value>>,
    depth: u8,
}

/// A run of numbers that follows the pickles, by key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Storage {
    pub key: Rc<str>,
    pub kind: Name,
    pub count: usize,
}

/// A view of a storage.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor {
    pub storage: Storage,
    pub offset: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<usize>,
}

/// Reads one pickle at the start of `bytes`; returns its value and the bytes behind it.
pub(super) fn read(bytes: &[u8]) -> Result<(Value, &[u8]), Refused> {
    let mut machine = Machine {
        rest: bytes,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    while machine.step()? {}
    let value = machine.pop()?;
    Ok((value, machine.rest))
}

struct Machine<'a> {
    rest: &'a [u8],
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
}

impl Machine<'_> {
    /// Runs one instruction; false at the end.
    fn step(&mut self) -> Result<bool, Refused> {
        let [code] = self.take()?;
        match code {
            b'.' => return Ok(false),
            0x80 => {
                let [_version] = self.take()?;
            }
            b'(' => self.marks.push(self.stack.len()),
            b'}' => self.stack.push(Value::Dict(Items::default())),
            b']' => self.stack.push(Value::List(Items::default())),
            b')' => self.stack.push(Value::Tuple(Items::default())),
            b'N' | 0x88 | 0x89 => self.stack.push(Value::Opaque),
            b'K' | b'M' | b'J' | 0x8a => self.integer(code)?,
            b'X' => self.text()?,
            b'c' => self.name()?,
            b'q' | b'r' | b'h' | b'j' => self.memory(code)?,
            b't' | 0x85 | 0x86 => self.tuple(code)?,
            b's' | b'u' | b'e' => self.fill(code)?,
            b'R' => self.call()?,
            b'Q' => self.storage()?,
            // BUILD attaches attributes to an object; ours have none that matter.
            b'b' => {
                self.pop()?;
            }
            other => return Err(Refused::Unknown(format!("pickle instruction {other:#04x}"))),
        }
        Ok(true)
    }

    fn integer(&mut self, code: u8) -> Result<(), Refused> {
        let value = match code {
            b'K' => i64::from(u8::from_le_bytes(self.take()?)),
            b'M' => i64::from(u16::from_le_bytes(self.take()?)),
            b'J' => i64::from(i32::from_le_bytes(self.take()?)),
            _ => {
                let [length] = self.take()?;
                let digits = self.slice(usize::from(length))?;
                let negative = digits.last().is_some_and(|top| top & 0x80 != 0);
                let mut wide = [if negative { 0xff } else { 0 }; 8];
                let room = wide.get_mut(..digits.len());
                room.ok_or(Refused::Malformed("an integer is too long"))?
                    .copy_from_slice(digits);
                i64::from_le_bytes(wide)
            }
        };
        self.stack.push(Value::Int(value));
        Ok(())
    }

    fn text(&mut self) -> Result<(), Refused> {
        let length = u32::from_le_bytes(self.take()?);
        let bytes = self.slice(length as usize)?;
        let text = std::str::from_utf8(bytes);
        let text = text.map_err(|_| Refused::Malformed("a text is not UTF-8"))?;
        self.stack.push(Value::Text(text.into()));
        Ok(())
    }

    fn name(&mut self) -> Result<(), Refused> {
        let (module, name) = (self.line()?, self.line()?);
        let known = match (module, name) {
            ("collections", "OrderedDict") => Name::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Name::RebuildTensor,
            ("torch", "FloatStorage") => Name::FloatStorage,
            ("torch", "LongStorage") => Name::LongStorage,
            _ => return Err(Refused::Unknown("a name that is not a tensor's".to_owned())),
        };
        self.stack.push(Value::Name(known));
        Ok(())
    }

    fn memory(&mut self, code: u8) -> Result<(), Refused> {
        let index = match code {
            b'q' | b'h' => u32::from(u8::from_le_bytes(self.take()?)),
            _ => u32::from_le_bytes(self.take()?),
        };
        if matches!(code, b'h' | b'j') {
            let value = self.memo.get(&index).cloned();
            self.stack
                .push(value.ok_or(Refused::Malformed("nothing is remembered there"))?);
            return Ok(());
        }
        let value = match self.stack.last() {
            None => return Err(Refused::Malformed("the stack is empty")),
            // A container may still grow; a second way to it would need shared, mutable state.
            Some(Value::Dict(_) | Value::List(_)) => Value::Opaque,
            Some(value) => value.clone(),
        };
        self.memo.insert(index, value);
        Ok(())
    }

    fn tuple(&mut self, code: u8) -> Result<(), Refused> {
        let values = match code {
            0x85 => vec![self.pop()?],
            0x86 => {
                let last = self.pop()?;
                vec![self.pop()?, last]
            }
            _ => self.since_mark()?,
        };
        let mut items = Items::default();
        items.extend(values)?;
        self.stack.push(Value::Tuple(items));
        Ok(())
    }

    /// SETITEM, SETITEMS and APPENDS.
    fn fill(&mut self, code: u8) -> Result<(), Refused> {
        let values = if code == b's' {
            let value = self.pop()?;
            vec![self.pop()?, value]
        } else {
            self.since_mark()?
        };
        match (code, self.stack.last_mut()) {
            (b'e', Some(Value::List(items))) => items.extend(values),
            (b's' | b'u', Some(Value::Dict(items))) if values.len() % 2 == 0 => {
                items.extend(values)
            }
            _ => Err(Refused::Malformed("items for no container")),
        }
    }

    /// REDUCE: the only calls there are make an empty dictionary or describe a tensor.
    fn call(&mut self) -> Result<(), Refused> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let value = match (function, arguments) {
            (Value::Name(Name::OrderedDict), Value::Tuple(t)) if t.values.is_empty() => {
                Value::Dict(Items::default())
            }
            (Value::Name(Name::RebuildTensor), Value::Tuple(t)) => {
                Value::Tensor(Rc::new(tensor(&t.values)?))
            }
            _ => return Err(Refused::Unknown("a call".to_owned())),
        };
        self.stack.push(value);
        Ok(())
    }

    /// BINPERSID: `("storage", kind, key, device, count, view)`.
    fn storage(&mut self) -> Result<(), Refused> {
        let Value::Tuple(items) = self.pop()? else {
            return Err(Refused::Malformed("a storage is not described"));
        };
        let storage = match &items.values[..] {
            [
                Value::Text(word),
                Value::Name(kind),
                Value::Text(key),
                _,
                Value::Int(count),
                _,
            ] if &**word == "storage" => Storage {
                key: key.clone(),
                kind: *kind,
                count: natural(*count)?,
            },
            _ => return Err(Refused::Malformed("a storage is not described")),
        };
        self.stack.push(Value::Storage(storage));
        Ok(())
    }

    fn pop(&mut self) -> Result<Value, Refused> {
        self.stack
            .pop()
            .ok_or(Refused::Malformed("the stack is empty"))
    }

    fn since_mark(&mut self) -> Result<Vec<Value>, Refused> {
        let mark = self.marks.pop().filter(|&m| m <= self.stack.len());
        let mark = mark.ok_or(Refused::Malformed("no mark is set"))?;
        Ok(self.stack.split_off(mark))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refused> {
        let (first, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(Refused::Malformed("the file is cut"))?;
        self.rest = rest;
        Ok(*first)
    }
}

impl<'a> Machine<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], Refused> {
        let (first, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(Refused::Malformed("the file is cut"))?;
        self.rest = rest;
        Ok(first)
    }

    fn line(&mut self) -> Result<&'a str, Refused> {
        let end = self.rest.iter().position(|&b| b == b'\n');
        let bytes = self.slice(end.ok_or(Refused::Malformed("the file is cut"))?)?;
        self.slice(1)?;
        std::str::from_utf8(bytes).map_err(|_| Refused::Malformed("a name is not UTF-8"))
    }
}

impl Items {
    fn extend(&mut self, values: Vec<Value>) -> Result<(), Refused> {
        let deepest = values.iter().map(depth).max().unwrap_or(0);
        if deepest >= MAX_DEPTH {
            return Err(Refused::Malformed("values nest too deep"));
        }
        self.depth = self.depth.max(deepest + 1);
        Rc::make_mut(&mut self.values).extend(values);
        Ok(())
    }
}

fn depth(value: &Value) -> u8 {
    match value {
        Value::Tuple(items) | Value::List(items) | Value::Dict(items) => items.depth,
        _ => 0,
    }
}

/// Arguments: storage, offset, sizes, strides, and two that do not matter.
fn tensor(arguments: &[Value]) -> Result<Tensor, Refused> {
    let wrong = Refused::Malformed("a tensor is not described");
    match arguments {
        [
            Value::Storage(storage),
            Value::Int(offset),
            Value::Tuple(sizes),
            Value::Tuple(strides),
            ..,
        ] => Ok(Tensor {
            storage: storage.clone(),
            offset: natural(*offset)?,
            shape: naturals(sizes)?,
            strides: naturals(strides)?,
        }),
        _ => Err(wrong),
    }
}

fn naturals(items: &Items) -> Result<Vec<usize>, Refused> {
    let numbers = items.values.iter();
    numbers
        .map(|value| match value {
            Value::Int(number) => natural(*number),
            _ => Err(Refused::Malformed("a size is no number")),
        })
        .collect()
}

fn natural(number: i64) -> Result<usize, Refused> {
    usize::try_from(number).map_err(|_| Refused::Malformed("a size is negative"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> Refused {
        read(bytes).expect_err("must be refused")
    }

    #[test]
    fn a_pickle_that_names_a_function_is_refused() {
        for name in ["os\nsystem", "builtins\neval", "torch\nDoubleStorage"] {
            let bytes = format!("c{name}\n(X\x02\0\0\0lstR.");
            assert!(matches!(refused(bytes.as_bytes()), Refused::Unknown(_)));
        }
    }

    #[test]
    fn an_instruction_outside_the_known_few_is_refused() {
        // INST, OBJ, NEWOBJ, EXT1 and GLOBAL from the stack all reach for functions.
        for code in [b'i', b'o', 0x81, 0x82, 0x93] {
            assert!(matches!(refused(&[code]), Refused::Unknown(_)));
        }
    }

    #[test]
    fn a_known_name_is_not_called_with_other_arguments() {
        let bytes = b"ccollections\nOrderedDict\nK\x01\x85R.";
        assert_eq!(refused(bytes), Refused::Unknown("a call".to_owned()));
        let bytes = b"ctorch._utils\n_rebuild_tensor_v2\nK\x01\x85R.";
        assert!(matches!(refused(bytes), Refused::Malformed(_)));
    }

    #[test]
    fn deep_nesting_is_refused_before_it_can_exhaust_the_stack() {
        let mut bytes = vec![b')'];
        bytes.extend([0x85; 1_000_000]);
        bytes.push(b'.');
        assert_eq!(refused(&bytes), Refused::Malformed("values nest too deep"));
    }

    #[test]
    fn what_is_not_there_cannot_be_used() {
        for bytes in [
            &b"."[..],
            b"R",
            b"s",
            b"t.",
            b"h\x07.",
            b"q\x07",
            b"N(0",
            b"X\xff\xff\xff\xff",
            b"\x8a\x09123456789.",
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_dictionary_of_numbers_is_read() {
        let bytes = b"\x80\x02}q\x00(X\x01\0\0\0aK\x07X\x01\0\0\0bJ\xff\xff\xff\xff\x75.rest";
        let (value, rest) = read(bytes).expect("a plain pickle");
        let Value::Dict(items) = value else {
            panic!("{value:?}")
        };
        assert_eq!(
            items.values[1..],
            [Value::Int(7), Value::Text("b".into()), Value::Int(-1)]
        );
        assert_eq!(rest, b"rest");
    }
}
