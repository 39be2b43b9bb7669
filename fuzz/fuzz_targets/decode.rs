//! Bytes of a photo: decoded behind limits, then found, flattened and measured.
#![no_main]

use libfuzzer_sys::fuzz_target;
use menshen_vision::photo::{Limits, look};
use menshen_vision::{Photo, page, traces};

fuzz_target!(|bytes: &[u8]| {
    // Smaller than the product's limit, so that a run sees many pictures instead of few large ones.
    let limits = Limits { pixels: 1_000_000, ..Limits::default() };
    let _ = look(bytes, &limits);
    let Ok(photo) = Photo::decode(bytes, &limits) else { return };
    traces::read(bytes, &photo.pixels);
    let Some(found) = page::find_page(&photo.pixels) else { return };
    if let Some(flat) = page::rectify(&photo.pixels, &found.quad) {
        page::quality(&flat, &photo.pixels);
    }
});
