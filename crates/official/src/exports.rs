//! The surface of the module: JSON in, JSON out, and nothing but lengths between.
//!
//! As in `crates/page`: input and output are two vectors of ours. The page asks for room ([`menshen_input`]), writes into it, calls a
//! function, and reads the answer ([`menshen_output`]) before the next call. No pointer ever comes in.
#![expect(
    unsafe_code,
    reason = "a name that the browser can call is an unsafe attribute: two functions of one name would be undefined behaviour. \
              All of ours begin with `menshen_`, which no library does. There is no unsafe block"
)]

use std::cell::RefCell;

use serde::Serialize;

use crate::book::{Asked, Book, NoAnswer};

#[derive(Default)]
struct State {
    book: Book,
    input: Vec<u8>,
    output: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Makes room for the next call's input and returns where it stands.
#[unsafe(no_mangle)]
extern "C" fn menshen_input(length: usize) -> *mut u8 {
    STATE.with_borrow_mut(|state| {
        state.input.clear();
        state.input.resize(length, 0);
        state.input.as_mut_ptr()
    })
}

/// Returns where the last answer stands.
#[unsafe(no_mangle)]
extern "C" fn menshen_output() -> *const u8 {
    STATE.with_borrow(|state| state.output.as_ptr())
}

/// Opens the file of the question in the input.
#[unsafe(no_mangle)]
extern "C" fn menshen_open() -> usize {
    answer(|state| {
        let asked: Asked = serde_json::from_slice(&state.input).map_err(|_| NoAnswer::Question)?;
        state.book.open(&asked)
    })
}

/// Judges the text in the input.
#[unsafe(no_mangle)]
extern "C" fn menshen_check() -> usize {
    answer(|state| {
        let text = std::str::from_utf8(&state.input).map_err(|_| NoAnswer::Question)?;
        state.book.check(text)
    })
}

/// Takes in the bytes in the input as the next ones of a file.
#[unsafe(no_mangle)]
extern "C" fn menshen_read() {
    STATE.with_borrow_mut(|state| state.book.read(&state.input));
}

/// Answers with the SHA-256 of the file.
#[unsafe(no_mangle)]
extern "C" fn menshen_hash() -> usize {
    answer(|state| Ok(state.book.hash()))
}

#[derive(Serialize)]
struct Refusal {
    error: String,
}

fn answer<T: Serialize>(work: impl FnOnce(&mut State) -> Result<T, NoAnswer>) -> usize {
    STATE.with_borrow_mut(|state| {
        let json = match work(state) {
            Ok(answer) => serde_json::to_vec(&answer),
            Err(error) => serde_json::to_vec(&Refusal {
                error: error.to_string(),
            }),
        };
        state.input = Vec::new();
        state.output = json.expect("answers hold nothing that JSON lacks");
        state.output.len()
    })
}
