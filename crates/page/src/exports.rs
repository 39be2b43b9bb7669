//! The surface of the module: numbers in, lengths of JSON out.
//!
//! Input and output are two vectors of ours. The worker asks for room ([`menshen_input`]), writes into it, calls a function,
//! and reads the answer ([`menshen_output`]) before the next call. So no pointer ever comes in, and nothing here reads or
//! writes through one.
#![expect(
    unsafe_code,
    reason = "a name that the browser can call is an unsafe attribute: two functions of one name would be undefined behaviour. \
              All of ours begin with `menshen_`, which no library does. There is no unsafe block"
)]

use std::cell::RefCell;

use menshen_document::Side;
use serde::Serialize;

use crate::page::{NoPage, Page, Picture};

#[derive(Default)]
struct State {
    page: Page,
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

/// Loads the model in the input.
#[unsafe(no_mangle)]
extern "C" fn menshen_load_model(role: usize) -> usize {
    answer(|state| {
        let bytes = std::mem::take(&mut state.input);
        state.page.load_model(role, bytes).map(|()| Done {})
    })
}

/// Sets the rules in the input.
#[unsafe(no_mangle)]
extern "C" fn menshen_set_rules() -> usize {
    answer(|state| state.page.set_rules(&state.input).map(|()| Done {}))
}

/// Judges the file in the input as a side of a document.
#[unsafe(no_mangle)]
extern "C" fn menshen_document_shot(side: u32) -> usize {
    answer(|state| {
        state
            .page
            .document(Picture::Shot(&state.input), side_of(side))
    })
}

/// Judges the pixels in the input, a whole shot, as a side of a document.
#[unsafe(no_mangle)]
extern "C" fn menshen_document_pixels(side: u32, width: u32, height: u32) -> usize {
    answer(|state| {
        let picture = pixels(&state.input, width, height);
        state.page.document(picture, side_of(side))
    })
}

/// Judges the pixels in the input, a frame, as a side of a document.
#[unsafe(no_mangle)]
extern "C" fn menshen_document_frame(side: u32, width: u32, height: u32, scale: f32) -> usize {
    answer(|state| {
        let frame = frame(&state.input, width, height, scale);
        state.page.document(frame, side_of(side))
    })
}

/// Judges the file in the input as a picture of a person.
#[unsafe(no_mangle)]
extern "C" fn menshen_face_shot() -> usize {
    answer(|state| state.page.face(Picture::Shot(&state.input)))
}

/// Judges the pixels in the input, a whole shot, as a picture of a person.
#[unsafe(no_mangle)]
extern "C" fn menshen_face_pixels(width: u32, height: u32) -> usize {
    answer(|state| state.page.face(pixels(&state.input, width, height)))
}

/// Judges the pixels in the input, a frame, as a picture of a person.
#[unsafe(no_mangle)]
extern "C" fn menshen_face_frame(width: u32, height: u32, scale: f32) -> usize {
    answer(|state| state.page.face(frame(&state.input, width, height, scale)))
}

/// The answer of what returns nothing.
#[derive(Serialize)]
struct Done {}

#[derive(Serialize)]
struct Refusal {
    error: String,
}

fn answer<T: Serialize>(work: impl FnOnce(&mut State) -> Result<T, NoPage>) -> usize {
    STATE.with_borrow_mut(|state| {
        let json = match work(state) {
            Ok(answer) => serde_json::to_vec(&answer),
            Err(error) => serde_json::to_vec(&Refusal {
                error: error.to_string(),
            }),
        };
        // The room of a photo is not kept until the next one.
        state.input = Vec::new();
        state.output = json.expect("answers hold nothing that JSON lacks");
        state.output.len()
    })
}

fn side_of(number: u32) -> Side {
    if number == 1 { Side::Back } else { Side::Front }
}

fn frame(rgba: &[u8], width: u32, height: u32, scale: f32) -> Picture<'_> {
    Picture::Frame {
        rgba,
        width,
        height,
        scale,
    }
}

fn pixels(rgba: &[u8], width: u32, height: u32) -> Picture<'_> {
    Picture::Pixels {
        rgba,
        width,
        height,
    }
}
